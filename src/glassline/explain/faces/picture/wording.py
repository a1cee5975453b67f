"""What the legend of an evidence picture says, in one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from glassline.features import Area, Line
from glassline.render.units import unit_of
from glassline.render.words import words

if TYPE_CHECKING:
    from glassline.explain.evidence import Evidence

__all__ = ["MARKED_X", "length", "pointing", "telling"]

MARKED_X = 2.0  # spreads of good parts: what is less needs no pointing at
AREAS = {"texture_change": "rough", "reflection_unevenness": "uneven"}
MM_UM = 1000.0
UNIT_OF_NETWORKS = "network"


def telling(evidence: Evidence, name: str, lang: str) -> tuple[str, str, str]:
    """Return the name of a feature, its reading with unit, and what was found.

    Raises:
        InputError: Another language than "en" and "zh-TW".
    """
    catalogue = words(lang)
    unit = unit_of(catalogue, name, evidence.units or {})
    value = f"{evidence.readings[name]:.3g}"
    reading = catalogue["evidence"]["reading"].format(value=value, unit=unit).strip()
    if evidence.x is not None:
        reading += f"  (x = {evidence.x[name]:.1f})"
    say = catalogue["evidence"]
    if evidence.x is not None and evidence.x[name] < MARKED_X:
        found = say["usual"].format(limit=f"{MARKED_X:g}")
    else:
        found = _found(evidence, name, unit, say)
    return catalogue["features"].get(name, name), reading, found


def pointing(evidence: Evidence, name: str, lang: str) -> tuple[str, str, str, str]:
    """Return place, size and amount of a feature's strongest mark, and their count."""
    marks = evidence.marks[name]
    if not marks:
        return "", "", "", "0"
    unit = unit_of(words(lang), name, evidence.units or {})
    first, size = marks[0], evidence.pixel_size_um
    if isinstance(first, Area):
        tall, wide = first.bottom - first.top, first.right - first.left
        place = f"{first.top:.0f}, {first.left:.0f}"
        across = f"{_real(tall, size)} × {_real(wide, size)}"
        return place, across, f"{first.strength:+.2g} {unit}", str(len(marks))
    amount = f"{100 * first.contrast:+.0f} %"
    if isinstance(first, Line):
        place = " > ".join(
            f"{row:.0f}, {column:.0f}"
            for row, column in first.points[:: len(first.points) - 1]
        )
        across = f"{_real(first.length_px, size)} × {_real(first.width_px, size)}"
        return place, across, amount, str(len(marks))
    place = f"{first.row:.0f}, {first.column:.0f}"
    return place, _real(first.diameter_px, size), amount, str(len(marks))


def _real(pixels: float, pixel_size_um: float | None) -> str:
    """A length without its pixels where the true length is known."""
    return length(pixels, pixel_size_um).partition(" (")[0]


def length(pixels: float, pixel_size_um: float | None) -> str:
    """Print a length in pixels, and before it in mm or µm where the size is known.

    Example:
        >>> length(204.2, None), length(204.2, 12.5), length(3, 12.5)
        ('204 px', '2.55 mm (204 px)', '37.5 µm (3 px)')
    """
    shown = f"{pixels:.0f} px" if pixels >= 10 else f"{pixels:.2g} px"
    if pixel_size_um is None:
        return shown
    size = pixels * pixel_size_um
    real = f"{size / MM_UM:.3g} mm" if size >= MM_UM else f"{size:.3g} µm"
    return f"{real} ({shown})"


def _found(evidence: Evidence, name: str, unit: str, say: Mapping[str, str]) -> str:
    marks = evidence.marks[name]
    if not marks:
        return say["none"]
    first, size = marks[0], evidence.pixel_size_um
    if isinstance(first, Area):
        areas = [each for each in marks if isinstance(each, Area)]
        # A network's areas are its opinion: neither rough nor bright in themselves.
        is_measured = UNIT_OF_NETWORKS not in (evidence.units or {}).values()
        kind = AREAS.get(name, "other") if is_measured else "other"
        return _areas(areas, unit, say[kind])
    side = say["brighter"] if first.contrast > 0 else say["darker"]
    if isinstance(first, Line):
        return say["line"].format(
            length=length(first.length_px, size),
            width=length(first.width_px, size),
            side=side,
            count=len(marks),
        )
    return say["speck"].format(
        count=len(marks), diameter=length(first.diameter_px, size), side=side
    )


def _areas(areas: Sequence[Area], unit: str, say: str) -> str:
    dark = sum(each.strength < 0 for each in areas)
    return say.format(
        count=len(areas),
        bright=len(areas) - dark,
        dark=dark,
        amount=f"{abs(areas[0].strength):.2g}",
        unit=unit,
    )
