"""What the four features cost beside decoding, the floor, and beside a small network.

    python -m benchmarks.bench_features [FOLDER OF SETS]

Times the default settings and, of every set found in the folder, the settings that
training chooses on it: those whose accuracy docs/results.md reports. All jobs of a photo
size take turns in one run and one thread; of each, the fastest turn counts. Prints a
JSON line a front and size, and writes the table into docs/results.md.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil
from numpy.typing import NDArray

from benchmarks.document import conditions, write_section
from benchmarks.results import SETS
from glassline.dataset import Dataset
from glassline.errors import GlasslineWarning
from glassline.features import Scale
from glassline.front import Measured
from glassline.front.cnn import fitted
from glassline.front.onnx import Session
from glassline.front.onnx.backbones import DEFAULT, read_backbone
from glassline.head import Head, softmax
from glassline.image.pixels import to_grey
from glassline.recipe import Recipe
from glassline.synthetic import Doses, Surface, render
from glassline.training import train

SIZES_HW = ((128, 128), (480, 640), (960, 1280), (3000, 4000))
MEGAPIXELS_TIMED = 40.0  # of one size: many turns for small photos, few for 12 MP
MAX_TURNS = 200
JPEG_QUALITY = 90

Job = Callable[[], object]


def main() -> None:
    """Time every front at every size; print, and write the section."""
    cv2.setNumThreads(1)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    fronts = {"defaults": Measured()}
    for name in SETS if folder else ():
        if folder and (folder / name).is_dir():
            fronts[name] = _trained(folder / name)
    network = Session(read_backbone(DEFAULT).network.SerializeToString(), DEFAULT)
    rows = []
    for size_hw in SIZES_HW:
        rows += time_size(size_hw, fronts, network)
        for row in rows[-len(fronts) :]:
            print(json.dumps(row), flush=True)
    write_section("cost of the four features", document(rows, folder))


def _trained(folder: Path) -> Measured:
    """Return the front that training chooses on a set."""
    data = Dataset.read(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GlasslineWarning)  # a set without a good class
        front = train(data, Recipe(classes=data.classes)).front
    if not isinstance(front, Measured):
        raise TypeError(f"{folder}: expected a measured front, got {front.kind}.")
    return front


def photo(size_hw: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the JPEG bytes of a rendered part with some of every cause."""
    rng = np.random.default_rng(1)  # noqa: TID251  the one seed of this benchmark
    image, _ = render(
        Surface("brushed_metal"), Doses(0.5, 0.5, 0.5, 0.5), size_hw=size_hw, rng=rng
    )
    _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return np.asarray(packed, dtype=np.uint8)


def time_size(
    size_hw: tuple[int, int], fronts: dict[str, Measured], network: Session
) -> list[dict[str, Any]]:
    """Time one photo size with every front: one row a front."""
    packed = photo(size_hw)
    head, scale = Head(np.full((4, 3), 0.5), np.zeros(3)), Scale((1.0,) * 4, (0.5,) * 4)

    def decode() -> NDArray[np.uint8]:
        return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE))

    def whole(front: Measured) -> Job:
        return lambda: softmax(
            head.logits(scale.x(front.read(to_grey(decode())).values[None]))
        )

    def by_network() -> object:
        photo = fitted(to_grey(decode()), network.side)
        return network.run(np.repeat(photo, 3, axis=1))

    jobs: dict[str, Job] = {"decode": decode, "network": by_network}
    jobs |= {name: whole(front) for name, front in fronts.items()}
    megapixels = size_hw[0] * size_hw[1] / 1e6
    ms = fastest(jobs, int(min(MAX_TURNS, max(5.0, MEGAPIXELS_TIMED / megapixels))))
    return [
        {
            "front": name,
            "size_hw": list(size_hw),
            "decode_ms": round(ms["decode"], 3),
            "whole_ms": round(ms[name], 3),
            "whole_over_decode": round(ms[name] / ms["decode"], 2),
            "network_ms": round(ms["network"], 3),
            "network_over_whole": round(ms["network"] / ms[name], 2),
            "rss_mb": round(psutil.Process().memory_info().rss / 1e6),
        }
        for name in fronts
    ]


def fastest(jobs: dict[str, Job], turns: int) -> dict[str, float]:
    """Return the fastest time of each job in milliseconds; jobs take turns."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(turns + 1):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            times[name].append(1e3 * (time.perf_counter() - start))
    return {name: min(each[1:]) for name, each in times.items()}


def document(rows: list[dict[str, Any]], folder: Path | None) -> str:
    """Return the section in Markdown."""
    packages = ("glassline", "opencv-python-headless", "numpy", "onnxruntime")
    given = f" DATA={folder}" if folder else ""
    lines = [
        "## What the four features cost",
        "",
        f"`make bench-features{given}`, {conditions(*packages)};",
        f"one thread, a rendered JPEG of quality {JPEG_QUALITY}. Whole: decode to grey, four readings",
        "with their maps, head. A set's row has the settings that training chooses on it.",
        f"Network: decode, resize, {DEFAULT} in ONNX Runtime. Fastest of the turns, ms.",
        "",
        "| photo | settings | decode | whole | whole / decode | network | network / whole |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['size_hw'][1]} x {row['size_hw'][0]} | {row['front']} "
        f"| {row['decode_ms']:.2f} | {row['whole_ms']:.2f} | {row['whole_over_decode']:.1f} "
        f"| {row['network_ms']:.2f} | {row['network_over_whole']:.1f} |"
        for row in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
