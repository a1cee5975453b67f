"""Every error has its code, its status and its row in the docs."""

from __future__ import annotations

from pathlib import Path

import pytest

from glassline import errors
from glassline.errors import GlasslineError, ImageError

DOCS = Path(__file__).resolve().parent.parent / "docs" / "errors.md"


def _tree(kind: type[GlasslineError]) -> list[type[GlasslineError]]:
    return [kind, *(each for below in kind.__subclasses__() for each in _tree(below))]


@pytest.mark.parametrize("kind", _tree(GlasslineError), ids=lambda kind: kind.__name__)
def test_an_error_is_documented_with_its_code_and_status(
    kind: type[GlasslineError],
) -> None:
    """The row in docs/errors.md and the tree drawn in errors.py agree with the class."""
    row = f"| `{kind.__name__}` | {kind.exit_code} | {kind.http_status} |"
    drawn = [line.split() for line in (errors.__doc__ or "").splitlines()]

    assert row in DOCS.read_text(encoding="utf-8")
    assert [str(kind.exit_code), str(kind.http_status)] in [
        words[words.index(kind.__name__) + 1 :][:2]
        for words in drawn
        if kind.__name__ in words
    ]


def test_a_refusal_keeps_its_reason_between_processes() -> None:
    """Workers hand refusals back whole."""
    rebuild, arguments = ImageError("empty", "a.png: nothing").__reduce__()

    again = rebuild(*arguments)

    assert (again.reason, str(again)) == ("empty", "a.png: nothing")
