"""One line, as every door sees it: its photos, its model in memory and on disk."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from agreement.lines import PARTS, STRANGE, Line

from glassline.dataset import Dataset
from glassline.decide import Escapes, Gauge, Guarantee
from glassline.model import Model

ROUGH = Gauge(10, "0" * 64, (1.0,) * 4, {"noise": (0.5,) * 4})
PROMISE = Guarantee(
    threshold=0.97,
    escape=0.01,
    confidence=0.95,
    escapes=tuple(Escapes(name, 0, 299, 0.00997) for name in ("scratch", "dirt")),
    good_accepted=20,
    good=30,
    cost=0.5,
    parts="new",
    counted="group",
    data_sha256="0" * 64,
)


@pytest.fixture(scope="session")
def photos(line: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifteen parts of the line, and one like none of them."""
    folder = tmp_path_factory.mktemp("agreement")
    rows = ["path,label"]
    for part in line.parts[:PARTS]:
        shutil.copy(part.path, folder / part.path.name)
        rows.append(f"{part.path.name},{part.label}")
    stripes = np.tile(np.array([30, 220], np.uint8).repeat(5), (120, 16))
    (folder / STRANGE).write_bytes(cv2.imencode(".png", stripes)[1].tobytes())
    rows.append(f"{STRANGE},dirt")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture(scope="session", params=[None, PROMISE], ids=["by-cost", "guaranteed"])
def agreed(
    request: pytest.FixtureRequest,
    settled: Model,
    photos: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Line:
    """A model that knows what is novel and how its camera repeats."""
    model = replace(settled, gauge=ROUGH, guarantee=request.param)
    saved = tmp_path_factory.mktemp("agreed")
    model.save(saved)
    return Line(model, saved, photos)
