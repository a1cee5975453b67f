"""The kinds of front, and what trains a model of each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from glassline.model import Model
from glassline.training.training import train

__all__ = ["trainer"]


def trainer(
    kind: str, *, backbone: str | None = None, int8: bool = False
) -> Callable[..., Model]:
    """Return what trains a model of data and recipe.

    Args:
        kind: Of the front: measured, cnn or vlm.
        backbone: Of a cnn front: a name or the path of an ONNX file; left out, the
            default.
        int8: Of a cnn front: whether to run in whole numbers of 8 bits.

    Raises:
        MissingExtraError: The extra that the kind needs is not installed.
    """
    if kind == "cnn":
        from glassline.front.onnx.backbones import DEFAULT  # noqa: PLC0415  an extra
        from glassline.training import cnn  # noqa: PLC0415  needs the extra cnn

        return partial(cnn.train, backbone=backbone or DEFAULT, int8=int8)
    if kind == "vlm":
        from glassline.training import vlm  # noqa: PLC0415  needs the extra vlm

        return vlm.train
    return train
