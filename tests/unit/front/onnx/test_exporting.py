"""Without PyTorch, exporting says what is missing."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from glassline.errors import MissingExtraError
from glassline.front.onnx.exporting import export_timm


def test_without_pytorch_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person is told what to type; nothing is written."""
    monkeypatch.setitem(sys.modules, "timm", None)

    with pytest.raises(
        MissingExtraError,
        match="^"
        + re.escape(
            "Exporting a network of timm needs PyTorch. Install it with: "
            'pip install "glassline[cnn-train]"'
        )
        + "$",
    ):
        export_timm("resnet18", tmp_path / "own.onnx")

    assert [*tmp_path.iterdir()] == []
