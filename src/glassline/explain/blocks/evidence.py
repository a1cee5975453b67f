"""The evidence of one feature in words: where its strongest mark is, and how large."""

from __future__ import annotations

from glassline.explain.evidence import Evidence
from glassline.features import Area, Line
from glassline.render.units import unit_of
from glassline.render.words import words

__all__ = ["length", "pointing"]

MM_UM = 1000.0


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


def _real(pixels: float, pixel_size_um: float | None) -> str:
    """A length without its pixels where the true length is known."""
    return length(pixels, pixel_size_um).partition(" (")[0]
