"""What several people said of the same photo, and how far they agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from glassline.arrays import ClassIds
from glassline.dataset.readings import Readings
from glassline.studies.labels.agreement import Agreement, agreement, kappa

__all__ = ["MODEL", "Vote", "agreements", "kappas", "majority", "votes"]

MODEL = "model"


@dataclass(frozen=True)
class Vote:
    """A label that was given to a photo: by the part that counts, or by a copy of it.

    Attributes:
        photo: The place of the part that counts.
        inspector: Who gave the label; "" where the table names nobody.
        label: Class id.
    """

    photo: int
    inspector: str
    label: int


def votes(known: Readings, labels: ClassIds, classes: Sequence[str]) -> list[Vote]:
    """Return every label, those of the parts first, then those of their copies.

    Args:
        known: n labelled parts, and the copies of all that were read.
        labels: Shape (n,), class ids.
        classes: What the ids stand for.
    """
    places = {part.path: place for place, part in enumerate(known.data.parts)}
    copies = replace(known.data, parts=tuple(each.part for each in known.copies))
    told = copies.labelled(classes)
    photos = [places[known.copies[row].of.path] for row in told.rows.tolist()]
    return [
        Vote(photo, part.inspector or "", label)
        for photo, part, label in zip(
            [*range(len(labels)), *photos],
            [*known.data.parts, *told.data.parts],
            [*labels.tolist(), *told.labels.tolist()],
            strict=True,
        )
    ]


def majority(votes: Iterable[int]) -> int | None:
    """Return the commonest class; None for a tie or without votes.

    Example:
        >>> majority([0, 1, 1]), majority([0, 1])
        (1, None)
    """
    ranked = Counter(votes).most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


def agreements(
    given: Sequence[Vote], seen: ClassIds, good: int | None
) -> Iterator[Agreement]:
    """Yield the model against the labels, then each inspector against the others.

    A photo counts once, with the majority of what was said of it; photos without a
    majority have no reference and are left out.

    Args:
        given: Every label of n photos.
        seen: Shape (n,), what the model says out of fold.
        good: The class of good parts, if any.
    """
    said: dict[int, list[int]] = {}
    for vote in given:
        said.setdefault(vote.photo, []).append(vote.label)
    told = [(int(seen[photo]), majority(labels)) for photo, labels in said.items()]
    yield _held(MODEL, told, good)
    by_inspector = _by_inspector(given)
    for name, own in by_inspector.items():
        others = [each for who, each in by_inspector.items() if who != name]
        told = [
            (label, majority(each[photo] for each in others if photo in each))
            for photo, label in own.items()
        ]
        if any(reference is not None for _, reference in told):
            yield _held(name, told, good)


def kappas(given: Sequence[Vote]) -> Iterator[tuple[str, str, int, float]]:
    """Yield two inspectors, how many photos they share, and their kappa."""
    pairs = combinations(_by_inspector(given).items(), 2)
    for (one, first), (other, second) in pairs:
        shared = [photo for photo in first if photo in second]
        if shared:
            said = [
                np.array([each[photo] for photo in shared]) for each in (first, second)
            ]
            yield one, other, len(shared), kappa(said[0], said[1])


def _held(
    judge: str, told: list[tuple[int, int | None]], good: int | None
) -> Agreement:
    both = [(said, reference) for said, reference in told if reference is not None]
    said, reference = np.array(both, np.int64).reshape(-1, 2).T
    return agreement(judge, said, reference, good)


def _by_inspector(given: Sequence[Vote]) -> dict[str, dict[int, int]]:
    """Return what each inspector said of each photo; not where one said two things."""
    said: dict[str, dict[int, list[int]]] = {}
    for vote in given:
        if vote.inspector:
            own = said.setdefault(vote.inspector, {})
            own.setdefault(vote.photo, []).append(vote.label)
    return {
        name: {
            photo: voted
            for photo, each in photos.items()
            if (voted := majority(each)) is not None
        }
        for name, photos in said.items()
    }
