"""What a photo belongs to: site, lot, serial, shift... each optional, none dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from glassline.errors import InputError, check_one_of, show

__all__ = ["IDENTIFIERS", "Day", "Identifiers", "check_text"]

MOST_CHARS = 200  # of an identifier: five times the longest serial seen
MOST_SHOTS = 2**31 - 1  # more than any part has photos
MOST_DIGITS = 10  # of a number up to that


def check_text(where: str, value: object, most: int = MOST_CHARS) -> str:
    """Return a text that both databases and UTF-8 can hold.

    Raises:
        InputError: It is no text, empty, too long, or has a zero byte or half a letter.

    Example:
        >>> check_text("lot", "A-17")
        'A-17'
    """
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{where}: expected a text, got {show(value)}.")
    if len(value) > most:
        raise InputError(
            f"{where}: expected at most {most:,} letters, got {len(value):,}."
        )
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise InputError(
            f"{where}: expected text without zero bytes and half letters, "
            f"got {show(value)}."
        )
    return value


@dataclass(frozen=True)
class Identifiers:
    """Where a photo was taken, and of what; all optional.

    Attributes:
        site: The plant.
        line: The production line.
        station: The station on it.
        machine: The machine.
        camera: The camera.
        recipe: Name of the machine's own recipe.
        recipe_version: Its version.
        recipe_hash: Its hash.
        work_order: 工單.
        part_no: 料號.
        lot: 批號.
        carrier: 載具.
        panel: The panel that holds the part.
        unit_serial: 序號 of the part.
        side: Which side of it.
        roi: Which region of it.
        shot_seq: Which of several photos of it, a whole number.
        shift: 班別.
        production_date: As YYYY-MM-DD; left out, it follows from the time and the
            line's cut-over.
        operator: Who ran the machine.

    Raises:
        InputError: One is no text of 1 to 200 letters; `shot_seq` no whole number;
            `production_date` no date.

    Example:
        >>> Identifiers(lot="A-17", shot_seq=2).given
        {'lot': 'A-17', 'shot_seq': 2}
    """

    site: str | None = None
    line: str | None = None
    station: str | None = None
    machine: str | None = None
    camera: str | None = None
    recipe: str | None = None
    recipe_version: str | None = None
    recipe_hash: str | None = None
    work_order: str | None = None
    part_no: str | None = None
    lot: str | None = None
    carrier: str | None = None
    panel: str | None = None
    unit_serial: str | None = None
    side: str | None = None
    roi: str | None = None
    shot_seq: int | None = None
    shift: str | None = None
    production_date: str | None = None
    operator: str | None = None

    def __post_init__(self) -> None:
        for name, value in self.given.items():
            _check(name, value)

    @property
    def given(self) -> dict[str, Any]:
        """Return those that were given, name to value."""
        pairs = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: value for name, value in pairs if value is not None}

    @classmethod
    def of(cls, texts: Mapping[str, Any]) -> Self:
        """Return identifiers from a form, a file name or a table: all of them texts.

        An empty text is none; `serial` is short for `unit_serial`.

        Raises:
            InputError: There is no such identifier, it is given twice, or it is not as
                `Identifiers` wants.

        Example:
            >>> Identifiers.of({"lot": "A-17", "shot_seq": "2", "side": ""}).given
            {'lot': 'A-17', 'shot_seq': 2}
        """
        found: dict[str, Any] = {}
        for told, value in texts.items():
            name = SHORT.get(told, told)
            check_one_of("identifier", name, IDENTIFIERS)
            if name != told and texts.get(name):
                raise InputError(f"{told}: expected it or {name}, got both.")
            if value is not None and value != "":
                is_number = name == "shot_seq" and isinstance(value, str)
                found[name] = _number(value) if is_number else value
        return cls(**found)


IDENTIFIERS = tuple(each.name for each in fields(Identifiers))
"""The names of all identifiers, in order."""

SHORT = {"serial": "unit_serial"}
"""What else an identifier may be called where it is told."""


def _number(text: str) -> Any:
    is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    return int(text) if is_number else text


def _check(name: str, value: object) -> None:
    if name == "shot_seq":
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or not 0 <= value <= MOST_SHOTS:  # type: ignore[operator]
            raise InputError(
                f"shot_seq: expected a whole number from 0, got {show(value)}."
            )
        return
    text = check_text(name, value)
    if name == "production_date":
        try:
            is_date = date.fromisoformat(text).isoformat() == text
        except ValueError:
            is_date = False
        if not is_date:
            raise InputError(
                f"production_date: expected YYYY-MM-DD, got {show(value)}."
            )


@dataclass(frozen=True)
class Day:
    """When the plant's day begins, and where.

    Attributes:
        zone: Name of the time zone.
        starts_at: When the production day begins, there: HH:MM.

    Raises:
        InputError: There is no such zone, or it is no time.
    """

    zone: str = "Asia/Taipei"
    starts_at: str = "08:00"

    def __post_init__(self) -> None:
        try:
            time.fromisoformat(self.starts_at)
        except ValueError as error:
            raise InputError(
                f"starts_at: expected a time as 08:00, got {show(self.starts_at)}."
            ) from error
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InputError(
                f"zone: expected the name of a time zone as Asia/Taipei, "
                f"got {show(self.zone)}."
            ) from error

    def production_date(self, at: datetime) -> str:
        """Return the production day of a moment, as YYYY-MM-DD.

        What comes before the cut-over still belongs to the day before; in the year 1
        and the year 9999 a day that no calendar has stays the calendar's.

        Example:
            >>> early = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)  # 07:59 on the 2nd there
            >>> Day().production_date(early)
            '2026-03-01'
            >>> Day().production_date(early + timedelta(minutes=1))
            '2026-03-02'
        """
        start = time.fromisoformat(self.starts_at)
        try:
            there = at.astimezone(ZoneInfo(self.zone))
            late = timedelta(days=there.time() < start)
            return (there.date() - late).isoformat()
        except OverflowError:
            return at.astimezone(UTC).date().isoformat()
