"""Every error has its code, its status and its row in the docs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from glassline import errors
from glassline.errors import GlasslineError, ImageError, LabelError, check_one_of

DOCS = Path(__file__).resolve().parent.parent / "docs" / "errors.md"


def _tree(kind: type[GlasslineError]) -> list[type[GlasslineError]]:
    return [kind, *(each for below in kind.__subclasses__() for each in _tree(below))]


@pytest.mark.parametrize("kind", _tree(GlasslineError), ids=lambda kind: kind.__name__)
def test_an_error_is_documented_with_its_code_and_status(
    kind: type[GlasslineError],
) -> None:
    """The row in docs/errors.md and the tree drawn in errors agree with the class."""
    row = (
        f"| `{kind.__name__}` | {kind.exit_code} | {kind.http_status} | `{kind.code}` |"
    )
    drawn = [line.split() for line in (errors.__doc__ or "").splitlines()]

    assert row in DOCS.read_text(encoding="utf-8")
    assert [str(kind.exit_code), str(kind.http_status)] in [
        words[words.index(kind.__name__) + 1 :][:2]
        for words in drawn
        if kind.__name__ in words
    ]


def test_no_two_errors_have_one_code() -> None:
    """A program tells them apart by their code."""
    codes = [kind.code for kind in _tree(GlasslineError)]

    assert sorted(set(codes)) == sorted(codes)


def test_a_refusal_keeps_its_reason_between_processes() -> None:
    """Workers hand refusals back whole."""
    rebuild, arguments = ImageError("empty", "a.png: nothing").__reduce__()

    again = rebuild(*arguments)

    assert (again.reason, str(again)) == ("empty", "a.png: nothing")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("scrach", "Did you mean scratch?", id="near"),
        pytest.param("rust", "Add it.", id="far"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest_or_what_to_do(
    name: str, told: str
) -> None:
    """A slip is no news; a new name is."""
    message = f"row 2: expected one of ok, scratch, got {name!r}. {told}"

    with pytest.raises(LabelError, match=f"^{re.escape(message)}$"):
        check_one_of("row 2", name, ("ok", "scratch"), LabelError, " Add it.")


def test_a_known_name_passes() -> None:
    """Nothing is raised, nothing is returned."""
    assert check_one_of("label", "ok", {"ok": 1}) is None
