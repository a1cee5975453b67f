"""The one shape of an error."""

from __future__ import annotations

import pytest

from glassline.errors import GlasslineError
from glassline.render.words import LANGUAGES, words


def _codes(kind: type[GlasslineError]) -> set[str]:
    below = (_codes(each) for each in kind.__subclasses__())
    return {kind.code}.union(*below)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_error_has_words_in_both_languages(lang: str) -> None:
    """A new one brings its title."""
    assert _codes(GlasslineError) <= set(words(lang)["problems"])
