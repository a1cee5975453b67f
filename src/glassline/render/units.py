"""The unit of a reading, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["unit_of"]


def unit_of(catalogue: Mapping[str, Any], name: str, units: Mapping[str, str]) -> str:
    """Return the word for a feature's unit: the front's, the catalogue's, or as given.

    Args:
        catalogue: Of one language, see `glassline.render.words`.
        name: Feature id.
        units: Feature to what its front says: a word of the catalogue's units, or a
            unit that the catalogue does not have.

    Example:
        >>> table = {"units": {"line": "times the noise", "network": "network scale"}}
        >>> unit_of(table, "line", {}), unit_of(table, "line", {"line": "network"})
        ('times the noise', 'network scale')
        >>> unit_of(table, "glow", {"glow": "% of pixels"})
        '% of pixels'
    """
    given = units.get(name, "")
    words = catalogue["units"]
    return str(words.get(given) or words.get(name, given))
