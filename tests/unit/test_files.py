"""What is written appears whole or not at all."""

from __future__ import annotations

import os
import re
import stat
import threading
from pathlib import Path

import pytest

from glassline.files import check_room, held, publish, publish_all, published

SOURCE = Path(__file__).resolve().parents[2] / "src" / "glassline"
WRITES = re.compile(r"write_(text|bytes)\(|open\([^)]*[\"'][wax]b?\+?[\"']|os\.replace")
MAY_WRITE = {
    "batch/output.py": "tables, to where `published` says",
    "files.py": "publishes",
    "store/export.py": "tables, to where `published` says",
    "synthetic/line.py": "photos of a data set, whose table is published after them",
}


def test_publishing_replaces_the_file_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """One file stands there afterwards: the new one, readable by all."""
    path = tmp_path / "model.json"

    publish(path, b"old")
    publish(path, b"new")

    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [
        ("model.json", b"new")
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize("failing", ["os.fsync", "pathlib.Path.replace"])
def test_a_failed_publish_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """A full disk, at the flush or at the rename, loses nothing and leaves no rubbish."""
    path = tmp_path / "model.json"
    publish(path, b"old")
    monkeypatch.setattr(failing, _disk_is_full)

    with pytest.raises(OSError, match=r"^\[Errno 28\] No space left on device$"):
        publish(path, b"new")

    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [
        ("model.json", b"old")
    ]


@pytest.mark.parametrize("fails_at", [1, 2])
def test_files_that_belong_together_are_all_old_if_one_can_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    """The disk is full at the first file or at the second."""
    pages = [tmp_path / "report.html", tmp_path / "report.zh-TW.html"]
    publish_all(dict.fromkeys(pages, b"old"))
    flush, flushed = os.fsync, []

    def full(handle: int) -> None:
        flushed.append(handle)
        (_disk_is_full if len(flushed) == fails_at else flush)(handle)

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match=r"^\[Errno 28\] No space left on device$"):
        publish_all(dict.fromkeys(pages, b"new"))

    assert [each.read_bytes() for each in pages] == [b"old", b"old"]
    assert sorted(tmp_path.iterdir()) == pages


def test_files_that_belong_together_are_all_old_if_one_is_a_folder(
    tmp_path: Path,
) -> None:
    """Found before anything is put in place."""
    (tmp_path / "b").mkdir()
    publish(tmp_path / "a", b"old")

    with pytest.raises(IsADirectoryError, match=r"^\[Errno 21\] Is a directory: .*$"):
        publish_all({tmp_path / "a": b"new", tmp_path / "b": b"new"})

    assert (tmp_path / "a").read_bytes() == b"old"


def test_a_folder_is_held_alone_or_along_with_others(tmp_path: Path) -> None:
    """Who does not wait is told that others are there."""
    with (
        held(tmp_path, alone=False) as first,
        held(tmp_path, alone=False, wait=False) as second,
        held(tmp_path, alone=True, wait=False) as third,
    ):
        found = first, second, third
    with (
        held(tmp_path, alone=True) as alone,
        held(tmp_path, alone=False, wait=False) as other,
    ):
        assert (*found, alone, other) == (True, True, False, True, False)


def test_where_there_are_no_locks_nobody_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is held, and the work goes on."""
    monkeypatch.setattr("glassline.files.fcntl", None)

    with held(tmp_path, alone=True) as is_held:
        assert not is_held


def test_no_folder_is_made(tmp_path: Path) -> None:
    """A typing error in a path is told, not made true."""
    with pytest.raises(FileNotFoundError, match=r"^\[Errno 2\] No such file or dir.*$"):
        publish(tmp_path / "missing" / "page.html", b"")

    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What it leads to is replaced."""
    (tmp_path / "shown.html").symlink_to(tmp_path / "page.html")

    publish(tmp_path / "shown.html", b"page")

    assert (tmp_path / "shown.html").is_symlink()
    assert (tmp_path / "page.html").read_bytes() == b"page"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    """It can not be replaced: another program holds its other end."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[bytes] = []
    listener = threading.Thread(target=lambda: heard.append(pipe.read_bytes()))
    listener.start()

    publish(pipe, b"page")
    listener.join()

    assert heard == [b"page"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_what_is_too_long_for_memory_is_published_at_the_end(tmp_path: Path) -> None:
    """Until then the old file stands."""
    path = tmp_path / "table.csv"
    publish(path, b"old")

    with published(path) as written:
        written.write_bytes(b"new")
        meanwhile = path.read_bytes()

    assert meanwhile == b"old"
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [
        ("table.csv", b"new")
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_what_was_not_written_to_its_end_is_gone(tmp_path: Path) -> None:
    """The old file still stands, and nothing beside it."""
    path = tmp_path / "table.csv"
    publish(path, b"old")

    with pytest.raises(OSError, match="Is a directory"), published(path) as written:
        tmp_path.write_bytes(written.read_bytes())

    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [
        ("table.csv", b"old")
    ]


def test_a_reader_sees_one_of_two_writers_whole(tmp_path: Path) -> None:
    """Each file is 1 MB of one letter; no reader ever sees two letters, or fewer."""
    path = tmp_path / "page"
    publish(path, b"a" * 1_000_000)
    writers = [
        threading.Thread(target=_publish_often, args=(path, letter)) for letter in b"ab"
    ]
    for each in writers:
        each.start()

    seen = set()
    while any(each.is_alive() for each in writers):
        data = path.read_bytes()
        seen.add((len(data), len(set(data))))

    assert seen == {(1_000_000, 1)}
    assert [each.name for each in tmp_path.iterdir()] == ["page"]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=str(path.relative_to(SOURCE)))
        for path in sorted(SOURCE.rglob("*.py"))
        if str(path.relative_to(SOURCE)) not in MAY_WRITE
    ],
)
def test_nothing_else_writes_a_file(path: Path) -> None:
    """There is one way to write, and it is tested above."""
    assert WRITES.findall(path.read_text()) == []


def _publish_often(path: Path, letter: int) -> None:
    for _ in range(20):
        publish(path, bytes([letter]) * 1_000_000)


def _disk_is_full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_room_is_seen_and_nothing_of_it_stays(tmp_path: Path) -> None:
    """A megabyte there is; a billion gigabytes no disk has."""
    check_room(tmp_path, 1 << 20)
    with pytest.raises(OSError, match=r"too large|No space left"):
        check_room(tmp_path, 1 << 60)

    assert [*tmp_path.iterdir()] == []
