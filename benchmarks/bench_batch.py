"""What a batch costs beside processes that only decode and read, and 10^9 photos on paper."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import psutil

from benchmarks.document import conditions, write_section
from glassline.batch import Item, Settings, run
from glassline.batch.cluster import on_ray
from glassline.batch.pool import Pool
from glassline.dataset import Dataset
from glassline.model import Model
from glassline.recipe import Recipe
from glassline.synthetic import production_line, write_dataset
from glassline.training import train

PHOTOS, ROUNDS = 160, 3
NOTHING = 3000  # photos that are not there: what is left is the engine's own cost
CORES, PHOTO_BYTES = 64, 60_000  # of the machines on paper, and of a photo
SEED = 5
BARE = """
import sys, time, cv2, glassline
from glassline.image import load
cv2.setNumThreads(1)
model = glassline.load(sys.argv[1])
settings = model.recipe.image
for path in sys.argv[2:6]:
    model.front.values(load(path, settings=settings).view)
print("ready", flush=True)
sys.stdin.readline()
wall, cpu = time.perf_counter(), time.process_time()
for path in sys.argv[2:]:
    model.front.values(load(path, settings=settings).view)
print(time.perf_counter() - wall, time.process_time() - cpu)
"""
Cost = tuple[float, float]
"""Seconds on the clock, and of processors, for a round of photos."""


def main() -> None:
    """Measure in turns, so that load falls on all alike, and write the section."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model, paths = _line(folder)
        found = _rounds(model, folder, paths)
        own = _own_costs(model, folder)
    lines = _section(found, own)
    print("\n".join(lines))
    write_section("many photos", "\n".join(lines))


def _line(folder: Path) -> tuple[Model, list[Path]]:
    """Train on rendered parts, and write larger photos of them as JPEG."""
    rng = np.random.default_rng(SEED)  # noqa: TID251  the parts of this benchmark
    write_dataset(
        production_line(120, rng=rng, size_hw=(240, 320), lot_size=5), folder / "line"
    )
    data = Dataset.read(folder / "line")
    model = train(data, Recipe(classes=data.classes))
    model.save(folder / "model")
    paths = []
    (folder / "photos").mkdir()
    for number in range(PHOTOS):
        part = data.parts[number % len(data)]
        pixels = np.asarray(
            cv2.imdecode(np.frombuffer(part.path.read_bytes(), np.uint8), 0)
        )
        large = cv2.resize(pixels, (640, 480)).astype(np.float64)
        noisy = np.clip(large + rng.normal(0, 3, large.shape), 0, 255).astype(np.uint8)
        path = folder / "photos" / f"{number:04}.jpg"
        path.write_bytes(cv2.imencode(".jpg", noisy)[1].tobytes())
        paths.append(path)
    return model, paths


def _rounds(model: Model, folder: Path, paths: Sequence[Path]) -> dict[str, Cost]:
    """Return the best round of each: what the others took away is not ours."""
    ways: dict[str, Callable[[], Cost]] = {
        "two processes that only decode and read": lambda: _bare(folder, paths),
        "the pool, 2 workers": lambda: _pool(model, paths, 2),
        "the pool, 1 worker": lambda: _pool(model, paths, 1),
    }
    times: dict[str, list[Cost]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, measure in ways.items():
            times[name].append(measure())
    return {
        name: (min(each[0] for each in all_), min(each[1] for each in all_))
        for name, all_ in times.items()
    }


def _bare(folder: Path, paths: Sequence[Path]) -> Cost:
    command = [sys.executable, "-c", BARE, str(folder / "model")]
    running = [
        subprocess.Popen(  # noqa: S603  the loop above
            [*command, *map(str, paths[half::2])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for half in (0, 1)
    ]
    for each in running:
        if each.stdout is not None:
            each.stdout.readline()
    told = [each.communicate("go\n")[0].split() for each in running]
    return max(float(wall) for wall, _ in told), sum(float(cpu) for _, cpu in told)


def _pool(model: Model, paths: Sequence[Path], workers: int) -> Cost:
    items = [Item(str(path), path=str(path)) for path in paths]
    with Pool(model, workers=workers) as pool:
        list(pool.rows(items[: 16 * workers]))  # all workers are there
        cpu, wall = _processors(), time.perf_counter()
        list(pool.rows(items))
        return time.perf_counter() - wall, _processors() - cpu


def _processors() -> float:
    """Return the seconds of processors that this process and all below it took."""
    own = psutil.Process()
    times = [each.cpu_times() for each in (own, *own.children(recursive=True))]
    return float(sum(each.user + each.system for each in times))


def _own_costs(model: Model, folder: Path) -> dict[str, float]:
    """Return what engines take for photos that are not there, s a photo, and a start."""
    listed = folder / "nothing.csv"
    rows = "\n".join(f"none-{number}.png" for number in range(NOTHING))
    listed.write_text(f"path\n{rows}\n")
    one = folder / "one.csv"
    one.write_text("path\nnone.png\n")
    found = {}
    for name, settings in (
        ("local", Settings(overwrite=True)),
        ("ray", Settings(overwrite=True, engine=on_ray())),
    ):
        start = _ran(model, one, folder, settings)
        found[f"{name} start"] = start
        found[name] = (_ran(model, listed, folder, settings) - start) / NOTHING
    return found


def _ran(model: Model, listed: Path, folder: Path, settings: Settings) -> float:
    start = time.perf_counter()
    run(model, [str(listed)], folder / "out.csv", settings)
    return time.perf_counter() - start


def _section(found: dict[str, Cost], own: dict[str, float]) -> list[str]:
    bare, two, one = found.values()
    cpu_ms, load = 1e3 * two[1] / PHOTOS, os.getloadavg()[0]
    hours = 1e9 * cpu_ms / 1e3 / 3600 / CORES
    gbit = 8 * PHOTO_BYTES / (cpu_ms / 1e3) * CORES / 1e9
    return [
        "## Many photos",
        "",
        f"`make bench-batch`, {conditions('glassline', 'ray')}, {os.cpu_count()} shared cores,",
        f"load {load:.1f} by other work. {PHOTOS} JPEGs of 640 x 480, {ROUNDS} rounds in turns; of",
        "each the best round. On the clock a load above the cores measures the others; the",
        "time of processors does not.",
        "",
        "| | photos/s on the clock | processor, ms a photo |",
        "|---|---:|---:|",
        *(
            f"| {name} | {PHOTOS / wall:.0f} | {1e3 * cpu / PHOTOS:.2f} |"
            for name, (wall, cpu) in found.items()
        ),
        "",
        f"By the processors' time the pool of 2 reads at {100 * bare[1] / two[1]:.0f} % of two "
        "bare processes, hash, decision and row included; on the clock at "
        f"{100 * bare[0] / two[0]:.0f} %, and {one[0] / two[0]:.2f} times as fast as 1 worker.",
        "",
        "| engine, on the clock | to start, s | its own cost a photo, ms |",
        "|---|---:|---:|",
        f"| processes of this machine | {own['local start']:.1f} | {1e3 * own['local']:.2f} |",
        f"| Ray on this machine, started for the run | {own['ray start']:.1f} | "
        f"{1e3 * own['ray']:.2f} |",
        "",
        f"On paper, 10^9 such photos of 60 kB (60 TB), on machines of {CORES} cores: "
        f"{cpu_ms:.1f} ms of a processor a photo are {hours:.0f} machine hours: an hour on "
        f"{hours:.0f} machines. Each then reads {gbit:.1f} Gbit/s: decoding and reading are the "
        "bottleneck as long as the network gives that, and the network where it does not. One "
        f"process that orders the rows of all takes {1e3 * own['local']:.2f} ms a photo here "
        f"({1 / own['local']:,.0f} a second), so the work is cut into shards, each with a run "
        f"and a file of its own: 1,000 shards of 10^6 photos cost {own['local start']:.1f} s "
        "each to start. Kept are the rows, some 200 bytes each in Parquet (0.2 TB); the "
        "journal of a shard, 570 bytes a row (0.6 GB), goes when the shard is done.",
    ]


if __name__ == "__main__":
    main()
