"""How well people, and the model, judge the parts whose verdict is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassline.monitor import Judgement, repeatability
from glassline.recipe import Recipe
from glassline.station.known import UNDO, known_parts
from glassline.store import Store
from glassline.store.ledger import Row
from glassline.studies.labels.agreement import MODEL, Agreement, agreement
from glassline.studies.metrics import Rate

__all__ = ["Appraisal", "appraisals"]

MOST = 1_000  # showings and verdicts that count, the newest, as the page says


@dataclass(frozen=True)
class Appraisal:
    """How one person, or the model, judged the known parts.

    Attributes:
        agreement: With what is known.
        repeats: Parts that were judged more than once, and always alike; None of the
            model, which sees each once.
        unsure: How many she handed on; they count in no rate.
    """

    agreement: Agreement
    repeats: Rate | None
    unsure: int


def appraisals(store: Store, recipe: Recipe) -> tuple[Appraisal, ...]:
    """Hold what everybody said of the known parts against what is known of them.

    The model comes first, with what it said when it looked; then the people, in the
    order in which they were first asked. Counted are the newest 1,000 rows. Of one
    showing the last verdict counts; where she was told after it, the first.

    Args:
        store: The records.
        recipe: Its classes; a part of another class is left out.
    """
    classes = recipe.classes
    good = None if recipe.good is None else classes.index(recipe.good)
    parts = [each for each in known_parts(store) if each.expected in classes]
    seen = [store.inspection(each.record).listed.predicted_class for each in parts]
    pairs = [
        (said, each.expected)
        for said, each in zip(seen, parts, strict=True)
        if said in classes
    ]
    found = []
    if pairs:
        held = _held(MODEL, pairs, classes, good)
        found.append(Appraisal(held, None, 0))
    judged = list(_verdicts(store))
    for who in dict.fromkeys(row.who for row in judged):
        own = [row.body for row in judged if row.who == who]
        sure = [
            body
            for body in own
            if body["label"] in classes and body["expected"] in classes
        ]
        again = repeatability(
            Judgement(who, body["record"], body["label"]) for body in sure
        )
        held = _held(
            who, [(body["label"], body["expected"]) for body in sure], classes, good
        )
        unsure = sum(body["label"] is None for body in own)
        found.append(Appraisal(held, again.get(who, Rate(0, 0)), unsure))
    return tuple(found)


def _held(
    who: str,
    pairs: Sequence[tuple[Any, str]],
    classes: Sequence[str],
    good: int | None,
) -> Agreement:
    ids = [(classes.index(said), classes.index(known)) for said, known in pairs]
    said, known = np.array(ids, np.int64).reshape(-1, 2).T
    return agreement(who, said, known, good)


def _verdicts(store: Store) -> Iterator[Row]:
    """Yield the row that counts of each showing, in the order of first verdicts."""
    counts: dict[str, Row] = {}
    for row in reversed(store.rows("known_part", limit=MOST)):
        body = row.body
        if body["action"] != "judged" or (body["told"] and body["token"] in counts):
            continue
        if body["reason"] == UNDO:
            counts.pop(body["token"], None)
        else:
            counts[body["token"]] = row
    yield from counts.values()
