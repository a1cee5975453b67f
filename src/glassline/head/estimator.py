"""The head as a scikit-learn classifier."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    validate_data,
)

from glassline.head.fitting import fit
from glassline.head.linear import Head
from glassline.head.probabilities import log_softmax, softmax

__all__ = ["SoftmaxRegression"]


class SoftmaxRegression(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Softmax regression with an exact fit and a certificate.

    For use in a Pipeline, GridSearchCV and the like; the mathematics is that of
    `glassline.head.fit`. Unlike LogisticRegression, the penalty is on the bias too,
    is per part (C = 1 / (n penalty)), and two classes have two columns, not one.

    Args:
        penalty: >= 0, on all weights and biases.
        class_weight: None, "balanced", or class to weight; multiplies the sample
            weights.
        max_steps: Newton steps before giving up.
        tolerance: Length of the gradient at which to stop.
        warm_start: Whether `fit` begins at the last head (the optimum is the same).
        workers: Threads; they do not change a bit of the result.

    Attributes:
        classes_: Shape (k,), sorted.
        coef_: Shape (k, d), W transposed, as scikit-learn has it.
        intercept_: Shape (k,).
        head_: The head.
        fit_: The `Fit`, with outcome, certificate and steps.
        n_iter_: Newton steps taken.

    Example:
        >>> x, y = [[0.0], [1.0], [2.0], [3.0]], ["ok", "ok", "dirt", "dirt"]
        >>> model = SoftmaxRegression(penalty=0.1).fit(x, y)
        >>> model.predict([[0.5], [2.5]]).tolist()
        ['ok', 'dirt']

    Source:
        The conventions of scikit-learn, https://scikit-learn.org/stable/developers.
    """

    def __init__(
        self,
        *,
        penalty: float = 1e-3,
        class_weight: str | dict[Any, float] | None = None,
        max_steps: int = 100,
        tolerance: float = 1e-9,
        warm_start: bool = False,
        workers: int = 1,
    ) -> None:
        self.penalty = penalty
        self.class_weight = class_weight
        self.max_steps = max_steps
        self.tolerance = tolerance
        self.warm_start = warm_start
        self.workers = workers

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> SoftmaxRegression:
        """Fit the head to X, shape (n, d), and class labels y, shape (n,).

        Raises:
            ValueError: As scikit-learn checks input, or fewer than two classes.
        """
        X, y = validate_data(self, X, y, dtype=np.float64, ensure_min_samples=1)
        check_classification_targets(y)
        weights = _check_sample_weight(sample_weight, X, dtype=np.float64)
        classes, ids = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(
                f"y: expected at least two classes, got one class: {classes.tolist()[0]!r}."
            )
        if self.class_weight is not None:
            each = compute_class_weight(self.class_weight, classes=classes, y=y)
            weights = weights * each[ids]
        self.fit_ = found = fit(
            X,
            ids,
            penalty=self.penalty,
            weights=weights,
            classes=len(classes),
            start=self._start(classes, X.shape[1]),
            max_steps=self.max_steps,
            tolerance=self.tolerance,
            workers=self.workers,
        )
        self.classes_ = classes
        self.head_ = found.head
        self.coef_ = found.head.W.T.copy()
        self.intercept_ = found.head.b.copy()
        self.n_iter_ = len(found.steps) - 1
        return self

    def _start(self, classes: NDArray[Any], d: int) -> Head | None:
        """Return the last head where it fits these classes and features."""
        if not self.warm_start or not hasattr(self, "head_"):
            return None
        same = self.classes_.tolist() == classes.tolist() and self.head_.d == d
        return self.head_ if same else None

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Return the logits, shape (n, k); for two classes their difference, (n,)."""
        logits = self._logits(X)
        return logits[:, 1] - logits[:, 0] if len(self.classes_) == 2 else logits

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the most probable class of each row."""
        logits = self._logits(X)
        return np.asarray(self.classes_[logits.argmax(axis=1)])

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return the probability of each class, shape (n, k)."""
        return softmax(self._logits(X))

    def predict_log_proba(self, X: Any) -> NDArray[np.float64]:
        """Return its logarithm, which keeps its digits where p rounds to 1."""
        return log_softmax(self._logits(X))

    def _logits(self, X: Any) -> NDArray[np.float64]:
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return self.head_.logits(X)
