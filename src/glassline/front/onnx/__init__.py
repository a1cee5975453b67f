"""Pretrained networks: read as numbers, written as ONNX, checked before they run.

A network comes from a checkpoint (`checkpoint`, whose program `unpickler` decodes but
never runs), from an ONNX file, or from timm (`exporting`); `backbones` finds it by
name. `safety` walks the bytes of every file before `session` runs it; `graph` puts the
concept layer on top.
"""

from glassline.front.onnx.session import Session

__all__ = ["Session"]
