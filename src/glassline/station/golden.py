"""Golden samples: parts whose class is known, shown again to see whether all is well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from glassline.errors import NotFoundError
from glassline.inspection import Inspection
from glassline.recipe import ACTIONS, Action
from glassline.store import Store
from glassline.store.ledger import Row

__all__ = ["SHIFT", "Sample", "check", "is_due", "name", "reference", "samples"]

SHIFT = timedelta(hours=12)  # the longest: a check older than this is none
KEY = "golden"  # of the notes that name samples


@dataclass(frozen=True)
class Sample:
    """One golden sample, and what its last check found.

    Attributes:
        name: What it is called, as on its box.
        record: The inspection whose photo shows it as it should be.
        expected: Its class.
        checked_at: When it was last checked with the model that runs; None if never.
        who: By whom.
        holds: Whether it was seen as expected then.
        got: What it was seen as then: class, then decision.
    """

    name: str
    record: str
    expected: str
    checked_at: str | None = None
    who: str = ""
    holds: bool = False
    got: tuple[str, str] = ("", "")


def name(
    store: Store, sample: str, record: str, expected: str | None, *, who: str
) -> Row:
    """Name a golden sample, or take one off the list.

    Args:
        store: Where it is written down.
        sample: What it is called.
        record: The inspection whose photo shows it.
        expected: Its class; None takes the sample off the list.
        who: Who says so.

    Raises:
        NotFoundError: There is no such record, or its photo is not kept.
        InputError: The name is empty.
    """
    if expected is not None and store.inspection(record).photo is None:
        raise NotFoundError(
            f"record: expected one whose photo is kept, got {record}, whose photo is "
            "not. Inspect a photo of the golden sample on the page first."
        )
    about = {"record": record, "expected": expected}
    return store.note(sample, who=who, about={KEY: about})


def samples(store: Store) -> tuple[Sample, ...]:
    """Return the golden samples, by name, each with its last check by the running model."""
    named: dict[str, dict[str, str | None]] = {}
    for row in store.every_row("note"):
        if KEY in (row.body["about"] or {}):
            named.setdefault(row.body["text"], row.body["about"][KEY])
    known = {name for name, about in named.items() if about["expected"] is not None}
    checked = _last_checks(store, known)
    return tuple(
        _sample(
            name, str(named[name]["record"]), named[name]["expected"], checked.get(name)
        )
        for name in sorted(known)
    )


def _last_checks(store: Store, names: set[str]) -> dict[str, Row]:
    """Return the last check of each sample by the model that runs, where there is one."""
    found: dict[str, Row] = {}
    if not names:
        return found
    running = store.running_hash
    for row in store.every_row("golden_check"):
        if row.body["model"] == running and row.body["sample"] in names:
            found.setdefault(row.body["sample"], row)
            if len(found) == len(names):
                break
    return found


def _sample(name: str, record: str, expected: str | None, row: Row | None) -> Sample:
    if row is None:
        return Sample(name, record, expected or "")
    found = row.body["found"]
    return Sample(
        name,
        record,
        expected or "",
        checked_at=row.at,
        who=row.who,
        holds=row.body["holds"],
        got=(found["class"], found["decision"]),
    )


def reference(store: Store, expected: str) -> str:
    """Return the record of a golden sample of a class, to be looked at beside others.

    The first by name; empty where there is none.
    """
    return next(
        (each.record for each in samples(store) if each.expected == expected), ""
    )


def check(
    store: Store, sample: Sample, seen: Inspection, record: str, *, who: str
) -> bool:
    """Write down how a golden sample was seen just now, and return whether that is right.

    It is where its class is the expected one, and it was accepted exactly if that is
    the good class.

    Args:
        store: Where it is written down.
        sample: Which.
        seen: What was seen on its new photo.
        record: Of that inspection.
        who: Who checks.
    """
    is_good = sample.expected == seen.model.recipe.good
    is_accepted = seen.decision == ACTIONS[Action.ACCEPT]
    holds = seen.predicted_class == sample.expected and is_accepted == is_good
    found = {
        "expected": sample.expected,
        "class": seen.predicted_class,
        "decision": seen.decision,
        "record": record,
    }
    store.check_golden(sample.name, holds=holds, who=who, found=found)
    return holds


def is_due(store: Store, now: datetime) -> bool:
    """Return whether a golden sample has to be checked before the station is ready.

    It has where one was not seen rightly by the running model within the last shift. A
    station without golden samples is never held up.
    """
    return any(
        not each.holds
        or each.checked_at is None
        or now - datetime.fromisoformat(each.checked_at) > SHIFT
        for each in samples(store)
    )
