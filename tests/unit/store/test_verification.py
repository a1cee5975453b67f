"""Whatever was changed behind the back of the program is named, row by row."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from glassline.model import Model
from glassline.store import Entry, Findings, Keep, Person, Store

Open = Callable[..., Store]


@pytest.fixture
def filled(open_store: Open, entries: list[Entry], settled: Model) -> Store:
    """A model (1), thirteen inspections (2 to 14), two labels, a person and a note."""
    store = open_store(keep=Keep(accepted_share=1))
    store.publish(settled, who="anna", reason="first")
    store.record_all(entries)
    store.label("station-2", "ok", who="bo", reason="seen")
    store.label("station-2", "dirt", who="bo", reason="slip")
    store.add_person(Person("7", "Bo", "operator"), who="anna", reason="new")
    store.note("lamp changed", who="bo")
    return store


def _change(store: Store, *statements: str) -> None:
    with store.core.engine.begin() as connection:
        for each in statements:
            connection.exec_driver_sql(each)


def _named(found: Findings) -> list[tuple[str, str]]:
    return [(each.kind, each.place) for each in found.found]


def test_what_nobody_touched_holds(filled: Store) -> None:
    """Ledger, tables, photos and the model."""
    found = filled.verify()

    assert (found.holds, found.rows, found.photos, found.models) == (True, 18, 13, 1)
    assert found.heads == filled.heads()


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        pytest.param(
            ["UPDATE ledger SET who = 'eve' WHERE seq = 5"],
            [("altered", "station-5")],
            id="altered",
        ),
        pytest.param(
            ["UPDATE ledger SET clock_ns = clock_ns + 1 WHERE seq IN (5, 9)"],
            [("altered", "station-5"), ("altered", "station-9")],
            id="two altered",
        ),
        pytest.param(
            ["DELETE FROM ledger WHERE seq = 18"], [("cut", "station-18")], id="cut"
        ),
        pytest.param(
            [
                "DELETE FROM ledger WHERE seq IN (14, 18)",
                "DELETE FROM inspections WHERE seq = 14",
            ],
            [("deleted", "station-14"), ("cut", "station-18")],
            id="deleted with its derived row",
        ),
        pytest.param(
            ["DELETE FROM ledger WHERE seq BETWEEN 15 AND 17"],
            [
                ("deleted", "station-15 to station-17"),
                ("derived", "inspections station-2"),
                ("derived", "labels station-15"),
                ("derived", "labels station-16"),
                ("derived", "people 7"),
            ],
            id="three deleted",
        ),
        pytest.param(
            [
                "INSERT INTO ledger SELECT stream, 19, at, clock_ns, kind, who, body, "
                "previous, hash FROM ledger WHERE seq = 18"
            ],
            [
                ("unlinked", "station-19"),
                ("altered", "station-19"),
                ("inserted", "station-19"),
            ],
            id="inserted",
        ),
        pytest.param(
            [
                "UPDATE ledger SET seq = 99 WHERE seq = 17",
                "UPDATE ledger SET seq = 17 WHERE seq = 18",
                "UPDATE ledger SET seq = 18 WHERE seq = 99",
            ],
            [
                ("unlinked", "station-17"),
                ("unlinked", "station-18"),
                ("reordered", "station-17"),
                ("reordered", "station-18"),
                ("head", "station-18"),
            ],
            id="reordered",
        ),
        pytest.param(
            ["UPDATE streams SET hash = 'x'"], [("head", "station-18")], id="head"
        ),
        pytest.param(
            ["UPDATE inspections SET decision = 'accept' WHERE seq = 14"],
            [("derived", "inspections station-14")],
            id="derived altered",
        ),
        pytest.param(
            ["DELETE FROM labels WHERE version = 2"],
            [("derived", "labels station-16")],
            id="derived deleted",
        ),
        pytest.param(
            [
                "INSERT INTO people VALUES ('8', 1, 'Eve', 'admin', NULL, NULL, true, 'x')"
            ],
            [("derived", "people 8")],
            id="derived inserted",
        ),
    ],
)
def test_every_change_is_named(
    filled: Store, statements: list[str], named: list[tuple[str, str]]
) -> None:
    """By the row that it was made in, and by nothing else."""
    _change(filled, *statements)

    found = filled.verify()

    assert _named(found) == named


def test_a_row_that_is_no_longer_json_is_named(filled: Store) -> None:
    """And the tables that would follow from it can not be compared."""
    _change(filled, "UPDATE ledger SET body = '{' WHERE seq = 5")

    found = filled.verify()

    assert _named(found) == [("altered", "station-5"), ("derived", "all")]


def test_a_tail_that_was_cut_everywhere_shows_in_another_stream(
    filled: Store, open_store: Open, entries: list[Entry]
) -> None:
    """It wrote down where this one stood; so does an auditor's own note."""
    noted = filled.heads()
    other = open_store(stream="other")
    other.note("good morning", who="bo")
    _change(
        filled,
        "DELETE FROM ledger WHERE stream = 'station' AND seq = 18",
        "UPDATE streams SET seq = 17, hash = (SELECT hash FROM ledger WHERE seq = 17) "
        "WHERE stream = 'station'",
    )

    found = other.verify(heads=noted)

    assert [each.as_json() for each in found.found] == [
        {"kind": "cut", "place": "station-18", "told": "other-2 saw it"},
        {"kind": "cut", "place": "station-18", "told": "outside saw it"},
    ]


def test_a_stream_that_is_gone_is_named(filled: Store) -> None:
    """All its rows, where the head is left."""
    _change(
        filled,
        "DELETE FROM ledger",
        *("DELETE FROM inspections", "DELETE FROM labels"),
        *("DELETE FROM models", "DELETE FROM people"),
    )

    assert _named(filled.verify()) == [("cut", "station-1 to station-18")]


def test_a_photo_that_is_missing_or_another_is_named(
    filled: Store, entries: list[Entry], tmp_path: Path
) -> None:
    """By its hash, with the record that it is of."""
    missing, altered = entries[0].sha256, entries[1].sha256
    (tmp_path / "files" / "photos" / missing[:2] / missing).unlink()
    (tmp_path / "files" / "photos" / altered[:2] / altered).write_bytes(b"other")

    found = filled.verify()

    assert sorted(_named(found)) == [
        ("photo_altered", altered),
        ("photo_missing", missing),
    ]
    assert {each.told for each in found.found} == {"of station-2", "of station-3"}
    assert filled.verify(photos=False).holds


def test_a_model_that_is_missing_or_another_is_named(
    filled: Store, settled: Model, tmp_path: Path
) -> None:
    """Also where it is still in memory."""
    place = tmp_path / "files" / "models" / settled.sha256 / "model.json"
    text = place.read_bytes()
    place.write_bytes(text.replace(b"0.1", b"0.2", 1))

    assert _named(filled.verify()) == [("model_altered", settled.sha256)]
    place.unlink()
    shutil.rmtree(place.parent)
    assert _named(filled.verify()) == [("model_missing", settled.sha256)]


def test_rebuilding_mends_the_tables_and_touches_no_row(filled: Store) -> None:
    """The ledger is the truth; what follows from it can be had again."""
    heads = filled.heads()
    _change(filled, "UPDATE inspections SET decision = 'accept'", "DELETE FROM labels")
    _change(
        filled, "INSERT INTO people VALUES ('8', 1, 'E', 'a', NULL, NULL, true, '')"
    )

    rows = filled.rebuild()

    assert rows == 18
    assert filled.verify().holds
    assert filled.heads() == heads
