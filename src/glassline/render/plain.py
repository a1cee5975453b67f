"""Plain data as strict JSON: what no reader of JSON may refuse."""

from __future__ import annotations

import json
import math
from typing import Any

__all__ = ["strict", "to_json"]


def strict(value: Any) -> Any:
    """Make a value strict JSON: no lone surrogates, NaN or infinity.

    Example:
        >>> strict({"rate": float("nan"), "of": (1, 2)})
        {'rate': None, 'of': [1, 2]}
    """
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {strict(key): strict(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [strict(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):  # a rate of nothing
        return None
    return value


def to_json(value: Any) -> str:
    """Write a value as one line of strict JSON, numbers by their shortest digits.

    Example:
        >>> to_json({"p": 0.1, "why": "刮傷"})
        '{"p": 0.1, "why": "刮傷"}'
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode("utf-8")
    except ValueError:  # what is not strict is rare, and made so only then
        return json.dumps(strict(value), ensure_ascii=False, allow_nan=False)
    return text
