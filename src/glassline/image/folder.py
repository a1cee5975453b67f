"""The photos of a folder, in one fixed order."""

from __future__ import annotations

from pathlib import Path

from glassline.image.refusals import named, refuse

__all__ = ["list_images"]

NOT_PHOTOS = {".csv", ".txt", ".json", ".toml", ".md"}  # what lies beside photos


def list_images(folder: str | Path) -> list[Path]:
    """Everything below a folder that is to be inspected, in the order of its bytes.

    That is every entry but hidden ones (a leading dot) and notes (.csv, .txt,
    .json, .toml, .md). Pipes, links and files of another type are listed too, so
    that each gets a row saying why it was refused; a link to a folder and a
    folder that may not be opened are listed themselves. Links are not followed.

    Raises:
        ImageError: `not_found` where there is no such folder.

    Example:
        >>> list_images("no-such-folder")
        Traceback (most recent call last):
            ...
        glassline.errors.ImageError: no-such-folder: expected a folder, got none.
    """
    start = Path(folder)
    if not start.is_dir():
        raise named(refuse("not_found", "a folder", "none"), str(folder))
    return sorted(_below(start), key=bytes)


def _below(start: Path) -> list[Path]:
    found, waiting = [], [start]
    while waiting:
        folder = waiting.pop()
        try:
            entries = list(folder.iterdir())
        except OSError:
            found.append(folder)
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if _is_folder(entry):
                waiting.append(entry)
            elif entry.suffix.lower() not in NOT_PHOTOS:
                found.append(entry)
    return found


def _is_folder(entry: Path) -> bool:
    try:
        return entry.is_dir() and not entry.is_symlink()
    except OSError:  # a folder that may be listed, but not looked into
        return False
