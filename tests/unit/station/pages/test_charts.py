"""Drawings of charts: held against files that somebody has looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from glassline.monitor import (
    NELSON,
    Limits,
    cusum,
    ewma,
    p_prime_chart,
    pareto,
    signals,
)
from glassline.render.templating import templates
from glassline.station.overview import Trend
from glassline.station.pages.charts import Drawing, causes, mean, shares, sums

GOLDEN = Path(__file__).resolve().parents[3] / "golden"
LOTS = tuple(f"L{place:02}" for place in range(12))


def _trend() -> Trend:
    """Twelve lots, the last four two spreads higher."""
    values = np.array([0.1, -0.4, 0.6, -0.2, 0.3, -0.5, 0.2, 0.0, 2.1, 1.8, 2.4, 1.9])
    limits = Limits(0.0, 0.5, 8)
    z = limits.standardised(values)
    return Trend(
        "line_strength",
        LOTS,
        ewma(values, limits),
        cusum(values, limits),
        signals(z, NELSON),
    )


def _shares() -> Drawing:
    counts = np.array([4, 6, 5, 3, 7, 5, 4, 6, 5, 19, 4, 5])
    return shares(p_prime_chart(counts, np.full(12, 50), Limits(0.1, 1.2, 25)), LOTS)


def _causes() -> Drawing:
    bars = pareto({"scratch": 30, "dirt": 12, "dent": 4})
    return causes(bars, {"scratch": "刮傷", "dirt": "髒污"})


DRAWINGS = {
    "chart-shares": _shares,
    "chart-mean": lambda: mean(_trend()),
    "chart-sums": lambda: sums(_trend()),
    "chart-causes": _causes,
}


def _svg(drawing: Drawing) -> str:
    charts = templates("glassline.station.pages").get_template("charts.html")
    return str(vars(charts.module)["draw"](drawing, "a chart")).strip() + "\n"


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_chart_is_drawn_as_it_was(name: str) -> None:
    """To the letter."""
    golden = (GOLDEN / f"{name}.svg").read_text(encoding="utf-8")

    assert _svg(DRAWINGS[name]()) == golden


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_place_is_inside_of_the_drawing(name: str) -> None:
    """Lines, points, bars and ticks."""
    drawing = DRAWINGS[name]()

    points = [
        tuple(map(float, each.split(",")))
        for line in drawing.lines
        for each in line.points.split()
    ]
    points += [(dot.x, dot.y) for dot in drawing.dots]
    points += [(box.x + box.width, box.y + box.height) for box in drawing.boxes]
    assert all(0 <= x <= drawing.width for x, _ in points)
    assert all(drawing.top - 1 <= y <= drawing.bottom + 1 for _, y in points)


def test_points_beyond_the_limits_have_another_shape() -> None:
    """A square, and not only another colour."""
    text = _svg(_shares())

    assert text.count('<rect class="out"') == 1
    assert text.count("<circle") == 11
    assert "<title>L09: 19/50</title>" in text


def test_a_name_can_not_leave_its_place() -> None:
    """Lots are called what people call them."""
    names = ("</svg><script>", *LOTS[1:])
    drawing = shares(
        p_prime_chart(np.full(12, 5), np.full(12, 50), Limits(0.1, 1.0, 25)), names
    )

    assert "<script>" not in _svg(drawing)
