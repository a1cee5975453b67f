"""Evidence as SVG, the photo inside it, nothing fetched from anywhere."""

from __future__ import annotations

import base64

import numpy as np

from glassline.explain.evidence import Evidence
from glassline.explain.faces.picture.layout import LARGEST, LONG_PX, scene
from glassline.explain.faces.picture.scene import LOOKS, Colour, strokes
from glassline.render.png import as_png
from glassline.render.templating import templates
from glassline.render.words import words

__all__ = ["face", "overlay"]


def face(evidence: Evidence, lang: str) -> str:
    """Return the photo with its evidence, legend included, as one SVG element."""
    laid = scene(evidence, lang)
    return (
        templates("glassline.explain.faces")
        .get_template("evidence.svg")
        .render(
            scene=laid,
            photo=base64.b64encode(as_png(laid.photo)).decode("ascii"),
            tag=words(lang)["language"]["tag"],
            colour=_colour,
            path=_path,
        )
    )


def overlay(evidence: Evidence, size_wh: tuple[int, int]) -> str:
    """Return the marks alone, to be laid over the whole photo: one group a feature.

    Each group carries its feature as `data-feature`, so that a page can show and hide
    it; none is left out.

    Args:
        evidence: Of the part.
        size_wh: Width and height of the whole photo, in pixels.
    """
    scale = min(LARGEST, LONG_PX / max(size_wh))
    shown = (max(1, round(size_wh[0] * scale)), max(1, round(size_wh[1] * scale)))
    marks = [
        (name, list(strokes(found, LOOKS[min(place, len(LOOKS) - 1)], scale, shown)))
        for place, (name, found) in enumerate(evidence.marks.items())
    ]
    return (
        templates("glassline.explain.faces")
        .get_template("overlay.svg")
        .render(size_wh=shown, marks=marks, colour=_colour, path=_path)
    )


def _colour(colour: Colour) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)


def _path(points: np.ndarray, is_closed: bool) -> str:
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in points.tolist())
    return f"M{corners}{'Z' if is_closed else ''}"
