"""Where everything goes in an evidence picture: photo above, the legend in words below."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image
from glassline.explain.blocks.evidence import length
from glassline.explain.evidence import Evidence
from glassline.explain.faces.picture.glyphs import width_px
from glassline.explain.faces.picture.scene import (
    INK,
    LOOKS,
    Box,
    Caption,
    Colour,
    Look,
    Scene,
    Stroke,
    ring,
    strokes,
)
from glassline.features import Area, Line, Mark, Speck
from glassline.render.units import unit_of
from glassline.render.words import words

__all__ = ["scene", "telling"]

LONG_PX = 960  # the longer side of the photo in the picture
LEAST_WIDTH_PX = 720  # of the picture, so that the legend fits
LARGEST = 12  # times: a crop of 80 px fills the picture, one of 16 px does not
ROW_PX, INDENT_PX, TOP_PX = 22, 46, 12
SOFT: Colour = (86, 97, 109)
MARKED_X = 2.0  # spreads of good parts: what is less needs no pointing at
AREAS = {"texture_change": "rough", "reflection_unevenness": "uneven"}
UNIT_OF_NETWORKS = "network"
HALF = 0.5  # of a place in the picture: what most of it is
DIMMED = np.float32(0.4)  # of its light: what was not looked at
BAR_SHARE = 0.25  # of the photo's width, at most, that the scale bar takes


def scene(evidence: Evidence, lang: str) -> Scene:
    """Lay out the photo with its marks, the legend and the scale bar.

    The marks of features whose x is below 2 are left out, and the legend says so:
    what is as on good parts needs no pointing at.
    """
    rows, columns = evidence.image.shape
    scale = min(LARGEST, LONG_PX / max(rows, columns))
    width, height = max(1, round(columns * scale)), max(1, round(rows * scale))
    whole = max(LEAST_WIDTH_PX, width)
    left = (whole - width) // 2
    down, right = evidence.corner_rc
    drawn: list[Stroke] = []
    signs: list[Stroke] = []
    boxes: list[Box] = []
    said: list[Caption] = []
    below = height + TOP_PX
    for place, name in enumerate(evidence.marks):
        look = LOOKS[min(place, len(LOOKS) - 1)]
        is_marked = evidence.x is None or evidence.x[name] >= MARKED_X
        marks = list(evidence.marks[name])
        if down or right:
            marks = [mark.moved(-down, -right) for mark in marks]
        if is_marked:
            over = strokes(marks, look, scale, (width, height))
            drawn.extend(_moved(over, left))
        boxes.append(Box(0, below, INDENT_PX - 8, 2 * ROW_PX - 4, (96, 104, 112)))
        signs.extend(_sample(marks, look, below))
        lines = telling(evidence, name, lang)
        said.extend(_legend(lines, below, whole))
        below += 2 * ROW_PX
    bar, label = _bar(evidence, scale, width, below)
    if evidence.left_out is not None:
        note = words(lang)["evidence"]["left_out"]
        said.append(Caption(whole - 12 - width_px(note), label.y, note, SOFT))
    return Scene(
        title=words(lang)["evidence"]["title"],
        photo=_shown(evidence, (width, height)),
        photo_xywh=(left, 0, width, height),
        size_wh=(whole, below + ROW_PX + 10),
        strokes=tuple(drawn),
        signs=tuple(signs),
        boxes=(*boxes, *bar),
        captions=(*said, label),
    )


def _moved(over: Iterator[Stroke], right: float) -> Iterator[Stroke]:
    for each in over:
        yield replace(each, points=each.points + np.array([right, 0.0]))


def _legend(lines: tuple[str, str, str], top: float, whole: int) -> Iterator[Caption]:
    """Name and reading on one line, what was found below them."""
    name, reading, found = lines
    first, second = top + 16, top + 16 + ROW_PX - 3
    yield Caption(INDENT_PX, first, name)
    yield Caption(whole - 12 - width_px(reading), first, reading)
    yield Caption(INDENT_PX, second, found, SOFT)


def telling(evidence: Evidence, name: str, lang: str) -> tuple[str, str, str]:
    """Return the name of a feature, its reading with unit, and what was found."""
    catalogue = words(lang)
    unit = unit_of(catalogue, name, evidence.units or {})
    value = f"{evidence.readings[name]:.3g}"
    reading = catalogue["evidence"]["reading"].format(value=value, unit=unit).strip()
    if evidence.x is not None:
        reading += f"  (x = {evidence.x[name]:.1f})"
    say = catalogue["evidence"]
    if evidence.x is not None and evidence.x[name] < MARKED_X:
        found = say["usual"].format(limit=f"{MARKED_X:g}")
    else:
        found = _found(evidence, name, unit, say)
    return catalogue["features"].get(name, name), reading, found


def _found(evidence: Evidence, name: str, unit: str, say: Mapping[str, str]) -> str:
    marks = evidence.marks[name]
    if not marks:
        return say["none"]
    first, size = marks[0], evidence.pixel_size_um
    if isinstance(first, Area):
        areas = [each for each in marks if isinstance(each, Area)]
        # A network's areas are its opinion: neither rough nor bright in themselves.
        is_measured = UNIT_OF_NETWORKS not in (evidence.units or {}).values()
        kind = AREAS.get(name, "other") if is_measured else "other"
        return _areas(areas, unit, say[kind])
    side = say["brighter"] if first.contrast > 0 else say["darker"]
    if isinstance(first, Line):
        return say["line"].format(
            length=length(first.length_px, size),
            width=length(first.width_px, size),
            side=side,
            count=len(marks),
        )
    return say["speck"].format(
        count=len(marks), diameter=length(first.diameter_px, size), side=side
    )


def _areas(areas: Sequence[Area], unit: str, say: str) -> str:
    dark = sum(each.strength < 0 for each in areas)
    return say.format(
        count=len(areas),
        bright=len(areas) - dark,
        dark=dark,
        amount=f"{abs(areas[0].strength):.2g}",
        unit=unit,
    )


def _sample(marks: Sequence[Mark], look: Look, top: float) -> Iterator[Stroke]:
    """A small sign of how the marks of this feature look."""
    x, y = (INDENT_PX - 8) / 2, top + ROW_PX - 2
    if any(isinstance(each, Speck) for each in marks) or look is LOOKS[3]:
        yield Stroke(ring(x, y, 9), look.colour, look.dash, is_closed=True)
        return
    thick, wide = (6, 13) if any(isinstance(e, Line) for e in marks) else (11, 12)
    box = [[x - wide, y - thick], [x + wide, y - thick], [x + wide, y + thick]]
    corners = np.array([*box, [x - wide, y + thick]])
    if look.is_hatched:
        for shift in (-8.0, 2.0):
            ends = np.array([[x + shift, y + 10], [x + shift + 8, y - 10]])
            yield Stroke(ends, look.colour, width=1.4, edge=0.0)
    elif look.dash:
        yield Stroke(np.array([[x - 4, y], [x + 4, y]]), look.colour)
        yield Stroke(np.array([[x, y - 4], [x, y + 4]]), look.colour)
    yield Stroke(corners, look.colour, look.dash, 1.6, is_closed=True)


def _bar(
    evidence: Evidence, scale: float, width: int, top: float
) -> tuple[tuple[Box, ...], Caption]:
    """A scale bar of a round length: 1, 2 or 5 times a power of ten."""
    unit = evidence.pixel_size_um or 1.0
    most = BAR_SHARE * width / scale * unit
    power = 10.0 ** math.floor(math.log10(most))
    round_length = power * max(step for step in (1, 2, 5) if step * power <= most)
    pixels = round_length / unit
    long, y = pixels * scale, top + 12
    ends = [Box(x, y - 5, 2, 12, INK) for x in (INDENT_PX, INDENT_PX + long - 2)]
    label = length(pixels, evidence.pixel_size_um)
    bar = (Box(INDENT_PX, y, long, 2, INK), *ends)
    return bar, Caption(INDENT_PX + long + 10, y + 6, label)


def _shown(evidence: Evidence, size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """The photo in 8 bits, made smaller where it is larger than it is shown.

    What was left out is darker.
    """
    image, left_out = evidence.image, evidence.left_out
    if size_wh[0] < image.shape[1]:
        image = _shrunk(image, size_wh)
        if left_out is not None:
            left_out = _shrunk(left_out.astype(np.float32), size_wh) > HALF
    if left_out is not None:
        image = np.where(left_out, DIMMED * image, image)
    return np.asarray(np.rint(np.clip(image, 0, 1) * 255), dtype=np.uint8)


def _shrunk(image: Image, size_wh: tuple[int, int]) -> NDArray[np.float32]:
    smaller = cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA)
    return np.asarray(smaller, dtype=np.float32)
