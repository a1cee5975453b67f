"""What a journal keeps through any end."""

from __future__ import annotations

from pathlib import Path

import pytest

from glassline.batch.journal import Journal
from glassline.files import tail

HEADER = {"format": 1, "columns": ["image", "p_ok"]}
ROWS = [("a.png", 0.1), ("b\n刮.png", None), ("c.png", 5e-324)]


def _written(path: Path) -> bytes:
    with tail(path) as file:
        journal = Journal(path, file)
        journal.begin(HEADER)
        journal.add(ROWS[:1])
        journal.add(ROWS[1:])
    return path.read_bytes()


def test_rows_come_back_to_the_last_bit(tmp_path: Path) -> None:
    """Text with a line break, nothing, and the smallest number there is."""
    path = tmp_path / "journal"
    _written(path)

    with tail(path) as file:
        journal = Journal(path, file)

        assert (journal.header, journal.count) == (HEADER, 3)
        assert list(journal.rows()) == ROWS


def test_a_line_is_its_checksum_and_its_json(tmp_path: Path) -> None:
    """CRC-32 of the bytes after the blank, as gzip has it too."""
    data = _written(tmp_path / "journal")

    assert data.splitlines()[1] == b'4d83feff ["a.png", 0.1]'


def test_cut_at_every_byte_it_keeps_the_whole_lines(tmp_path: Path) -> None:
    """No row is half, none is lost that was whole, and what is left can be added to."""
    path = tmp_path / "journal"
    data = _written(path)
    ends = [at + 1 for at, byte in enumerate(data) if byte == 10]

    found = [_cut(path, data[:size]) for size in range(len(data) + 1)]

    whole = [sum(end <= size for end in ends) for size in range(len(data) + 1)]
    assert [count for count, _ in found] == [max(0, lines - 1) for lines in whole]
    assert [size for _, size in found] == [([0, *ends])[lines] for lines in whole]


def _cut(path: Path, data: bytes) -> tuple[int, int]:
    path.write_bytes(data)
    with tail(path) as file:
        return Journal(path, file).count, path.stat().st_size


@pytest.mark.parametrize("bit", range(8))
def test_a_damaged_line_ends_what_is_kept(bit: int, tmp_path: Path) -> None:
    """Whichever bit of the second row is turned, the first row is left."""
    path = tmp_path / "journal"
    data = bytearray(_written(path))
    data[data.index(b"b\\n")] ^= 1 << bit
    path.write_bytes(data)

    with tail(path) as file:
        assert Journal(path, file).count == 1


def test_another_process_can_not_hold_it_meanwhile(tmp_path: Path) -> None:
    """Nor this one a second time; once it is let go, it is free."""
    path = tmp_path / "journal"

    with tail(path), pytest.raises(BlockingIOError, match=r"."), tail(path):
        pass
    with tail(path):
        pass
