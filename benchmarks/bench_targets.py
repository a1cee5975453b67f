"""Three models on every target, held against Python: docs/results.md.

Trains on three sets of real photos, exports each model to each target with all photos of
its set and 100,000 random parts, and times the C library's readings beside Python's.
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.document import conditions, write_section
from glassline.dataset import Dataset
from glassline.errors import MissingExtraError
from glassline.export import TARGETS, Certificate, clibrary, export, programs
from glassline.image import load
from glassline.model import Model
from glassline.recipe import Recipe
from glassline.recipe.recipe import Setting
from glassline.studies.gauge import study
from glassline.training import train

SETS = {
    "neu_osd": None,
    "mtd_osd": {"ok": 0.95, "scratch": 0.03, "stain": 0.02},
    "kolektor_osd": None,
}
"""Set of photos to the priors of its recipe."""

COUNT = 100_000  # random parts
HELD = 2_000  # of a model that knows its gauge
GAUGE_PARTS = 40

FEATURES: dict[str, dict[str, Setting]] = {
    "line_strength": {"polarity": "dark", "extent": "whole"},
    "texture_change": {"share": 0.1, "light_power": 1.0},
    "reflection_unevenness": {"fields": 16},
    "grain_noise": {"polarity": "dark"},
}
"""Declared, so that training searches nothing and the table stays what it is."""

FLAGS = {
    "-O2": ("-std=c11", "-O2", "-ffp-contract=off"),
    "-O2 -march=native": ("-std=c11", "-O2", "-ffp-contract=off", "-march=native"),
}
LARGE_HW = (1024, 1224)  # a quarter of a camera of five megapixels


def main() -> None:
    """Measure, print and write the section."""
    warnings.simplefilter("ignore")
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    count = int(sys.argv[2]) if len(sys.argv) > 2 else COUNT
    lines = [
        "## The same verdict on other targets",
        "",
        f"`make bench-targets PARTS={count}`; 2 shared cores, busy; "
        + conditions("numpy", "opencv-python-headless", "onnxruntime")
        + ".",
        "",
        f"Certificates of three models: all photos of the set and {count:,} random parts,",
        "half of them within 1e-6 of a border. Same: class and decision are Python's, of the",
        "parts beyond the margin that the target states; open: within it. gauge: the same",
        f"model with its gauge study of {GAUGE_PARTS} parts, and {HELD:,} random parts.",
        "",
        "| model | target, engine | parts | same | open | differ | largest difference of a "
        "probability | of a reading | refused |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    timed = []
    for name, priors in SETS.items():
        data = Dataset.read(folder / name)
        recipe = Recipe(classes=data.classes, priors=priors, features=FEATURES)
        model = train(data, recipe)
        for certificate in _certificates(model, data, count):
            rows = list(_rows(name, certificate))
            print("\n".join(rows), flush=True)
            lines += rows
        for certificate in _held(model, data, count):
            rows = list(_rows(f"{name}, gauge", certificate))
            print("\n".join(rows), flush=True)
            lines += rows
        timed += list(_timed(name, model, data))
    lines += ["", "| photos | Python, ms | C, ms |", "|---|---|---|", *timed]
    lines += ["", "Readings of a photo, one thread, the photo decoded before."]
    print("\n".join(lines))
    write_section("targets", "\n".join(lines))


def _held(model: Model, data: Dataset, count: int) -> Iterator[Certificate]:
    """Ask about fewer parts of the model with its gauge study: Python's search is slow."""
    review = replace(model.recipe.review, gauge=1.645)
    known = replace(
        model,
        recipe=replace(model.recipe, review=review),
        gauge=study(model, data, parts=GAUGE_PARTS).gauge,
        made=None,
    )
    targets = tuple(TARGETS) if model.head.k == 2 else ("c", "js")
    yield from _certificates(known, data, min(count, HELD), targets)


def _certificates(
    model: Model, data: Dataset, count: int, targets: Iterable[str] = TARGETS
) -> Iterator[Certificate]:
    with tempfile.TemporaryDirectory() as folder:
        for target in targets:
            rng = np.random.default_rng(0)  # noqa: TID251  as the command draws
            path = Path(folder, f"verdict.{target}")
            try:
                yield export(
                    model, target, path, rng=rng, data=data, count=count
                ).certificate
            except MissingExtraError as error:
                print(error, file=sys.stderr)


def _rows(name: str, certificate: Certificate) -> Iterator[str]:
    for each in certificate.engines:
        beyond = each.parts - each.open
        reading = each.reading_difference
        yield " | ".join(
            (
                f"| {name}",
                f"{certificate.target}, {each.engine}",
                f"{each.parts:,}",
                f"{beyond - each.differ:,} of {beyond:,}",
                f"{each.open:,}",
                f"{each.open_differ:,}",
                f"{each.largest_difference:.1e}",
                "-" if reading is None else f"{reading:.1e}",
                f"{each.refused} of {each.asked_to_refuse} |",
            )
        )


def _timed(name: str, model: Model, data: Dataset) -> Iterator[str]:
    """Time the readings of up to 200 photos, and of one large one."""
    settings = model.recipe.image
    photos = [load(part.path, settings=settings).image for part in data.parts[:200]]
    rng = np.random.default_rng(0)  # noqa: TID251  one photo of noise
    large = [rng.random(LARGE_HW, dtype=np.float32)] * 5
    compiler = programs.find(clibrary.COMPILERS, "Timing C")
    for shown, images in (
        (
            f"{name}, {len(photos)} of {photos[0].shape[1]} x {photos[0].shape[0]} px",
            photos,
        ),
        (f"{name}, noise of {LARGE_HW[1]} x {LARGE_HW[0]} px", large),
    ):
        start = time.perf_counter()
        for image in images:
            model.front.values(image)
        python = (time.perf_counter() - start) / len(images)
        found = []
        for flags, given in FLAGS.items():
            with tempfile.TemporaryDirectory() as folder:
                files = clibrary.write(model, "verdict.c")
                program = clibrary.compiled(files, Path(folder), compiler, given)
                framed = b"".join(map(clibrary.framed, images))
                nothing = _seconds(program, b"")
                each = (_seconds(program, framed) - nothing) / len(images)
            found.append(f"{1000 * each:.2f} ({flags})")
        yield f"| {shown} | {1000 * python:.2f} | {', '.join(found)} |"


def _seconds(program: Path, given: bytes) -> float:
    """The least of three runs."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        programs.run([program, "photos"], given)
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    main()
