"""The evidence of one part: what drove each reading, and where on the photo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from glassline.arrays import Image, Kept, Named
from glassline.features import Line, Mark
from glassline.image import Looked
from glassline.interface.record import Record

__all__ = ["Evidence"]


@dataclass(frozen=True, eq=False, repr=False)
class Evidence(Record):
    """What an inspector would point at on one photo, and the photo.

    Attributes:
        image: Shape (h, w), the region that was read; of an aligned photo all of it.
        marks: Feature to the marks that drove its reading, the strongest first, in
            pixels of the whole photo.
        readings: Each feature's reading, in its own unit.
        x: Each feature in spreads of good parts; None draws every mark.
        units: Feature to unit, for features that the catalogue has no unit of.
        corner_rc: Row and column of the region in the whole photo.
        pixel_size_um: Side of a pixel on the part, in micrometres, where it is known.
        left_out: Shape (h, w), what of the image was not looked at; None for nothing.

    Example:
        >>> import numpy as np
        >>> from glassline.features import Speck
        >>> speck = Speck(row=8, column=20, diameter_px=3, contrast=-0.2, strength=9)
        >>> readings = Named(("grain_noise",), np.array([2.5]))
        >>> image = np.full((32, 40), 0.5, dtype=np.float32)
        >>> evidence = Evidence(image, {"grain_noise": (speck,)}, readings)
        >>> evidence.as_json()["marks"]["grain_noise"][0]["diameter_px"]
        3
    """

    image: Image
    marks: Mapping[str, tuple[Mark, ...]]
    readings: Named
    x: Named | None = None
    units: Mapping[str, str] | None = None
    corner_rc: tuple[int, int] = (0, 0)
    pixel_size_um: float | None = None
    left_out: Kept | None = None

    @classmethod
    def of(
        cls,
        looked: Looked,
        located: Mapping[str, tuple[Mark, ...]],
        *,
        readings: Named,
        x: Named | None = None,
        units: Mapping[str, str] | None = None,
        pixel_size_um: float | None = None,
    ) -> Self:
        """Lay what was found on what was looked at onto the photo as it was taken.

        Args:
            looked: What of the photo was looked at.
            located: Feature to the marks on its view.
            readings: Each feature's reading.
            x: Each feature in spreads of good parts.
            units: Feature to unit.
            pixel_size_um: Side of a pixel on the part.
        """
        matrix, corner_rc = looked.matrix, looked.corner_rc

        def laid(mark: Mark) -> Mark:
            moved = mark.moved(*corner_rc)
            return moved if matrix is None else moved.laid(matrix)

        is_as_seen = matrix is None and corner_rc == (0, 0)  # of thousands, it counts
        return cls(
            image=looked.shown,
            marks=located
            if is_as_seen
            else {name: tuple(map(laid, marks)) for name, marks in located.items()},
            readings=readings,
            x=x,
            units=units,
            corner_rc=looked.shown_rc,
            pixel_size_um=pixel_size_um,
            left_out=looked.left_out,
        )

    def as_json(self) -> dict[str, Any]:
        """Return every mark as plain data; lengths in micrometres where known."""
        return {
            "corner_rc": list(self.corner_rc),
            "pixel_size_um": self.pixel_size_um,
            "marks": {
                name: [dict(self._plain(mark)) for mark in marks]
                for name, marks in self.marks.items()
            },
        }

    def _plain(self, mark: Mark) -> Iterator[tuple[str, Any]]:
        yield "kind", type(mark).__name__.lower()
        for key, value in asdict(mark).items():
            yield (
                key,
                [list(p) for p in value]
                if isinstance(mark, Line) and key == "points"
                else value,
            )
            if self.pixel_size_um is not None and key.endswith("_px"):
                yield key.removesuffix("px") + "um", value * self.pixel_size_um
