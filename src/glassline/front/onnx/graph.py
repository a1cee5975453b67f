"""A backbone becomes a network that gives statistics, or readings and maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Values
from glassline.errors import MissingExtraError

try:
    from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
except ImportError as error:  # whoever builds a network needs it
    raise MissingExtraError.of("cnn") from error

__all__ = ["Backbone", "concept_network", "statistics_network"]

GRID = 28  # side of the maps; photos of 224 px are read in cells of 8
LEAST = 1e-12  # below any spread of a channel that carries something


@dataclass(frozen=True)
class Backbone:
    """A pretrained network and how it wants to be fed.

    Attributes:
        name: As a person calls it.
        sha256: Of the file that it was read from.
        network: One input, an image of shape (n, 3, side, side); each output of
            shape (n, c, h, w) is a stage.
        shapes: (c, h) of each stage.
        mean: Taken off red, green and blue, or off a grey that is all three.
        spread: What each is then divided by.
        is_int8: Whether its convolutions are in whole numbers of 8 bits.
    """

    name: str
    sha256: str
    network: ModelProto
    shapes: tuple[tuple[int, int], ...]
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    spread: tuple[float, float, float] = (0.5, 0.5, 0.5)
    is_int8: bool = False

    @property
    def width(self) -> int:
        """Return how many statistics there are: two a channel."""
        return 2 * sum(channels for channels, _ in self.shapes)

    @property
    def evened(self) -> Values:
        """Return what makes every stage count alike, shape (width,).

        Early stages have few channels, and know most of what is measured: each
        statistic's factor is the root of the mean number of channels over its stage's.
        """
        channels = np.array([each for each, _ in self.shapes])
        factors = np.sqrt(channels.mean() / channels)
        return np.asarray(np.repeat(factors, 2 * channels))


def statistics_network(backbone: Backbone, channels: int = 1) -> bytes:
    """Return a network from a photo to mean and spread of every channel.

    Input `photo`, shape (n, channels, side, side), 0 black to 1 white: 1 is its grey,
    which the three of the backbone then share, 3 are red, green and blue. Output
    `statistics`, shape (n, width): for each stage its means, then its standard
    deviations over all places.
    """
    graph = _Graph(backbone, channels)
    graph.give("statistics", TensorProto.FLOAT, ["n", backbone.width])
    return graph.as_bytes()


def concept_network(
    backbone: Backbone,
    weights: NDArray[np.float64],
    offset: Values,
    typical: Values,
    channels: int = 1,
) -> bytes:
    """Return a network from a photo to readings and maps.

    The readings are statistics @ weights + offset, in double precision. A mean is
    a sum over places, and so is a spread, sqrt(mean d^2) = mean(d^2 / spread):
    the maps put each place's share where it arises, so that the mean of a map is
    its reading less the typical one.

    Args:
        backbone: What gives the stages.
        weights: Shape (width, d).
        offset: Shape (d,).
        typical: Shape (d,), the readings of a typical good part.
        channels: Of the photo, as of `statistics_network`.
    """
    graph = _Graph(backbone, channels)
    wide = graph.add("Cast", ["statistics"], to=TensorProto.DOUBLE)
    product = graph.add("MatMul", [wide, graph.hold(weights)])
    graph.add("Add", [product, graph.hold(offset[None])], name="readings")
    graph.maps(weights.astype(np.float32), (offset - typical).astype(np.float32))
    graph.give("readings", TensorProto.DOUBLE, ["n", len(offset)])
    graph.give("maps", TensorProto.FLOAT, ["n", len(offset), GRID, GRID])
    return graph.as_bytes()


class _Graph:
    """A backbone with nodes before and after it."""

    def __init__(self, backbone: Backbone, channels: int) -> None:
        self._backbone = backbone
        self._channels = channels
        self._model = backbone.network
        (self._taken,) = self._model.graph.input
        self._nodes: list[NodeProto] = []
        self._weights: list[TensorProto] = []
        self._outputs: list[Any] = []
        shape = (1, 3, 1, 1)
        mean, spread = (
            self.hold(np.array(each, np.float32).reshape(shape))
            for each in (backbone.mean, backbone.spread)
        )
        centred = self.add("Sub", ["photo", mean])
        self.add("Div", [centred, spread], name=self._taken.name)
        self._nodes += self._model.graph.node
        self._stages = [self._pool(each.name) for each in self._model.graph.output]
        parts = [part for _, mean, _, std in self._stages for part in (mean, std)]
        flat = self.add("Concat", parts, axis=1)
        self.add("Flatten", [flat], name="statistics")

    def add(
        self, operator: str, inputs: Sequence[str], name: str = "", **settings: Any
    ) -> str:
        """Add a node; return the name of what it gives."""
        given = name or f"glassline_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [given], **settings))
        return given

    def hold(self, values: NDArray[Any]) -> str:
        """Add a constant; return its name."""
        name = f"glassline_w{len(self._weights)}"
        self._weights.append(
            numpy_helper.from_array(np.ascontiguousarray(values), name)
        )
        return name

    def give(self, name: str, kind: int, shape: Sequence[str | int]) -> None:
        """Make a value an output."""
        self._outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def _pool(self, stage: str) -> tuple[str, str, str, str]:
        """Add mean and spread; return the names of stage, mean, squares, spread."""
        mean = self.add("ReduceMean", [stage], axes=[2, 3])
        away = self.add("Sub", [stage, mean])
        squares = self.add("Mul", [away, away])
        variance = self.add("ReduceMean", [squares], axes=[2, 3])
        return stage, mean, squares, self.add("Sqrt", [variance])

    def maps(self, weights: NDArray[np.float32], constant: NDArray[np.float32]) -> None:
        """Add what each place contributes, summed over the stages."""
        total = self.hold(constant[None, :, None, None])
        start = 0
        for names, (channels, side) in zip(
            self._stages, self._backbone.shapes, strict=True
        ):
            middle, end = start + channels, start + 2 * channels
            found = self._shares(
                names, weights[start:middle].T, weights[middle:end].T, side
            )
            total = self.add("Add", [total, self._on_grid(found, side)])
            start = end
        self.add("Identity", [total], name="maps")

    def _shares(
        self,
        names: tuple[str, str, str, str],
        of_mean: NDArray[np.float32],
        of_spread: NDArray[np.float32],
        side: int,
    ) -> str:
        """Add one stage's contributions, shape (n, d, side, side)."""
        stage, _, squares, spread = names
        d, channels = of_mean.shape
        level = self.add("Conv", [stage, self.hold(of_mean[:, :, None, None])])
        row = self.hold(np.array([-1, 1, channels], np.int64))
        floor = self.hold(np.array(LEAST, np.float32))
        divisor = self.add("Max", [self.add("Reshape", [spread, row]), floor])
        shares = self.add("Div", [self.hold(of_spread[None]), divisor])
        places = self.hold(np.array([-1, channels, side * side], np.int64))
        spreads = self.add("MatMul", [shares, self.add("Reshape", [squares, places])])
        square = self.hold(np.array([-1, d, side, side], np.int64))
        return self.add("Add", [level, self.add("Reshape", [spreads, square])])

    def _on_grid(self, shares: str, side: int) -> str:
        """Bring contributions to the grid of the maps; their mean does not change."""
        if side == GRID:
            return shares
        if side % GRID == 0:
            step = side // GRID
            return self.add(
                "AveragePool", [shares], kernel_shape=[step] * 2, strides=[step] * 2
            )
        if GRID % side == 0:
            scale = self.hold(np.array([1, 1, GRID / side, GRID / side], np.float32))
            return self.add(
                "Resize",
                [shares, "", scale],
                mode="nearest",
                coordinate_transformation_mode="asymmetric",
                nearest_mode="floor",
            )
        return self.add("ReduceMean", [shares], axes=[2, 3])  # from everywhere alike

    def as_bytes(self) -> bytes:
        """Return the network as the bytes of an ONNX file."""
        side = self._taken.type.tensor_type.shape.dim[-1].dim_value
        photo = helper.make_tensor_value_info(
            "photo", TensorProto.FLOAT, ["n", self._channels, side, side]
        )
        graph = helper.make_graph(
            self._nodes,
            "front",
            [photo],
            self._outputs,
            [*self._model.graph.initializer, *self._weights],
        )
        model = helper.make_model(
            graph,
            opset_imports=self._model.opset_import,
            ir_version=self._model.ir_version,
            producer_name="glassline",
        )
        data: bytes = model.SerializeToString(deterministic=True)
        return data
