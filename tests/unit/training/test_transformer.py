"""Photos in a scikit-learn Pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from glassline import Dataset, Features, Model, SoftmaxRegression
from glassline.errors import ImageError, InputError, LabelError, RecipeError

Parts = tuple[list[Path], list[str]]


@pytest.fixture(scope="module")
def parts(line: Dataset) -> Parts:
    """Twenty-four photos with their labels."""
    chosen = line.parts[:24]
    return [part.path for part in chosen], [str(part.label) for part in chosen]


def test_x_is_what_inspection_gives(settled: Model, line: Dataset) -> None:
    """The same settings and good parts: the same scale, the same x, bit for bit."""
    photos = [part.path for part in line.parts]
    labels = [str(part.label) for part in line.parts]

    features = Features(settings=settled.recipe.features).fit(photos, labels)

    assert features.scale_ == settled.scale
    x = features.transform(photos[:3])
    assert_array_equal(x, [settled.scale.x(values(settled, p))[0] for p in photos[:3]])


def values(model: Model, photo: Path) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Read one photo as a model does."""
    import glassline  # noqa: PLC0415  beside its use

    return glassline.inspect(model, photo).readings.values[None]


def test_a_pipeline_learns_and_is_searched(parts: Parts) -> None:
    """Paths in, classes out; a grid clones it and sets its parameters."""
    photos, labels = parts
    pipeline = make_pipeline(Features(), SoftmaxRegression())

    search = GridSearchCV(
        pipeline, {"softmaxregression__penalty": [1e-3, 1.0]}, cv=2, error_score="raise"
    ).fit(photos, labels)

    assert search.predict(photos[:2]).shape == (2,)
    assert search.best_estimator_.score(photos, labels) > 0.7


def test_fit_transform_is_fit_and_transform(parts: Parts) -> None:
    """Read once or twice."""
    photos, labels = parts

    at_once = Features().fit_transform(photos[:6], labels[:6])

    assert_array_equal(
        at_once, Features().fit(photos[:6], labels[:6]).transform(photos[:6])
    )


def test_a_clone_has_the_same_parameters(parts: Parts) -> None:
    """And nothing that was learnt."""
    features = Features(good="scratch", image={"max_bytes": 10**6}, standard=False)
    features.fit(*parts)

    twin = clone(features)

    assert twin.get_params() == features.get_params()
    assert not hasattr(twin, "scale_")


def test_readings_keep_their_unit(parts: Parts) -> None:
    """Readings are none below 0, x is; names say which is which."""
    photos, labels = parts

    readings = Features(standard=False).fit_transform(photos[:6], labels[:6])
    features = Features().fit(photos[:6], labels[:6])

    assert readings.min() >= 0
    assert_allclose(features.scale_.x(readings), features.transform(photos[:6]))
    assert features.get_feature_names_out().tolist() == [
        *("line_strength", "texture_change", "reflection_unevenness", "grain_noise")
    ]


def test_the_scale_is_that_of_the_good_parts(parts: Parts) -> None:
    """By the usual name, by another name, or of all without labels."""
    photos, labels = parts
    good = [photo for photo, label in zip(photos, labels, strict=True) if label == "ok"]
    renamed = ["fine" if label == "ok" else label for label in labels]

    usual = Features().fit(photos, labels).scale_

    assert Features(good="Fine").fit(photos, renamed).scale_ == usual
    assert Features().fit(good).scale_.center == usual.center
    assert Features().fit(photos).scale_.center != usual.center


@pytest.mark.parametrize(
    ("features", "photos", "labels", "error", "message"),
    [
        (
            Features(),
            [],
            None,
            InputError,
            r"^photos: expected at least one, got none\.$",
        ),
        (
            Features(),
            [np.ones((16, 16))],
            ["ok", "ok"],
            InputError,
            r"^labels: expected one a photo, shape \(1,\), got \(2,\)\.$",
        ),
        (
            Features(good="fine"),
            [np.ones((16, 16))],
            ["ok"],
            LabelError,
            r"^good: expected one of ok, got 'fine'\.$",
        ),
        (
            Features(image={"max_byte": 3}),
            [np.ones((16, 16))],
            None,
            RecipeError,
            r"^image: max_byte: expected no such field, got 3\. Did you mean max_bytes\?$",
        ),
    ],
    ids=["no photos", "labels", "good", "image"],
)
def test_what_is_wrong_is_said(
    features: Features, photos: Any, labels: Any, error: type[Exception], message: str
) -> None:
    """By fit, as scikit-learn has it; the constructor takes what it is given."""
    with pytest.raises(error, match=message):
        features.fit(photos, labels)


@pytest.mark.bad_shape
def test_one_photo_is_no_list_of_photos() -> None:
    """A path is a text, whose letters are no photos."""
    with pytest.raises(InputError, match=r"^X: expected a list, got 'a\.png'\.$"):
        Features().fit("a.png")


@pytest.mark.bad_shape
def test_settings_that_are_no_table_are_refused() -> None:
    """Named as the parameter is."""
    features = Features(settings=3)  # type: ignore[arg-type]

    with pytest.raises(RecipeError, match=r"^settings: expected a table, got 3\.$"):
        features.fit([np.ones((16, 16))])


def test_a_photo_that_is_none_is_refused(tmp_path: Path) -> None:
    """With the reason that `inspect` gives."""
    photo = tmp_path / "a.png"
    photo.write_bytes(b"no photo")

    with pytest.raises(ImageError, match=r"^.*a\.png: expected .*$"):
        Features().fit([photo])


def test_it_says_that_it_is_not_fitted() -> None:
    """As every estimator does."""
    with pytest.raises(
        NotFittedError, match=r"^This Features instance is not fitted.*$"
    ):
        Features().transform([])
