"""The measured front and its scale as a scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from glassline.dataset.pool import WORKERS, in_order
from glassline.errors import InputError, LabelError, RecipeError
from glassline.features import Scale
from glassline.front import Measured
from glassline.image import load
from glassline.interface.checked import checked
from glassline.recipe import GOOD_WORDS, ImageSettings
from glassline.recipe.spelling import find, key
from glassline.recipe.tables import fill

__all__ = ["Features"]


class Features(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Photos to x, shape (n, d), for a Pipeline that ends with `SoftmaxRegression`.

    What `inspect` does between photo and logits: read safely, measure, standardise.
    `fit` learns the scale, from the good parts where it is given labels.

    Args:
        good: The label of good parts; left out, the one called ok, good or 良品. Without
            labels, or where none is called so, the scale is that of all parts.
        settings: Feature to its settings, as a recipe holds them.
        image: Limits, orientation and region, as a recipe holds them.
        standard: Whether to give x; else the readings, each in its own unit.
        workers: Photos read at the same time.

    Attributes:
        scale_: What turns readings into x.

    Example:
        >>> photos = [np.full((32, 32), grey) for grey in (0.4, 0.5, 0.6)]
        >>> Features(standard=False).fit(photos).transform(photos).shape
        (3, 4)

    Source:
        The conventions of scikit-learn, https://scikit-learn.org/stable/developers.
    """

    def __init__(
        self,
        *,
        good: str | None = None,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
        image: ImageSettings | Mapping[str, Any] | None = None,
        standard: bool = True,
        workers: int = WORKERS,
    ) -> None:
        self.good = good
        self.settings = settings
        self.image = image
        self.standard = standard
        self.workers = workers

    @checked
    def fit(self, X: Iterable[Any], y: Iterable[Any] | None = None) -> Self:
        """Learn the scale from photos (paths, bytes or pixels) and labels of shape (n,).

        Raises:
            ImageError: A photo is refused.
            InputError: No photos, or not a label for each.
            LabelError: No part is labelled `good`.
        """
        self._fitted(X, y)
        return self

    @checked
    def fit_transform(
        self, X: Iterable[Any], y: Iterable[Any] | None = None
    ) -> NDArray[np.float64]:
        """Fit to photos and return what `transform` gives, each photo read once."""
        readings = self._fitted(X, y)
        return self.scale_.x(readings) if self.standard else readings

    @checked
    def transform(self, X: Iterable[Any]) -> NDArray[np.float64]:
        """Return x of each photo, or its readings, shape (n, d)."""
        check_is_fitted(self, "scale_")
        readings = self._read(X)
        return self.scale_.x(readings) if self.standard else readings

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the names of the features."""
        return np.array(self._front().names, dtype=np.object_)

    def _fitted(self, X: Iterable[Any], y: Iterable[Any] | None) -> NDArray[np.float64]:
        readings = self._read(X)
        self.scale_ = Scale.fit(readings, self._good(y, len(readings)))
        return readings

    def _front(self) -> Measured:
        kind: Any = Mapping[str, Mapping[str, Any]]
        given = {} if self.settings is None else self.settings
        return Measured(fill(kind, given, where="settings", error=RecipeError))

    def _read(self, X: Iterable[Any]) -> NDArray[np.float64]:
        front = self._front()
        image = {} if self.image is None else self.image
        settings = fill(ImageSettings, image, where="image", error=RecipeError)

        def measure(photo: Any) -> NDArray[np.float64]:
            return front.values(
                load(photo, settings=settings, planes=front.planes).view
            )

        rows = list(in_order(measure, X, self.workers))
        if not rows:
            raise InputError("photos: expected at least one, got none.")
        return np.array(rows)

    def _good(self, y: Iterable[Any] | None, n: int) -> NDArray[np.bool_] | None:
        """Return which parts are good, shape (n,); None where nothing says so."""
        if y is None:
            return None
        given = list(y)
        if np.shape(given) != (n,):
            raise InputError(
                f"labels: expected one a photo, shape ({n},), got {np.shape(given)}."
            )
        labels = [str(label) for label in given]
        if self.good is None:
            return np.array([key(label) in GOOD_WORDS for label in labels])
        good = find("good", str(self.good), tuple(dict.fromkeys(labels)), LabelError)
        return np.array([label == good for label in labels])
