"""What all rows of a kind come to: read once, then kept up to date."""

from __future__ import annotations

from pathlib import Path

from glassline.store import Row, Store
from glassline.store.core import Draft, Moment


class _Texts:
    """The texts of all notes, in order."""

    kind = "note"

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, row: Row) -> None:
        self.found.append(row.body["text"])


def _texts(store: Store) -> list[str]:
    with store.following(_Texts) as texts:
        return [*texts.found]


def test_every_row_is_followed_once_whoever_wrote_it(tmp_path: Path) -> None:
    """More than are read at a time, of this stream and kind alone, by two programs."""
    moment = Moment()

    def work(draft: Draft) -> None:
        for count in range(1_001):
            draft.append("note", "bo", f'{{"text":"{count}"}}', moment)

    with (
        Store.open(tmp_path / "line.db") as store,
        Store.open(tmp_path / "line.db") as same,
        Store.open(tmp_path / "line.db", stream="other") as other,
    ):
        empty = _texts(store)
        store.core.write(work)
        other.note("elsewhere", who="bo")
        first = _texts(store)
        store.check_golden("G1", holds=True, who="bo")
        same.note("later", who="bo")

        assert empty == []
        assert first == [str(count) for count in range(1_001)]
        assert _texts(store) == [*first, "later"] == _texts(same)
