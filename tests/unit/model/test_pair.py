"""A model file and its companion are one: whole at every moment, whoever writes."""

from __future__ import annotations

import hashlib
import multiprocessing
import shutil
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backbones import tiny_backbone

from glassline.errors import ModelError
from glassline.files import held
from glassline.front import Cnn
from glassline.front.onnx.graph import Backbone, concept_network
from glassline.model import Model, load
from glassline.model.sealed import companion_of, publish_model, read_companion


def _with_network(model: Model, seed: int) -> Model:
    """The model with a network of its own as its front, and that in its record."""
    rng = np.random.default_rng(seed)  # noqa: TID251  two networks for all tests
    backbone = Backbone("tiny", "0" * 64, tiny_backbone(), ((6, 28), (6, 14)))
    network = concept_network(
        backbone, rng.normal(size=(24, 4)), np.zeros(4), np.zeros(4)
    )
    record = replace(model.record, notes=(f"number {seed}",))
    front = Cnn(network)
    return replace(model, front=front, record=record, made=None, taught=None)


@pytest.fixture(scope="module")
def two(model: Model) -> tuple[Model, Model]:
    """Two models with other networks."""
    return _with_network(model, 1), _with_network(model, 2)


def _names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_the_companion_is_named_by_its_hash(tmp_path: Path) -> None:
    """The second model takes the first one's away."""
    path = tmp_path / "model.json"
    new = f"front.{_sha(b'new')[:16]}.onnx"

    publish_model(path, _sha(b"old").encode(), {"front.onnx": b"old"})
    publish_model(path, _sha(b"new").encode(), {"front.onnx": b"new"})

    assert _names(tmp_path) == [new, "model.json"]
    assert read_companion(path, _sha(b"new")) == b"new"


@pytest.mark.parametrize("stops", ["before the switch", "after the switch"])
def test_a_stop_anywhere_leaves_a_pair(tmp_path: Path, stops: str) -> None:
    """What the model file in place names is there, and the next save tidies up."""
    path = tmp_path / "model.json"
    publish_model(path, _sha(b"old").encode(), {"front.onnx": b"old"})
    companion_of(path, _sha(b"new")).write_bytes(b"new")
    named = {"before the switch": b"old", "after the switch": b"new"}[stops]
    path.write_bytes(_sha(named).encode())

    found = read_companion(path, path.read_text())
    publish_model(path, _sha(b"last").encode(), {"front.onnx": b"last"})

    assert found == named
    assert _names(tmp_path) == [companion_of(path, _sha(b"last")).name, "model.json"]


def test_a_companion_is_not_taken_from_a_writer_at_work(tmp_path: Path) -> None:
    """It is there before the file that names it; who finishes last tidies up."""
    path = tmp_path / "model.json"
    coming = companion_of(path, _sha(b"coming"))

    with held(tmp_path, alone=False):
        coming.write_bytes(b"coming")
        publish_model(path, _sha(b"other").encode(), {"front.onnx": b"other"})
        kept = coming.read_bytes()
    publish_model(path, _sha(b"other").encode(), {"front.onnx": b"other"})

    assert kept == b"coming"
    assert not coming.exists()


def test_files_of_other_names_stay(tmp_path: Path) -> None:
    """Of another model in the folder, of a person, of another form."""
    others = ["a.front.0123456789abcdef.onnx", "front.mine.onnx", "my-front.onnx"]
    for name in others:
        (tmp_path / name).write_bytes(b"")

    publish_model(tmp_path / "model.json", b"{}", {})

    assert _names(tmp_path) == sorted([*others, "model.json"])


@pytest.mark.parametrize("name", ["front.onnx", "front.onnx.new"])
def test_a_pair_that_was_saved_before_is_loaded(
    two: tuple[Model, Model], tmp_path: Path, name: str
) -> None:
    """As `front.onnx`, also stopped on the way there; the same bits, and saved anew."""
    path = two[0].save(tmp_path)
    network = companion_of(path, two[0].front.as_json()["sha256"])
    network.rename(tmp_path / name)

    found = load(tmp_path)
    found.save(tmp_path)

    assert found.as_bytes() == two[0].as_bytes() == path.read_bytes()
    assert _names(tmp_path) == [network.name, "model.json"]


def test_a_companion_that_comes_while_it_is_looked_for_is_found(
    two: tuple[Model, Model], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another model was in place for a moment: the bytes of this one are there again."""
    path = two[0].save(tmp_path)
    looks: list[str] = []

    def late(path: Path, sha256: str, name: str = "front.onnx") -> bytes:
        looks.append(sha256)
        if len(looks) == 1:
            raise ModelError("it is not there")
        return read_companion(path, sha256)

    monkeypatch.setattr("glassline.model.model.read_companion", late)

    assert load(path).sha256 == two[0].sha256
    assert len(looks) == 2


def _save(folder: Path, models: tuple[Model, ...], pairs: int, bar: Any) -> None:
    """Save so many times, each as soon as the other writer is there too."""
    for number in range(pairs):
        bar.wait(60)
        models[number % len(models)].save(folder)


@pytest.mark.slow
def test_two_writers_and_a_reader(two: tuple[Model, Model], tmp_path: Path) -> None:
    """Every save is done, every load is one whole model or the other; nothing is left."""
    two[0].save(tmp_path)
    bar = threading.Barrier(2)
    writers = [
        threading.Thread(target=_save, args=(tmp_path, models, 30, bar))
        for models in (two, two[::-1])
    ]
    for each in writers:
        each.start()

    seen = set()
    while any(each.is_alive() for each in writers):
        seen.add(load(tmp_path).sha256)

    load(tmp_path).save(tmp_path)
    assert seen <= {each.sha256 for each in two}
    assert not bar.broken
    assert len(_names(tmp_path)) == 2


def _save_from(source: Path, folder: Path, bar: Any, stop: Any) -> None:
    """Another process: sixty pairs of saves, and more until it is told to stop."""
    models = tuple(load(source / name) for name in ("one", "other"))
    _save(folder, models, 60, bar)
    with suppress(threading.BrokenBarrierError):  # the other one has stopped
        while not stop.is_set():
            _save(folder, models, 1, bar)
        bar.abort()


@pytest.mark.soak
def test_sixty_pairs_of_saves_and_a_thousand_loads(
    two: tuple[Model, Model], tmp_path: Path
) -> None:
    """Two processes that write, the same model or two, and one that reads."""
    for name, each in zip(("one", "other"), two, strict=True):
        each.save(tmp_path / name)
    two[0].save(tmp_path / "m")
    spawn = multiprocessing.get_context("spawn")
    bar, stop = spawn.Barrier(2), spawn.Event()
    writers = [
        spawn.Process(target=_save_from, args=(source, tmp_path / "m", bar, stop))
        for source in (tmp_path, tmp_path / "turned")
    ]
    shutil.copytree(tmp_path / "one", tmp_path / "turned" / "other")
    shutil.copytree(tmp_path / "other", tmp_path / "turned" / "one")
    for each in writers:
        each.start()

    seen = {load(tmp_path / "m").sha256 for _ in range(1000)}
    stop.set()
    for each in writers:
        each.join(60)

    assert [each.exitcode for each in writers] == [0, 0]
    assert seen == {each.sha256 for each in two}
