"""Pretrained networks: read as numbers, written as ONNX, checked before they run."""

from glassline.front.onnx.session import Session

__all__ = ["Session"]
