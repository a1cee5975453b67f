"""`glassline inspect`: photos in, verdicts out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glassline.cli.options import json_option, language_option, possible_by, set_options
from glassline.cli.output import as_json, progress_bar, say
from glassline.cli.usage import tell_asked
from glassline.errors import ImageError, UnreadError
from glassline.image import printable
from glassline.image.refusals import named
from glassline.render.words import words

if TYPE_CHECKING:
    from glassline.decide import ClassSet
    from glassline.inspection import Inspection

__all__ = ["command"]

SOME_REFUSED, NONE_DONE = 6, 1


@click.command("inspect")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("photos", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Exit 1 if any photo is refused.")
@set_options
@language_option
@json_option
def command(
    model: Path,
    photos: tuple[Path, ...],
    strict: bool,
    compared: Path | None,
    miss: float,
    by_class: bool,
    lang: str,
    as_lines: bool,
) -> None:
    """Inspect photos, or all photos in a folder.

    Every photo gives one line: a verdict, or why it was refused. Exit code 0 when
    all were inspected, 6 when some were refused, 1 when none was inspected.

    \b
    Example:
      glassline inspect model part.png
      glassline inspect model photos --json
      glassline inspect model part.png --set labelled-photos --miss 5%
    """
    from glassline.inspection import inspect
    from glassline.model import load

    done = refused = 0
    with progress_bar(lang, rows=True) as progress:
        trained = load(model)
        possible = possible_by(trained, compared, miss, by_class, progress)
        listed = list(_all(photos))
        for number, (path, root) in enumerate(listed, 1):
            try:
                seen = inspect(trained, path, root=root, possible=possible)
            except (ImageError, UnreadError) as error:
                refused += 1
                _tell_refusal(path, error, lang, as_lines)
            else:
                done += 1
                _tell(path, seen, lang, as_lines)
            progress("inspecting", number, len(listed))
    tell_asked(trained, lang)
    if not as_lines:
        say(words(lang)["inspect"]["summary"].format(done=done, refused=refused))
    if not done or (refused and strict):
        raise click.exceptions.Exit(NONE_DONE)
    if refused:
        raise click.exceptions.Exit(SOME_REFUSED)


def _all(photos: tuple[Path, ...]) -> Iterator[tuple[Path, Path | None]]:
    from glassline.image import list_images

    for path in photos:
        if _is_folder(path):
            for each in list_images(path):
                yield each, path
        else:
            yield path, None


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # as a name that the disk does not allow: refused when read
        return False


def _tell(path: Path, seen: Inspection, lang: str, as_lines: bool) -> None:
    if as_lines:
        as_json({**seen.as_json(), "image": str(path)})
        return
    catalogue = words(lang)
    verdict = catalogue["inspect"]["verdict"].format(
        photo=printable(str(path)),
        name=seen.model.recipe.class_name(seen.predicted_class, lang),
        probability=f"{seen.probabilities[seen.predicted_class]:.4f}",
        action=catalogue["decisions"][seen.decision],
        reason=seen.decided.reason.text(lang),
    )
    say(verdict + _among(seen.decided.possible, lang))


def _among(possible: ClassSet | None, lang: str) -> str:
    if possible is None:
        return ""
    told = words(lang)["possible"]
    classes = ", ".join(possible.classes) or told["nothing"]
    line = told["line"].format(
        percent=f"{100 * (1 - possible.miss):g}", classes=classes
    )
    return f"  ({line})"


def _tell_refusal(
    path: Path, error: ImageError | UnreadError, lang: str, as_lines: bool
) -> None:
    if as_lines:
        as_json({"image": str(path), "refused": error.reason, "message": str(error)})
        return
    name = printable(str(path))
    name_in_message = str(named(ImageError(error.reason, ""), str(path)))
    message = str(error).removeprefix(name_in_message)
    told = words(lang)["inspect"]["refused"]
    say(told.format(photo=name, reason=error.reason, message=message))
