"""A run on Ray gives the bytes of a run on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from unit.batch.inline import inline

from glassline.batch import Item, Settings, run
from glassline.batch.cluster import Actor, anywhere, on_ray, summing
from glassline.batch.judging import Judge
from glassline.batch.pool import Limits
from glassline.head import fit, fit_shards
from glassline.model import Model
from glassline.training.shards import train_shards

LIMITS = Limits(timeout_s=5.0)
pytestmark = [  # Ray's own, of what it does itself
    pytest.mark.filterwarnings(f"ignore::{kind}")
    for kind in ("DeprecationWarning", "FutureWarning", "ResourceWarning")
]


@pytest.fixture(scope="module")
def photos(line_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty photos; one is broken, and of one whoever reads it dies."""
    folder = tmp_path_factory.mktemp("cluster")
    for number, path in enumerate(sorted(line_folder.rglob("*.png"))[:20]):
        shutil.copy(path, folder / f"{number:02}.png")
    (folder / "03.png").write_bytes(b"broken")
    pixels = cv2.imdecode(np.frombuffer((folder / "07.png").read_bytes(), np.uint8), 0)
    pixels[0, 0] = 2
    (folder / "07.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    return folder


def test_what_an_actor_is_handed_it_answers_as_the_judge_does(
    poisonous: Model, photos: Path, tmp_path: Path
) -> None:
    """Called here: one row a photo in their order, also of the one that kills."""
    path = poisonous.save(tmp_path)
    items = np.empty(20, object)
    items[:] = [Item(str(each), path=str(each)) for each in sorted(photos.iterdir())]

    actor = Actor({path.name: path.read_bytes()}, "en", LIMITS, searched=None)
    rows = actor({"item": items})["row"].tolist()
    actor.close()

    assert [row[0] for row in rows] == [item.name for item in items]
    assert [row[-3] for row in rows if row[-3]] == ["unsupported_type", "crashed"]
    assert rows[8:] == Judge(poisonous).rows(items[8:].tolist())


@pytest.fixture(scope="module")
def ray_here(poisonous: Model) -> Iterator[None]:
    """A small Ray on this machine, for all the tests of the module."""
    import ray  # noqa: PLC0415

    from glassline.batch.cluster import local  # noqa: PLC0415

    ray.init(include_dashboard=False, log_to_driver=False, **local(2))
    yield
    ray.shutdown()


@pytest.mark.soak
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_ray_gives_the_same_bytes(
    suffix: str, ray_here: None, poisonous: Model, photos: Path, tmp_path: Path
) -> None:
    """With a broken photo, and one that kills; by one process too."""
    outs = [tmp_path / f"{name}{suffix}" for name in ("ray", "here")]
    settings = [Settings(engine=on_ray(), limits=LIMITS), Settings(limits=LIMITS)]

    done = [
        run(poisonous, [str(photos)], out, each)
        for out, each in zip(outs, settings, strict=True)
    ]

    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert done[0].refused == {"crashed": 1, "unsupported_type": 1}


@pytest.mark.soak
def test_a_run_that_began_here_goes_on_there(
    ray_here: None, settled: Model, line_folder: Path, tmp_path: Path
) -> None:
    """The engine is no part of what was begun."""
    whole, out = tmp_path / "whole.csv", tmp_path / "v.csv"
    run(settled, [str(line_folder)], whole, Settings(engine=inline()))
    with pytest.raises(KeyboardInterrupt):
        run(settled, [str(line_folder)], out, Settings(engine=inline(25)))

    done = run(settled, [str(line_folder)], out, Settings(engine=on_ray(), resume=True))

    assert (done.resumed, done.photos) == (25, 60)
    assert out.read_bytes() == whole.read_bytes()


@pytest.mark.soak
def test_readings_are_the_same_too(
    ray_here: None, settled: Model, line_folder: Path, tmp_path: Path
) -> None:
    """Every candidate, as bytes of Parquet."""
    kept = [tmp_path / "ray.parquet", tmp_path / "here.parquet"]
    engines = [on_ray(), inline()]

    for place, engine in zip(kept, engines, strict=True):
        settings = Settings(engine=engine, readings=place)
        run(settled, [str(line_folder)], place.with_suffix(".csv"), settings)

    assert kept[0].read_bytes() == kept[1].read_bytes()


def _given(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x, y


@pytest.mark.soak
def test_shards_are_summed_anywhere(ray_here: None, rng: np.random.Generator) -> None:
    """By tasks of Ray, as they end: the head has the bits of the fit in one memory."""
    x = rng.normal(size=(40_000, 4))
    y = (x[:, :3] + rng.gumbel(size=(40_000, 3))).argmax(axis=1)
    ends = (9_000, 9_100, 25_000)
    pieces = zip(np.split(x, ends), np.split(y, ends), strict=True)

    found = fit_shards(
        [partial(_given, *piece) for piece in pieces],
        classes=3,
        penalty=1e-3,
        run=anywhere,
    )

    expected = fit(x, y, penalty=1e-3)
    assert found.head.W.tobytes() == expected.head.W.tobytes()
    assert found.head.b.tobytes() == expected.head.b.tobytes()


@pytest.mark.soak
def test_a_model_is_the_same_whoever_sums_its_shards(
    settled: Model, line_folder: Path, tmp_path: Path
) -> None:
    """Tasks of a Ray that is started for it: every byte of the file."""
    kept = tmp_path / "r.parquet"
    settings = Settings(engine=inline(), readings=kept)
    run(settled, [str(line_folder)], tmp_path / "v.csv", settings)

    with summing(None, 2) as anyone:
        found = train_shards(kept, recipe=settled.recipe, run=anyone)

    assert found.sha256 == settled.sha256
    assert train_shards(kept, recipe=settled.recipe).sha256 == settled.sha256
