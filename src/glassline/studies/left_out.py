"""What every study says of the photos that it left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from glassline.dataset.copies import Copy
from glassline.dataset.readings import Refusal
from glassline.image import printable
from glassline.render.layout import wrap
from glassline.render.words import words

__all__ = ["told"]


def told(
    refused: Sequence[Refusal], copies: Sequence[Copy], lang: str
) -> Iterator[str]:
    """Yield how many photos were refused, and how many copies count for nothing."""
    say = words(lang)["left_out"]
    if refused:
        yield from wrap(say["refused"].format(count=len(refused)))
    if copies:
        first = copies[0]
        yield from wrap(
            say["copies"].format(
                count=len(copies),
                image=printable(first.part.path.name),
                of=printable(first.of.path.name),
            )
        )
