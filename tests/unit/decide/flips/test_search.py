"""The nearest flip: by hand, against brute force, at its edges, and its refusals."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import nnls

from glassline.decide.flips import Flip, NoFlip, Obstacle, flip, flip_each
from glassline.errors import InputError, LabelError, ShapeError
from glassline.head import Head

LINE = Head(np.array([[0.0, 3.0], [0.0, 4.0]]), np.array([10.0, 0.0]))
TAUGHT = Head(
    np.array([[0.5, -0.3, 0.1], [0.2, 0.4, -0.5], [-0.6, 0.2, 0.3], [0.1, -0.2, 0.7]]),
    np.array([0.44, 0.2, -0.38]),
)
X = [0.6, 1.0, -0.4, 0.2]
CORNER = Head(np.array([[0, -1, 0], [0, 1, 1.0]]), np.array([2.0, 1.0, 0.0]))
MIDDLE = Head(np.array([[-1.0, 0.0, 1.0]]), np.array([1.0, 0.0, 1.0]))  # 1 never leads


def random_head(rng: np.random.Generator, d: int, k: int) -> Head:
    """Weights and biases of a trained head's size."""
    return Head(rng.normal(size=(d, k)), rng.normal(size=k))


def predicted(head: Head, x: np.ndarray) -> int:
    """The class of the largest logit."""
    return int(head.logits(x[None])[0].argmax())


def found(*args: Any, **kwargs: Any) -> Flip:
    """A flip that must exist."""
    answer = flip(*args, **kwargs)
    assert isinstance(answer, Flip)
    return answer


def asked(rng: np.random.Generator, d: int, k: int) -> dict[str, Any]:
    """A question with every option drawn: target, frozen, scale, ranges."""
    options = {
        "target": int(rng.integers(k)),
        "frozen": [0],
        "scale": 10 ** rng.uniform(-1, 1, size=d),
        "bounds": np.sort(rng.normal(size=(d, 2)), axis=1) * 3,
    }
    return {name: value for name, value in options.items() if rng.random() < 0.5}


@pytest.mark.parametrize(
    ("options", "x", "distance"),
    [
        pytest.param({}, [1.2, 1.6], 2.0, id="straight: 10 / |(3, 4)|"),
        pytest.param({"frozen": [1]}, [10 / 3, 0.0], 10 / 3, id="x_1 alone: 10 / 3"),
        pytest.param({"frozen": (0,)}, [0.0, 2.5], 2.5, id="x_2 alone: 10 / 4"),
        pytest.param(
            {"bounds": [[-9, 0.4], [-9, 9]]},
            [0.4, 2.2],
            np.hypot(0.4, 2.2),
            id="x_1 held at 0.4: (10 - 1.2) / 4",
        ),
        pytest.param(
            {"bounds": [[1, 9], [-np.inf, np.inf]]}, [1.2, 1.6], 2.0, id="idle range"
        ),
        pytest.param(
            {"bounds": [[2, 9], [-9, 9]]},
            [2.0, 1.0],
            np.hypot(2, 1),
            id="pushed to 2 by its range: (10 - 6) / 4",
        ),
        pytest.param(
            {"scale": [4.0, 3.0]},
            [120 * 4 / 288, 120 * 3 / 288],
            120 / np.hypot(12, 12) / 12,
            id="scale (4, 3): a step counts 12 nats each way, 10 / |(12, 12)|",
        ),
        pytest.param({"target": 1}, [1.2, 1.6], 2.0, id="the rival as target"),
        pytest.param({"target": 0}, [0.0, 0.0], 0.0, id="already there"),
    ],
)
def test_one_line_by_hand(
    options: dict[str, Any], x: list[float], distance: float
) -> None:
    """Class 1 leads where 3 x_1 + 4 x_2 >= 10; the origin is class 0."""
    nearest = found(LINE, [0.0, 0.0], **options)

    assert_allclose(nearest.x, x, rtol=1e-14, atol=1e-15)
    assert_allclose(nearest.distance, distance, rtol=1e-14)
    assert nearest.predicted_class == predicted(LINE, nearest.x)


def test_the_multiplier_by_hand() -> None:
    """With x_1 held at 0.4, x_2 moves by 2.2 = 4 v."""
    proof = found(LINE, [0.0, 0.0], bounds=[[-9, 0.4], [-9, 9]]).proof

    (side,) = proof.half_spaces
    assert (side.winner, side.loser) == (1, 0)
    assert_array_equal(side.normal, [3, 4])
    assert side.offset == -10
    assert_allclose(side.multiplier, 2.2 / 4, rtol=1e-14)


def test_the_worked_example() -> None:
    """Scratch is 0.9 nats behind; its weights differ by (-.8, .2, .8, -.3)."""
    differences = np.array([-0.8, 0.2, 0.8, -0.3])

    nearest = found(TAUGHT, X)

    assert nearest.predicted_class == 1
    assert_allclose(nearest.distance, 0.9 / np.sqrt(1.41), rtol=1e-14)
    assert_allclose(nearest.change, 0.9 / 1.41 * differences, rtol=1e-13)
    assert_allclose(nearest.proof.at_least, nearest.distance, rtol=1e-14)


def test_each_feature_alone_on_the_worked_example() -> None:
    """Alone, a feature must make up the 0.9 nats at its own weight."""
    alone = flip_each(TAUGHT, X)

    distances = [answer.distance for answer in alone if isinstance(answer, Flip)]
    assert_allclose(distances, [0.9 / 0.8, 2 / 0.7, 0.9 / 0.8, 0.9 / 0.3], rtol=1e-13)


def test_a_target_between_two_walls_is_reached_at_their_corner() -> None:
    """Class 2 leads where x_1 >= 1 and x_2 >= 2, so its nearest point is (1, 2)."""
    nearest = found(CORNER, [0.0, 0.0], target=2)

    assert_allclose(nearest.x, [1, 2], rtol=1e-14)
    assert_allclose([s.multiplier for s in nearest.proof.half_spaces], [2, 1])


def test_the_nearest_rival_is_not_the_runner_up() -> None:
    """Class 1 is 1 nat behind at weight 1, class 2 is 2 behind at weight 10."""
    head = Head(np.array([[0.0, 1.0, 10.0]]), np.array([0.0, -1.0, -2.0]))

    nearest = found(head, [0.0])

    assert nearest.predicted_class == nearest.proof.half_spaces[0].winner == 2
    assert_allclose(nearest.distance, 0.2, rtol=1e-14)


def crossings(heads: list[Head], x: np.ndarray, angles: int) -> np.ndarray:
    """The least radius at which any of many directions changes the class, (n,)."""
    turn = np.linspace(0, 2 * np.pi, angles, endpoint=False)
    rays = np.stack([np.cos(turn), np.sin(turn)])
    W, b = np.stack([h.W for h in heads]), np.stack([h.b for h in heads])
    z = np.einsum("nd,ndk->nk", x, W) + b
    present = z.argmax(axis=1)
    lack = np.take_along_axis(z, present[:, None], axis=1) - z
    slope = np.einsum("ndk,da->nak", W, rays)
    gain = slope - np.take_along_axis(slope, present[:, None, None], axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        radius = np.where(gain > 0, lack[:, None, :] / gain, np.inf)
    radius[np.arange(len(x)), :, present] = np.inf
    return np.asarray(radius.min(axis=(1, 2)))


@pytest.mark.slow
@pytest.mark.parametrize(
    "count",
    [
        pytest.param(1_000, id="1,000 heads"),
        pytest.param(10_000, id="10,000 heads", marks=pytest.mark.soak),
    ],
)
def test_brute_force_over_directions_finds_nothing_nearer(
    count: int, rng: np.random.Generator
) -> None:
    """Of 1,440 directions none crosses sooner, and the best comes within 1e-5."""
    heads = [random_head(rng, 2, 3) for _ in range(count)]
    x = rng.normal(size=(count, 2))

    distances = [found(head, row).distance for head, row in zip(heads, x, strict=True)]

    brute = crossings(heads, x, 1440)
    assert (brute >= np.array(distances) * (1 - 1e-12)).all()
    assert_allclose(brute, distances, rtol=1e-5)


def least_distance(
    head: Head, x: np.ndarray, target: int, options: dict[str, Any]
) -> float:
    """The distance to a class by Lawson and Hanson's LDP, chapter 23; inf: none.

    The shortest u with rows u >= least from non-negative least squares on its dual.
    """
    scale = options.get("scale", np.ones(head.d))
    bounds = np.array(options.get("bounds", [[-1e6, 1e6]] * head.d))
    for place in options.get("frozen", []):
        bounds[place] = x[place]
    others = [c for c in range(head.k) if c != target]
    normals = (head.W[:, [target]] - head.W[:, others]).T
    lacks = -(normals @ x + head.b[target] - head.b[others])
    low, high = (bounds.T - x) / scale
    rows = np.vstack([normals * scale, np.eye(head.d), -np.eye(head.d)])
    least = np.concatenate([lacks, low, -high])
    dual, unit = np.vstack([rows.T, least]), np.append(np.zeros(head.d), 1.0)
    residual = dual @ nnls(dual, unit)[0] - unit
    if np.sqrt(residual @ residual) < 1e-7:
        return np.inf
    return float(np.sqrt(((residual[:-1] / residual[-1]) ** 2).sum()))


@pytest.mark.slow
@pytest.mark.parametrize(
    "count",
    [
        pytest.param(1_000, id="1,000 heads"),
        pytest.param(10_000, id="10,000 heads", marks=pytest.mark.soak),
    ],
)
def test_another_algorithm_finds_the_same_distance(
    count: int, rng: np.random.Generator
) -> None:
    """Least squares on each class's dual, with ranges, scales and frozen features."""
    ours, general = [], []
    for _ in range(count):
        head, x, options = random_head(rng, 4, 3), rng.normal(size=4), asked(rng, 4, 3)
        target = options.pop("target", None)
        answer = flip(head, x, target=target, **options)
        classes = [target] if target is not None else [0, 1, 2]
        reached = [
            least_distance(head, x, c, options)
            for c in classes
            if target is not None or c != answer.present_class
        ]
        ours.append(answer.distance if isinstance(answer, Flip) else np.inf)
        general.append(min(reached))

    assert np.isfinite(ours).mean() > 0.5
    assert_allclose(np.minimum(ours, 1e5), np.minimum(general, 1e5), rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    "count",
    [
        pytest.param(400, id="400 heads"),
        pytest.param(10_000, id="10,000 heads", marks=pytest.mark.soak),
    ],
)
def test_every_answer_proves_itself(count: int, rng: np.random.Generator) -> None:
    """In exact fractions no flip leaves more than 1e-10 of its distance open."""
    open_share, far = [], []
    for _ in range(count):
        d, k = int(rng.integers(1, 6)), int(rng.integers(2, 6))
        head, x = random_head(rng, d, k), rng.normal(size=d)
        answer = flip(head, x, **asked(rng, d, k))
        if isinstance(answer, Flip):
            open_share.append(answer.gap(head) / max(answer.distance, 1e-3))
        else:
            far.append(answer.at_least(head))

    assert len(open_share) > count / 2
    assert len(far) > count / 20
    assert_allclose(open_share, 0, atol=1e-10)
    assert min(far) > 1e9


def test_the_point_is_of_the_class_it_says_and_nothing_frozen_moved(
    rng: np.random.Generator,
) -> None:
    """Over many heads, and by a nudge of at most 1e-13 nats."""
    answers = []
    for _ in range(300):
        head, x = random_head(rng, 4, 3), rng.normal(size=4)
        nearest = found(head, x, frozen=[1])
        answers.append(
            (
                nearest.predicted_class - predicted(head, nearest.x),
                nearest.predicted_class == nearest.present_class,
                nearest.x[1] - x[1],
                max(nearest.nudge - 1e-13, 0),
            )
        )

    assert_array_equal(answers, np.zeros((300, 4)))


def test_a_shift_of_all_classes_changes_nothing(rng: np.random.Generator) -> None:
    """One vector added to each column of W, one number to b: the same flip."""
    head, x = random_head(rng, 4, 3), rng.normal(size=4)
    shifted = Head(head.W + rng.normal(size=(4, 1)), head.b + 7.0)

    assert_allclose(found(shifted, x).x, found(head, x).x, rtol=1e-12)


def test_the_order_of_classes_and_features_changes_nothing(
    rng: np.random.Generator,
) -> None:
    """Renumbered classes and features give the renumbered flip."""
    head, x = random_head(rng, 4, 3), rng.normal(size=4)
    classes, features = [2, 0, 1], [3, 1, 0, 2]
    renumbered = Head(head.W[features][:, classes], head.b[classes])

    before, after = found(head, x), found(renumbered, x[features])

    assert classes[after.predicted_class] == before.predicted_class
    assert_allclose(after.x, before.x[features], rtol=1e-12)


def test_a_move_of_the_origin_changes_nothing(rng: np.random.Generator) -> None:
    """X and b moved together: the change of x stays."""
    head, x, move = random_head(rng, 4, 3), rng.normal(size=4), rng.normal(size=4)
    moved = Head(head.W, head.b - move @ head.W)

    assert_allclose(found(moved, x + move).change, found(head, x).change, rtol=1e-11)


def test_a_scale_is_a_change_of_units(rng: np.random.Generator) -> None:
    """Features measured in steps of the scale, with a scale of 1: the same distance."""
    head, x = random_head(rng, 4, 3), rng.normal(size=4)
    scale = np.array([0.1, 1.0, 3.0, 20.0])
    in_steps = Head(head.W * scale[:, None], head.b)

    ours, theirs = found(head, x, scale=scale), found(in_steps, x / scale)

    assert_allclose(ours.distance, theirs.distance, rtol=1e-12)
    assert_allclose(ours.x, theirs.x * scale, rtol=1e-12)


def test_freezing_and_narrowing_only_lengthen_the_way(
    rng: np.random.Generator,
) -> None:
    """More is held, so the nearest is no nearer."""
    head, x = random_head(rng, 4, 3), rng.normal(size=4)

    free = found(head, x).distance
    narrow = found(head, x, bounds=np.stack([x - 2, x + 2], axis=1)).distance
    held = found(head, x, frozen=[int(np.abs(found(head, x).change).argmax())])

    assert free <= narrow * (1 + 1e-12)
    assert free < held.distance


def is_settled(answer: Flip | NoFlip) -> bool:
    """A flip, or none within 1e9; on a tie that nothing gets beyond rounding decides."""
    if isinstance(answer, Flip) or answer.obstacle is Obstacle.LEVEL:
        return True
    return answer.proof.at_least > 1e9


@given(
    numbers=st.lists(st.integers(-3, 3), min_size=15, max_size=15),
    part=st.lists(st.integers(-3, 3), min_size=3, max_size=3),
    target=st.none() | st.integers(0, 2),
)
def test_small_integers_with_all_their_ties(
    numbers: list[int], part: list[int], target: int | None
) -> None:
    """Equal weights, ties at the start, parallel walls: a flip or a proof of none."""
    values = np.array(numbers, dtype=np.float64)
    head = Head(values[:9].reshape(3, 3), values[9:12])

    answer = flip(head, part, target=target, bounds=np.stack([values[12:] - 4] * 2).T)
    free = flip(head, part, target=target)

    assert isinstance(free, NoFlip) or abs(free.gap(head)) < 1e-12
    assert isinstance(answer, NoFlip) or abs(answer.gap(head)) < 1e-12
    assert is_settled(free)
    assert is_settled(answer)


def test_on_a_tie_the_flip_is_a_nudge_away() -> None:
    """Both classes at 0 nats: the first counts, and the least push makes it 1."""
    nearest = found(Head(np.array([[0.0, 1.0]]), np.zeros(2)), [0.0])

    assert (nearest.present_class, nearest.predicted_class) == (0, 1)
    assert 0 < nearest.distance <= 1e-15
    assert nearest.proof.at_least == 0


def test_a_range_that_reaches_the_tie_and_no_further() -> None:
    """On the tie class 0 counts, so within [0, 1] class 1 is never the answer."""
    head = Head(np.array([[0.0, 1.0]]), np.array([1.0, 0.0]))

    answer = flip(head, [0.0], bounds=[[0, 1]])

    assert isinstance(answer, NoFlip)
    assert answer.obstacle is Obstacle.LEVEL
    assert 1 - 1e-14 < answer.proof.at_least <= 1
    assert 0 < answer.proof.margin < 1e-14


def test_a_range_that_reaches_the_tie_of_the_class_that_counts() -> None:
    """The other way round class 0 counts on the tie, and the tie is the flip."""
    head = Head(np.array([[1.0, 0.0]]), np.array([0.0, 1.0]))

    nearest = found(head, [0.0], bounds=[[0, 1]])

    assert (nearest.x.tolist(), nearest.nudge) == ([1.0], 0.0)


@pytest.mark.parametrize(
    ("head", "x", "options", "sentence"),
    [
        pytest.param(
            LINE, [0, 0], {"frozen": [0, 1]}, "No feature is free to move.", id="frozen"
        ),
        pytest.param(
            Head(np.ones((2, 3)), np.array([1.0, 0.0, 0.0])),
            [0, 0],
            {},
            "The features that may move weigh the same for both classes.",
            id="equal weights",
        ),
        pytest.param(
            Head(np.array([[1.0, 1.0], [0.0, 5.0]]), np.array([1.0, 0.0])),
            [0, 0],
            {"frozen": [1]},
            "The features that may move weigh the same for both classes.",
            id="the one that tells them apart is frozen",
        ),
        pytest.param(
            LINE,
            [0, 0],
            {"bounds": [[-1, 1], [-1, 1]]},
            "Every x within the ranges stays on this side.",
            id="ranges",
        ),
        pytest.param(
            MIDDLE,
            [0],
            {"target": 1},
            "No x at all leads there.",
            id="never on top",
        ),
        pytest.param(
            Head(np.array([[0.0, 1e-300]]), np.array([1e300, 0.0])),
            [0],
            {},
            "There is none within what 64-bit numbers can tell.",
            id="beyond 1e308",
        ),
    ],
)
def test_where_there_is_no_flip_the_answer_says_why(
    head: Head, x: list[float], options: dict[str, Any], sentence: str
) -> None:
    """A named result with a proof, not an error."""
    answer = flip(head, x, **options)

    assert isinstance(answer, NoFlip)
    assert str(answer) == f"No flip possible. {sentence}"
    assert answer.at_least(head) > 1e14
    assert answer.proof.half_spaces == ()


def test_a_part_outside_its_ranges_is_brought_in_first() -> None:
    """x_1 = 9 but its range ends at 4: the flip lies within the range."""
    nearest = found(LINE, [9.0, 0.0], target=0, bounds=[[-9, 2], [-9, 9]])

    assert_allclose(nearest.x, [2, 0], atol=1e-15)
    assert_allclose(nearest.distance, 7, rtol=1e-15)
    assert abs(nearest.gap(LINE)) < 1e-14


def test_a_frozen_feature_stays_though_its_range_lies_elsewhere() -> None:
    """Frozen goes before range."""
    nearest = found(LINE, [9.0, 0.0], frozen=[0], bounds=[[-9, 2], [-9, 9]])

    assert nearest.x[0] == 9
    assert_allclose(nearest.x[1], -17 / 4, rtol=1e-15)


def test_many_classes_and_features(rng: np.random.Generator) -> None:
    """Fifty classes of 200 features: as exact as four of three."""
    head, x = random_head(rng, 200, 50), rng.normal(size=200)

    nearest = found(head, x)
    there = found(head, x, target=7)

    assert abs(nearest.gap(head)) < 1e-12
    assert abs(there.gap(head)) < 1e-11
    assert nearest.distance <= there.distance


@pytest.mark.parametrize("size", [1e-150, 1e150])
def test_the_size_of_the_numbers_does_not_matter(size: float) -> None:
    """Weights, biases and x far from 1 give the scaled flip."""
    head = Head(LINE.W * size, LINE.b * size)

    assert_allclose(found(head, [0.0, 0.0]).x, [1.2, 1.6], rtol=1e-14)


def test_a_proof_with_another_multiplier_proves_less() -> None:
    """Multipliers are read, not believed: (1, 1) for (2, 1) leaves a gap.

    With a = (0, 1) and (1, 0), m = 2 and 1, any c (1, 1) proves 2 (3 c - c^2), at
    most 4.5 where c = 1.5; the distance is that of (1, 2).
    """
    nearest = found(CORNER, [0.0, 0.0], target=2)
    object.__setattr__(nearest.proof.half_spaces[0], "multiplier", 1.0)

    assert_allclose(nearest.gap(CORNER), np.sqrt(5) - np.sqrt(4.5), rtol=1e-12)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"x": np.array([1.0, 1.0])},
            "flip: expected class 1 at x, got 0.",
            id="x on the near side",
        ),
        pytest.param(
            {"x": np.array([10.0, 10.0])},
            "flip: expected x within its ranges, got one outside.",
            id="x outside",
        ),
    ],
)
def test_a_changed_flip_is_found_out(changes: dict[str, Any], message: str) -> None:
    """The check looks at x itself."""
    nearest = found(LINE, [0.0, 0.0], bounds=[[-5, 5], [-5, 5]])
    for name, value in changes.items():
        object.__setattr__(nearest, name, value)

    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        nearest.gap(LINE)


def test_a_proof_that_leaves_out_a_rival_is_found_out() -> None:
    """A far rival proved is no proof that a near one is not there."""
    nearest = found(TAUGHT, X)
    object.__setattr__(nearest.proof, "regions", nearest.proof.regions[1:])

    message = "proof: expected one half-space for each other class."
    with pytest.raises(InputError, match=f"^{message}$"):
        nearest.gap(TAUGHT)


def test_a_proof_of_another_target_is_found_out() -> None:
    """The half-spaces must be those of the class asked for."""
    nearest = found(TAUGHT, X, target=2)
    object.__setattr__(nearest, "target", 1)

    message = "proof: expected one half-space for each other class."
    with pytest.raises(InputError, match=f"^{message}$"):
        nearest.gap(TAUGHT)


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_a_multiplier_that_proves_nothing_is_refused(value: float) -> None:
    """Below 0 or not finite, the inequality does not hold."""
    nearest = found(LINE, [0.0, 0.0])
    object.__setattr__(nearest.proof.half_spaces[0], "multiplier", value)

    message = (
        f"multiplier of class 1 over 0: expected a finite number >= 0, got {value}."
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        nearest.gap(LINE)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        pytest.param(
            {"x": [0.0]}, ShapeError, "x: expected shape (2,), got (1,).", id="short x"
        ),
        pytest.param(
            {"x": [0.0, np.nan]},
            InputError,
            "x[1]: expected a finite number, got nan.",
            id="nan",
        ),
        pytest.param(
            {"target": 2},
            LabelError,
            "target: expected a class id in [0, 2), got 2.",
            id="no such class",
        ),
        pytest.param(
            {"target": True},
            LabelError,
            "target: expected a class id in [0, 2), got True.",
            id="a flag as target",
        ),
        pytest.param(
            {"frozen": [0, -1]},
            InputError,
            "frozen[1]: expected a feature in [0, 2), got -1.",
            id="no such feature",
        ),
        pytest.param(
            {"frozen": [False, True]},
            InputError,
            "frozen[0]: expected a feature in [0, 2), got False.",
            id="flags instead of places",
        ),
        pytest.param(
            {"scale": [1.0, 0.0]},
            InputError,
            "scale[1]: expected a finite number above 0, got 0.0.",
            id="scale 0",
        ),
        pytest.param(
            {"scale": [np.nan, 1.0]},
            InputError,
            "scale[0]: expected a finite number above 0, got nan.",
            id="scale nan",
        ),
        pytest.param(
            {"scale": 2.0},
            ShapeError,
            "scale: expected shape (2,), got ().",
            id="one scale for all",
            marks=pytest.mark.bad_shape,
        ),
        pytest.param(
            {"bounds": [[0, 1], [2, 1]]},
            InputError,
            "bounds[1]: expected a least and a largest x, got [2.0, 1.0].",
            id="wrong way round",
        ),
        pytest.param(
            {"bounds": [[np.inf, np.inf], [0, 1]]},
            InputError,
            "bounds[0]: expected a least and a largest x, got [inf, inf].",
            id="nowhere",
        ),
        pytest.param(
            {"bounds": [0, 1]},
            ShapeError,
            "bounds: expected shape (2, 2), got (2,).",
            id="one range for all",
        ),
        pytest.param(
            {"head": Head(np.ones((2, 1)), np.ones(1))},
            ShapeError,
            "W: expected at least 2 classes, got 1.",
            id="one class",
        ),
        pytest.param(
            {"head": Head(np.array([[1e308, -1e308]] * 2), np.ones(2))},
            InputError,
            "W: expected differences of classes below 1e308 a step, got an overflow.",
            id="weights too far apart",
        ),
    ],
)
def test_what_can_not_be_asked_is_refused(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """Each message names the argument, what was expected and what came."""
    given_options = {"head": LINE, "x": [0.0, 0.0]} | options

    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        flip(given_options.pop("head"), given_options.pop("x"), **given_options)


@pytest.mark.parametrize(
    ("weights", "biases", "x", "options", "obstacle"),
    [
        pytest.param(
            [[0.0, 1e-308]],
            [2.0, -1.0],
            [-1e307],
            {"target": 1, "scale": [1e150]},
            Obstacle.BEYOND,
            id="level at 3e308, which is no number",
        ),
        pytest.param(
            [[2e306, 2e306]],
            [-1.0, 0.0],
            [-2.0],
            {"target": 1},
            Obstacle.WEIGHTS,
            id="the same weight, and the bias rounded away",
        ),
        pytest.param(
            [[0.0, 0.0], [0.0, 0.0]],
            [0.9, 0.9],
            [2.1, 3.8],
            {},
            Obstacle.WEIGHTS,
            id="no weight at all",
        ),
    ],
)
def test_what_is_beyond_numbers_is_said_so(
    weights: list[list[float]],
    biases: list[float],
    x: list[float],
    options: dict[str, Any],
    obstacle: Obstacle,
) -> None:
    """Never that the ranges end before it, where there are none."""
    answer = flip(Head(np.array(weights), np.array(biases)), x, **options)

    assert isinstance(answer, NoFlip)
    assert answer.obstacle == obstacle


def test_a_flip_between_the_smallest_numbers_is_found() -> None:
    """Z = (5e-324, 5e-324 x): no step of less than half of x changes a logit."""
    head = Head(np.array([[0.0, 5e-324]]), np.array([5e-324, 0.0]))

    nearest = found(head, [0.0])

    assert 1.5 <= nearest.x[0] <= 2.0
    assert predicted(head, nearest.x) == 1


def test_a_flip_at_the_smallest_number_is_found() -> None:
    """Level at 1e-400, which rounds to 0: the least x above it that decides."""
    head = Head(np.array([[1e100, 0.0, -1e100]]), np.array([0.0, -1e-300, 2e-300]))

    nearest = found(head, [0.0], target=0)

    assert 0 < nearest.x[0] < 1e-300
    assert predicted(head, nearest.x) == 0
