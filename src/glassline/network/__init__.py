"""Pretrained networks: read as numbers, written as ONNX, checked before they run."""

from glassline.network.session import Session

__all__ = ["Session"]
