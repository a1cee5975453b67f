"""Recorded verdicts worked out again, from the photo and the model, to the last bit."""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sqlalchemy import func, select, tuple_

from glassline.dataset.readings import Progress, no_progress
from glassline.errors import GlasslineError, InputError
from glassline.inspection import attempt
from glassline.interface.record import Record
from glassline.model import Model
from glassline.model.verdict import decide
from glassline.store.core import Core
from glassline.store.entry import LIBRARIES, environment
from glassline.store.ledger import Row, parse_record
from glassline.store.library import Library
from glassline.store.photos import read_photo
from glassline.store.tables import inspections, ledger

__all__ = ["OUTCOMES", "Replay", "Replayed", "replay"]

OUTCOMES = (
    "same",
    "same_from_readings",
    "environment_differs",
    "differs",
    "unreadable",
)
"""What a replay of one record can come to; only the first two hold."""

NUMBERS = ("features", "x", "logits", "probabilities")
WORDS = ("class", "decision", "reason", "reason_code", "novelty", "gauge", "guarantee")
PAGE = 200  # records read at a time


@dataclass(frozen=True)
class Replayed:
    """One record that was worked out again.

    Attributes:
        record: Which.
        outcome: `same`: every bit, from the photo. `same_from_readings`: every bit, from
            the recorded readings, where the photo was not kept or its front need not
            repeat. `environment_differs`: other bits, and other libraries than then.
            `differs`: other bits, and the same libraries. `unreadable`: photo or model
            is not what was kept.
        places: What came out otherwise: features, x, logits, probabilities, class...
        ulps: The largest distance of two readings, in steps of 64-bit numbers.
        relative: The same as a share of the larger one.
        told: Which libraries differ, then and now; or the error.
    """

    record: str
    outcome: str
    places: tuple[str, ...] = ()
    ulps: int = 0
    relative: float = 0.0
    told: str = ""

    @property
    def holds(self) -> bool:
        """Return whether every bit is the same."""
        return self.outcome in OUTCOMES[:2]


@dataclass(frozen=True, eq=False, repr=False)
class Replay(Record):
    """What came of all that were worked out again.

    Attributes:
        counts: Outcome to records.
        found: Those that do not hold, in their order.
    """

    counts: Mapping[str, int]
    found: tuple[Replayed, ...]

    @property
    def n(self) -> int:
        """Return how many records were worked out again."""
        return sum(self.counts.values())

    @property
    def holds(self) -> bool:
        """Return whether every bit of every record is the same."""
        return not self.found

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "holds": self.holds,
            "n": self.n,
            "counts": dict(self.counts),
            "found": [vars(each) | {"places": [*each.places]} for each in self.found],
        }


def replay(
    core: Core,
    library: Library,
    *,
    stream: str | None = None,
    after: str | None = None,
    limit: int | None = None,
    progress: Progress = no_progress,
) -> Replay:
    """Work recorded inspections out again, and compare bit by bit.

    Args:
        core: The records.
        library: Their models.
        stream: Of one stream alone.
        after: Begin behind this record.
        limit: At most so many; left out, all.
        progress: Told how far it is.

    Raises:
        InputError: The limit is below 1.
    """
    if limit is not None and limit < 1:
        raise InputError(f"limit: expected a number >= 1, got {limit}.")
    start = parse_record(after) if after else ("", 0)
    with core.read() as connection:
        counted = select(func.count()).select_from(inspections)
        total = int(connection.execute(counted.where(*_of(stream, start))).scalar_one())
    total = min(total, limit or total)
    counts: Counter[str] = Counter()
    found: list[Replayed] = []
    for row in _rows(core, stream, start, total):
        each = _replayed(core, library, row)
        counts[each.outcome] += 1
        found += [] if each.holds else [each]
        progress("replaying", counts.total(), total)
    return Replay({name: counts[name] for name in OUTCOMES}, tuple(found))


def _of(stream: str | None, after: tuple[str, int]) -> list[Any]:
    clauses: list[Any] = [tuple_(inspections.c.stream, inspections.c.seq) > after]
    return clauses + ([inspections.c.stream == stream] if stream else [])


def _rows(
    core: Core, stream: str | None, after: tuple[str, int], most: int
) -> Iterator[Row]:
    while most > 0:
        with core.read() as connection:
            found = connection.execute(
                select(ledger)
                .join(
                    inspections,
                    (inspections.c.stream == ledger.c.stream)
                    & (inspections.c.seq == ledger.c.seq),
                )
                .where(*_of(stream, after))
                .order_by(ledger.c.stream, ledger.c.seq)
                .limit(min(PAGE, most))
            ).all()
        if not found:
            return
        rows = [Row(*each) for each in found]
        yield from rows
        most -= len(rows)
        after = (rows[-1].stream, rows[-1].seq)


def _replayed(core: Core, library: Library, row: Row) -> Replayed:
    body = row.body
    try:
        photo = read_photo(core, body["photo"]["sha256"])
        model = library.model(body["model"]) if body["model"] else None
    except GlasslineError as error:
        return Replayed(row.record, "unreadable", told=str(error))
    told = body["seen"]
    if model is None or (photo is None and "refused" in told):
        return Replayed(row.record, "same_from_readings")  # nothing was worked out
    if photo is None or model.front.tolerance is None:
        now, outcome = _from_readings(model, told), "same_from_readings"
    else:
        now, outcome = attempt(model, photo).as_json(), "same"
    places = tuple(
        name for name in _compared(told) if not _same(told[name], now.get(name))
    )
    if not places:
        return Replayed(row.record, outcome)
    then = body["environment"]
    others = [name for name in LIBRARIES if then.get(name) != environment()[name]]
    ulps, relative = _distance(told.get("features", {}), now.get("features", {}))
    return Replayed(
        row.record,
        "environment_differs" if others else "differs",
        places,
        ulps,
        relative,
        ", ".join(
            f"{name} {then.get(name)} → {environment()[name]}" for name in others
        ),
    )


def _compared(told: Mapping[str, Any]) -> tuple[str, ...]:
    return ("refused",) if "refused" in told else (*NUMBERS, *WORDS)


def _from_readings(model: Model, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Decide again on recorded readings."""
    said = decide(model, np.array([[*told["features"].values()]]))
    decided, p = said.decision(0), said.probabilities[0].tolist()
    found = {
        "decision": decided.action,
        "reason": decided.reason.text("en"),
        "reason_code": decided.reason.code,
        "novelty": asdict(decided.stand) if decided.stand else None,
        "gauge": asdict(decided.nearby) if decided.nearby else None,
        "guarantee": model.guarantee.as_json() if model.guarantee else None,
    }
    return found | {
        "features": told["features"],
        "x": said.x[0].tolist(),
        "logits": said.logits[0].tolist(),
        "probabilities": dict(zip(model.recipe.classes, p, strict=True)),
        "class": model.recipe.classes[int(said.classes[0])],
    }


def _same(one: Any, other: Any) -> bool:
    """Return whether two are the same to the last bit, a sign of zero included."""
    if isinstance(one, float) and isinstance(other, float):
        return struct.pack("<d", one) == struct.pack("<d", other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return [*one] == [*other] and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and bool(one == other)


def _distance(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[int, float]:
    """Return the largest distance of two readings, in steps and as a share.

    Example:
        >>> _distance({"a": 1.0}, {"a": math.nextafter(1.0, 2.0)})
        (1, 2.2204460492503126e-16)
    """
    pairs = [(one[key], other[key]) for key in one if key in other]
    steps = max((abs(_rank(a) - _rank(b)) for a, b in pairs), default=0)
    sizes = [(abs(a - b), max(abs(a), abs(b))) for a, b in pairs]
    return steps, max((gap / size for gap, size in sizes if size), default=0.0)


def _rank(value: float) -> int:
    """Return the place of a number among all 64-bit numbers, 0 at 0."""
    [bits] = struct.unpack("<q", struct.pack("<d", math.fabs(value)))
    return int(bits) if value >= 0 else -int(bits)
