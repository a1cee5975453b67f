"""What the commands print: lines for people, JSON for programs, progress bars."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from glassline.files import publish
from glassline.image import printable
from glassline.render.plain import to_json
from glassline.render.words import words

if TYPE_CHECKING:
    from glassline.dataset.readings import Progress

__all__ = [
    "SOME_REFUSED",
    "as_json",
    "document",
    "harmless",
    "progress_bar",
    "say",
    "show_warning",
    "write_page",
]

SOME_REFUSED = 6  # the exit code of what is done, but not for every photo


def say(*lines: str) -> None:
    """Print lines for a person; control characters in them can not act."""
    click.echo(harmless("\n".join(lines)))


def document(text: str) -> None:
    """Print a JSON or HTML document: UTF-8, whatever letters the terminal has."""
    click.echo(text.encode("utf-8", "backslashreplace"))


def write_page(path: Path, text: str) -> None:
    """Write an HTML page whole or not at all.

    Raises:
        UsageError: It can not be written.
    """
    try:
        publish(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise click.UsageError(
            f"--out: expected a file that can be written, got: {error.strerror}."
        ) from error


def as_json(found: dict[str, Any]) -> None:
    """Print one object as one line of strict JSON."""
    document(to_json(found))


def harmless(text: str) -> str:
    r"""Escape what could move a cursor; lines stay lines.

    The rule of `printable`, but for a whole text: the names in it are written by
    `printable` already, so a backslash is not escaped a second time.

    Example:
        >>> print(harmless("a\x1b[2J.png, part\\\\n7.jpg"))
        a\x1b[2J.png, part\\n7.jpg
    """
    return "".join(letter if letter in "\n\\" else printable(letter) for letter in text)


@contextmanager
def progress_bar(lang: str, *, rows: bool = False) -> Iterator[Progress]:
    """Show a bar for each stage on the terminal; nothing when piped.

    With `rows` the command prints a row a photo while it works: rows on the
    terminal are progress enough, so the bar is for rows that go elsewhere.

    Warnings of glassline itself are printed as lines, not as Python prints them.
    """
    with warnings.catch_warnings():
        warnings.showwarning = show_warning
        if not sys.stderr.isatty() or (rows and sys.stdout.isatty()):
            yield lambda stage, done, total: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (
            TextColumn("{task.description:24}"),
            BarColumn(),
            MofNCompleteColumn(),
        )
        console = Console(stderr=True)  # the results keep standard output to themselves
        told = words(lang)["progress"]
        with Progress(*columns, console=console, redirect_stdout=False) as bars:
            stages: dict[str, Any] = {}

            def show(stage: str, done: int, total: int) -> None:
                if stage not in stages:
                    stages[stage] = bars.add_task(told.get(stage, stage), total=total)
                bars.update(stages[stage], completed=done, total=total)

            yield show


def show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    """Print a warning as one line, in the place of Python's own way."""
    click.echo(f"Warning: {harmless(str(message))}", err=True)
