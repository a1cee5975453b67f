"""Where the words of a chart lie."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from glassline.studies.metrics import reliability
from glassline.studies.report.charts import LETTER, LINE, Chart, reliability_chart


def _drawn(seed: int, parts: int) -> Chart:
    """The chart of parts whose probabilities crowd at both ends or lie anywhere."""
    rng = np.random.default_rng(seed)  # noqa: TID251  once a case
    first = rng.beta(0.4, 0.4, parts) * 0.9 + 0.1
    labels = (rng.random(parts) > first).astype(np.int64)
    p = np.column_stack([first, *[(1 - first) / 11] * 11])
    return reliability_chart(reliability(p, labels, np.arange(parts)))


@pytest.mark.parametrize("parts", [1, 7, 40, 300, 3000, 200_000])
@pytest.mark.parametrize("seed", range(5))
def test_no_two_words_lie_on_one_another(seed: int, parts: int) -> None:
    """Nor outside of the drawing, however near their points are."""
    chart = _drawn(seed, parts)

    boxes = [
        (each.text_x, each.text_y, each.text_x + LETTER * len(each.text))
        for each in chart.points
    ]
    collisions = [
        (one, other)
        for one, other in combinations(boxes, 2)
        if one[0] < other[2] and other[0] < one[2] and abs(one[1] - other[1]) < LINE
    ]
    assert collisions == []
    assert all(chart.left <= left and right <= chart.width for left, _, right in boxes)
    assert all(chart.top <= y <= chart.bottom for _, y, _ in boxes)
