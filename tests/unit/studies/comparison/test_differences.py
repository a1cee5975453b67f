"""Where two models differ: by hand, and against every point of a grid."""

from __future__ import annotations

from math import expm1, inf

import numpy as np
import pytest

from glassline.errors import InputError, ShapeError
from glassline.features import Scale
from glassline.head import Head
from glassline.studies.comparison.differences import Judge, Verdict, differences

POSSIBLE, IMPOSSIBLE, LEVEL = Verdict.POSSIBLE, Verdict.IMPOSSIBLE, Verdict.LEVEL
GRID = np.expm1(np.linspace(0, 3, 61))  # readings, even on the scale of x


def _judge(
    W: list[list[float]], b: list[float], *, center: float = 0.0, spread: float = 1.0
) -> Judge:
    d = len(W)
    return Judge(
        Head(np.array(W), np.array(b)), Scale((center,) * d, (spread,) * d, clip=4.0)
    )


def _drawn(rng: np.random.Generator, d: int, k: int, scale: Scale) -> Judge:
    return Judge(Head(rng.normal(size=(d, k)), rng.normal(size=k)), scale)


def _leads(judge: Judge, readings: np.ndarray) -> np.ndarray:
    """The lead of each class over its best rival, one row a point."""
    z = judge.head.logits(judge.scale.x(readings))
    columns = [z[:, c] - np.delete(z, c, axis=1).max(axis=1) for c in range(z.shape[1])]
    return np.stack(columns, axis=1)


def test_two_borders_on_one_axis() -> None:
    """Old: bad from x = 1; new: from x = 2. Half-way both lead by a half."""
    old, new = _judge([[0.0, 1.0]], [1.0, 0.0]), _judge([[0.0, 1.0]], [2.0, 0.0])

    stricter, laxer = differences(old, new)

    assert (stricter.old_class, stricter.new_class) == (0, 1)
    assert (stricter.verdict, stricter.readings) == (IMPOSSIBLE, None)
    assert (stricter.margin, stricter.at_most) == (-0.5, -0.5)
    assert (laxer.verdict, laxer.margin, laxer.at_most) == (POSSIBLE, 0.5, 0.5)
    np.testing.assert_allclose(laxer.readings, [expm1(1.5)], rtol=1e-12)


def test_ranges_can_make_impossible_what_is_possible() -> None:
    """Up to x = 0.75 the old model finds nothing bad: it is behind by 0.25."""
    old, new = _judge([[0.0, 1.0]], [1.0, 0.0]), _judge([[0.0, 1.0]], [2.0, 0.0])

    _, laxer = differences(old, new, ranges=[(0.0, expm1(0.75))])

    assert laxer.verdict is IMPOSSIBLE
    assert laxer.at_most == pytest.approx(-0.25)


def test_a_model_does_not_differ_from_itself() -> None:
    """On its border it ties, and a tie is no difference."""
    same = _judge([[0.0, 1.0]], [1.0, 0.0])

    assert [(each.verdict, each.margin) for each in differences(same, same)] == [
        (LEVEL, 0.0),
        (LEVEL, 0.0),
    ]


def test_one_scale_needs_one_box_and_two_scales_five() -> None:
    """Five pieces: the clips of the one, then of the other."""
    one = _judge([[0.0, 1.0]], [1.0, 0.0])
    other = _judge([[0.0, 1.0]], [1.0, 0.0], center=1.0, spread=0.5)

    assert {each.boxes for each in differences(one, one)} == {1}
    assert {each.boxes for each in differences(one, other)} == {3}
    assert {each.boxes for each in differences(one, other, ranges=[(0.0, inf)])} == {2}


def test_the_clip_decides_where_a_line_would_cross() -> None:
    """The new model needs x = 5 to call a part bad; its x ends at 4."""
    old, new = _judge([[0.0, 1.0]], [1.0, 0.0]), _judge([[0.0, 1.0]], [5.0, 0.0])

    stricter, laxer = differences(old, new)

    assert (stricter.verdict, stricter.at_most) == (IMPOSSIBLE, -2.0)
    assert (laxer.verdict, laxer.margin) == (POSSIBLE, 2.0)


@pytest.mark.parametrize("draw", range(12))
@pytest.mark.parametrize("alike", [True, False], ids=["one scale", "two scales"])
def test_every_point_of_a_grid_agrees(
    rng: np.random.Generator, draw: int, alike: bool
) -> None:
    """No point beats the margin, none shows what is proved impossible."""
    rng = rng.spawn(draw + 1)[-1]
    scales = [
        Scale(tuple(rng.uniform(0.5, 2, 2)), tuple(rng.uniform(0.2, 0.6, 2)), clip=2.5)
        for _ in range(2)
    ]
    old = _drawn(rng, 2, 3, scales[0])
    new = _drawn(rng, 2, 3, scales[0 if alike else 1])
    readings = np.stack(np.meshgrid(GRID, GRID), axis=-1).reshape(-1, 2)
    before, after = _leads(old, readings), _leads(new, readings)

    found = differences(old, new, ranges=[(0.0, GRID[-1])] * 2)

    best = np.array(
        [np.minimum(before[:, f.old_class], after[:, f.new_class]).max() for f in found]
    )
    margins = np.array([each.margin for each in found])
    assert (best <= [each.at_most + 1e-12 for each in found]).all()
    assert (best > margins - 1.0).all()
    np.testing.assert_allclose([each.at_most for each in found], margins, atol=1e-9)
    impossible = np.array([each.verdict is IMPOSSIBLE for each in found])
    np.testing.assert_array_equal(impossible, margins < 0)
    points = np.array([each.readings for each in found if each.readings is not None])
    reached = [
        min(
            _leads(old, points[[at]])[0, each.old_class],
            _leads(new, points[[at]])[0, each.new_class],
        )
        for at, each in enumerate(e for e in found if e.readings is not None)
    ]
    np.testing.assert_allclose(reached, margins[~impossible], atol=1e-9)


W = [[-0.1, 0.6], [1.7, 1.3]]
FACTORS = (1.0, 3.0, 1 / 3, 7.0, 1e-12, 1e8, 1e150)


def test_three_times_a_model_is_not_proved_to_say_the_same() -> None:
    """In real numbers it does; as computed, two classes differ at this reading."""
    old = _judge(W, [-1.0, 0.4])
    new = Judge(Head(3 * old.head.W, 3 * old.head.b), old.scale)
    reading = np.array([[0.060652909386013525, 35.70996242040033]])
    said = tuple(
        each.head.logits(each.scale.x(reading))[0].argmax() for each in (old, new)
    )
    assert said[0] != said[1]

    verdicts = {(f.old_class, f.new_class): f.verdict for f in differences(old, new)}

    assert verdicts[said] is not IMPOSSIBLE


@pytest.mark.parametrize("factor", FACTORS, ids=str)
@pytest.mark.parametrize("tilt", [0.0, 1e-16, 1e-13], ids=str)
@pytest.mark.parametrize("tied", [False, True], ids=["drawn", "tied"])
def test_no_computed_reading_shows_what_is_proved_impossible(
    rng: np.random.Generator, factor: float, tilt: float, tied: bool
) -> None:
    """A model and a multiple of it, a hair apart: some 10,000 readings on the borders."""
    scale = Scale(tuple(rng.uniform(0.5, 2, 2)), tuple(rng.uniform(0.2, 0.6, 2)))
    old = _drawn(rng, 2, 3, scale)
    columns = old.head.W if not tied else old.head.W[:, [0, 0, 2]]
    b = old.head.b if not tied else old.head.b[[0, 0, 2]]
    old = Judge(Head(columns, b), scale)
    new = Judge(Head(factor * columns, factor * (b - [tilt, 0.0, 0.0])), scale)
    readings = _on_borders(old, rng)

    found = differences(old, new, ranges=[(0.0, 1e9)] * 2)

    said = {
        (int(a), int(b))
        for a, b in zip(
            *(
                each.head.logits(each.scale.x(readings)).argmax(axis=1)
                for each in (old, new)
            ),
            strict=True,
        )
    }
    impossible = {(f.old_class, f.new_class) for f in found if f.verdict is IMPOSSIBLE}
    assert not said & impossible


def _on_borders(judge: Judge, rng: np.random.Generator) -> np.ndarray:
    """Readings where two logits are level, and their neighbours among the floats."""
    x = rng.uniform(-3.9, 3.9, (3_000, 2))
    pairs = rng.permuted(np.tile(np.arange(3), (3_000, 1)), axis=1)[:, :2]
    W, b = judge.head.W, judge.head.b
    slope = (W[:, pairs[:, 0]] - W[:, pairs[:, 1]]).T
    level = b[pairs[:, 0]] - b[pairs[:, 1]] + slope[:, 0] * x[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        x[:, 1] = -level / slope[:, 1]
    anywhere = rng.uniform(-3.9, 3.9, (500, 2))
    x = np.concatenate([x[(np.abs(x) < 3.9).all(axis=1)], anywhere])
    readings = np.stack([judge.scale.reading(each) for each in x])
    steps = [readings * (1 + n * 2.0**-52) for n in (-3, -1, 0, 1, 3)]
    readings = np.concatenate(steps)
    return readings[(readings >= 0).all(axis=1)]


@pytest.mark.parametrize("span", [(1e6, 2e6), (1e6, inf), (0.0, 1e-3)], ids=str)
def test_readings_beyond_the_clips_stay_in_their_range(
    span: tuple[float, float],
) -> None:
    """X stands still there; the reading that is shown is still one of the range."""
    old, new = _judge([[0.0, 1.0]], [1.0, 0.0]), _judge([[0.0, 1.0]], [5.0, 0.0])
    same = _judge([[0.0, 1.0]], [-5.0, 0.0])

    found = [
        *differences(old, new, ranges=[span]),
        *differences(same, new, ranges=[span]),
    ]

    shown = [each.readings[0] for each in found if each.readings is not None]
    assert shown
    assert all(span[0] <= each <= span[1] for each in shown)


@pytest.mark.bad_shape
def test_models_of_different_shapes_are_refused() -> None:
    """There is no common axis."""
    with pytest.raises(
        ShapeError, match=r"^W: expected two of one shape, got \(1, 2\) and \(2, 2\)\.$"
    ):
        differences(
            _judge([[0.0, 1.0]], [0.0, 0.0]),
            _judge([[0.0, 1.0], [1.0, 0.0]], [0.0, 0.0]),
        )


@pytest.mark.parametrize(
    ("ranges", "error", "message"),
    [
        ([(0.0, 1.0)] * 2, ShapeError, r"^ranges: expected 1, one a feature, got 2\.$"),
        (
            [(1.0, 0.5)],
            InputError,
            r"^ranges\[0\]: expected least <= largest, got 1\.0 and 0\.5\.$",
        ),
        (
            [(np.nan, 0.5)],
            InputError,
            r"^ranges\[0\]: expected least <= largest, got nan and 0\.5\.$",
        ),
    ],
    ids=["two", "empty", "nan"],
)
def test_ranges_that_can_not_be_used_are_refused(
    ranges: list[tuple[float, float]], error: type[Exception], message: str
) -> None:
    """One a feature, least first."""
    judge = _judge([[0.0, 1.0]], [0.0, 0.0])

    with pytest.raises(error, match=message):
        differences(judge, judge, ranges=ranges)


def test_too_many_boxes_are_refused_before_the_work(rng: np.random.Generator) -> None:
    """Eight features on two scales: 3 to the power of 8 boxes, 20 pairs."""
    one = _drawn(rng, 8, 5, Scale((0.0,) * 8, (1.0,) * 8))
    other = _drawn(rng, 8, 5, Scale((1.0,) * 8, (0.5,) * 8))

    with pytest.raises(
        InputError,
        match=r"^differences: expected at most 50,000 linear programmes, got 131,220\. "
        r"Give narrower ranges, or models of one scale\.$",
    ):
        differences(one, other)


@pytest.mark.parametrize("reading", [0.0, 2.0, 1e9], ids=str)
def test_a_range_of_one_reading_is_that_reading(reading: float) -> None:
    """Also where both clip: the margin is the lead there."""
    old = _judge([[0.0, 1.0]], [1.0, 0.0])
    new = _judge([[0.0, 1.0]], [2.0, 0.0], center=0.5)

    found = differences(old, new, ranges=[(reading, reading)])

    point = np.array([[reading]])
    expected = [
        min(_leads(old, point)[0, a], _leads(new, point)[0, 1 - a]) for a in (0, 1)
    ]
    np.testing.assert_allclose([each.margin for each in found], expected, rtol=1e-12)


def _soft(border: float, spread: float = 1.0) -> Judge:
    """One that says bad from this x on, by a scale with a soft end."""
    head = Head(np.array([[0.0, 1.0]]), np.array([border, 0.0]))
    return Judge(head, Scale((0.0,), (spread,), slope=0.125))


def test_two_borders_beyond_the_clip_of_one_soft_scale() -> None:
    """Bad from x = 5, then from x = 6: half-way lies x = 5.5, which is u = 16."""
    stricter, laxer = differences(_soft(5.0), _soft(6.0))

    assert (stricter.verdict, stricter.boxes) == (IMPOSSIBLE, 1)
    assert (laxer.verdict, laxer.margin) == (POSSIBLE, 0.5)
    np.testing.assert_allclose(laxer.readings, [expm1(16.0)], rtol=1e-12)


def test_two_soft_scales_are_cut_where_each_bends() -> None:
    """Of spread 1 and 2: bends at s = -8, -4, 4, 8, 36 and 72; five stretches."""
    old, new = _soft(4.5), _soft(4.5, spread=2.0)

    stricter, laxer = differences(old, new)

    assert stricter.boxes == 5
    assert stricter.verdict is IMPOSSIBLE
    assert (laxer.verdict, laxer.readings is None) == (POSSIBLE, False)
    curved = np.linspace(-80, 80, 3201)
    readings = (np.sign(curved) * np.expm1(np.abs(curved)))[:, np.newaxis]
    by_old, by_new = (_leads(judge, readings) for judge in (old, new))
    lost = np.minimum(
        by_old[:, 1], by_new[:, 0]
    ).max()  # bad by the old, good by the new
    assert laxer.margin >= lost - 1e-9
    assert laxer.margin <= lost + 0.05
