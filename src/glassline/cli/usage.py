"""What a front that asks a server has asked for, told where tokens may cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from glassline.front.chat.usage import Count
    from glassline.model import Model

__all__ = ["asked_by", "tell_asked"]


def asked_by(model: Model) -> Count | None:
    """Return what the model's front asked for so far; None where it asks nobody."""
    return model.front.usage


def tell_asked(model: Model, lang: str = "en") -> None:
    """Say on standard error how often a server was asked, where one was."""
    asked = asked_by(model)
    if asked is not None:
        from glassline.render.words import words

        click.echo(words(lang)["vlm"]["usage"].format(**asked.as_json()), err=True)
