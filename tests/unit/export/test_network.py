"""The network: what it says of itself, and the whole way from a photo."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest
from backbones import tiny_backbone
from sklearn.linear_model import LogisticRegression
from targets import COUNT, exported

from glassline.dataset import Dataset
from glassline.export import export, network
from glassline.front import Cnn
from glassline.front.cnn import fitted
from glassline.front.onnx.graph import Backbone, concept_network
from glassline.image import load
from glassline.model import Model
from glassline.model.verdict import decide

OPERATORS = {"Add", "ArgMax", "Cast", "Div", "Greater", "Less", "Max", "Min", "Mul"}
OPERATORS |= {"Slice", "Sub", "Where"}


@pytest.fixture(scope="module")
def with_network(settled: Model) -> Model:
    """The model with a small network as its front."""
    rng = np.random.default_rng(4)  # noqa: TID251  once a module
    backbone = Backbone("tiny", "0" * 64, tiny_backbone(), ((6, 28), (6, 14)))
    weights = rng.normal(size=(24, 4))
    front = Cnn(concept_network(backbone, weights, np.zeros(4), np.zeros(4)))
    return replace(settled, front=front, made=None, region=None)


def test_the_file_says_which_model_it_is(settled: Model) -> None:
    """Classes, features, hash and recipe; and it is of operators that any runtime has."""
    made = onnx.load_from_string(network.network(settled))

    told = {each.key: each.value for each in made.metadata_props}
    assert told["model_sha256"] == settled.sha256
    assert json.loads(told["classes"]) == list(settled.recipe.classes)
    assert json.loads(told["features"]) == list(settled.feature_names)
    assert json.loads(told["recipe"])["good"] == "ok"
    assert {node.op_type for node in made.graph.node} == OPERATORS
    assert made.opset_import[0].version == 13


def test_every_engine_gives_the_same_bits(settled: Model, tmp_path: Path) -> None:
    """Because each sum is written out: ONNX Runtime and OpenCV add nothing themselves."""
    found, _ = exported(settled, "onnx", tmp_path / "verdict.onnx")

    hashes = {each.answers_sha256 for each in found.certificate.engines}
    assert len(found.certificate.engines) == 2
    assert len(hashes) == 1


def test_one_file_takes_a_photo_to_a_verdict(
    with_network: Model, rng: np.random.Generator
) -> None:
    """Readings, class, decision and probabilities of three photos at once."""
    side = with_network.front.side
    photos = [rng.random((side, side), dtype=np.float32) for _ in range(3)]
    given = np.concatenate([fitted(each, side) for each in photos])
    session = onnxruntime.InferenceSession(network.network(with_network))

    names = ["readings", "class", "decision", "probabilities"]
    readings, classes, actions, p = session.run(names, {"photo": given})

    ours = np.array([with_network.front.values(each) for each in photos])
    said = decide(with_network, ours)
    np.testing.assert_allclose(readings, ours, rtol=1e-6)
    assert classes[:, 0].tolist() == said.classes.tolist()
    assert actions[:, 0].tolist() == said.actions.tolist()
    np.testing.assert_allclose(p, said.probabilities, rtol=0, atol=1e-5)


def test_a_front_and_what_is_behind_it_hold_the_parity(
    with_network: Model, line: Dataset, tmp_path: Path
) -> None:
    """Photos from the first pixel on, random parts from the readings on."""
    rng = np.random.default_rng(1)  # noqa: TID251  the same in every run
    photos = line.subset(range(6))

    found = export(
        *(with_network, "onnx", tmp_path / "verdict.onnx"),
        rng=rng,
        data=photos,
        count=COUNT,
    )

    (first,) = found.certificate.engines
    assert found.certificate.holds
    assert found.certificate.photos == 6
    assert first.engine.startswith("ONNX Runtime")
    assert first.reading_difference < 1e-6


def test_a_front_in_colour_is_written_with_its_three_planes(
    with_network: Model, line: Dataset, tmp_path: Path
) -> None:
    """The photo's readings are Python's, and so is the verdict."""
    rng = np.random.default_rng(1)  # noqa: TID251  the same in every run
    backbone = Backbone("tiny", "0" * 64, tiny_backbone(), ((6, 28), (6, 14)))
    weights = rng.normal(size=(24, 4))
    front = Cnn(concept_network(backbone, weights, np.zeros(4), np.zeros(4), 3))
    colour = replace(with_network, front=front)
    settings = colour.recipe.image
    grey = 255 * load(line.parts[0].path, settings=settings).image
    tinted = (grey[:, :, None] * np.array([0.5, 1.0, 0.3])).astype(np.uint8)
    path = tmp_path / "tinted.png"
    path.write_bytes(cv2.imencode(".png", tinted)[1].tobytes())
    photos = Dataset("tinted", (replace(line.parts[0], path=path, within=None),))

    found = export(
        *(colour, "onnx", tmp_path / "verdict.onnx"), rng=rng, data=photos, count=COUNT
    )

    seen = load(path, settings=settings, planes=front.planes).view
    assert found.certificate.holds
    assert found.certificate.engines[0].reading_difference < 1e-6
    assert np.abs(front.values(seen) - front.values(seen.grey)).min() > 0.01


def test_skl2onnx_makes_the_same_of_the_same_weights(
    settled: Model, rng: np.random.Generator
) -> None:
    """A second opinion that shares no code with ours, in single precision."""
    skl2onnx = pytest.importorskip("skl2onnx", reason="needs skl2onnx")
    head = settled.head
    x = rng.uniform(-3, 3, (200, head.d)).astype(np.float32)
    regression = LogisticRegression().fit(x[:30], np.arange(30) % head.k)
    regression.coef_, regression.intercept_ = head.W.T, head.b

    theirs = skl2onnx.to_onnx(
        regression, x[:1], options={"zipmap": False}, target_opset=17
    )
    session = onnxruntime.InferenceSession(theirs.SerializeToString())
    labels, p = session.run(None, {"X": x})

    ours = onnxruntime.InferenceSession(network.network(settled))
    classes, q = ours.run(["class", "probabilities"], {"x": x.astype(np.float64)})
    np.testing.assert_allclose(p, q, rtol=0, atol=1e-5)
    assert labels.tolist() == classes[:, 0].tolist()
