"""A trained model as scikit-learn knows models."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from glassline.dataset import Dataset
from glassline.errors import InputError
from glassline.model import Model, read_with
from glassline.model.verdict import decide


def test_a_pipeline_says_what_inspect_says(settled: Model, line: Dataset) -> None:
    """Classes by name and probabilities to the last bit, for every photo."""
    readings = read_with(settled, line).values

    pipeline = settled.pipeline()

    said = decide(settled, readings)
    names = np.array(settled.recipe.classes)
    np.testing.assert_array_equal(pipeline.predict_proba(readings), said.probabilities)
    assert pipeline.predict(readings).tolist() == names[said.classes].tolist()
    assert pipeline.classes_.tolist() == list(settled.recipe.classes)


def test_a_pipeline_is_fitted_and_its_clone_is_not(settled: Model) -> None:
    """As scikit-learn wants it: a copy without what was learnt."""
    pipeline = settled.pipeline()

    check_is_fitted(pipeline)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        clone(pipeline).predict([[1.0, 1.0, 1.0, 1.0]])


def test_a_pipeline_refuses_what_is_no_reading(settled: Model) -> None:
    """By the place of the number."""
    with pytest.raises(
        InputError, match=r"^readings\[0, 1\]: expected a finite number, got nan\.$"
    ):
        settled.pipeline().predict([[1.0, np.nan, 1.0, 1.0]])
