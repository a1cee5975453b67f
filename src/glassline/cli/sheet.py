"""`glassline sheet`: the whole sum behind one verdict."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glassline.cli.options import (
    json_option,
    language_option,
    possible_by,
    read_text,
    refuse,
    set_options,
)
from glassline.cli.output import as_json, document, progress_bar, say
from glassline.files import publish

if TYPE_CHECKING:
    from glassline.explain import Evidence, Sheet

__all__ = ["command"]

PICTURES = (".svg", ".png")
OF_A_PHOTO = ("evidence", "asked", "who", "compared", "miss", "by_class")


@click.command("sheet")
@click.argument("model", required=False, type=click.Path(path_type=Path))
@click.argument("photo", required=False, type=click.Path(path_type=Path))
@click.option("--example", is_flag=True, help="The reference example, without a model.")
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Numbers of your own: JSON or CSV with x, W and b.",
)
@click.option("--x", "x", metavar="NUMBERS", help="x of your own: '0.6 1.0 -0.4 0.2'.")
@click.option("--W", "w", metavar="ROWS", help="Its W, a row a feature: '1 0; 0 1'.")
@click.option("--b", "b", metavar="NUMBERS", help="Its b, a number a class.")
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
@click.option("--who", help="Who inspects, for the file; left out, nobody is named.")
@set_options
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the sheet as a spreadsheet of live formulas: FILE.xlsx.",
)
@language_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    model: Path | None,
    photo: Path | None,
    example: bool,
    file: Path | None,
    x: str | None,
    w: str | None,
    b: str | None,
    label: str | None,
    face: str,
    evidence: Path | None,
    asked: tuple[str, ...],
    who: str | None,
    compared: Path | None,
    miss: float,
    by_class: bool,
    out: Path | None,
    lang: str,
    as_lines: bool,
) -> None:
    """Show the whole sum behind one verdict.

    Every step from features to decision, so that a pencil can check it. Without a
    model: of the reference example, or of numbers of your own, any count of features
    and classes.

    \b
    Example:
      glassline sheet --example
      glassline sheet model part.png --label scratch --format html > sheet.html
      glassline sheet model part.png --evidence part.svg
      glassline sheet model part.png --suppose line_strength=0
      glassline sheet model part.png --out part.xlsx
      glassline sheet --x "0.6 1.0" --W "0.5 -0.3; 0.2 0.4" --b "0.4 0.2" --label c1
      glassline sheet --from numbers.csv --out numbers.xlsx
    """
    own = file is not None or x is not None or w is not None or b is not None
    if (model is not None) + example + own != 1 or (model is None) != (photo is None):
        raise click.UsageError(
            "expected MODEL and PHOTO, or --example, or --from FILE, or --x, --W and --b."
        )
    if photo is None:
        refuse(context, "expected MODEL and PHOTO with it", *OF_A_PHOTO)
    _check_faces(context, out, as_lines)
    supposed = _numbers(asked, evidence)
    _check_files(evidence, out)
    if model is not None and photo is not None:
        with progress_bar(lang) as progress:
            from glassline.inspection import inspect
            from glassline.model import load

            trained = load(model)
            possible = possible_by(trained, compared, miss, by_class, progress)
            seen = inspect(
                trained, photo, label=label, possible=possible, who=who or ""
            )
            sheet = (seen.suppose(supposed) if supposed else seen).sheet
    elif example:
        from glassline.explain import example as worked_example

        sheet = worked_example() if label is None else worked_example(label)
    else:
        sheet = _of_numbers(file, (x, w, b), label)
    if evidence is not None and sheet.evidence is not None:
        _write(sheet.evidence, evidence, lang)
    if out is not None:
        _save(out, sheet.xlsx(lang), "--out")
    else:
        _show(sheet, "json lines" if as_lines else face, lang)


def _of_numbers(
    file: Path | None,
    typed: tuple[str | None, str | None, str | None],
    label: str | None,
) -> Sheet:
    from glassline.explain.given import Given, read_given, work_out

    x, w, b = typed
    if file is not None:
        if any(each is not None for each in typed):
            raise click.UsageError("--from FILE: expected no --x, --W and --b with it.")
        given = read_given(read_text(file), str(file))
    elif x is None or w is None or b is None:
        raise click.UsageError("expected --x, --W and --b together, or --from FILE.")
    else:
        given = Given(
            x=_row("--x", x),
            W=tuple(_row("--W", row) for row in w.split(";")),
            b=_row("--b", b),
        )
    return work_out(given if label is None else replace(given, label=label))


def _row(option: str, text: str) -> tuple[float, ...]:
    try:
        return tuple(float(each) for each in text.replace(",", " ").split())
    except ValueError as error:
        raise click.UsageError(
            f"{option}: expected numbers with blanks or commas between, got {text!r}."
        ) from error


def _show(sheet: Sheet, face: str, lang: str) -> None:
    if face == "json lines":
        as_json(json.loads(sheet.json()))
    elif face == "json":
        document(sheet.json())
    elif face == "html":
        document(sheet.html(lang))
    else:
        say(getattr(sheet, face)(lang))


def _numbers(asked: tuple[str, ...], evidence: Path | None) -> dict[str, float]:
    """Read FEATURE=X as many times as it was given."""
    if asked and evidence is not None:
        raise click.UsageError("--suppose: expected no --evidence with it.")
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


def _check_faces(context: click.Context, out: Path | None, as_lines: bool) -> None:
    if out is not None:
        why = "expected none with --out, which writes a spreadsheet"
        refuse(context, why, "face", "as_lines")
    if as_lines:
        refuse(context, "expected none with --json", "face")


def _check_files(evidence: Path | None, out: Path | None) -> None:
    if evidence is not None and evidence.suffix not in PICTURES:
        raise click.UsageError("--evidence: expected a FILE that ends in .svg or .png.")
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
