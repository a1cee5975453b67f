"""Where the lines, points and bars of a chart lie: a drawing that a macro writes as SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glassline.monitor import Bar, ShareChart
from glassline.station.overview import Trend

__all__ = ["Dot", "Drawing", "Line", "causes", "mean", "shares", "sums"]

WIDTH, HEIGHT = 640.0, 210.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 58.0, 12.0, 34.0
TICKS = 6  # names under a chart
STEPS = (1, 2, 2.5, 5, 10)
LETTER = 6.3  # width of a letter under a chart, at most
LINE_HEIGHT = 11.0  # of the words at the end of a line
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """One line: how it is drawn, through which points, and what stands at its end."""

    kind: str
    points: str
    text: str = ""
    text_y: float = 0.0


@dataclass(frozen=True)
class Dot:
    """One point: where, whether it is within, and what it says."""

    x: float
    y: float
    kind: str
    text: str


@dataclass(frozen=True)
class Box:
    """One bar of Pareto's chart."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    text: str


@dataclass(frozen=True)
class Drawing:
    """A chart: lines, then points or bars; ticks as (place, words)."""

    lines: tuple[Line, ...]
    dots: tuple[Dot, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    boxes: tuple[Box, ...] = ()
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


class _Frame:
    """The way from numbers to places."""

    def __init__(self, low: float, high: float, count: int) -> None:
        step = _step((high - low) or abs(high) or 1.0)
        self.low = math.floor(low / step) * step
        self.high = max(math.ceil(high / step) * step, self.low + step)
        self.step, self.count = step, count

    def x(self, place: float) -> float:
        share = (place + 0.5) / self.count
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    def line(self, kind: str, values: Numbers, text: str = "") -> Line:
        points = " ".join(
            f"{self.x(place)},{self.y(value)}"
            for place, value in enumerate(values.tolist())
        )
        return Line(kind, points, text, self.y(float(values[-1])) + 4)

    def lines(self, *drawn: Line) -> tuple[Line, ...]:
        """Return lines, the words at their ends left out where they would lie on others'."""
        kept: list[Line] = []
        for line in drawn:
            is_free = all(
                abs(line.text_y - other.text_y) >= LINE_HEIGHT
                for other in kept
                if other.text
            )
            kept.append(line if is_free else replace(line, text=""))
        return tuple(kept)

    def y_ticks(self, percent: bool = False) -> tuple[tuple[float, str], ...]:
        count = round((self.high - self.low) / self.step)
        ticks = [self.low + place * self.step for place in range(count + 1)]
        shown = [100 * each for each in ticks] if percent else ticks
        sign = " %" if percent else ""
        return tuple(
            (self.y(each), f"{round(value, 10) + 0:g}{sign}")
            for each, value in zip(ticks, shown, strict=True)
        )

    def x_ticks(self, names: Sequence[str]) -> tuple[tuple[float, str], ...]:
        widest = max((len(name) for name in names), default=1) * LETTER
        room = max(1, int((WIDTH - LEFT - RIGHT) // (widest + 10)))
        every = max(1, math.ceil(self.count / min(TICKS, room)))
        return tuple(
            (self.x(place), names[place]) for place in range(0, self.count, every)
        )


def shares(chart: ShareChart, names: Sequence[str]) -> Drawing:
    """Draw shares of parts with centre and limits."""
    values = chart.shares
    high = float(max(values.max(), chart.upper.max()))
    frame = _Frame(0.0, high, len(values))
    centre = np.full(len(values), chart.limits.centre)
    return Drawing(
        lines=frame.lines(
            frame.line("limit", chart.upper, "UCL"),
            frame.line("centre", centre, f"{100 * chart.limits.centre:.1f} %"),
            *([frame.line("limit", chart.lower, "LCL")] if chart.lower.any() else []),
            frame.line("values", values),
        ),
        dots=tuple(
            Dot(
                frame.x(place),
                frame.y(float(values[place])),
                "out" if out else "in",
                f"{names[place]}: {chart.counts[place]}/{chart.sizes[place]}",
            )
            for place, out in enumerate(chart.is_out.tolist())
        ),
        x_ticks=frame.x_ticks(names),
        y_ticks=frame.y_ticks(percent=True),
    )


def mean(trend: Trend) -> Drawing:
    """Draw the points and their weighted mean between its limits."""
    chart = trend.mean
    both = np.concatenate([chart.values, chart.smooth, chart.lower, chart.upper])
    frame = _Frame(float(both.min()), float(both.max()), len(chart.values))
    centre = np.full(len(chart.values), chart.limits.centre)
    fired = {point for each in trend.signals for point in each.points}
    return Drawing(
        lines=frame.lines(
            frame.line("limit", chart.upper, "UCL"),
            frame.line("centre", centre, f"{chart.limits.centre:.2f}"),
            frame.line("limit", chart.lower, "LCL"),
            frame.line("values", chart.smooth),
        ),
        dots=tuple(
            Dot(
                frame.x(place),
                frame.y(value),
                "fired" if place in fired else "point",
                f"{trend.stretches[place]}: {value:+.2f}",
            )
            for place, value in enumerate(chart.values.tolist())
        )
        + tuple(
            Dot(
                frame.x(place),
                frame.y(float(chart.smooth[place])),
                "out",
                f"{trend.stretches[place]}: {chart.smooth[place]:+.2f}",
            )
            for place in np.flatnonzero(chart.is_out).tolist()
        ),
        x_ticks=frame.x_ticks(trend.stretches),
        y_ticks=frame.y_ticks(),
    )


def sums(trend: Trend) -> Drawing:
    """Draw both sums, those below the centre downwards, between the decisions."""
    chart = trend.sums
    most = max(chart.decision, float(chart.high.max()), float(chart.low.max()))
    frame = _Frame(-most, most, len(chart.values))
    flat = np.ones(len(chart.values))
    return Drawing(
        lines=frame.lines(
            frame.line("limit", chart.decision * flat, f"+{chart.decision:g}"),
            frame.line("centre", 0 * flat, "0"),
            frame.line("limit", -chart.decision * flat, f"-{chart.decision:g}"),
            frame.line("values", chart.high),
            frame.line("values", -chart.low),
        ),
        dots=tuple(
            Dot(
                frame.x(place),
                frame.y(float(value)),
                "out",
                f"{trend.stretches[place]}: {value:+.1f}",
            )
            for side in (chart.high, -chart.low)
            for place, value in enumerate(side.tolist())
            if abs(value) > chart.decision
        ),
        x_ticks=frame.x_ticks(trend.stretches),
        y_ticks=frame.y_ticks(),
    )


def causes(bars: Sequence[Bar], names: Mapping[str, str]) -> Drawing:
    """Draw bars and the share that they reach together, with the line of 80 %."""
    total = bars[0].total
    frame = _Frame(0.0, float(total), len(bars))
    frame.high, frame.low = float(total), 0.0
    wide = 0.7 * (WIDTH - LEFT - RIGHT) / len(bars)
    reached = np.array([bar.reached * total for bar in bars])
    line = np.full(len(bars), 0.8 * total)
    edge = f"{LEFT},{frame.y(0.8 * total)} {WIDTH - RIGHT},{frame.y(0.8 * total)}"
    return Drawing(
        lines=(
            Line("limit", edge, "80 %", frame.y(float(line[0])) + 4),
            frame.line("values", reached),
        ),
        dots=tuple(
            Dot(frame.x(place), frame.y(float(at)), "in", f"{100 * at / total:.0f} %")
            for place, at in enumerate(reached.tolist())
        ),
        boxes=tuple(
            Box(
                round(frame.x(place) - wide / 2, 1),
                frame.y(bar.count),
                round(wide, 1),
                round(frame.y(0) - frame.y(bar.count), 1),
                "vital" if bar.is_vital else "other",
                f"{bar.count}/{total}",
            )
            for place, bar in enumerate(bars)
        ),
        x_ticks=tuple(
            (frame.x(place), names.get(bar.name, bar.name))
            for place, bar in enumerate(bars)
        ),
        y_ticks=tuple(
            (frame.y(share * total), f"{share * total:g}") for share in (0, 0.5, 1)
        ),
    )


def _step(span: float) -> float:
    """Return about a quarter of a span, as 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(span / 4))
    return power * next(step for step in STEPS if span / 4 <= step * power * 1.001)
