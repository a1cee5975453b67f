"""`glassline store`: are the records as they were written? And copies, tables, figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from glassline.cli.options import json_option, language_option
from glassline.cli.output import as_json, progress_bar, say

if TYPE_CHECKING:
    from glassline.render.words import Say
    from glassline.store import Findings, Replay, Store, Where

__all__ = ["command"]

DOES_NOT_HOLD = 8
SHOWN = 20  # findings; --json has all

store_option = click.option(
    "--store",
    "url",
    required=True,
    metavar="URL",
    help="The records: a SQLite file, sqlite:///PATH, or postgresql://USER@HOST/NAME.",
)
files_option = click.option(
    "--files",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of photos and models; left out, beside the SQLite file.",
)


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (json_option, language_option, files_option, store_option):
        command = option(command)
    return command


def _open(url: str, files: Path | None) -> Store:
    from glassline.store import Store

    return Store.open(url, files=files, stream="command", create=False)


@click.group("store")
def command() -> None:
    """Look after the records of a station.

    Every inspection, label and model is a row of a ledger that only grows, tied by its
    hash to the row before (docs/records.md).

    \b
    Example:
      glassline store verify --store line.db
      glassline store replay --store line.db --limit 1000
      glassline store backup --store line.db --out backup.db
    """


@command.command("verify")
@_options
@click.option("--no-photos", is_flag=True, help="Leave out reading every kept photo.")
@click.option(
    "--head",
    "heads",
    multiple=True,
    metavar="RECORD=HASH",
    help="An end of a stream as an earlier verify printed it; it must still be there.",
)
def verify(
    url: str,
    files: Path | None,
    lang: str,
    as_lines: bool,
    no_photos: bool,
    heads: tuple[str, ...],
) -> None:
    """Name every row, photo and model that is not as it was written.

    Exit code 0 when all holds, 8 when not; then what was altered, deleted, inserted,
    moved or cut off is named. Note the ends of the streams that it prints somewhere
    else: with --head nobody can have cut them off.

    \b
    Example:
      glassline store verify --store line.db
    """
    outside = dict(map(_head, heads))
    with progress_bar(lang) as progress, _open(url, files) as store:
        found = store.verify(heads=outside, photos=not no_photos, progress=progress)
    if as_lines:
        as_json(found.as_json())
    else:
        say(*_findings(found, lang))
    if not found.holds:
        raise click.exceptions.Exit(DOES_NOT_HOLD)


def _head(text: str) -> tuple[str, tuple[int, str]]:
    """Return stream, number and hash of an end, as `verify` prints it."""
    from glassline.errors import NotFoundError
    from glassline.store.ledger import parse_record

    record, _, digest = text.partition("=")
    try:
        stream, seq = parse_record(record)
    except NotFoundError as error:
        raise click.UsageError(f"--head: {error}") from error
    if len(digest) != 64:
        raise click.UsageError(f"--head: expected RECORD=HASH, got {text!r}.")
    return stream, (seq, digest)


def _findings(found: Findings, lang: str) -> Iterator[str]:
    from glassline.render.words import words

    told = words(lang)["store"]
    counts = {"rows": found.rows, "photos": found.photos, "models": found.models}
    if found.holds:
        yield told["holds"].format(**counts)
    else:
        yield told["fails"].format(count=len(found.found), **counts)
    for each in found.found[:SHOWN]:
        tail = f" ({each.told})" if each.told else ""
        yield f"  {told[each.kind]}: {each.place}{tail}"
    yield from _more(len(found.found), told)
    for stream, (seq, digest) in found.heads.items():
        yield told["head_of"].format(stream=stream, seq=seq, hash=digest)


def _more(count: int, told: Say) -> Iterator[str]:
    if count > SHOWN:
        yield f"  {told['more'].format(count=count - SHOWN)}"


@command.command("replay")
@_options
@click.option("--stream", help="Of this stream alone.")
@click.option("--after", metavar="RECORD", help="Begin behind this record.")
@click.option("--limit", type=click.IntRange(1), help="At most so many; left out, all.")
def replay(
    url: str,
    files: Path | None,
    lang: str,
    as_lines: bool,
    stream: str | None,
    after: str | None,
    limit: int | None,
) -> None:
    """Work recorded verdicts out again, from photo and model, to the last bit.

    Where a photo was not kept, from its readings. Exit code 0 when every bit is the
    same, 8 when not; another version of a library is named, with the distance.

    \b
    Example:
      glassline store replay --store line.db --limit 1000
    """
    with progress_bar(lang) as progress, _open(url, files) as store:
        found = store.replay(stream=stream, after=after, limit=limit, progress=progress)
    if as_lines:
        as_json(found.as_json())
    else:
        say(*_replayed(found, lang))
    if not found.holds:
        raise click.exceptions.Exit(DOES_NOT_HOLD)


def _replayed(found: Replay, lang: str) -> Iterator[str]:
    from glassline.render.words import words

    told, counts = words(lang)["store"], found.counts
    photo, readings = counts["same"], counts["same_from_readings"]
    yield told["replayed"].format(
        same=photo + readings, n=found.n, from_photo=photo, from_readings=readings
    )
    names = {"unreadable": "replay_unreadable"}
    for each in found.found[:SHOWN]:
        what = [", ".join(each.places), each.told]
        if each.ulps:
            share = f"{each.relative:.1e}"
            what.append(told["distance"].format(ulps=each.ulps, relative=share))
        tail = "; ".join(part for part in what if part)
        yield f"  {each.record}: {told[names.get(each.outcome, each.outcome)]} ({tail})"
    yield from _more(len(found.found), told)


@command.command("info")
@_options
def info(url: str, files: Path | None, lang: str, as_lines: bool) -> None:
    """Say what the records hold: rows, decisions, labels, photos, the model that runs.

    \b
    Example:
      glassline store info --store line.db
    """
    with _open(url, files) as store:
        found = store.info()
    if as_lines:
        as_json(found)
    else:
        say(*_figures(found, lang))


def _figures(found: dict[str, Any], lang: str) -> Iterator[str]:
    from glassline.render.words import words

    told = words(lang)["store"]
    said = {**words(lang)["decisions"], "refused": told["refused"]}
    database = " ".join(found["database"].values())
    yield told["info"].format(**{**found, "database": database})
    yield told["info_files"].format(
        files=found["files"], bytes=f"{found['photos_bytes']:,}"
    )
    for stream, head in found["streams"].items():
        yield told["info_stream"].format(stream=stream, **head)
    counts = ", ".join(f"{said.get(k, k)} {n}" for k, n in found["inspections"].items())
    yield told["info_counts"].format(**{**found, "counts": counts or 0})
    if found["running"]:
        yield told["info_running"].format(
            model=found["running"], published=found["published"]
        )
    else:
        yield told["info_idle"]


@command.command("backup")
@_options
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="A new SQLite file; photos and models go beside it.",
)
def backup(url: str, files: Path | None, lang: str, as_lines: bool, out: Path) -> None:
    """Copy everything while others go on writing, and verify the copy.

    It holds all that was acknowledged before it began, and is a store itself; of
    PostgreSQL too. Exit code 8 when what was copied does not hold.

    \b
    Example:
      glassline store backup --store line.db --out backups/2026-11-28.db
    """
    from glassline.render.words import words

    with progress_bar(lang) as progress, _open(url, files) as store:
        found = store.backup(out, progress=progress).findings
    if as_lines:
        as_json({"path": str(out), **found.as_json()})
    else:
        counts = {"rows": found.rows, "photos": found.photos, "models": found.models}
        say(words(lang)["store"]["backed_up"].format(path=out, **counts))
        say(*_findings(found, lang))
    if not found.holds:
        raise click.exceptions.Exit(DOES_NOT_HOLD)


@command.command("rebuild")
@store_option
@language_option
@json_option
def rebuild(url: str, lang: str, as_lines: bool) -> None:
    """Build the tables that follow from the ledger again; the ledger is not touched.

    \b
    Example:
      glassline store rebuild --store line.db
    """
    from glassline.render.words import words

    with progress_bar(lang) as progress, _open(url, None) as store:
        rows = store.rebuild(progress=progress)
    if as_lines:
        as_json({"rows": rows})
    else:
        say(words(lang)["store"]["rebuilt"].format(rows=rows))


@command.command("export")
@_options
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="FILE.csv, FILE.xlsx or FILE.parquet.",
)
@click.option("--decision", help="accept, reject, review or refused.")
@click.option("--label", help="The class that a person said.")
@click.option(
    "--since",
    type=click.DateTime(),
    help="From this time on, UTC, as 2026-11-28T08:00:00.",
)
@click.option("--until", type=click.DateTime(), help="Before this time, UTC.")
@click.option(
    "--where",
    "identifiers",
    multiple=True,
    metavar="NAME=VALUE",
    help="An identifier: lot=A-17, unit_serial=0042, production_date=2026-11-28...",
)
def export(
    url: str,
    files: Path | None,
    lang: str,
    as_lines: bool,
    out: Path,
    **chosen: Any,
) -> None:
    """Write records to a table, a row a record: all, or those that fit.

    \b
    Example:
      glassline store export --store line.db --out november.csv
      glassline store export --store line.db --out lot.xlsx --where lot=A-17
    """
    from glassline.render.words import words

    where = _where(**chosen)
    with progress_bar(lang) as progress, _open(url, files) as store:
        count = store.export(out, where, progress=progress)
    if as_lines:
        as_json({"path": str(out), "records": count})
    else:
        say(words(lang)["store"]["exported"].format(count=count, path=out))


def _where(identifiers: tuple[str, ...], **chosen: Any) -> Where:
    from datetime import UTC

    from glassline.store import Where

    for each in identifiers:
        if "=" not in each:
            raise click.UsageError(f"--where: expected NAME=VALUE, got {each!r}.")
    for name in ("since", "until"):
        if chosen[name] is not None:
            chosen[name] = chosen[name].replace(tzinfo=UTC)
    pairs = dict(each.split("=", 1) for each in identifiers)
    return Where(**chosen, identifiers=pairs)
