"""A trained model as a scikit-learn Pipeline: readings in, classes out."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline

from glassline.features import Scale
from glassline.head import Head
from glassline.head.estimator import SoftmaxRegression

__all__ = ["StandardUnits", "pipeline_of"]


class StandardUnits(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Readings to features in standard units, by a scale that is there already.

    Args:
        scale: Which.

    Example:
        >>> scale = Scale(center=(0.0,), spread=(0.5,))
        >>> StandardUnits(scale).fit([[0.0]]).transform([[np.expm1(1.0)]]).tolist()
        [[2.0]]
    """

    def __init__(self, scale: Scale) -> None:
        self.scale = scale

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn nothing: the scale is that of training."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        """Say that nothing is left to learn."""
        return True

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return x for readings of shape (n, d).

        Raises:
            ShapeError: X is not (n, d).
            InputError: A reading is not finite.
        """
        return self.scale.x(np.asarray(X, np.float64))


def pipeline_of(scale: Scale, head: Head, classes: tuple[str, ...]) -> Pipeline:
    """Return scale and head as one fitted Pipeline.

    Args:
        scale: Readings to x.
        head: x to logits.
        classes: The names of its k classes, in their order.
    """
    regression = SoftmaxRegression()
    regression.classes_ = np.array(classes)
    regression.head_ = head
    regression.coef_ = head.W.T.copy()
    regression.intercept_ = head.b.copy()
    regression.n_features_in_ = head.d
    return Pipeline([("scale", StandardUnits(scale)), ("head", regression)])
