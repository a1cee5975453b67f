"""How well each setting that training may choose repeats, on photos of real parts.

    python -m benchmarks.repeatability DATA [--parts 60] [--feature texture_change]

DATA is a folder of photos, or one of the surfaces that are rendered ("brushed_metal").
Reads each part under every disturbance of the gauge study, with every setting, and
prints %GRR and what most of it comes from, a line a setting. x is on the scale of the
good parts among them.
"""

from __future__ import annotations

import argparse
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import View
from glassline.dataset import Dataset
from glassline.features import FEATURES, Scale, Surface, plain
from glassline.image import load
from glassline.image.disturbances import DISTURBANCES, KINDS, disturbed, still
from glassline.recipe import ImageSettings, Recipe
from glassline.synthetic import SURFACES, production_line
from glassline.synthetic import Surface as Rendered


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--parts", type=int, default=60)
    parser.add_argument("--feature", choices=FEATURES, action="append")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    rendered = given.data in SURFACES
    find = _rendered if rendered else _photographed
    views, good = find(given.data, given.parts)
    print(f"{Path(given.data).name}, {len(views)} parts\n")
    print("| feature | setting | %GRR | shift | turn | noise | defocus | jpeg |")
    print("|---|---|---|---|---|---|---|---|")
    for name in given.feature or FEATURES:
        for settings in FEATURES[name].grid:
            readings = np.array([_read(view, name, settings) for view in views])
            print(_row(name, settings, *_shares(readings, good)))


def _photographed(folder: str, parts: int) -> tuple[list[View], NDArray[np.bool_]]:
    """Return parts of a dataset, evenly spaced, and which of them are good."""
    data = Dataset.read(Path(folder))
    recipe = Recipe(classes=data.classes)
    count = min(parts, len(data))
    chosen = data.subset(np.arange(count) * len(data) // count).parts
    views = [load(part.path, settings=recipe.image).view for part in chosen]
    return views, np.array([part.label == recipe.good for part in chosen])


def _rendered(kind: str, parts: int) -> tuple[list[View], NDArray[np.bool_]]:
    """Return the first parts of a line of one surface, and which of them are good."""
    rng = np.random.Generator(np.random.PCG64(7))
    line = [*production_line(parts, rng=rng, surface=Rendered.typical(kind))]
    views = [load(part.image, settings=ImageSettings()).view for part in line]
    return views, np.array([part.label == "ok" for part in line])


def _read(view: View, name: str, settings: Any) -> list[float]:
    photo = zlib.crc32(view.grey.tobytes())
    rng = np.random.Generator(np.random.PCG64([1, photo]))
    views = [still(view), *(disturbed(view, each, rng) for each in DISTURBANCES)]
    return [FEATURES[name].measure(Surface(each), settings)[0] for each in views]


def _shares(
    readings: NDArray[np.float64], good: NDArray[np.bool_]
) -> tuple[float, dict[str, float]]:
    """Return %GRR, and each kind's spread as a share of that from part to part."""
    n, m = readings.shape
    scale = Scale.fit(readings[:, :1], good)
    x = scale.x(readings.reshape(-1, 1)).reshape(n, m)
    between = float(x[:, 0].std(ddof=1))
    variances = {}
    for kind in KINDS:
        at = [0, *(1 + i for i, each in enumerate(DISTURBANCES) if each.kind == kind)]
        variances[kind] = float(x[:, at].var(axis=1, ddof=1).mean())
    total = sum(variances.values())
    grr = 100 * float(np.sqrt(total / (total + between**2)))
    return grr, {kind: float(np.sqrt(v)) / between for kind, v in variances.items()}


def _row(name: str, settings: Any, grr: float, spread: dict[str, float]) -> str:
    usual = plain(FEATURES[name].settings())
    told = {
        key: value for key, value in plain(settings).items() if usual.get(key) != value
    }
    words = ", ".join(f"{key} {value}" for key, value in told.items()) or "defaults"
    kinds = ("shift", "turn", "noise", "defocus", "jpeg")
    cells = " | ".join(f"{spread[kind]:.2f}" for kind in kinds)
    return f"| {name} | {words} | {grr:.0f} | {cells} |"


if __name__ == "__main__":
    main()
