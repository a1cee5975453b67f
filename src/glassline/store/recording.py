"""Inspections into the ledger: many in one commit, each once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from glassline.files import held
from glassline.store.core import PHOTOS, Core, Draft, Moment
from glassline.store.entry import Entry, Recorded, text_of
from glassline.store.ledger import Row
from glassline.store.library import Library
from glassline.store.photos import Keep, put_photo
from glassline.store.tables import inspections, ledger

__all__ = ["record_all"]


def record_all(
    core: Core, library: Library, keep: Keep, entries: Sequence[Entry]
) -> list[Recorded]:
    """Record entries in one commit, and say where they stand once it is on disk.

    Raises:
        StoreError: They can not be recorded; none of them was.
    """
    if not entries:
        return []
    moment = Moment(core.now)
    for model in {each.by.sha256: each.by for each in entries if each.by}.values():
        library.keep(model)
    hashes = [each.sha256 for each in entries]
    texts = [
        text_of(each, sha256, keep, core.day, moment)
        for each, sha256 in zip(entries, hashes, strict=True)
    ]

    def work(draft: Draft) -> list[Recorded]:
        known = _known(draft, [each.key for each in entries if each.key])
        found: list[Recorded] = []
        for each, text in zip(entries, texts, strict=True):
            row = known.get(each.key or "")
            is_new = row is None
            if row is None:
                row = draft.append("inspection", each.who, text, moment)
                known |= {each.key: row} if each.key else {}
            found.append(Recorded(row.record, row, is_new))
        return found

    with held(
        core.files / PHOTOS, alone=False
    ):  # while photos go, none is recorded as kept
        for each, sha256 in zip(entries, hashes, strict=True):
            if each.kept_by(keep, sha256):
                put_photo(core, sha256, each.photo)
        return core.write(work)


def _known(draft: Draft, keys: Sequence[str]) -> dict[str, Row]:
    """Return the rows that stand under these keys already."""
    if not keys:
        return {}
    found = draft.connection.execute(
        select(inspections.c.key, *ledger.c)
        .join(
            ledger,
            (ledger.c.stream == inspections.c.stream)
            & (ledger.c.seq == inspections.c.seq),
        )
        .where(inspections.c.key.in_(keys))
    )
    return {str(each[0]): Row(*each[1:]) for each in found}
