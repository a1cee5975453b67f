"""What a sheet is filed by: photo, model, time, person and program."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from glassline import __version__
from glassline.errors import InputError, show

__all__ = ["Provenance"]


@dataclass(frozen=True)
class Provenance:
    """Which photo was inspected by which model, when, for whom, and by which program.

    Attributes:
        photo: What the caller called it.
        photo_sha256: Of the bytes of its file.
        model_sha256: The hash that the model's file carries.
        inspected_at: Date and time, with its zone.
        who: Who inspected, as the caller says; "" where nobody was named.
        program: Name and version of what worked the sum.

    Raises:
        InputError: The time has no zone, or who is no text.
    """

    photo: str
    photo_sha256: str
    model_sha256: str
    inspected_at: datetime
    who: str = ""
    program: str = f"glassline {__version__}"

    def __post_init__(self) -> None:
        at: Any = self.inspected_at
        if not isinstance(at, datetime) or at.utcoffset() is None:
            raise InputError(
                f"inspected_at: expected a date and time with its zone, got {show(at)}."
            )
        if not isinstance(self.who, str):
            raise InputError(f"who: expected text, got {show(self.who)}.")

    @property
    def told(self) -> dict[str, str]:
        """Return each field as text; the time to the second, as ISO 8601 writes it."""
        at = self.inspected_at.isoformat(sep=" ", timespec="seconds")
        return {**vars(self), "inspected_at": at}
