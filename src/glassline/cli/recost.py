"""`glassline recost`: new costs, priors or review settings on a trained model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glassline.cli.options import (
    encoding_option,
    json_option,
    language_option,
    read_data,
    refuse,
    workers_option,
)
from glassline.cli.output import SOME_REFUSED, as_json, progress_bar, say

if TYPE_CHECKING:
    from glassline.studies.recosting import Recosted

__all__ = ["command"]

NOT_COUNTED = 1


@click.command("recost")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("data", required=False, type=click.Path(path_type=Path))
@click.option(
    "--recipe",
    type=click.Path(path_type=Path),
    required=True,
    help="A recipe, or only what changes of it.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write the model here, or over itself; left out, only what would change is told.",
)
@workers_option
@encoding_option
@language_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    model: Path,
    data: Path | None,
    recipe: Path,
    out: Path | None,
    workers: int,
    lang: str,
    as_lines: bool,
) -> None:
    """Give a trained model new costs, priors or review settings.

    Nothing is trained: head, scale and gauge stay to the last bit, and `verify` holds
    as before. What the recipe does not name stays. A guarantee was counted at the old
    costs and priors: it is void, unless it is counted again on the labelled photos of
    DATA.

    \b
    Example:
      glassline recost model --recipe costs.toml
      glassline recost model new-photos --recipe costs.toml --out model

    Exit code 1 when the guarantee can not be given again; 6 when it is, but some
    photos were refused.
    """
    from glassline.model import load
    from glassline.studies.recosting import recost

    if data is None:
        refuse(context, "expected DATA with it", "encoding", "workers")
    with progress_bar(lang) as progress:
        found = recost(
            load(model),
            recipe,
            read_data(data) if data else None,
            workers=workers,
            progress=progress,
        )
    path = found.model.save(out) if out else None
    if as_lines:
        as_json({**found.as_json(), "path": str(path) if path else None})
    else:
        say(*_lines(found, path, lang))
    if found.assurance is None:
        return
    if found.guarantee == "void":
        raise click.exceptions.Exit(NOT_COUNTED)
    if found.assurance.refused:
        raise click.exceptions.Exit(SOME_REFUSED)


def _lines(found: Recosted, path: Path | None, lang: str) -> Iterator[str]:
    from glassline.render.layout import wrap
    from glassline.render.words import words
    from glassline.studies.guarantee.text import lines

    told = words(lang)["recost"]
    for each in found.changes:
        yield told["changed"].format(
            place=each.place, old=_shown(each.old), new=_shown(each.new)
        )
    yield from wrap(told["same" if found.changes else "nothing"])
    if found.assurance is not None:
        yield ""
        yield from lines(found.assurance, lang)
        yield ""
    if found.guarantee != "none":
        yield from wrap(told[found.guarantee])
    if path is None:
        yield from wrap(told["not_written"])
    else:
        written = words(lang)["training"]["written"]
        yield written.format(model=found.model.sha256[:12], path=path)


def _shown(value: object) -> str:
    return (
        f"{value:g}"
        if isinstance(value, float)
        else "-"
        if value is None
        else str(value)
    )
