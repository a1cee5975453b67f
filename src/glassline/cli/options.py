"""Options that several commands take: language, JSON, shares, sets of classes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from glassline.render.words import LANGUAGES

if TYPE_CHECKING:
    from glassline.arrays import Values
    from glassline.dataset import Dataset
    from glassline.dataset.readings import Progress
    from glassline.decide import ClassSet
    from glassline.model import Model

__all__ = [
    "SHARE",
    "encoding_option",
    "json_option",
    "language_of",
    "language_option",
    "page_option",
    "possible_by",
    "read_data",
    "read_photos",
    "read_text",
    "refuse",
    "set_options",
    "workers_option",
]

NUMBER = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+) ?(%?)")


LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts, as in POSIX


def language_of(environment: Mapping[str, str]) -> str:
    """Return the language that the environment's locale asks for.

    Example:
        >>> language_of({"LANG": "zh_TW.UTF-8"}), language_of({"LANG": "C.UTF-8"})
        ('zh-TW', 'en')
    """
    asked = next((environment[name] for name in LOCALE if environment.get(name)), "")
    return "zh-TW" if asked.lower().startswith("zh") else "en"


json_option = click.option(
    "--json", "as_lines", is_flag=True, help="One JSON object a line."
)
language_option = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default=lambda: language_of(os.environ),
    show_default="locale",
    help="Language of the output.",
)


workers_option = click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Photos read at the same time.",
)


ENCODING = "glassline.encoding"


def _keep_encoding(
    context: click.Context, param: click.Parameter, value: str | None
) -> None:
    context.meta[ENCODING] = value


encoding_option = click.option(
    "--encoding",
    callback=_keep_encoding,
    expose_value=False,
    metavar="NAME",
    help="Encoding of DATA, a CSV; left out, it is found.",
)


def read_data(data: Path) -> Dataset:
    """Read DATA as the command line says."""
    from glassline.dataset import Dataset

    encoding = click.get_current_context().meta.get(ENCODING)
    return Dataset.read(data, encoding=encoding)


def read_photos(photos: Path) -> Dataset:
    """Read PHOTOS, whose labels nobody asks for, as the command line says."""
    from glassline.dataset import Dataset

    encoding = click.get_current_context().meta.get(ENCODING)
    return Dataset.photos(photos, encoding=encoding)


def read_text(file: Path) -> str:
    """Read the FILE of numbers that `--from` names."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no UTF-8"
        raise click.UsageError(
            f"--from {file}: expected a file of JSON or CSV, got: {reason}."
        ) from error


class Share(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.5
    """A number above 0 and below 1, written plainly or in percent."""

    name = "share"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the share that a text names.

        Example:
            >>> [SHARE.convert(text, None, None) for text in ("1%", "2.5 %", "0.05")]
            [0.01, 0.025, 0.05]
        """
        if isinstance(value, float):
            return value
        found = NUMBER.fullmatch(str(value).strip())
        share = float(found[1]) / (100 if found[2] else 1) if found else 0.0
        if not 0 < share < 1:
            self.fail(
                f"expected a share above 0 and below 1, such as 1% or 0.01, "
                f"got {value!r}.",
                param,
                ctx,
            )
        return share


SHARE = Share()


def _ends_in_html(
    context: click.Context, param: click.Parameter, value: Path | None
) -> Path | None:
    if value is not None and value.suffix != ".html":
        raise click.UsageError("--out: expected a FILE that ends in .html.")
    return value


page_option = partial(
    click.option,
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_ends_in_html,
)


def refuse(context: click.Context, why: str, *names: str) -> None:
    """Refuse options that were typed where they would do nothing.

    Args:
        context: Of the command.
        why: What is expected instead.
        names: Of the command's parameters, as its function has them.
    """
    for param in context.command.params:
        source = context.get_parameter_source(str(param.name))
        if param.name in names and source is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{param.opts[0]}: {why}.")


def set_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that ask which classes can be ruled out."""
    for option in (
        click.option(
            "--by-class", is_flag=True, help="--set: for each class by itself."
        ),
        click.option(
            "--miss",
            type=SHARE,
            default="5%",
            show_default=True,
            help="--set: the true class is left out in at most this share of parts.",
        ),
        click.option(
            "--set",
            "compared",
            type=click.Path(path_type=Path),
            metavar="DATA",
            help="Name the classes that these labelled photos can not rule out.",
        ),
    ):
        command = option(command)
    return command


def possible_by(
    model: Model, compared: Path | None, miss: float, by_class: bool, progress: Progress
) -> Callable[[Values], ClassSet] | None:
    """Return what names the classes of a part, or None where it was not asked."""
    if compared is None:
        return None
    from glassline.studies.conformal import teach

    data = read_data(compared)
    return teach(model, data, miss=miss, by_class=by_class, progress=progress)
