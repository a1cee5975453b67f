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
    with store.following(_Named) as named:
        known = [(name, *named.of[name]) for name in sorted(named.of)]
    if not known:
        return ()
    running = store.running_hash
    with store.following(_Checked) as checked:
        return tuple(
            _sample(name, record, expected, checked.of.get((running, name)))
            for name, record, expected in known
        )


class _Named:
    """The samples that notes name: record and class of each."""

    kind = "note"

    def __init__(self) -> None:
        self.of: dict[str, tuple[str, str]] = {}

    def add(self, row: Row) -> None:
        """Take the next note; the last word on a name counts."""
        about = (row.body["about"] or {}).get(KEY)
        if not isinstance(about, dict):  # anybody's note may be about anything
            return
        if about["expected"] is None:
            self.of.pop(row.body["text"], None)
        else:
            self.of[row.body["text"]] = about["record"], about["expected"]


class _Checked:
    """The last check of each sample by each model."""

    kind = "golden_check"

    def __init__(self) -> None:
        self.of: dict[tuple[str | None, str], Row] = {}

    def add(self, row: Row) -> None:
        """Take the next check."""
        self.of[row.body["model"], row.body["sample"]] = row


def _sample(name: str, record: str, expected: str, row: Row | None) -> Sample:
    if row is None:
        return Sample(name, record, expected)
    found = row.body["found"]
    return Sample(
        name,
        record,
        expected,
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
