"""`glassline watch`: every photo that a camera finishes is inspected once."""

from __future__ import annotations

from pathlib import Path

import click

from glassline.cli.options import json_option, language_option, workers_option
from glassline.cli.output import as_json, say
from glassline.render.words import words

__all__ = ["command"]


@click.command("watch")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--store", required=True, metavar="URL", help="Where records are kept.")
@click.option(
    "--files",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Photos and models of the store; PostgreSQL needs it.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.csv",
    help="Append a row for each record; Excel opens it.",
)
@click.option(
    "--pattern",
    metavar="PATTERN",
    help="What names identifiers in a path, such as {lot}/{serial}_*.png.",
)
@click.option("--callback", metavar="URL", help="Post each verdict there, as JSON.")
@click.option(
    "--mqtt",
    metavar="URL",
    help="Publish each verdict, such as mqtt://broker/line/verdicts.",
)
@click.option(
    "--settle",
    "settle_s",
    type=click.FloatRange(0),
    default=1.0,
    show_default=True,
    help="Seconds without a change after which a photo is finished.",
)
@click.option(
    "--done",
    "needs_done",
    is_flag=True,
    help="Wait for part.png.done beside part.png instead.",
)
@click.option(
    "--poll",
    "poll_s",
    type=click.FloatRange(0.05),
    default=1.0,
    show_default=True,
    help="Seconds between two looks at the folder.",
)
@click.option("--once", is_flag=True, help="End when all that is finished is done.")
@workers_option
@language_option
@json_option
def command(
    model: Path,
    folder: Path,
    store: str,
    files: Path | None,
    out: Path | None,
    pattern: str | None,
    callback: str | None,
    mqtt: str | None,
    settle_s: float,
    needs_done: bool,
    poll_s: float,
    once: bool,
    workers: int,
    lang: str,
    as_lines: bool,
) -> None:
    """Inspect every finished photo of FOLDER once, and record it.

    A photo is finished when it has not changed for a second, or its .done is there. A
    content is recorded once, whatever its file is called and whenever the program ends;
    go on with the same command. The folder may lie on a network: no events are needed.

    \b
    Example:
      glassline watch model incoming --store line.db
      glassline watch model incoming --store line.db --out today.csv --done
      glassline watch model incoming --store line.db --pattern "{lot}/{serial}.png"
      glassline watch model incoming --store line.db --mqtt mqtt://broker/line/1

    Ends with Ctrl-C or a kill, after the photos under way; exit code 0.
    """
    from glassline.batch.watching import Watch, watch
    from glassline.model import load

    asked = Watch(
        store=store,
        files=files,
        out=out,
        pattern=pattern,
        callback=callback,
        mqtt=mqtt,
        settle_s=settle_s,
        needs_done=needs_done,
        poll_s=poll_s,
        once=once,
        workers=workers,
        lang=lang,
    )
    done = watch(load(model), folder, asked)
    if as_lines:
        as_json(
            {"recorded": done.recorded, "known": done.known, "waiting": done.waiting}
        )
        return
    told = words(lang)["watch"]
    say(told["done"].format(recorded=done.recorded, known=done.known))
    if done.waiting:
        say(told["waiting"].format(waiting=done.waiting))
