"""Write `readings.json`: what every setting reads on the known image."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2

from glassline.features import FEATURES, Surface, plain
from glassline.model.selftest import known_image

FILE = Path(__file__).with_name("readings.json")


def readings() -> dict[str, list[dict[str, Any]]]:
    """Return each feature's settings with what they read, the defaults first."""
    surface = Surface(known_image())
    return {
        name: [
            {
                "settings": plain(settings),
                "reading": feature.measure(surface, settings)[0],
            }
            for settings in feature.grid
        ]
        for name, feature in FEATURES.items()
    }


if __name__ == "__main__":
    table = {"opencv": cv2.__version__, "readings": readings()}
    FILE.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
