"""`glassline verify`: is this model what training on these photos gives?"""

from __future__ import annotations

from pathlib import Path

import click

from glassline.cli.options import json_option
from glassline.cli.output import as_json, progress_bar, say

__all__ = ["command"]

DOES_NOT_HOLD = 1


@click.command("verify")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--retrain", is_flag=True, help="Train again and compare every byte.")
@click.option("--backbone", help="Of a network front: the ONNX file it came from.")
@json_option
def command(
    model: Path, data: Path, retrain: bool, backbone: str | None, as_lines: bool
) -> None:
    """Prove a model from the photos it was trained on.

    The certificate is recomputed from the definition: how far W and b can be from
    the one best answer. Exit code 0 when everything holds, 1 when not.

    \b
    Example:
      glassline verify model photos
    """
    from glassline.dataset import Dataset
    from glassline.model import load
    from glassline.studies.verification import verify

    with progress_bar() as progress:
        found = verify(
            load(model),
            Dataset.read(data),
            retrain=retrain,
            backbone=backbone,
            progress=progress,
        )
    if as_lines:
        as_json(found.as_json())
    else:
        proof = found.certificate
        say(f"{_mark(found.same_data)} photos, labels and weights are those it names")
        say(
            f"{_mark(found.same_scale)} centre and spread of the good parts are the same"
        )
        say(
            f"{_mark(found.is_finished)} gradient "
            f"{proof.gradient_norm:.1e} / penalty {proof.penalty:g}: W and b are within "
            f"{proof.distance_bound:.1e} of the one best answer"
        )
        if found.same_model is not None:
            say(f"{_mark(found.same_model)} trained again, the same bytes")
    if not found.holds:
        raise click.exceptions.Exit(DOES_NOT_HOLD)


def _mark(holds: bool) -> str:
    return "holds:         " if holds else "DOES NOT HOLD: "
