"""The programs of this machine that exported files are tried with."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from glassline.errors import GlasslineError, MissingExtraError

__all__ = ["answers_of", "find", "first_line", "run", "template"]

TIMEOUT_S = 300


def find(names: Sequence[str], what: str) -> str:
    """Return the path of the first of these programs that the machine has.

    Raises:
        MissingExtraError: It has none; what it is for is said.
    """
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        raise MissingExtraError(
            f"{what} needs one of these programs: {', '.join(names)}. Install one; "
            "without it nothing proves that the file answers as Python does."
        )
    return found


def run(command: Sequence[str | Path], given: bytes = b"") -> bytes:
    """Run a program of ours on what is given, and return what it prints.

    Raises:
        GlasslineError: It fails: a fault of ours, with the end of its message.
    """
    done = subprocess.run(  # noqa: S603  a compiler or an engine, on our own file
        [str(each) for each in command],
        input=given,
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace")[-2000:]
        raise GlasslineError(f"{Path(command[0]).name}: {said}")
    return done.stdout


def first_line(command: Sequence[str]) -> str:
    """Return the first line that a program prints: its name and version."""
    return run(command).decode(errors="replace").splitlines()[0]


def answers_of(
    command: Sequence[str | Path], given: NDArray[np.float64], width: int
) -> NDArray[np.float64]:
    """Return the rows of numbers that a program prints for rows of numbers."""
    found = run(command, np.ascontiguousarray(given, "<f8").tobytes())
    return np.frombuffer(found, "<f8").reshape(-1, width)


def template(name: str) -> str:
    """Return the text of a file of `export/templates`."""
    return files("glassline.export").joinpath("templates", name).read_text("utf-8")
