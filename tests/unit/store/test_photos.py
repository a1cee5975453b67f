"""Photos are kept by rule, whole, and go by rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassline.errors import InputError, StoreDamagedError, StoreFullError
from glassline.store import Entry, Keep, Store

Open = Callable[..., Store]
HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)


def _by_decision(entries: list[Entry], *decisions: str) -> list[Entry]:
    return [each for each in entries if each.decision in decisions]


def test_all_but_accepted_photos_are_kept(
    open_store: Open, entries: list[Entry]
) -> None:
    """Of the accepted ones the hash and the size alone, where no share is kept."""
    store = open_store(keep=Keep(accepted_share=0))

    recorded = store.record_all(entries)

    kept = [store.inspection(each.record).photo for each in recorded]
    assert kept == [
        None if each.decision == "accept" else each.photo for each in entries
    ]
    rows = store.inspections().rows
    assert [each.sha256 for each in rows] == [each.sha256 for each in entries]


def test_a_kept_photo_lies_under_its_hash(
    open_store: Open, entries: list[Entry], tmp_path: Path
) -> None:
    """Once, however often it was recorded."""
    store = open_store(keep=Keep(accepted_share=1))

    store.record_all([replace(entries[0], key=None), replace(entries[0], key=None)])

    lying = [
        each for each in (tmp_path / "files" / "photos").rglob("*") if each.is_file()
    ]
    assert [(each.name, each.read_bytes()) for each in lying] == [
        (entries[0].sha256, entries[0].photo)
    ]
    assert store.photo(entries[0].sha256) == entries[0].photo


@given(HASHES, st.floats(0, 1))
def test_whether_a_photo_is_kept_hangs_on_its_hash_alone(
    sha256: str, share: float
) -> None:
    """The same photo always or never; a larger share keeps all that a smaller one does."""
    kept = Keep(accepted_share=share).keeps("accept", sha256)

    assert kept == Keep(accepted_share=share).keeps("accept", sha256)
    assert kept <= Keep(accepted_share=min(1.0, share * 1.5)).keeps("accept", sha256)
    assert Keep(accepted_share=1).keeps("accept", sha256)
    assert not Keep(accepted_share=0).keeps("accept", sha256)
    assert Keep(accepted_share=0).keeps("refused", sha256)


def test_a_share_is_that_share() -> None:
    """Of 4,096 hashes that are spread evenly, exactly."""
    hashes = [f"{n:03x}{'0' * 61}" for n in range(4096)]

    assert (
        sum(Keep(accepted_share=0.25).keeps("accept", each) for each in hashes) == 1024
    )


def test_above_the_budget_the_oldest_accepted_photos_go(
    open_store: Open, entries: list[Entry], tmp_path: Path
) -> None:
    """Each removal is a row, and what people need is never removed."""
    accepted = _by_decision(entries, "accept")
    others = _by_decision(entries, "reject", "review", "refused")
    needed = sum(len(each.photo) for each in others) + len(accepted[0].photo)
    store = open_store(keep=Keep(accepted_share=1))
    store.record_all([*accepted, *others])
    store.label("station-1", "ok", who="bo", reason="seen")

    tight = open_store(keep=Keep(accepted_share=1, budget_bytes=needed))
    gone = tight.trim()

    kept = {each.sha256 for each in tight.inspections().rows if each.photo_kept}
    assert gone == len(accepted) - 1
    assert kept == {accepted[0].sha256, *(each.sha256 for each in others)}
    assert {
        e.name for e in (tmp_path / "files" / "photos").rglob("*") if e.is_file()
    } == kept
    [row] = tight.rows("photo_removed")
    assert row.body["photos"] == [each.sha256 for each in accepted[1:]]
    assert row.body["records"] == [f"station-{n + 1}" for n in range(1, len(accepted))]
    assert tight.verify().holds
    assert tight.replay().holds


def test_a_budget_holds_while_photos_come_in(
    open_store: Open, entries: list[Entry]
) -> None:
    """The oldest goes when the next one is recorded."""
    accepted = _by_decision(entries, "accept")
    budget = len(accepted[0].photo) + len(accepted[1].photo)
    store = open_store(keep=Keep(accepted_share=1, budget_bytes=budget))

    for each in accepted:
        store.record(each)

    rows = store.inspections().rows
    assert sum(
        len(e.photo) for e, r in zip(accepted, rows, strict=True) if r.photo_kept
    ) <= (budget)
    assert not rows[0].photo_kept
    assert rows[-1].photo_kept


def test_a_photo_that_is_another_is_not_handed_out(
    open_store: Open, entries: list[Entry], tmp_path: Path
) -> None:
    """It is not what was inspected."""
    store = open_store(keep=Keep(accepted_share=1))
    store.record(entries[0])
    name = entries[0].sha256
    (tmp_path / "files" / "photos" / name[:2] / name).write_bytes(b"another")

    with pytest.raises(
        StoreDamagedError, match=rf"^photo {name[:12]}\.\.\.: expected th"
    ):
        store.photo(name)


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "x" * 64, "AB" * 32, "ab" * 31]
)
def test_a_name_that_is_no_hash_is_no_photo(store: Store, name: str) -> None:
    """No path is made of it."""
    assert store.photo(name) is None


def test_where_a_photo_can_not_be_kept_nothing_is_recorded(
    open_store: Open, entries: list[Entry], tmp_path: Path
) -> None:
    """The row would promise what is not there; afterwards it can be recorded."""
    store = open_store(keep=Keep(accepted_share=1))
    blocked = tmp_path / "files" / "photos" / entries[0].sha256[:2]
    blocked.write_bytes(b"a file where a folder belongs")

    with pytest.raises(StoreFullError, match="expected room for a photo"):
        store.record(entries[0])

    assert store.rows() == []
    blocked.unlink()
    assert store.record(entries[0]).record == "station-1"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"accepted_share": 1.5},
            "accepted_share: expected a number in [0, 1], got 1.5.",
        ),
        ({"budget_bytes": -1}, "budget_bytes: expected a number >= 0, got -1."),
    ],
)
def test_a_rule_is_in_range(options: dict[str, float], message: str) -> None:
    """Found before anything is recorded."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        Keep(**options)  # type: ignore[arg-type]
