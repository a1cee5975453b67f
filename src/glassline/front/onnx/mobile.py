"""Two mobile networks as ONNX, from the tensors of their checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from onnx import ModelProto, TensorProto, helper

from glassline.front.onnx.checkpoint import Tensors
from glassline.front.onnx.layers import IR_VERSION, OPSET, Layers

__all__ = ["SIDE", "efficientnet_lite0", "mobilenet_v2"]

SIDE = 224  # px, the size both networks were trained on

Layer = tuple[str, str]
"""A convolution: the name of its kernel in the checkpoint, and of its batch norm."""


@dataclass(frozen=True)
class _Plan:
    """What a mobile network is, but for its numbers.

    Attributes:
        stages: Of each its blocks, the side of their kernels, the stride of the first.
        stem: The first layer, of stride 2.
        block: Number of a block to its layers: widen (not in the first block), filter
            each channel, narrow.
        pads: Side, kernel and stride to the zeros above, left, below and right.
        epsilon: What each batch norm adds to its variance.
    """

    stages: Sequence[tuple[int, int, int]]
    stem: Layer
    block: Callable[[int], Sequence[Layer]]
    pads: Callable[[int, int, int], tuple[int, int, int, int]]
    epsilon: float


def efficientnet_lite0(tensors: Tensors) -> ModelProto:
    """Return EfficientNet-lite0 without its last layers: a photo to seven stages.

    Padding is TensorFlow's "SAME": what is odd goes below and to the right.

    Source:
        Tan and Le, EfficientNet (ICML 2019), table 1; lite leaves out squeeze and
        excitation and takes ReLU6: tensorflow/tpu, efficientnet/lite.
    """

    def block(number: int) -> Sequence[Layer]:
        at = f"_blocks.{number}."
        layers = [
            (f"{at}_expand_conv.weight", f"{at}_bn0"),
            (f"{at}_depthwise_conv.weight", f"{at}_bn1"),
            (f"{at}_project_conv.weight", f"{at}_bn2"),
        ]
        return layers if number else layers[1:]

    def same(side: int, kernel: int, stride: int) -> tuple[int, int, int, int]:
        lack = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        return lack // 2, lack // 2, lack - lack // 2, lack - lack // 2

    stages = (
        (1, 3, 1),
        (2, 3, 2),
        (2, 5, 2),
        (3, 3, 2),
        (3, 5, 1),
        (4, 5, 2),
        (1, 3, 1),
    )
    stem = ("_conv_stem.weight", "_bn0")
    return _network(_Plan(stages, stem, block, same, epsilon=1e-3), tensors)


def mobilenet_v2(tensors: Tensors) -> ModelProto:
    """Return MobileNetV2 (width 1.0) without its last layers: a photo to seven stages.

    Source:
        Sandler et al., MobileNetV2 (CVPR 2018), table 2; names and padding as
        torchvision has them.
    """

    def block(number: int) -> Sequence[Layer]:
        at = f"features.{number + 1}.conv."
        inner = (
            2 if number else 1
        )  # widen and filter, each a layer with its norm inside
        return [
            *((f"{at}{place}.0.weight", f"{at}{place}.1") for place in range(inner)),
            (f"{at}{inner}.weight", f"{at}{inner + 1}"),
        ]

    def even(side: int, kernel: int, stride: int) -> tuple[int, int, int, int]:
        del side, stride
        return (kernel // 2,) * 2 + (kernel // 2,) * 2

    stages = (
        (1, 3, 1),
        (2, 3, 2),
        (3, 3, 2),
        (4, 3, 2),
        (3, 3, 1),
        (3, 3, 2),
        (1, 3, 1),
    )
    stem = ("features.0.0.weight", "features.0.1")
    return _network(_Plan(stages, stem, block, even, epsilon=1e-5), tensors)


def _network(plan: _Plan, tensors: Tensors) -> ModelProto:
    """Return a network with one output a stage."""
    layers = Layers(tensors, plan.epsilon)
    x = layers.convolve("image", *plan.stem, stride=2, pads=plan.pads(SIDE, 3, 2))
    side, number, stages = SIDE // 2, 0, []
    for blocks, kernel, first in plan.stages:
        for place in range(blocks):
            stride = 1 if place else first
            *widen, spatial, narrow = plan.block(number)
            entered = x
            for layer in widen:
                x = layers.convolve(x, *layer)
            pads = plan.pads(side, kernel, stride)
            x = layers.convolve(x, *spatial, stride=stride, pads=pads)
            x = layers.convolve(x, *narrow, active=False)
            if place:
                x = layers.add("Add", [x, entered])
            side = -(-side // stride)
            number += 1
        stages.append(x)
    image = helper.make_tensor_value_info(
        "image", TensorProto.FLOAT, ["n", 3, SIDE, SIDE]
    )
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", None, None, None])
        for name in stages
    ]
    graph = helper.make_graph(
        layers.nodes, "backbone", [image], outputs, layers.weights
    )
    return helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="glassline",
    )
