"""Everything glassline says to people, in English and in Taiwan's Chinese."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from glassline.errors import InputError, show

__all__ = ["CLASS_WORDS", "LANGUAGES", "Say", "Words", "words"]

LANGUAGES = ("en", "zh-TW")
CLASS_WORDS = {  # of classes that many lines have; a recipe may say otherwise
    "en": {"ok": "OK"},
    "zh-TW": {
        "ok": "OK",
        "scratch": "刮傷",
        "dirt": "髒污",
        "stain": "髒污",
        "dent": "凹痕",
        "crack": "裂痕",
    },
}

Say = Mapping[str, str]
"""A section of a catalogue: key to the words, which may hold {placeholders}."""

Words = Mapping[str, Say]
"""A catalogue: section to what it says."""


def words(lang: str) -> Words:
    """Return the catalogue of one language.

    Both catalogues have the same sections, keys and placeholders.

    Args:
        lang: "en" or "zh-TW".

    Returns:
        Section to key to words, as in the file `<lang>.toml`; read-only.

    Raises:
        InputError: Another language; the message names the two.

    Example:
        >>> words("zh-TW")["features"]["grain_noise"]
        '顆粒狀噪點'
    """
    asked: Any = lang
    if not isinstance(asked, str) or lang not in LANGUAGES:
        raise InputError(f"lang: expected en or zh-TW, got {show(lang)}.")
    return _read(lang)


@cache
def _read(lang: str) -> Words:
    text = files(__name__).joinpath(f"{lang}.toml").read_text(encoding="utf-8")
    table: dict[str, dict[str, str]] = tomllib.loads(text)
    return MappingProxyType(
        {section: MappingProxyType(entries) for section, entries in table.items()}
    )
