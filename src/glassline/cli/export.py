"""`glassline export`: a model for another target, with the proof that it says the same."""

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
from glassline.cli.output import as_json, progress_bar, say

if TYPE_CHECKING:
    from glassline.export import Agreement, Exported

__all__ = ["command"]

NOT_THE_SAME = 1
TARGETS = ("onnx", "c", "st", "js", "sql", "sheet")


@click.command("export")
@click.argument("target", type=click.Choice(TARGETS))
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The file to write; PATH.certificate.json stands beside it.",
    metavar="PATH",
)
@click.option(
    "--check",
    "data",
    type=click.Path(path_type=Path),
    metavar="DATA",
    help="Ask about these photos too.",
)
@click.option(
    "--parts",
    "count",
    default=100_000,
    show_default=True,
    type=click.IntRange(1_000),
    help="How many random parts are asked.",
)
@click.option(
    "--seed", default=0, show_default=True, help="Of the random parts that are asked."
)
@workers_option
@encoding_option
@language_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    target: str,
    model: Path,
    out: Path,
    data: Path | None,
    count: int,
    seed: int,
    workers: int,
    lang: str,
    as_lines: bool,
) -> None:
    """Write a model for another target, once it was shown to answer the same.

    onnx: a network. c: a library of one header and one source, with the measured
    front. st: function blocks for a PLC (IEC 61131-3). js: one module. sql: a query
    for SQLite, PostgreSQL and DuckDB. sheet: a spreadsheet (xlsx).

    The file is run and asked what Python is asked: the photos of DATA, 100,000 random
    parts, half of them within 1e-6 of a border, and parts with a number that is not
    finite. The certificate beside it counts the answers.

    \b
    Example:
      glassline export sql model --out verdict.sql --check photos
      glassline export onnx model --out verdict.onnx

    Exit code 1 when an answer is not the same: then nothing is written.
    """
    import numpy as np

    from glassline.export import export
    from glassline.model import load

    if data is None:
        refuse(context, "expected --check with it", "encoding", "workers")
    rng = np.random.default_rng(seed)  # noqa: TID251  --seed
    with progress_bar(lang) as progress:
        found = export(
            load(model),
            target,
            out,
            rng=rng,
            data=read_data(data) if data else None,
            count=count,
            workers=workers,
            progress=progress,
        )
    if as_lines:
        path = str(found.path) if found.path else None
        as_json({**found.certificate.as_json(), "path": path})
    else:
        say(*_lines(found, lang))
    if found.path is None:
        raise click.exceptions.Exit(NOT_THE_SAME)


def _how(each: Agreement) -> str:
    """Return the key of the sentence that says how an engine agrees."""
    if not each.holds:
        return "differs"
    if each.same_decision is None:
        return "classes_alone"
    return "beyond" if each.open else "same"


def _lines(found: Exported, lang: str) -> Iterator[str]:
    from glassline.export import certificate_path
    from glassline.render.layout import wrap
    from glassline.render.words import words

    told, certificate = words(lang)["export"], found.certificate
    yield from wrap(
        told["asked"].format(
            photos=f"{certificate.photos:,}",
            random=f"{certificate.random:,}",
            near=f"{certificate.near_border:,}",
        )
    )
    for each in certificate.engines:
        decisions = each.same_decision
        said = told[_how(each)].format(
            engine=each.engine,
            parts=f"{each.parts:,}",
            beyond=f"{each.parts - each.open:,}",
            classes=f"{each.same_class:,}",
            decisions="-" if decisions is None else f"{decisions:,}",
            largest=f"{each.largest_difference:.1e}",
            refused=each.refused,
            wrong=each.asked_to_refuse,
        )
        yield from wrap(said)
        if each.margin is not None:
            open_to = told["open"].format(
                open=f"{each.open:,}", differ=f"{each.open_differ:,}", why=each.margin
            )
            yield from wrap(open_to)
        if each.reading_difference is not None:
            yield told["readings"].format(share=f"{each.reading_difference:.1e}")
    if found.path is None:
        yield from wrap(told["not_written"])
    else:
        yield told["written"].format(
            path=found.path, certificate=certificate_path(found.path).name
        )
