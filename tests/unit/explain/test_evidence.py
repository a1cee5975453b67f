"""The evidence of one part as data: every mark, in pixels and micrometres."""

from __future__ import annotations

import json

import numpy as np

from glassline.arrays import Named
from glassline.explain import Evidence
from glassline.features import Area, Line, Mark, Speck
from glassline.recipe import FEATURE_NAMES

MARKS: dict[str, tuple[Mark, ...]] = {
    "line_strength": (Line(((30, 20), (30, 100)), 80, 3, 0.2, 9),),
    "texture_change": (Area(64, 16, 80, 48, 0.5),),
    "reflection_unevenness": (Area(0, 80, 20, 120, 6), Area(60, 80, 80, 120, -4)),
    "grain_noise": (Speck(50, 60, 4, -0.3, 8),),
}


def test_the_json_has_every_mark() -> None:
    """In pixels, and in micrometres where the size of a pixel is known."""
    readings = Named(FEATURE_NAMES, np.array([9.0, 0.41, 10.1, 2.5]))
    image = np.full((80, 120), 0.5, np.float32)
    evidence = Evidence(image, MARKS, readings, pixel_size_um=10.0)

    table = json.loads(json.dumps(evidence.as_json()))

    assert list(table["marks"]) == list(FEATURE_NAMES)
    assert table["marks"]["line_strength"] == [
        {
            "kind": "line",
            "points": [[30, 20], [30, 100]],
            "length_px": 80,
            "length_um": 800.0,
            "width_px": 3,
            "width_um": 30.0,
            "contrast": 0.2,
            "strength": 9,
        }
    ]
    assert table["marks"]["grain_noise"][0]["diameter_um"] == 40.0
    assert [mark["kind"] for mark in table["marks"]["reflection_unevenness"]] == [
        "area",
        "area",
    ]
