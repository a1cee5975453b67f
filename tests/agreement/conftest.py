"""One line, as every door sees it: its photos, its model in memory and on disk."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from agreement.lines import PARTS, STRANGE, Line
from plates import KEEP, plate

from glassline.dataset import Dataset
from glassline.decide import Escapes, Gauge, Guarantee
from glassline.model import Model
from glassline.recipe import ImageSettings, Recipe
from glassline.recipe.pictures import Picture
from glassline.render.png import as_png
from glassline.training import train

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


@pytest.fixture(scope="session", params=["masked", "aligned"])
def placed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Line:
    """Plates of which a mask shows the face, as they lie or laid on a golden one."""
    rng = np.random.default_rng(7)  # noqa: TID251  once a session
    folder, rows = tmp_path_factory.mktemp(request.param), ["path,label"]
    for number in range(12):
        kind = ("ok", "scratch", "dirt")[number % 3]
        shift_xy = (float(rng.uniform(-3, 3)), float(rng.uniform(-3, 3)))
        photo = plate(rng, kind, shift_xy=shift_xy, turn_deg=float(rng.uniform(-3, 3)))
        (folder / f"{number}.png").write_bytes(as_png(photo))
        rows.append(f"{number}.png,{kind}")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    image = ImageSettings(
        mask=Picture(as_png(np.where(KEEP, 255, 0).astype(np.uint8))),
        golden=Picture(as_png(plate(rng))),
        align="golden" if request.param == "aligned" else None,
    )
    features = {
        "line_strength": {"polarity": "either"},
        "texture_change": {"share": 0.2},
    }
    features |= {
        "reflection_unevenness": {"fields": 16},
        "grain_noise": {"width_px": 6},
    }
    data = Dataset.read(folder)
    model = train(data, Recipe(classes=data.classes, features=features, image=image))
    saved = tmp_path_factory.mktemp("placed")
    model.save(saved)
    return Line(model, saved, folder)
