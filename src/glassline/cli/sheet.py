"""`glassline sheet`: the whole sum behind one verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glassline.cli.options import json_option, language_option, possible_by, set_options
from glassline.cli.output import as_json, document, progress_bar, say
from glassline.files import publish

if TYPE_CHECKING:
    from glassline.explain import Evidence, Sheet

__all__ = ["command"]

PICTURES = (".svg", ".png")


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
@click.option(
    "--evidence",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the photo with what drove each reading: FILE.svg or FILE.png.",
)
@click.option(
    "--suppose",
    "asked",
    multiple=True,
    metavar="FEATURE=X",
    help="Ask: were this feature at this x (0 is a typical good part)? Repeatable.",
)
@set_options
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the sheet as a spreadsheet of live formulas: FILE.xlsx.",
)
@language_option
@json_option
def command(
    model: Path | None,
    photo: Path | None,
    example: bool,
    label: str | None,
    face: str,
    evidence: Path | None,
    asked: tuple[str, ...],
    compared: Path | None,
    miss: float,
    by_class: bool,
    out: Path | None,
    lang: str,
    as_lines: bool,
) -> None:
    """Show the whole sum behind one verdict.

    Every step from features to decision, so that a pencil can check it.

    \b
    Example:
      glassline sheet --example
      glassline sheet model part.png --label scratch --format html > sheet.html
      glassline sheet model part.png --evidence part.svg
      glassline sheet model part.png --suppose line_strength=0
      glassline sheet model part.png --out part.xlsx
    """
    from glassline.explain import example as worked_example

    if example == (model is not None) or (model is None) != (photo is None):
        raise click.UsageError("expected MODEL and PHOTO, or --example.")
    x = _numbers(asked, photo, evidence)
    _check_files(evidence, photo, out)
    sheet: Sheet
    if model is None or photo is None:
        sheet = worked_example()
    else:
        from glassline.inspection import inspect
        from glassline.model import load

        with progress_bar() as progress:
            trained = load(model)
            possible = possible_by(trained, compared, miss, by_class, progress)
            seen = inspect(trained, photo, label=label, possible=possible)
            sheet = (seen.suppose(x) if x else seen).sheet
    if evidence is not None and sheet.evidence is not None:
        _write(sheet.evidence, evidence, lang)
    if out is not None:
        _save(out, sheet.xlsx(lang), "--out")
    else:
        _show(sheet, "json lines" if as_lines else face, lang)


def _show(sheet: Sheet, face: str, lang: str) -> None:
    if face == "json lines":
        as_json(json.loads(sheet.json()))
    elif face == "json":
        document(sheet.json())
    elif face == "html":
        document(sheet.html(lang))
    else:
        say(getattr(sheet, face)(lang))


def _numbers(
    asked: tuple[str, ...], photo: Path | None, evidence: Path | None
) -> dict[str, float]:
    """Read FEATURE=X as many times as it was given."""
    if asked and (photo is None or evidence is not None):
        raise click.UsageError("--suppose: expected a photo, and no --evidence.")
    found = {}
    for text in asked:
        name, _, value = text.partition("=")
        try:
            found[name] = float(value)
        except ValueError as error:
            raise click.UsageError(
                f"--suppose: expected FEATURE=X with a number, got {text!r}."
            ) from error
    return found


def _check_files(evidence: Path | None, photo: Path | None, out: Path | None) -> None:
    if evidence is not None and (photo is None or evidence.suffix not in PICTURES):
        raise click.UsageError(
            "--evidence: expected a photo, and a FILE that ends in .svg or .png."
        )
    if out is not None and out.suffix != ".xlsx":
        raise click.UsageError("--out: expected a FILE that ends in .xlsx.")


def _write(evidence: Evidence, path: Path, lang: str) -> None:
    from glassline.explain.faces.picture import png, svg

    if path.suffix == ".png":
        data = png.face(evidence, lang)
    else:
        data = svg.face(evidence, lang).encode("utf-8")
    _save(path, data, "--evidence")


def _save(path: Path, data: bytes, option: str) -> None:
    try:
        publish(path, data)
    except OSError as error:
        raise click.UsageError(
            f"{option}: expected a file that can be written, got: {error.strerror}."
        ) from error
