"""Two mobile networks as ONNX, from the tensors of their checkpoints."""

from __future__ import annotations

from collections.abc import Sequence

from onnx import ModelProto, TensorProto, helper

from glassline.network.checkpoint import Tensors
from glassline.network.layers import IR_VERSION, OPSET, Layers

__all__ = ["SIDE", "efficientnet_lite0"]

SIDE = 224  # px, the size both networks were trained on
LITE0 = (  # blocks, kernel, stride of the first block, for each stage
    (1, 3, 1),
    (2, 3, 2),
    (2, 5, 2),
    (3, 3, 2),
    (3, 5, 1),
    (4, 5, 2),
    (1, 3, 1),
)


def efficientnet_lite0(tensors: Tensors) -> ModelProto:
    """Return EfficientNet-lite0 without its last layers: a photo to seven stages.

    Padding is TensorFlow's "SAME": what is odd goes below and to the right.

    Source:
        Tan and Le, EfficientNet (ICML 2019), table 1; lite leaves out squeeze and
        excitation and takes ReLU6: tensorflow/tpu, efficientnet/lite.
    """
    layers = Layers(tensors, epsilon=1e-3)
    x = layers.convolve(
        "image", "_conv_stem.weight", "_bn0", stride=2, pads=_same(SIDE, 3, 2)
    )
    side, number, stages = SIDE // 2, 0, []
    for blocks, kernel, first in LITE0:
        for place in range(blocks):
            stride = 1 if place else first
            block, entered = f"_blocks.{number}.", x
            if number:  # the first block does not widen
                x = layers.convolve(x, f"{block}_expand_conv.weight", f"{block}_bn0")
            x = layers.convolve(
                x,
                f"{block}_depthwise_conv.weight",
                f"{block}_bn1",
                stride=stride,
                pads=_same(side, kernel, stride),
            )
            x = layers.convolve(
                x, f"{block}_project_conv.weight", f"{block}_bn2", active=False
            )
            if place:
                x = layers.add("Add", [x, entered])
            side = -(-side // stride)
            number += 1
        stages.append(x)
    return _network(layers, stages)


def _same(side: int, kernel: int, stride: int) -> tuple[int, int, int, int]:
    """Return the zeros above, left, below and right that TensorFlow calls SAME."""
    lack = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return lack // 2, lack // 2, lack - lack // 2, lack - lack // 2


def _network(layers: Layers, stages: Sequence[str]) -> ModelProto:
    """Return a network with one output a stage."""
    graph = helper.make_graph(
        layers.nodes,
        "backbone",
        [
            helper.make_tensor_value_info(
                "image", TensorProto.FLOAT, ["n", 3, SIDE, SIDE]
            )
        ],
        [
            helper.make_tensor_value_info(
                name, TensorProto.FLOAT, ["n", None, None, None]
            )
            for name in stages
        ],
        layers.weights,
    )
    return helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="glassline",
    )
