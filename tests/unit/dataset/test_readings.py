"""Photos read once: in order, and no longer than wanted."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from glassline.arrays import Image, Values
from glassline.dataset import Dataset
from glassline.dataset.pool import AHEAD, WORKERS
from glassline.dataset.readings import read_parts
from glassline.recipe import ImageSettings


def test_an_interruption_does_not_wait_for_queued_photos(line: Dataset) -> None:
    """Two workers finish the photo they are at; the queue behind them is dropped."""
    measured: list[Image] = []
    go_on = threading.Event()

    def measure(image: Image) -> Values:
        measured.append(image)
        if len(measured) > 1:
            go_on.wait(10)
        return np.zeros(1)

    def interrupt(stage: str, done: int, total: int) -> None:
        threading.Timer(1.0, go_on.set).start()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        read_parts(line, measure, ImageSettings(), progress=interrupt)

    go_on.wait(10)
    assert len(measured) < WORKERS * AHEAD / 2  # all of the queue, were it not dropped


def test_a_changed_photo_is_told_by_a_harmless_name(line: Dataset) -> None:
    """A file name that would clear the screen is written with escapes."""
    path = line.parts[0].path
    strange = path.with_name("x\x1b[2J.png")
    strange.write_bytes(path.read_bytes())
    part = replace(line.parts[0], path=strange, sha256="0" * 64)
    parts = replace(line, parts=(part, line.parts[1]))

    refused = read_parts(parts, lambda image: np.zeros(1), ImageSettings()).refused
    strange.unlink()

    assert refused[0].reason == "hash_mismatch"
    assert refused[0].message.startswith("x\\x1b[2J.png: expected sha256 000000000000")
    assert refused[0].as_json() == {
        "image": refused[0].path,
        "refused": "hash_mismatch",
        "message": refused[0].message,
    }
