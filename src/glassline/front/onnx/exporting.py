"""Any network of timm as a backbone: written as ONNX, once, where PyTorch is installed."""

from __future__ import annotations

import io
import tempfile
import warnings
from pathlib import Path
from typing import Any

from glassline.errors import MissingExtraError
from glassline.files import publish
from glassline.front.onnx.safety import check

__all__ = ["export_timm"]

OPSET = 17


def export_timm(name: str, path: str | Path, weights: str | Path | None = None) -> Path:
    """Write the stages of a network of timm as a file that `--backbone` takes.

    What the network wants of its input (mean and spread of each channel) is folded in
    front of it.

    Args:
        name: As timm calls it.
        path: A file that ends in .onnx.
        weights: A file with its state; left out, timm fetches its own.

    Returns:
        The path.

    Raises:
        MissingExtraError: The extra cnn-train is not installed.
        ModelError: The network has an operator that is not known to be safe.
    """
    try:
        import timm  # noqa: PLC0415  an optional library
        import torch  # noqa: PLC0415  an optional library
    except ImportError as error:
        raise MissingExtraError.of("cnn-train") from error
    overlay = {"file": str(weights)} if weights else None
    network = timm.create_model(
        name, pretrained=True, features_only=True, pretrained_cfg_overlay=overlay
    ).train(False)
    wanted = network.pretrained_cfg
    mean, spread = (
        torch.tensor(wanted[each])[:, None, None] for each in ("mean", "std")
    )

    class Stages(torch.nn.Module):  # type: ignore[misc]
        """Takes grey in [-1, 1] and gives every stage."""

        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, image: Any) -> Any:
            return tuple(self.network((image * 0.5 + 0.5 - mean) / spread))

    written = io.BytesIO()
    image = torch.zeros(1, *wanted["input_size"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of tracing: the photo's size is fixed
        torch.onnx.export(
            Stages(),
            (image,),
            written,
            opset_version=OPSET,
            input_names=["image"],
            dynamo=False,
        )
    path = Path(path)
    data = _folded(written.getvalue())
    check(data, path.name)
    publish(path, data)
    return path


def _folded(data: bytes) -> bytes:
    """Replace what depends on the size of the photo alone by what it comes to."""
    import onnx  # noqa: PLC0415  an optional library
    import onnxruntime  # noqa: PLC0415  an optional library

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    )
    with tempfile.TemporaryDirectory() as folder:
        options.optimized_model_filepath = str(Path(folder) / "folded.onnx")
        onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        model = onnx.load_from_string(
            Path(options.optimized_model_filepath).read_bytes()
        )
    used = [each for each in model.opset_import if not each.domain]
    del model.opset_import[:]  # it lists every set that it knows
    model.opset_import.extend(used)
    folded: bytes = model.SerializeToString(deterministic=True)
    return folded
