"""A tiny backbone: two stages of convolutions with weights drawn by chance."""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

__all__ = ["SIDE", "tiny_backbone"]

SIDE = 56


def tiny_backbone(channels: int = 6) -> ModelProto:
    """Two stages, 28 and 14 cells wide; the same numbers every time."""
    rng = np.random.default_rng(3)  # noqa: TID251  one network for all tests
    first = rng.normal(size=(channels, 3, 3, 3)).astype(np.float32)
    second = rng.normal(size=(channels, channels, 3, 3)).astype(np.float32)
    weights = [
        numpy_helper.from_array(first, "first"),
        numpy_helper.from_array(second, "second"),
    ]
    step = {"strides": [2, 2], "pads": [1, 1, 1, 1], "kernel_shape": [3, 3]}
    nodes = [
        helper.make_node("Conv", ["image", "first"], ["a"], **step),
        helper.make_node("Relu", ["a"], ["stage1"]),
        helper.make_node("Conv", ["stage1", "second"], ["b"], **step),
        helper.make_node("Relu", ["b"], ["stage2"]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 56, 56])
    stages = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", channels, s, s])
        for name, s in (("stage1", 28), ("stage2", 14))
    ]
    graph = helper.make_graph(nodes, "tiny", [image], stages, weights)
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    )
