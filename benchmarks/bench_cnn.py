"""What a network front costs: latency beside its backbone alone, size, and time to load."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.document import conditions, write_section
from glassline.dataset import Dataset
from glassline.front.cnn import COMPANION, fitted
from glassline.front.onnx import Session
from glassline.front.onnx.backbones import DEFAULT, read_backbone
from glassline.model import load
from glassline.recipe import Recipe
from glassline.synthetic import production_line, write_dataset
from glassline.training import cnn

PARTS = 650
ROUNDS = 40
SEED = 5


def main() -> None:
    """Train on rendered parts, then time photo by photo, one thread."""
    name = sys.argv[1] if len(sys.argv) > 1 else DEFAULT
    with tempfile.TemporaryDirectory() as folder:
        lines = measure(name, Path(folder))
    print("\n".join(lines))
    write_section(f"cost of the network front, {name}", "\n".join(lines))


def measure(name: str, folder: Path) -> list[str]:
    """Return the section."""
    rng = np.random.default_rng(SEED)  # noqa: TID251  the parts of this benchmark
    parts = production_line(PARTS, rng=rng, size_hw=(120, 160), lot_size=5)
    write_dataset(parts, folder / "line")
    data = Dataset.read(folder / "line")
    recipe = Recipe(classes=data.classes)
    backbone = read_backbone(name)
    start = time.perf_counter()
    model = cnn.train(data, recipe, backbone=name)
    trained = time.perf_counter() - start
    small = cnn.train(data, recipe, backbone=name, int8=True)
    sizes = []
    for each in (model, small):
        each.save(folder / "model")
        sizes.append((folder / "model" / COMPANION).stat().st_size / 1e6)
    loaded = median(lambda: load(folder / "model"), rounds=5)
    alone = Session(backbone.network.SerializeToString(), name)
    image = rng.random((120, 160)).astype(np.float32)
    colour = np.repeat(fitted(image, alone.side), 3, axis=1)
    plain, whole, short = interleaved(
        lambda: alone.run(colour),
        lambda: model.front.read(image),
        lambda: small.front.read(image),
    )
    return [
        f"## What {name} costs as a front",
        "",
        f"`make bench-cnn BACKBONE={name}`, {conditions('glassline', 'onnxruntime')}; one",
        f"thread, 2 cores. Medians of {ROUNDS} photos of 160 x 120 px, taken in turns.",
        "",
        "| | single precision | `--int8` |",
        "|---|---|---|",
        f"| the backbone alone, ms a photo | {plain:.1f} | |",
        f"| `front.read`: resize, backbone, readings, maps, ms | {whole:.1f} | {short:.1f} |",
        f"| against the backbone alone | {whole / plain:.2f} | {short / plain:.2f} |",
        f"| `front.onnx`, MB | {sizes[0]:.1f} | {sizes[1]:.1f} |",
        f"| training on {PARTS} rendered photos, 2 workers, s | {trained:.0f} | |",
        f"| loading the model, every check included, s | | {loaded / 1e3:.2f} |",
    ]


def median(act: Callable[[], object], rounds: int) -> float:
    """Return the median time of an act, ms."""
    return float(np.median([_timed(act) for _ in range(rounds)]))


def interleaved(*acts: Callable[[], object]) -> list[float]:
    """Return the median times of acts taken in turns, ms: load falls on all."""
    times = [[_timed(act) for act in acts] for _ in range(ROUNDS + 3)][3:]
    found: list[float] = np.median(times, axis=0).tolist()
    return found


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return 1e3 * (time.perf_counter() - start)


if __name__ == "__main__":
    main()
