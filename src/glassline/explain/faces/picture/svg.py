"""Evidence as SVG, the photo inside it, nothing fetched from anywhere."""

from __future__ import annotations

import base64

import numpy as np

from glassline.explain.evidence import Evidence
from glassline.explain.faces.picture.layout import scene
from glassline.explain.faces.picture.scene import Colour
from glassline.render.png import as_png
from glassline.render.templating import templates
from glassline.render.words import words

__all__ = ["face"]


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


def _colour(colour: Colour) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)


def _path(points: np.ndarray, is_closed: bool) -> str:
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in points.tolist())
    return f"M{corners}{'Z' if is_closed else ''}"
