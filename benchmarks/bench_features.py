"""Time the four features beside grey decoding, the floor, in one run and one thread.

    python -m benchmarks.bench_features [MODEL ...]

One JSON line a photo size: milliseconds (the fastest of the repeats, taken in turns) of
decoding a rendered JPEG to grey, of making float of it, of the four readings with their
maps, of each feature alone, and of decode + readings + head as a multiple of decode.
With models, their very settings are timed; without, the defaults.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil
from numpy.typing import NDArray

import glassline
from glassline.features import FEATURES, Scale, Surface, Workspace
from glassline.front import Measured
from glassline.head import Head, softmax
from glassline.model import load
from glassline.synthetic import Doses, render
from glassline.synthetic import Surface as Material

SIZES_HW = ((128, 128), (480, 640), (960, 1280), (3000, 4000))
MEGAPIXELS_TIMED = (
    40.0  # of one size in all: many turns for small photos, few for 12 MP
)
MAX_TURNS = 200
JPEG_QUALITY = 90

Job = Callable[[], object]


def fastest(jobs: dict[str, Job], turns: int) -> dict[str, float]:
    """Return the fastest time of each job in milliseconds; jobs take turns."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(turns + 1):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            times[name].append(1e3 * (time.perf_counter() - start))
    return {name: min(each[1:]) for name, each in times.items()}


def photo(size_hw: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the JPEG bytes of a rendered part with some of every cause."""
    rng = np.random.default_rng(1)  # noqa: TID251  the one seed of this benchmark
    image, _ = render(
        Material("brushed_metal"), Doses(0.5, 0.5, 0.5, 0.5), size_hw=size_hw, rng=rng
    )
    _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return np.asarray(packed, dtype=np.uint8)


def time_size(size_hw: tuple[int, int], front: Measured) -> dict[str, Any]:
    """Time one photo size."""
    packed = photo(size_hw)
    grey = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
    image = as_float(grey)
    head = Head(np.full((4, 3), 0.5), np.zeros(3))
    scale = Scale((1.0,) * 4, (0.5,) * 4)
    workspace = Workspace()

    def decode() -> object:
        return cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)

    def whole() -> object:
        decoded = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
        values = front.read(as_float(decoded)).values
        return softmax(head.logits(scale.x(values[None])))

    def alone(name: str) -> Job:
        return lambda: FEATURES[name].measure(
            Surface(image, workspace), front.settings[name]
        )

    jobs: dict[str, Job] = {
        "decode": decode,
        "float": lambda: as_float(grey),
        "four_features": lambda: front.read(image),
        "whole": whole,
        **{name: alone(name) for name in FEATURES},
    }
    megapixels = size_hw[0] * size_hw[1] / 1e6
    found = fastest(jobs, int(min(MAX_TURNS, max(3.0, MEGAPIXELS_TIMED / megapixels))))
    return {
        "size_hw": list(size_hw),
        "jpeg_kb": round(packed.size / 1e3, 1),
        "ms": {name: round(each, 3) for name, each in found.items()},
        "whole_over_decode": round(found["whole"] / found["decode"], 2),
        "rss_mb": round(psutil.Process().memory_info().rss / 1e6),
    }


def as_float(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the photo as the front takes it, 0 black to 1 white."""
    return np.asarray(cv2.multiply(grey, 1.0 / 255.0, dtype=cv2.CV_32F), np.float32)


def main(models: list[str]) -> None:
    """Print one JSON line a front and size."""
    cv2.setNumThreads(1)
    fronts = {Path(each).name: load(each).front for each in models}
    for name, front in (fronts or {"defaults": Measured()}).items():
        for size_hw in SIZES_HW:
            line = {
                "front": name,
                "glassline": glassline.__version__,
                "opencv": cv2.__version__,
                "numpy": np.__version__,
                **time_size(size_hw, front),
            }
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
