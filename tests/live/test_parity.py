"""Live beside PyTorch, where it is installed: make test-torch."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.front.onnx import Session
from glassline.front.onnx.backbones import NAMES, read_backbone
from glassline.front.onnx.checkpoint import read_checkpoint
from glassline.front.onnx.exporting import export_timm
from glassline.front.onnx.graph import statistics_network

if any(importlib.util.find_spec(name) is None for name in ("torch", "timm")):
    pytest.skip("torch and timm are not installed", allow_module_level=True)
import torch

MODULES = {name: package.module for name, package in NAMES.items()}


@pytest.fixture(scope="module")
def golden() -> ModuleType:
    """The script that writes the stored values."""
    path = Path(__file__).parents[1] / "golden" / "backbones.py"
    spec = importlib.util.spec_from_file_location("golden_backbones", path)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    assert spec.loader is not None
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES.keys())
def test_the_reader_reads_what_torch_reads(golden: ModuleType, module: str) -> None:
    """Every tensor of the checkpoint, every bit."""
    pytest.importorskip(module, reason="its weights are not installed")
    path = golden._file(module)
    wanted = torch.load(path, weights_only=True)

    found = read_checkpoint(path.read_bytes(), path.name)

    assert list(found) == list(wanted)
    for name, tensor in wanted.items():
        assert_array_equal(found[name], tensor.numpy())


@pytest.mark.parametrize("name", MODULES)
def test_statistics_are_those_of_the_original(
    golden: ModuleType, rng: np.random.Generator, name: str
) -> None:
    """On ten photos of noise and smooth change, to 1e-5 of the largest."""
    pytest.importorskip(MODULES[name], reason="its weights are not installed")
    session = Session(statistics_network(read_backbone(name)), name)
    photos = rng.random((10, 224, 224)).astype(np.float32)
    photos[5:] = np.cumsum(photos[5:], axis=1) / 224

    for photo in photos:
        wanted = np.array([*golden.statistics(name, photo)])

        (found,) = session.run(photo[None, None])

        assert_allclose(found[0], wanted, rtol=1e-5, atol=1e-5 * np.abs(wanted).max())


@pytest.mark.parametrize("name", MODULES)
def test_the_stored_values_are_those_of_today(golden: ModuleType, name: str) -> None:
    """What the other tests rest on."""
    pytest.importorskip(MODULES[name], reason="its weights are not installed")
    stored = json.loads(Path(golden.__file__).with_suffix(".json").read_text())
    wanted = [*golden.statistics(name, golden.photo())][:: golden.EVERY]

    found = stored["networks"][name]["statistics"]

    assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


def test_a_network_of_timm_becomes_a_backbone(
    golden: ModuleType, rng: np.random.Generator, tmp_path: Path
) -> None:
    """Its five stages are those of our own reading of the same weights."""
    from safetensors.torch import save_file  # noqa: PLC0415  comes with timm

    save_file(golden.lite0().state_dict(), tmp_path / "weights.safetensors")
    path = export_timm(
        "tf_efficientnet_lite0",
        tmp_path / "own.onnx",
        weights=tmp_path / "weights.safetensors",
    )
    photo = rng.random((1, 1, 224, 224)).astype(np.float32)
    exported, ours = read_backbone(str(path)), read_backbone()

    (found,), (whole,) = (
        Session(statistics_network(each), "x").run(photo) for each in (exported, ours)
    )

    ends = np.cumsum([2 * channels for channels, _ in ours.shapes]).tolist()
    stages = np.split(whole[0], ends[:-1])
    wanted = np.concatenate([stages[place] for place in (0, 1, 2, 4, 6)])
    assert exported.shapes == tuple(ours.shapes[place] for place in (0, 1, 2, 4, 6))
    assert_allclose(found[0], wanted, rtol=1e-5, atol=1e-5 * np.abs(wanted).max())
