"""A row of numbers with names: by name, by place, as a dict."""

from __future__ import annotations

import numpy as np
import pytest

from glassline.arrays import Named


@pytest.fixture
def probabilities() -> Named:
    """Two classes."""
    return Named(("ok", "scratch"), np.array([0.25, 0.75]))


@pytest.mark.parametrize(
    ("name", "is_there"),
    [("ok", True), ("scratch", True), ("dirt", False), (0.25, False), (0, False)],
)
def test_a_row_holds_its_names(
    probabilities: Named, name: object, is_there: bool
) -> None:
    """As a dict does: what `in` finds, `[...]` answers."""
    assert (name in probabilities) is is_there


def test_an_unknown_name_is_told_with_the_choices(probabilities: Named) -> None:
    """As a dict does, with the names there are."""
    message = r"""^"expected one of ok, scratch, got 'scrach'"$"""
    with pytest.raises(KeyError, match=message):
        probabilities["scrach"]


def test_a_row_is_a_dict_and_an_array(probabilities: Named) -> None:
    """The names do not get in the way of the numbers."""
    assert dict(probabilities) == {"ok": 0.25, "scratch": 0.75}
    assert list(probabilities) == [0.25, 0.75]
    assert np.asarray(probabilities).sum() == 1
