"""Folders that a command is about to write to."""

from __future__ import annotations

import tempfile
from pathlib import Path

from glassline.errors import InputError

__all__ = ["make_ready"]

MARK = ".glassline-demo"  # what tells a folder the demo made from one of yours


def make_ready(folder: Path, *, mark: bool = False) -> Path:
    """Make a folder, or find it writable, before any work is done.

    With `mark`, a folder that is there already must be one that was marked so
    before: nothing of a person's own is written over.

    Raises:
        InputError: The folder can not be made or written, or is not ours.
    """
    where = f"--out {folder}" if not mark else str(folder)
    try:
        if mark and folder.exists() and not (folder / MARK).exists():
            raise InputError(
                f"{where}: expected a folder that the demo made, or none, got another. "
                "Choose another --out."
            )
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):  # no name: others may try it too
            pass
        if mark:
            (folder / MARK).touch()
    except OSError as error:
        raise InputError(
            f"{where}: expected a folder that can be written, got: {error.strerror}."
        ) from error
    return folder
