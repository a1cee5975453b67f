"""`glassline learn`: one file, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run

from glassline.explain.example import example
from glassline.explain.faces.learn import page


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "Page to play with"), ("zh-TW", "學習頁面")]
)
def test_the_page_begins_with_the_worked_example(
    lang: str, said: str, tmp_path: Path
) -> None:
    """As Python makes it, to the last letter."""
    out = tmp_path / "learn.html"

    done = run("learn", "--out", out, "--lang", lang)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(said)
    assert out.read_text(encoding="utf-8") == page(example(), lang)


def test_numbers_of_ones_own_are_labelled_by_their_first_class(tmp_path: Path) -> None:
    """So that loss and step are there; anybody may choose another on the page."""
    table = tmp_path / "numbers.csv"
    table.write_text("feature,x,fine,bad\nline,2,0.5,0\nb,,0,1\n", encoding="utf-8")

    done = run("learn", "--from", table, "--out", tmp_path / "learn.html")

    text = (tmp_path / "learn.html").read_text(encoding="utf-8")
    assert done.returncode == 0
    assert '"y": [1.0, 0.0]' in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--out", "learn.txt"], "--out: expected a FILE that ends in .html."),
        ([], "Missing option '--out'."),
        (["--from", "none.csv", "--out", "learn.html"], "--from none.csv: expected a file "
         "of JSON or CSV, got: No such file or directory."),
        (["--label", "scrach", "--out", "learn.html"], "label: expected one of ok, scratch, "
         "dirt, got 'scrach'. Did you mean scratch?"),
    ],
    ids=["no page", "nowhere", "no file", "no class"],
)  # fmt: skip
def test_what_can_not_be_written_is_refused(
    options: list[str], message: str, tmp_path: Path
) -> None:
    """By exit code 2 and the name of the option; nothing is left behind."""
    done = run("learn", *options)

    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert not Path("learn.html").exists()
