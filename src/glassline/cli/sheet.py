"""`glassline sheet`: the whole sum behind one verdict."""

from __future__ import annotations

import json
from pathlib import Path

import click

from glassline.cli.output import (
    as_json,
    document,
    json_option,
    language_option,
    progress_bar,
    say,
)

__all__ = ["command"]


@click.command("sheet")
@click.argument("model", required=False, type=click.Path(path_type=Path))
@click.argument("photo", required=False, type=click.Path(path_type=Path))
@click.option("--example", is_flag=True, help="The reference example, without a model.")
@click.option("--label", help="What a person said of the part: adds loss and learning.")
@click.option(
    "--format",
    "face",
    type=click.Choice(["text", "markdown", "html", "json"]),
    default="text",
    show_default=True,
)
@language_option
@json_option
def command(
    model: Path | None,
    photo: Path | None,
    example: bool,
    label: str | None,
    face: str,
    lang: str,
    as_lines: bool,
) -> None:
    """Show the whole sum behind one verdict.

    Every step from features to decision, so that a pencil can check it.

    \b
    Example:
      glassline sheet --example
      glassline sheet model part.png --label scratch --format html > sheet.html
    """
    from glassline.explain import Sheet
    from glassline.explain import example as worked_example

    if example == (model is not None) or (model is None) != (photo is None):
        raise click.UsageError("expected MODEL and PHOTO, or --example.")
    sheet: Sheet
    if model is None or photo is None:
        sheet = worked_example()
    else:
        from glassline.inspection import inspect
        from glassline.model import load

        with progress_bar():
            sheet = inspect(load(model), photo, label=label).sheet
    if as_lines:
        as_json(json.loads(sheet.json()))
    elif face == "json":
        document(sheet.json())
    elif face == "html":
        document(sheet.html(lang))
    else:
        say(getattr(sheet, face)(lang))
