"""What recording costs: rows a second with every commit on disk, and what looks back."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.document import conditions, write_section
from glassline.dataset import Dataset
from glassline.inspection import attempt
from glassline.recipe import Recipe
from glassline.recipe.recipe import Setting
from glassline.store import Entry, Identifiers, Keep, Store
from glassline.store.candidate import candidate
from glassline.store.labelling import label_all
from glassline.synthetic import production_line, write_dataset
from glassline.training import train

PARTS = 120
SEED = 5
TOGETHER = (1, 4, 32)
FOR_S = 4.0
FEATURES: dict[str, dict[str, Setting]] = {
    "line_strength": {"polarity": "either"},
    "texture_change": {"share": 0.2},
    "reflection_unevenness": {"fields": 16},
    "grain_noise": {"width_px": 6},
}


def main() -> None:
    """Record on the disk of the working folder, and write the section."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        lines = measure(Path(folder))
    print("\n".join(lines))
    write_section("recording", "\n".join(lines))


def measure(folder: Path) -> list[str]:
    """Return the section."""
    rng = np.random.default_rng(SEED)  # noqa: TID251  the parts of this benchmark
    parts = production_line(PARTS, rng=rng, size_hw=(120, 160), lot_size=5)
    write_dataset(parts, folder / "line")
    data = Dataset.read(folder / "line")
    model = train(data, Recipe(classes=data.classes, features=FEATURES))
    photos = [part.path.read_bytes() for part in data.parts]
    entries = [
        Entry(attempt(model, photo), photo, Identifiers(lot="A"), who="camera 1")
        for photo in photos
    ]
    flush_ms = _flush_ms(folder / "file")
    lines = [
        "## What recording costs",
        "",
        "Every commit is flushed to the disk before it is answered (SQLite, write-ahead "
        f"log, synchronous FULL). One flush of 4 kB on this disk took {flush_ms:.1f} ms "
        "meanwhile.",
        "",
        "| inspections a commit | rows a second | ms a commit | of it CPU |",
        "|---|---|---|---|",
    ]
    with Store.open(folder / "line.db", keep=Keep(accepted_share=0)) as store:
        store.publish(model, who="bench", reason="first")
        store.record_all(entries)
        for count in TOGETHER:
            commits, wall_s, cpu_s = _recorded(store, entries[:count])
            lines.append(
                f"| {count} | {count * commits / wall_s:,.0f} | "
                f"{1e3 * wall_s / commits:.1f} | {1e3 * cpu_s / commits:.1f} |"
            )
        label_all(store.core, _labels(store, data), who="bench", reason="known")
        lines += ["", *_looked_back(store)]
    return [
        *lines,
        "",
        f"`python -m benchmarks.bench_store`: rendered parts of 160 x 120 px, photos of "
        f"accepted ones not kept; {conditions('numpy', 'sqlalchemy')}, 2 shared cores, "
        f"load {os.getloadavg()[0]:.0f}.",
    ]


def _recorded(store: Store, entries: Sequence[Entry]) -> tuple[int, float, float]:
    """Record the same entries again and again: commits, seconds, seconds of CPU."""
    commits, start, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - start < FOR_S:
        store.record_all([replace(each, key=None) for each in entries])
        commits += 1
    return commits, time.perf_counter() - start, time.process_time() - cpu


def _labels(store: Store, data: Dataset) -> dict[str, str]:
    """Return the first record of each photo with what it shows."""
    rows = store.inspections(limit=PARTS).rows
    pairs = zip(rows, data.parts, strict=True)
    return {row.record: str(part.label) for row, part in pairs}


def _looked_back(store: Store) -> list[str]:
    """Return how long it takes to verify, to replay and to fit the candidate."""
    rows = sum(seq for seq, _ in store.heads().values())
    labels = len(store.labelled().records)
    verified = _seconds(lambda: store.verify())
    replayed = _seconds(lambda: store.replay(limit=500))
    candidate(store)
    fitted = _seconds(lambda: candidate(store))
    return [
        "| looking back | takes |",
        "|---|---|",
        f"| verify {rows:,} rows | {verified:.1f} s, {rows / verified:,.0f} rows a second |",
        f"| replay 500 records | {replayed:.1f} s |",
        f"| the candidate on {labels} labels, with five folds and the last 1,000 decided "
        f"again | {1e3 * fitted:.0f} ms |",
    ]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _flush_ms(path: Path) -> float:
    """Return how long one flush of a page to this disk takes."""
    handle = os.open(path, os.O_CREAT | os.O_WRONLY)
    start = time.perf_counter()
    for _ in range(50):
        os.write(handle, b"x" * 4096)
        os.fsync(handle)
    took = time.perf_counter() - start
    os.close(handle)
    return 1e3 * took / 50


if __name__ == "__main__":
    main()
