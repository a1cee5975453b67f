"""`glassline batch`: many photos in, a row for each out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glassline.cli.options import json_option, language_option, refuse, workers_option
from glassline.cli.output import SOME_REFUSED, as_json, progress_bar, say
from glassline.render.words import words

if TYPE_CHECKING:
    from glassline.batch import Summary
    from glassline.batch.settings import MakesEngine, Progress

__all__ = ["command"]

NONE_DONE = 1
KILLED = 128  # and the signal, as a shell counts it


@click.command("batch")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("sources", nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="Ends in .csv or .parquet.",
)
@click.option("--resume", is_flag=True, help="Go on with a run that was ended.")
@click.option("--overwrite", is_flag=True, help="Replace FILE; begin anew.")
@click.option(
    "--pattern",
    metavar="PATTERN",
    help="What names identifiers in a path, such as {lot}/{serial}_*.png.",
)
@click.option("--encoding", metavar="NAME", help="Of CSV manifests. [default: UTF-8]")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(0.1),
    default=60.0,
    show_default=True,
    help="Seconds that one photo may take.",
)
@click.option(
    "--memory",
    "memory_mb",
    type=click.IntRange(100),
    default=4000,
    show_default=True,
    help="MB that one photo may take.",
)
@click.option(
    "--readings",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep the readings of every candidate, with the labels: Parquet to train on.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="What runs it: processes of this machine, or Ray.",
)
@click.option(
    "--address", metavar="ADDRESS", help="Of a Ray cluster; left out, Ray here."
)
@click.option("--store", metavar="URL", help="Record each verdict there too.")
@click.option(
    "--files",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Photos and models of the store; PostgreSQL needs it.",
)
@workers_option
@language_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    model: Path,
    sources: tuple[str, ...],
    out: Path,
    resume: bool,
    overwrite: bool,
    pattern: str | None,
    encoding: str | None,
    timeout_s: float,
    memory_mb: int,
    readings: Path | None,
    engine: str,
    address: str | None,
    store: str | None,
    files: Path | None,
    workers: int,
    lang: str,
    as_lines: bool,
) -> None:
    """Inspect many photos, every one of them once, and write a row for each.

    SOURCES are folders, patterns, CSV or Parquet tables, tar archives and addresses such
    as s3://bucket/folder. Every row is kept in FILE.journal from the moment it is known:
    a run that ended by whatever goes on with --resume, and FILE is what it would have
    been. A photo that crashes, hangs or eats memory is a row too, and stops nothing.

    \b
    Example:
      glassline batch model photos --out verdicts.csv
      glassline batch model photos --out verdicts.csv --resume
      glassline batch model "line/*/*.jpg" --pattern "{lot}/{serial}.jpg" --out v.parquet
      glassline batch model shard-*.tar manifest.csv --out verdicts.csv --workers 8
      glassline batch model labels.csv --out v.csv --readings readings.parquet
      glassline batch model photos --out v.csv --store line.db
      glassline batch model s3://bucket/line --out v.parquet --engine ray --workers 64

    Exit code 6 when some photos were refused, 1 when all were; 130 or 143 after Ctrl-C
    or a kill, when the photo under way is finished.
    """
    from glassline.batch import Settings, run
    from glassline.batch.pool import Limits
    from glassline.model import load

    if engine == "local":
        refuse(context, "expected --engine ray with it", "address")
    settings = Settings(
        workers=workers,
        resume=resume,
        overwrite=overwrite,
        lang=lang,
        pattern=pattern,
        encoding=encoding,
        limits=Limits(timeout_s, memory_mb * 1_000_000),
        readings=readings,
        store=store,
        files=files,
        engine=_on_ray(address) if engine == "ray" else None,
    )
    with progress_bar(lang, rows=False), _progress(lang) as progress:
        done = run(load(model), sources, out, settings, progress=progress)
    if as_lines:
        as_json(done.as_json())
    else:
        say(*_lines(done, lang))
    _leave(done)


def _on_ray(address: str | None) -> MakesEngine:
    from glassline.batch.cluster import on_ray

    return on_ray(address)


def _leave(done: Summary) -> None:
    if done.interrupted is not None:
        raise click.exceptions.Exit(KILLED + done.interrupted)
    if done.photos and not done.inspected:
        raise click.exceptions.Exit(NONE_DONE)
    if done.refused:
        raise click.exceptions.Exit(SOME_REFUSED)


def _lines(done: Summary, lang: str) -> Iterator[str]:
    """Yield what was done: photos, decisions, refusals, the rate."""
    told, actions = words(lang)["batch"], words(lang)["decisions"]
    if done.interrupted is not None:
        yield told["interrupted"].format(done=done.photos, out=done.out)
    if done.resumed:
        yield told["resumed"].format(resumed=done.resumed)
    yield told["photos"].format(
        photos=done.photos,
        inspected=done.inspected,
        refused=sum(done.refused.values()),
        rate=f"{done.rate:.1f}",
        seconds=f"{done.seconds:.1f}",
    )
    for action, count in done.decisions.items():
        yield told["count"].format(name=actions[action], count=count)
    for reason, count in done.refused.items():
        yield told["refused"].format(reason=reason, count=count)
    if done.replaced:
        yield told["replaced"].format(count=done.replaced)
    if done.interrupted is None:
        yield told["written"].format(out=done.out)


@contextmanager
def _progress(lang: str) -> Iterator[Progress]:
    """Show how far it is, the rate and the time left, on a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total, before: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    told = words(lang)
    columns = (
        TextColumn(told["progress"]["inspecting"]),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(told["batch"]["rate"].format(rate="{task.fields[rate]:.1f}")),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    console = Console(stderr=True)  # the summary keeps standard output to itself
    with Progress(*columns, console=console, redirect_stdout=False) as bars:
        bar = bars.add_task("", total=None, rate=0.0)

        def show(done: int, total: int | None, before: int) -> None:
            elapsed = bars.tasks[0].elapsed or 0.0
            rate = (done - before) / elapsed if elapsed else 0.0
            bars.update(bar, completed=done, total=total, rate=rate)

        yield show
