"""`glassline convert`: a dataset as another program reads it."""

from __future__ import annotations

from pathlib import Path

import click

from glassline.cli.options import (
    encoding_option,
    json_option,
    language_option,
    read_data,
)
from glassline.cli.output import as_json, progress_bar, say
from glassline.render.words import words

__all__ = ["command"]

KINDS = (
    *("csv", "imagefolder", "huggingface", "parquet", "mvtec"),
    *("labelstudio", "coco", "cvat"),
)


@click.command("convert")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--to", "kind", type=click.Choice(KINDS), required=True, help="Format.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="PLACE",
    help="File, or folder with copies of the photos; nothing may be there.",
)
@encoding_option
@language_option
@json_option
def command(data: Path, kind: str, out: Path, lang: str, as_lines: bool) -> None:
    """Write a dataset as another program reads it.

    DATA is what `train` reads: a folder a class, a CSV or Parquet, metadata.jsonl of
    Hugging Face, folders of MVTec, JSON, CSV or TSV of Label Studio, JSON of COCO, XML
    of CVAT; and a Parquet file that holds the photos themselves.

    \b
    Example:
      glassline convert export.json --to csv --out labels.csv
      glassline convert photos --to huggingface --out data
      glassline convert train.parquet --to imagefolder --out photos
      glassline convert labels.csv --to cvat --out annotations.xml
    """
    from glassline.dataset.formats.held import unpacked
    from glassline.dataset.writing import COPIES, write_dataset_as

    with progress_bar(lang), unpacked(data) as place:
        if place != data and kind not in COPIES:
            raise click.UsageError(
                f"--to {kind}: expected one of {', '.join(COPIES)}, got a format that "
                "names files: the photos lie in no file of their own."
            )
        found = read_data(place)
        done = write_dataset_as(found, kind, out)
    if as_lines:
        as_json({"out": str(out), "parts": done, "left_out": len(found) - done})
        return
    told = words(lang)["convert"]
    say(told["written"].format(parts=done, out=out))
    if done < len(found):
        say(told["left_out"].format(parts=len(found) - done))
