"""The layers of a mobile network as ONNX, with batch norms folded into convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from glassline.front.onnx.checkpoint import Tensors

__all__ = ["IR_VERSION", "OPSET", "Layers"]

OPSET = 17  # every operator used is older; ONNX Runtime reads it since 1.12
IR_VERSION = 8


class Layers:
    """Nodes and weights, added one after the other.

    Args:
        tensors: The checkpoint.
        epsilon: What each batch norm adds to its variance.

    Attributes:
        nodes: In the order they run.
        weights: What they hold.
    """

    def __init__(self, tensors: Tensors, epsilon: float) -> None:
        self.nodes: list[NodeProto] = []
        self.weights: list[TensorProto] = []
        self._tensors = tensors
        self._epsilon = epsilon

    def add(self, operation: str, inputs: Sequence[str], **settings: Any) -> str:
        """Add a node; return the name of what it gives."""
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, inputs, [name], **settings))
        return name

    def hold(self, values: NDArray[Any]) -> str:
        """Add a constant; return its name."""
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def convolve(
        self,
        x: str,
        weight: str,
        norm: str,
        *,
        stride: int = 1,
        pads: Sequence[int] = (0, 0, 0, 0),
        active: bool = True,
    ) -> str:
        """Add a convolution with its batch norm folded in, and min(max(., 0), 6).

        The norm maps a to g (a - m) / sqrt(v + epsilon) + beta, so the kernel is
        multiplied by g / sqrt(v + epsilon), in double precision, and the rest is
        a constant. A kernel of one input channel is taken for a depthwise one.

        Args:
            x: What to convolve.
            weight: Name of the kernel in the checkpoint.
            norm: Name of the batch norm, without its last part.
            stride: Step in both directions.
            pads: Zeros above, left, below, right.
            active: Whether to clip to [0, 6] after it.
        """
        kernel = self._tensors[weight].astype(np.float64)
        gain, shift, mean, variance = (
            self._tensors[f"{norm}.{part}"].astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        gain = gain / np.sqrt(variance + self._epsilon)
        held = [
            self.hold((kernel * gain[:, None, None, None]).astype(np.float32)),
            self.hold((shift - gain * mean).astype(np.float32)),
        ]
        found = self.add(
            "Conv",
            [x, *held],
            kernel_shape=kernel.shape[2:],
            strides=[stride, stride],
            pads=list(pads),
            group=len(kernel) if kernel.shape[1] == 1 else 1,
        )
        if not active:
            return found
        zero, six = (self.hold(np.array(end, np.float32)) for end in (0, 6))
        return self.add("Clip", [found, zero, six])
