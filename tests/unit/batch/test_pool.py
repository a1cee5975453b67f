"""Photos that kill, hang and eat: each of them is named, and no other is lost."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from glassline.batch import Item
from glassline.batch.judging import Judge
from glassline.batch.pool import Limits, Pool
from glassline.model import Model

LIMITS = Limits(timeout_s=1.5, memory_bytes=1_500_000_000)
FATES = {
    0: ("crashed", "a photo that can be read, got a crash (SIGSEGV)."),
    1: ("crashed", "a photo that can be read, got a crash (SIGABRT)."),
    2: ("crashed", "a photo that can be read, got a crash (exit code 3)."),
    3: ("timed_out", "a photo that is read in 1.5 s, got one that is not."),
    4: (
        "out_of_memory",
        "a photo that is read in 1,500,000,000 bytes, got one that is not.",
    ),
    5: (
        "failed",
        "readings, got RecursionError: maximum recursion depth exceeded.",
    ),
}


@pytest.fixture
def photos(line_folder: Path, tmp_path: Path) -> list[Item]:
    """Forty photos of the line, six of which are poison, here and there."""
    paths = sorted(line_folder.rglob("*.png"))[:40]
    items = []
    for number, path in enumerate(paths):
        pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), 0)
        pixels[0, 0] = 128
        if number in (0, 7, 8, 21, 22, 39):
            pixels[0, 0] = (0, 7, 8, 21, 22, 39).index(number)
        copy = tmp_path / f"{number:02}.png"
        copy.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
        items.append(Item(str(copy), path=str(copy)))
    return items


def test_each_poison_is_named_and_every_other_photo_is_judged(
    poisonous: Model, photos: list[Item]
) -> None:
    """A crash, an abort, an exit, a loop, 10 GB, a stack: six refusals, 34 verdicts."""
    with Pool(poisonous, workers=2, limits=LIMITS) as pool:
        rows = [row for some in pool.rows(photos) for row in some]

    refused = {row[0]: row[-3:-1] for row in rows if row[-3] is not None}
    poison = [photos[at].name for at in (0, 7, 8, 21, 22, 39)]
    assert [row[0] for row in rows] == [item.name for item in photos]
    assert refused == {
        name: (reason, f"{name}: expected {told}")
        for name, (reason, told) in zip(poison, FATES.values(), strict=True)
    }
    assert pool.replaced == 8  # three lists of photos, and five photos alone
    healthy = [item for item in photos if item.name not in poison]
    judged = [row for row in rows if row[0] not in poison]
    assert judged == Judge(poisonous).rows(healthy)


def test_a_worker_that_dies_of_nothing_of_ours_costs_no_photo(
    settled: Model, line_folder: Path
) -> None:
    """One that the system kills once, as for the memory of others: all are judged."""
    items = [
        Item(str(path), path=str(path)) for path in sorted(line_folder.rglob("*.png"))
    ]
    with Pool(settled, workers=2) as pool:
        answers = pool.rows(items)
        rows = list(next(answers))
        _worker().kill()
        rows += [row for some in answers for row in some]

    assert rows == Judge(settled).rows(items)
    assert pool.replaced == 1


def _worker() -> psutil.Process:
    """One of the processes that read: a child of the one that they are born of."""
    nursery = next(
        each
        for each in psutil.Process().children()
        if any("nursery" in word for word in each.cmdline())
    )
    return nursery.children()[0]


def test_nothing_is_left_behind(settled: Model, line_folder: Path) -> None:
    """A pool that is closed in the middle leaves no process and no folder."""
    before = set(psutil.Process().children(recursive=True))
    descriptors = psutil.Process().num_fds()
    items = [
        Item(str(path), path=str(path)) for path in sorted(line_folder.rglob("*.png"))
    ]
    with Pool(settled, workers=2) as pool:
        next(pool.rows(items))
        folder = pool.folder

    assert set(psutil.Process().children(recursive=True)) == before
    assert not Path(folder).exists()
    assert psutil.Process().num_fds() == descriptors


def test_a_stopped_pool_finishes_the_photo_under_way(
    poisonous: Model, photos: list[Item]
) -> None:
    """What it gives is a beginning of what it would have given, at once."""
    healthy = [
        item for at, item in enumerate(photos) if at not in (0, 7, 8, 21, 22, 39)
    ] * 50
    with Pool(poisonous, workers=2, limits=LIMITS) as pool:
        answers = pool.rows(healthy)
        rows = list(next(answers))
        pool.stop()
        start = time.monotonic()
        rows += [row for some in answers for row in some]

    assert time.monotonic() - start < 2
    assert 0 < len(rows) < len(healthy)
    assert rows == Judge(poisonous).rows(healthy[: len(rows)])
