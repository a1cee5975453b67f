"""`glassline verify`: is this model what training on these photos gives?"""

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
)
from glassline.cli.output import as_json, progress_bar, say
from glassline.errors import show

if TYPE_CHECKING:
    from glassline.render.words import Say
    from glassline.studies.verification import Verification

__all__ = ["command"]

DOES_NOT_HOLD = 1
SHOWN = 8  # of each kind of difference; --json has all


@click.command("verify")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--retrain", is_flag=True, help="Train again and compare every byte.")
@click.option("--backbone", help="Of a network front: the ONNX file it came from.")
@encoding_option
@language_option
@json_option
def command(
    model: Path,
    data: Path,
    retrain: bool,
    backbone: str | None,
    lang: str,
    as_lines: bool,
) -> None:
    """Prove a model from the photos it was trained on.

    The certificate is recomputed from the definition: how far W and b can be from
    the one best answer. Exit code 0 when everything holds, 1 when not; then what
    differs is named: photos that are missing or new, numbers that come out otherwise.

    \b
    Example:
      glassline verify model photos
    """
    from glassline.model import load
    from glassline.studies.verification import verify

    with progress_bar(lang) as progress:
        proved = load(model)
        if proved.record.backbone is None:
            why = "expected a model with a network front"
            refuse(click.get_current_context(), why, "backbone")
        found = verify(
            proved,
            read_data(data),
            retrain=retrain,
            backbone=backbone,
            progress=progress,
        )
    if as_lines:
        as_json(found.as_json())
    else:
        say(*_lines(found, lang))
    if not found.holds:
        raise click.exceptions.Exit(DOES_NOT_HOLD)


def _lines(found: Verification, lang: str) -> Iterator[str]:
    from glassline.render.words import words

    told, proof = words(lang)["verification"], found.certificate
    finished = told["finished"].format(
        gradient=f"{proof.gradient_norm:.1e}",
        rounding=f"{proof.rounding or 0.0:.1e}",
        penalty=f"{proof.penalty:g}",
        distance=f"{proof.distance_bound:.1e}",
    )
    for holds, what in (
        (found.same_data, told["data"]),
        (found.same_scale, told["scale"]),
        (found.is_finished, finished),
        (found.same_model, told["model"]),
    ):
        if holds is not None:
            yield f"{told['holds' if holds else 'fails']}{what}"
    if found.same_scale is None:
        yield told["given_scale"]
    yield from _named(told["missing"], [each.sha256 for each in found.missing], told)
    new = [f"{each.image} ({each.sha256})" for each in found.new]
    yield from _named(told["new"], new, told)
    moved = [
        f"{each.place}: {show(each.saved)} → {show(each.found)}" for each in found.moved
    ]
    yield from _named(told["moved"], moved, told)
    counted = any(each.place.startswith("training.") for each in found.moved)
    if not (found.same_data or found.missing or found.new or counted):
        yield told["labels"]


def _named(title: str, found: list[str], told: Say) -> Iterator[str]:
    """Yield what differs, the first few of it, under its heading."""
    if found:
        yield title.format(count=len(found))
        yield from (f"  {each}" for each in found[:SHOWN])
    if len(found) > SHOWN:
        yield f"  {told['more'].format(count=len(found) - SHOWN)}"
