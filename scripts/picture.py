"""Photograph the second part of the demo's report for the READMEs (needs chromium)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PICTURES = {"report.html": "picture.png", "report.zh-TW.html": "picture.zh-TW.png"}
ONLY_THE_PART = """
<style>header, section:not(:nth-of-type(1)), section > h2, section > p,
article:not(:nth-of-type(2)) { display: none } .part { border: 0; margin: 0 }</style>
</head>"""
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1120,900",
)


def main() -> None:
    """Run the demo, keep one part of each page, photograph it, cut the white away."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        demo = [sys.executable, "-m", "glassline", "demo", "--out", str(folder)]
        subprocess.run(demo, check=True, capture_output=True)
        for page, picture in PICTURES.items():
            html = (folder / page).read_text(encoding="utf-8")
            cut = folder / f"cut-{page}"
            cut.write_text(html.replace("</head>", ONLY_THE_PART, 1), encoding="utf-8")
            shot = folder / "shot.png"
            subprocess.run(
                [
                    "chromium",
                    *FLAGS,
                    f"--user-data-dir={folder / 'profile'}",
                    f"--screenshot={shot}",
                    cut.as_uri(),
                ],
                check=True,
                capture_output=True,
            )
            target = ROOT / "docs" / picture
            target.write_bytes(_trimmed(shot.read_bytes()))


def _trimmed(png: bytes) -> bytes:
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    rows, columns = np.nonzero((pixels < 250).any(axis=2))
    cut = pixels[rows.min() : rows.max() + 9, columns.min() : columns.max() + 9]
    return cv2.imencode(".png", cut, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes()


main()
