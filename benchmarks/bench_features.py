"""What the four features cost beside decoding, the floor, and beside a small network.

    python -m benchmarks.bench_features [FOLDER OF SETS]

Times the default settings and, of every set found in the folder, the settings that
training chooses on it: those whose accuracy docs/results.md reports, and with one
measurement of each feature. Settings that name planes of colour read a photo in colour,
beside decoding it in colour. All jobs of a photo size take turns in one run and one
thread; of each, the turn of the least processor time counts. Two threads then read
large photos beside one. Prints a JSON line a front and size, and writes the table into
docs/results.md.
"""

from __future__ import annotations

import json
import sys
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil
from numpy.typing import NDArray

from benchmarks.document import conditions, write_section
from benchmarks.results import SETS
from glassline.arrays import Image, View
from glassline.dataset import Dataset
from glassline.errors import GlasslineWarning
from glassline.features import Scale
from glassline.front import Measured
from glassline.front.cnn import fitted
from glassline.front.onnx import Session
from glassline.front.onnx.backbones import DEFAULT, read_backbone
from glassline.head import Head, softmax
from glassline.image.looking import look
from glassline.image.pixels import to_grey
from glassline.recipe import ImageSettings, Recipe
from glassline.synthetic import Doses, Surface, render
from glassline.training import read_candidates, train_on

SIZES_HW = ((128, 128), (480, 640), (960, 1280), (3000, 4000))
MEGAPIXELS_TIMED = 40.0  # of one size: many turns for small photos, few for 12 MP
MAX_TURNS = 200
JPEG_QUALITY = 90
TINT = (
    0.8,
    0.95,
    1.0,
)  # blue, green and red of the rendered grey, for photos in colour
THREADED_HW, THREADED_PHOTOS, THREADED_TURNS = (3000, 4000), 6, 6

Job = Callable[[], object]


def main() -> None:
    """Time every front at every size; print, and write the section."""
    cv2.setNumThreads(1)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    fronts = {"defaults": Measured()}
    for name in SETS if folder else ():
        if folder and (folder / name).is_dir():
            fronts |= _trained(folder / name)
    network = Session(read_backbone(DEFAULT).network.SerializeToString(), DEFAULT)
    rows = []
    for size_hw in SIZES_HW:
        rows += time_size(size_hw, fronts, network)
        for row in rows[-len(fronts) :]:
            print(json.dumps(row), flush=True)
    pairs: dict[str, dict[str, float]] = {
        name: two_threads(fronts[name])
        for name in ("defaults", "neu_cls")
        if name in fronts
    }
    for name, figures in pairs.items():
        print(json.dumps({"front": name, "two_threads": figures}), flush=True)
    write_section("cost of the four features", document(rows, pairs, folder))


def _trained(folder: Path) -> dict[str, Measured]:
    """Return the fronts that training chooses on a set: as it is, and with one of each."""
    data = Dataset.read(folder)
    recipe = Recipe(classes=data.classes)
    single = replace(recipe, training=replace(recipe.training, measurements=1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GlasslineWarning)  # a set without a good class
        readings = read_candidates(data, recipe)
        found = {
            name: train_on(readings, each).model.front
            for name, each in ((folder.name, recipe), (f"{folder.name}, one", single))
        }
    return {name: front for name, front in found.items() if isinstance(front, Measured)}


def photo(size_hw: tuple[int, int], *, colour: bool = False) -> NDArray[np.uint8]:
    """Return the JPEG bytes of a rendered part with some of every cause."""
    rng = np.random.default_rng(1)  # noqa: TID251  the one seed of this benchmark
    image, _ = render(
        Surface("brushed_metal"), Doses(0.5, 0.5, 0.5, 0.5), size_hw=size_hw, rng=rng
    )
    if colour:
        image = np.stack([share * image for share in TINT], axis=2).astype(image.dtype)
    _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return np.asarray(packed, dtype=np.uint8)


def time_size(
    size_hw: tuple[int, int], fronts: dict[str, Measured], network: Session
) -> list[dict[str, Any]]:
    """Time one photo size with every front: one row a front."""
    packed, coloured = photo(size_hw), photo(size_hw, colour=True)
    head, scale = Head(np.full((4, 3), 0.5), np.zeros(3)), Scale((1.0,) * 4, (0.5,) * 4)

    def decode() -> NDArray[np.uint8]:
        return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE))

    def decode_colour() -> NDArray[np.uint8]:
        return np.asarray(cv2.imdecode(coloured, cv2.IMREAD_COLOR))

    def seen(front: Measured) -> Image | View:
        if not front.planes:
            return to_grey(decode())
        return look(decode_colour(), ImageSettings(), planes=front.planes).view

    def whole(front: Measured) -> Job:
        return lambda: softmax(
            head.logits(scale.x(front.read(seen(front)).values[None]))
        )

    def by_network() -> object:
        photo = fitted(to_grey(decode()), network.side)
        return network.run(np.repeat(photo, 3, axis=1))

    jobs: dict[str, Job] = {
        "decode": decode,
        "decode colour": decode_colour,
        "network": by_network,
    }
    jobs |= {name: whole(front) for name, front in fronts.items()}
    megapixels = size_hw[0] * size_hw[1] / 1e6
    ms = fastest(jobs, int(min(MAX_TURNS, max(5.0, MEGAPIXELS_TIMED / megapixels))))
    found = []
    for name, front in fronts.items():
        decoding = ms["decode colour" if front.planes else "decode"]
        found.append(
            {
                "front": f"{name}, colour" if front.planes else name,
                "size_hw": list(size_hw),
                "decode_ms": round(decoding, 3),
                "whole_ms": round(ms[name], 3),
                "whole_over_decode": round(ms[name] / decoding, 2),
                "network_ms": round(ms["network"], 3),
                "network_over_whole": round(ms["network"] / ms[name], 2),
                "rss_mb": round(psutil.Process().memory_info().rss / 1e6),
            }
        )
    return found


def fastest(jobs: dict[str, Job], turns: int) -> dict[str, float]:
    """Return the least processor time of each job in milliseconds; jobs take turns."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(turns + 1):
        for name, job in jobs.items():
            start = time.process_time()
            job()
            times[name].append(1e3 * (time.process_time() - start))
    return {name: min(each[1:]) for name, each in times.items()}


def two_threads(front: Measured) -> dict[str, float]:
    """Return what two threads make of photos of 12 MP beside one, and what a photo costs.

    Each thread decodes and reads photos of its own. Best of the turns of either: photos a
    second on the clock, two over one, and milliseconds of a processor a photo. Waiting is
    the share of its time that a thread neither ran nor stood in line for a processor,
    where the system tells: it waited for the other thread.
    """
    packed = photo(THREADED_HW)
    clock: dict[int, list[float]] = {1: [], 2: []}
    cost: dict[int, list[float]] = {1: [], 2: []}
    waited: list[float] = []

    def some(_: int) -> float:
        began, before = time.perf_counter(), _scheduled_s()
        for _ in range(THREADED_PHOTOS):
            front.read(to_grey(np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE))))
        wall = time.perf_counter() - began
        return 1 - (_scheduled_s() - before) / wall

    for _ in range(THREADED_TURNS + 1):
        for threads in (1, 2):
            with ThreadPoolExecutor(threads) as pool:
                began, spent = time.perf_counter(), time.process_time()
                shares = list(pool.map(some, range(threads)))
                photos = threads * THREADED_PHOTOS
                clock[threads].append((time.perf_counter() - began) / photos)
                cost[threads].append(1e3 * (time.process_time() - spent) / photos)
            if threads == 2:
                waited.append(float(np.mean(shares)))
    best = {threads: min(each[1:]) for threads, each in clock.items()}
    least = {threads: min(each[1:]) for threads, each in cost.items()}
    return {
        "on_the_clock": round(best[1] / best[2], 2),
        "one_ms": round(least[1], 1),
        "two_ms": round(least[2], 1),
        "waiting": round(float(np.median(waited[1:])), 3),
    }


def _scheduled_s() -> float:
    """Seconds that this thread has run or stood in line; of the processor where untold."""
    try:
        line = Path(
            f"/proc/self/task/{threading.get_native_id()}/schedstat"
        ).read_text()
    except OSError:
        return time.thread_time()
    ran, stood = line.split()[:2]
    return (int(ran) + int(stood)) / 1e9


def document(
    rows: list[dict[str, Any]], pairs: dict[str, dict[str, float]], folder: Path | None
) -> str:
    """Return the section in Markdown."""
    packages = ("glassline", "opencv-python-headless", "numpy", "onnxruntime")
    given = f" DATA={folder}" if folder else ""
    lines = [
        "## What the four features cost",
        "",
        f"`make bench-features{given}`, {conditions(*packages)};",
        f"one thread, a rendered JPEG of quality {JPEG_QUALITY}. Whole: decode, four readings with their",
        "maps, head. A set's row has the settings that training chooses on it; *one*: with",
        "`measurements = 1`; *colour*: of a photo in colour, beside decoding it in colour.",
        f"Network: decode, resize, {DEFAULT} in ONNX Runtime. Milliseconds of a processor, the",
        "least of the turns, in which all of a size alternate.",
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
    lines += [
        "",
        "Two threads beside one, 4000 x 3000, each with photos of its own; waiting is the",
        "share of a thread's time in which it neither ran nor stood in line for a processor.",
        "On a busy machine the clock says what the others leave; processor time and waiting",
        "say what two threads take of each other.",
        "",
        "| settings | photos on the clock, two over one | a photo by one, ms of a processor | by two | waiting |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {each['on_the_clock']:.2f} | {each['one_ms']:.1f} "
        f"| {each['two_ms']:.1f} | {100 * each['waiting']:.1f} % |"
        for name, each in pairs.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
