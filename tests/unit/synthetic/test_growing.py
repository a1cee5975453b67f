"""The endless line: calm, then a cause grows, then it is mended."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from glassline.errors import InputError
from glassline.synthetic import growing
from glassline.synthetic.growing import GROWING, growing_line
from glassline.synthetic.line import INSPECTORS, KINDS, judge

SIZE = (32, 40)


def _generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def test_the_same_seed_makes_the_same_line() -> None:
    """To the last pixel."""
    one, other = (
        [*islice(growing_line(rng=_generator(3), size_hw=SIZE), 4)] for _ in range(2)
    )

    assert [each.part.image.tobytes() for each in one] == [
        each.part.image.tobytes() for each in other
    ]


def test_a_cause_grows_to_its_worst_and_is_mended() -> None:
    """Three calm parts, four on which it grows by a quarter, then calm again."""
    parts = growing_line(rng=_generator(3), size_hw=SIZE, calm=3, growth=4)

    found = [*islice(parts, 10)]

    severities = [each.severity for each in found]
    assert severities == [0, 0, 0, 0.25, 0.5, 0.75, 1, 0, 0, 0]
    assert [each.cause is None for each in found] == [s == 0 for s in severities]


def test_every_cause_comes_once_in_three_turns(rng: np.random.Generator) -> None:
    """In an order that is drawn anew each time."""
    parts = growing_line(rng=rng, size_hw=SIZE, calm=1, growth=1)

    causes = [each.cause for each in islice(parts, 60)][1::2]
    turns = [tuple(causes[at : at + 3]) for at in range(0, 30, 3)]
    assert {frozenset(turn) for turn in turns} == {frozenset(GROWING)}
    assert len({*turns}) > 1


@pytest.mark.parametrize("cause", ["scratch", "dirt"])
def test_a_cause_makes_its_own_fault_common(cause: str) -> None:
    """At its worst nearly half of the parts have it; the other faults stay rare."""
    rng = _generator(8)

    drawn = [growing._doses(cause, 1.0, rng) for _ in range(800)]

    limit = INSPECTORS["B"]
    share = {
        kind: np.mean([judge(doses, limit, KINDS) == kind for doses in drawn])
        for kind in KINDS
    }
    other = {"scratch": "dirt", "dirt": "scratch"}[cause]
    assert 0.35 < share[cause] < 0.55
    assert share[other] < 0.12


def test_an_old_lamp_glares_and_leaves_the_parts_as_they_are() -> None:
    """No fault is more common; the glare is all that changed."""
    calm = [growing._doses("lamp", 0.0, _generator(seed)) for seed in range(60)]
    old = [growing._doses("lamp", 1.0, _generator(seed)) for seed in range(60)]

    assert [each.scratch for each in calm] == [each.scratch for each in old]
    assert all(
        after.glare == before.glare + growing.BRIGHTER_GLARE
        for before, after in zip(calm, old, strict=True)
    )


def test_lots_and_serials_are_counted() -> None:
    """Two parts a lot."""
    parts = growing_line(rng=_generator(3), size_hw=SIZE, lot_size=2)

    found = [(each.part.lot, each.part.serial) for each in islice(parts, 3)]

    assert found == [("L0001", "D000001"), ("L0001", "D000002"), ("L0002", "D000003")]


@pytest.mark.parametrize("name", ["lot_size", "calm", "growth"])
def test_counts_below_one_are_refused(name: str) -> None:
    """Each by its name."""
    with pytest.raises(InputError, match=f"^{name}: expected at least 1, got 0\\.$"):
        growing_line(rng=_generator(3), **{name: 0})
