"""The scikit-learn face: its own checks, its tools, and the same head as `fit`."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from glassline.head import SoftmaxRegression, class_weights, fit, log_softmax


@pytest.mark.bad_shape  # the checks pass all sorts of things
@parametrize_with_checks([SoftmaxRegression()])
@pytest.mark.filterwarnings("ignore")  # scikit-learn's data are odd on purpose
def test_scikit_learn_accepts_it(estimator, check):
    """Every check that scikit-learn has for a classifier passes."""
    check(estimator)


@pytest.fixture
def iris():
    """Return 150 flowers: x in standard units, and the names of three kinds."""
    data = load_iris()
    return StandardScaler().fit_transform(data.data), data.target_names[data.target]


def test_it_is_the_same_head(iris):
    """Weights, probabilities and certificate are those of `fit`."""
    x, names = iris
    ids = np.unique(names, return_inverse=True)[1]

    model = SoftmaxRegression(penalty=1e-2).fit(x, names)

    found = fit(x, ids, penalty=1e-2, weights=np.ones(150))
    assert model.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert_array_equal(model.coef_.T, found.head.W)
    assert_array_equal(model.intercept_, found.head.b)
    assert_array_equal(model.predict_proba(x), found.head.probabilities(x))
    assert_array_equal(model.predict_log_proba(x), log_softmax(found.head.logits(x)))
    assert_array_equal(model.decision_function(x), found.head.logits(x))
    assert model.fit_.certificate == found.certificate
    assert model.n_iter_ == len(found.steps) - 1
    assert model.score(x, names) > 0.9


def test_pipeline_and_grid_search(iris):
    """A grid search over the penalty through a pipeline finds a good one."""
    x, names = iris
    search = GridSearchCV(
        make_pipeline(StandardScaler(), SoftmaxRegression()),
        {"softmaxregression__penalty": [1e-4, 1e-2, 10.0]},
        scoring="neg_log_loss",
        cv=3,
    ).fit(x, names)

    assert search.best_params_["softmaxregression__penalty"] < 10.0
    assert -search.best_score_ < 0.3


def test_cross_val_predict(iris):
    """Each flower is judged by a head that never saw it: the folds, fitted by hand."""
    x, names = iris
    fold = np.arange(150) % 5
    folds = [(np.flatnonzero(fold != i), np.flatnonzero(fold == i)) for i in range(5)]

    p = cross_val_predict(
        SoftmaxRegression(), x, names, cv=folds, method="predict_proba"
    )

    ids = np.unique(names, return_inverse=True)[1]
    unseen = fold == 2
    head = fit(x[~unseen], ids[~unseen], penalty=1e-3, weights=np.ones(120)).head
    assert_array_equal(p[unseen], head.probabilities(x[unseen]))
    assert (p.argmax(axis=1) == ids).mean() > 0.9


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_calibrated_classifier(iris, method):
    """Calibration wraps it: shares that sum to 1, and the kinds mostly right."""
    x, names = iris

    model = CalibratedClassifierCV(SoftmaxRegression(), method=method, cv=3)
    model.fit(x, names)

    assert_allclose(model.predict_proba(x).sum(axis=1), 1.0, rtol=1e-12)
    assert model.score(x, names) > 0.9


def test_defaults_are_those_of_fit():
    """Only the penalty, which `fit` leaves to the caller, has a value of its own."""
    ours, options = SoftmaxRegression().get_params(), inspect.signature(fit).parameters
    shared = ("max_steps", "tolerance", "workers")

    assert {name: ours[name] for name in shared} == {
        name: options[name].default for name in shared
    }
    assert (ours["penalty"], ours["class_weight"], ours["warm_start"]) == (
        1e-3,
        None,
        False,
    )
    assert clone(SoftmaxRegression(penalty=0.5)).penalty == 0.5


@pytest.mark.parametrize(
    "class_weight", ["balanced", {"setosa": 1.0, "versicolor": 2.0, "virginica": 3.0}]
)
def test_class_and_sample_weights(rng, iris, class_weight):
    """Both weights multiply."""
    x, names = iris[0][20:], iris[1][20:]
    ids = np.unique(names, return_inverse=True)[1]
    w = rng.uniform(0.5, 2.0, size=130)
    each = (
        class_weights(ids, 3)
        if class_weight == "balanced"
        else np.array([1.0, 2.0, 3.0])
    )

    model = SoftmaxRegression(class_weight=class_weight).fit(x, names, sample_weight=w)

    expected = fit(x, ids, penalty=1e-3, weights=w * each[ids])
    assert_allclose(model.coef_.T, expected.head.W, atol=1e-6)


def test_two_classes_have_one_decision(iris):
    """For two classes the decision is the difference of the logits, as elsewhere."""
    x, names = iris[0][50:], iris[1][50:]

    model = SoftmaxRegression().fit(x, names)

    p = model.predict_proba(x)
    assert_allclose(model.decision_function(x), np.log(p[:, 1] / p[:, 0]), rtol=1e-9)


def test_a_warm_start_arrives_at_once(iris):
    """Fitting again from the last head takes no step; other classes start afresh."""
    x, names = iris
    model = SoftmaxRegression(warm_start=True).fit(x, names)
    before = model.coef_

    again = model.fit(x, names)

    assert again.n_iter_ == 0
    assert_allclose(again.coef_, before, rtol=1e-14)
    assert model.fit(x[50:], names[50:]).coef_.shape == (2, 4)


def test_one_class_is_refused():
    """A classifier of one class is no classifier."""
    with pytest.raises(
        ValueError, match=r"^y: expected at least two classes, got one class: 'ok'\.$"
    ):
        SoftmaxRegression().fit([[0.0], [1.0]], ["ok", "ok"])
