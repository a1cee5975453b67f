"""What holds for every model: saved it says the same, and many parts are decided as one."""

from __future__ import annotations

import tempfile
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from strategies import MODEST, models, readings

from glassline.decide import Region, actions
from glassline.errors import ModelError
from glassline.model import Model, load
from glassline.model.sealed import seal, unseal
from glassline.model.verdict import decide
from glassline.recipe import ACTIONS

few = settings(max_examples=20)
pytestmark = pytest.mark.slow
Numbers = np.ndarray
FEW_CLASSES = st.integers(2, 3)  # how near a decision is takes long with more
PARTS = st.lists(readings(), min_size=1, max_size=4).map(np.array)
REVIEW = ACTIONS.index("review")
SQUARE = tuple(map(tuple, np.eye(4).tolist()))
RING = Region(("ok",), ((0.0,) * 4,), (SQUARE,), limit=1.0, rate=0.02, n=99)
plain = st.dictionaries(
    st.sampled_from(["a", "b", "刮"]),
    st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5) | st.none(),
)


def probabilities_of(model: Model, parts: Numbers) -> Numbers:
    """What the head makes of readings, shape (n, k)."""
    return model.head.probabilities(model.scale.x(parts))


@few
@given(model=models(full=True))
def test_a_saved_model_is_the_same_to_the_last_bit(model: Model) -> None:
    """Every number, every setting, and the hash that names it."""
    with tempfile.TemporaryDirectory() as folder:
        model.save(folder)
        again = load(folder)

    assert again.as_bytes() == model.as_bytes()
    assert again.recipe == model.recipe
    assert_array_equal(again.head.W, model.head.W)
    assert (again.region, again.gauge) == (model.region, model.gauge)
    assert (again.guarantee, again.sha256) == (model.guarantee, model.sha256)


@few
@given(model=models(FEW_CLASSES, kinds=(*MODEST, "steep")), parts=PARTS)
def test_many_parts_are_decided_as_one_by_one(model: Model, parts: Numbers) -> None:
    """With region, gauge and guarantee, wherever the readings lie."""
    alone = [decide(model, row[None]).decision(0) for row in parts]

    together = decide(model, parts)

    said = [together.decision(row) for row in range(len(parts))]
    assert [ACTIONS[each] for each in together.actions] == [d.action for d in alone]
    assert [(d.action, d.reason) for d in said] == [(d.action, d.reason) for d in alone]


@few
@given(model=models(FEW_CLASSES, kinds=MODEST), parts=PARTS)
def test_what_is_novel_goes_to_a_person(model: Model, parts: Numbers) -> None:
    """Whenever the region says so, whatever the costs and the guarantee say."""
    region = model.region or replace(RING, classes=model.recipe.classes[:1])
    known = replace(model, region=region)
    is_novel = region.distances(model.scale.unclipped(parts)) > region.limit

    taken = decide(known, parts).actions

    assert (taken[is_novel] == REVIEW).all()


@few
@given(model=models(FEW_CLASSES, kinds=MODEST), parts=PARTS)
def test_what_the_costs_do_not_know_only_ever_asks_a_person(
    model: Model, parts: Numbers
) -> None:
    """Region and gauge leave the policy's action, or make it review."""
    by_cost = actions(model.policy, probabilities_of(model, parts))

    taken = decide(model, parts).actions

    assert ((taken == by_cost) | (taken == REVIEW)).all()


@few
@given(model=models(FEW_CLASSES, kinds=MODEST), parts=PARTS)
def test_without_region_and_gauge_the_costs_decide(
    model: Model, parts: Numbers
) -> None:
    """Nothing else is asked."""
    bare = replace(model, region=None, gauge=None)
    p = probabilities_of(bare, parts)

    assert_array_equal(decide(bare, parts).actions, actions(bare.policy, p))


@given(document=plain)
def test_what_is_sealed_is_read_back(document: dict[str, object]) -> None:
    """The same document, with its hash."""
    found = unseal(seal(document), "x")

    assert len(found.pop("sha256")) == 64
    assert found == document


@given(document=plain, at=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_bit_off_is_refused(
    document: dict[str, object], at: float, bit: int
) -> None:
    """Wherever it is."""
    data = bytearray(seal(document))
    data[int(at * len(data))] ^= 1 << bit

    with pytest.raises(ModelError, match=r"^x: (?s:.+)$"):
        unseal(bytes(data), "x")
