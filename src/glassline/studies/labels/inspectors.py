"""What several people said of the same photo, and how far they agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations

import numpy as np

from glassline.arrays import ClassIds
from glassline.dataset.readings import Readings
from glassline.studies.labels.agreement import Agreement, agreement, kappa

__all__ = ["MODEL", "agreements", "kappas", "majority"]

MODEL = "model"

Votes = dict[str, dict[str, int]]  # inspector to photo to class


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
    known: Readings, labels: ClassIds, seen: ClassIds, good: int | None
) -> Iterator[Agreement]:
    """Yield the model against the labels, then each inspector against the others.

    A photo that several rows label counts once, with the majority of what was said;
    photos without a majority have no reference and are left out.

    Args:
        known: n labelled parts.
        labels: Shape (n,), class ids.
        seen: Shape (n,), what the model says out of fold.
        good: The class of good parts, if any.
    """
    photos: dict[str, list[int]] = {}
    for part, photo in enumerate(known.sha256):
        photos.setdefault(photo, []).append(part)
    told = [
        (int(seen[parts[0]]), majority(labels[parts].tolist()))
        for parts in photos.values()
    ]
    yield _held(MODEL, told, good)
    votes = _votes(known, labels)
    for name, own in votes.items():
        others = [each for who, each in votes.items() if who != name]
        told = [
            (said, majority(each[photo] for each in others if photo in each))
            for photo, said in own.items()
        ]
        if any(reference is not None for _, reference in told):
            yield _held(name, told, good)


def kappas(known: Readings, labels: ClassIds) -> Iterator[tuple[str, str, int, float]]:
    """Yield two inspectors, how many photos they share, and their kappa."""
    for (one, first), (other, second) in combinations(_votes(known, labels).items(), 2):
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


def _votes(known: Readings, labels: ClassIds) -> Votes:
    """Return what each inspector said of each photo; not where one said two things."""
    said: dict[str, dict[str, list[int]]] = {}
    for part, photo, label in zip(
        known.data.parts, known.sha256, labels.tolist(), strict=True
    ):
        if part.inspector:
            said.setdefault(part.inspector, {}).setdefault(photo, []).append(label)
    return {
        name: {
            photo: voted
            for photo, each in photos.items()
            if (voted := majority(each)) is not None
        }
        for name, photos in said.items()
    }
