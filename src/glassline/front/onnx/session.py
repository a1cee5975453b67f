"""A network that ONNX Runtime runs: one thread, from bytes, checked before."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.errors import MissingExtraError, ModelError, show
from glassline.front.onnx.safety import check

__all__ = ["Session"]

QUIET = 3  # errors alone: a warning of the library has no reader here


class Session:
    """Runs one ONNX file.

    One thread a session: a worker a core is quicker than sharing cores, and the
    same photo gives the same bits. It may be used from several threads.

    Args:
        data: The bytes of the file; nothing else is ever opened.
        where: What the caller calls it, for messages.

    Raises:
        ModelError: The file is refused by `check` or by ONNX Runtime.
        MissingExtraError: ONNX Runtime is not installed.

    Attributes:
        side: Height and width of the image it takes, in px.
        channels: Planes of that image: 1 is its grey, 3 are red, green and blue.
        outputs: Names of what it gives.
        width: Numbers a row of the first of them.
    """

    def __init__(self, data: bytes, where: str) -> None:
        check(data, where)
        try:
            import onnxruntime  # noqa: PLC0415  an optional library
        except ImportError as error:
            raise MissingExtraError.of("cnn") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = QUIET
        try:
            self._session = onnxruntime.InferenceSession(
                data, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its errors have no common class
            raise ModelError(
                f"{where}: expected a network that ONNX Runtime accepts, got: "
                f"{show(str(error))}."
            ) from error
        (taken,) = self._session.get_inputs()
        self._name = taken.name
        self.side = int(taken.shape[-1])
        self.channels = int(taken.shape[1])
        outputs = self._session.get_outputs()
        self.outputs = tuple(each.name for each in outputs)
        self.width = outputs[0].shape[-1]

    def run(self, image: NDArray[np.float32]) -> list[NDArray[Any]]:
        """Return every output for an image of shape (1, channels, side, side)."""
        found: list[NDArray[Any]] = self._session.run(None, {self._name: image})
        return found
