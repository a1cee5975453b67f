"""What the commands share: JSON lines, progress bars, names that print anywhere."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from glassline.readings import Progress

__all__ = [
    "as_json",
    "json_option",
    "language_option",
    "printable",
    "progress_bar",
    "say",
]

json_option = click.option(
    "--json", "as_lines", is_flag=True, help="One JSON object a line."
)
language_option = click.option(
    "--lang",
    type=click.Choice(["en", "zh-TW"]),
    default="en",
    show_default=True,
    help="Language of the output.",
)


def say(text: str = "") -> None:
    """Print one line for a person; control characters in names can not act."""
    click.echo(printable(text, keep="\n"))


def as_json(document: dict[str, Any]) -> None:
    """Print one object as one line of strict JSON."""
    click.echo(json.dumps(_strict(document), ensure_ascii=False, allow_nan=False))


def printable(text: str, keep: str = "") -> str:
    r"""Escape what could not be printed, or would move a cursor.

    Example:
        >>> printable("a\x1b[2J\udcff.png")
        'a\\x1b[2J\\udcff.png'
    """
    return "".join(
        letter if letter.isprintable() or letter in keep else ascii(letter)[1:-1]
        for letter in text
    )


def _strict(value: Any) -> Any:
    """Make a value strict JSON: no lone surrogates, no NaN."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_strict(key): _strict(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_strict(each) for each in value]
    if isinstance(value, float) and value != value:  # NaN: a rate of nothing
        return None
    return value


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Show a bar for each stage on the terminal; nothing when piped.

    Warnings of glassline itself are printed as lines, not as Python prints them.
    """
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        if not sys.stderr.isatty():
            yield lambda stage, done, total: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (
            TextColumn("{task.description:24}"),
            BarColumn(),
            MofNCompleteColumn(),
        )
        with Progress(*columns, console=Console(stderr=True)) as bars:
            stages: dict[str, Any] = {}

            def show(stage: str, done: int, total: int) -> None:
                if stage not in stages:
                    stages[stage] = bars.add_task(stage, total=total)
                bars.update(stages[stage], completed=done, total=total)

            yield show


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    click.echo(f"Warning: {printable(str(message))}", err=True)
