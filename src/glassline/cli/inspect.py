"""`glassline inspect`: photos in, verdicts out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glassline.cli import table
from glassline.cli.options import (
    json_option,
    language_option,
    possible_by,
    refuse,
    set_options,
    workers_option,
)
from glassline.cli.output import SOME_REFUSED, as_json, progress_bar, say
from glassline.cli.usage import tell_asked
from glassline.errors import ImageError
from glassline.image import printable
from glassline.image.refusals import named
from glassline.render.words import words

if TYPE_CHECKING:
    from glassline.arrays import Values
    from glassline.dataset.readings import Progress, Refusal
    from glassline.decide import ClassSet
    from glassline.inspection import Inspection
    from glassline.model import Model

__all__ = ["command"]

NONE_DONE = 1
INDENT = 2
NUL = b"\0"  # which every photo has, and no list of names


@click.command("inspect")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("photos", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Exit 1 if any photo is refused.")
@click.option(
    "--csv",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a table as well, one row a photo; Excel opens it.",
)
@click.option("--append", is_flag=True, help="--csv: after the rows that are there.")
@set_options
@workers_option
@language_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    model: Path,
    photos: tuple[Path, ...],
    strict: bool,
    file: Path | None,
    append: bool,
    compared: Path | None,
    miss: float,
    by_class: bool,
    workers: int,
    lang: str,
    as_lines: bool,
) -> None:
    """Inspect photos, or all photos in a folder.

    PHOTOS are files and folders; `-` reads a list of them, one a line, or the bytes
    of one photo from standard input. Every photo gives a verdict, or why it was
    refused. Exit code 0 when all were inspected, 6 when some were refused, 1 when
    none was inspected.

    \b
    Example:
      glassline inspect model part.png
      glassline inspect model photos --json
      glassline inspect model photos --csv verdicts.csv --append
      find photos -name "*.png" | glassline inspect model -
      glassline inspect model part.png --set labelled-photos --miss 5%
    """
    from glassline.dataset.readings import Refusal
    from glassline.model import load

    if file is None:
        refuse(context, "expected --csv FILE with it", "append")
    if compared is None:
        refuse(context, "expected --set DATA with it", "miss", "by_class")
    rows: list[list[str]] = []
    done = refused = 0
    with progress_bar(lang, rows=True) as progress:
        trained = load(model)
        possible = possible_by(trained, compared, miss, by_class, progress)
        for name, seen in _look(trained, photos, possible, workers, progress):
            is_refused = isinstance(seen, Refusal)
            done, refused = done + (not is_refused), refused + is_refused
            _tell(name, seen, lang, as_lines)
            if file is not None:
                rows.append(table.row(trained, name, seen, lang))
    if file is not None:
        table.write(file, table.columns(trained), rows, append=append)
    tell_asked(trained, lang)
    if not as_lines:
        say(words(lang)["inspect"]["summary"].format(done=done, refused=refused))
    _leave(done, refused, strict)


def _leave(done: int, refused: int, strict: bool) -> None:
    if not done or (refused and strict):
        raise click.exceptions.Exit(NONE_DONE)
    if refused:
        raise click.exceptions.Exit(SOME_REFUSED)


def _look(
    model: Model,
    photos: tuple[Path, ...],
    possible: Callable[[Values], ClassSet] | None,
    workers: int,
    progress: Progress,
) -> Iterator[tuple[str, Inspection | Refusal]]:
    """Yield each photo's name and verdict, in order."""
    from glassline.dataset.pool import in_order
    from glassline.inspection import attempt

    def look(photo: tuple[Path | bytes, Path | None]) -> Inspection | Refusal:
        return attempt(model, photo[0], root=photo[1], possible=possible)

    listed = list(_all(photos))
    found = in_order(look, listed, workers)
    for number, ((photo, _), seen) in enumerate(zip(listed, found, strict=True), 1):
        yield _name(photo), seen
        progress("inspecting", number, len(listed))


def _name(photo: Path | bytes) -> str:
    return "-" if isinstance(photo, bytes) else str(photo)


def _all(photos: Iterable[Path]) -> Iterator[tuple[Path | bytes, Path | None]]:
    """Yield every photo, with the folder that it must not lie outside of."""
    from glassline.image import list_images

    for path in photos:
        if str(path) == "-":
            yield from _from_stdin()
        elif _is_folder(path):
            for each in list_images(path):
                yield each, path
        else:
            yield path, None


def _from_stdin() -> Iterator[tuple[Path | bytes, Path | None]]:
    data = sys.stdin.buffer.read()
    if NUL in data:
        yield data, None
        return
    lines = data.decode(errors="surrogateescape").splitlines()
    yield from _all(Path(line) for line in lines if line.strip() not in ("", "-"))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # as a name that the disk does not allow: refused when read
        return False


def _tell(name: str, seen: Inspection | Refusal, lang: str, as_lines: bool) -> None:
    from glassline.inspection import Inspection

    if as_lines:
        as_json({**seen.as_json(), "image": name})
    elif isinstance(seen, Inspection):
        say(*_verdict(name, seen, lang))
    else:
        message = seen.message.removeprefix(
            str(named(ImageError(seen.reason, ""), name))
        )
        told = words(lang)["inspect"]["refused"]
        say(told.format(photo=printable(name), reason=seen.reason, message=message))


def _verdict(name: str, seen: Inspection, lang: str) -> Iterator[str]:
    """Yield class and decision first, then the photo; the reason below, in 80 columns."""
    from glassline.render.layout import wrap

    catalogue = words(lang)
    yield catalogue["inspect"]["verdict"].format(
        name=seen.model.recipe.class_name(seen.predicted_class, lang),
        probability=f"{seen.probabilities[seen.predicted_class]:.4f}",
        action=catalogue["decisions"][seen.decision],
        photo=printable(name),
    )
    told = [seen.decided.reason.text(lang), *_among(seen.decided.possible, lang)]
    for text in told:
        yield from wrap(text, indent=INDENT)


def _among(possible: ClassSet | None, lang: str) -> Iterator[str]:
    if possible is None:
        return
    told = words(lang)["possible"]
    yield told["line"].format(
        percent=f"{100 * (1 - possible.miss):g}",
        classes=", ".join(possible.classes) or told["nothing"],
    )
