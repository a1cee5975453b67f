"""`glassline sheet` of one's own numbers, as a teacher calls it."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run

from glassline.explain import example
from glassline.explain.given import Given, work_out

TYPED = ("--x", "0.6 1.0", "--W", "0.5 -0.3; 0.2, 0.4", "--b", "0.4 0.2")


def test_typed_numbers_become_a_sheet() -> None:
    """Blanks or commas between numbers, semicolons between rows."""
    done = run("sheet", *TYPED, "--label", "c2")

    given = Given((0.6, 1.0), ((0.5, -0.3), (0.2, 0.4)), (0.4, 0.2), label="c2")
    assert done.stdout == work_out(given).text("en") + "\n"


@pytest.mark.parametrize("face", ["text", "markdown", "html", "json"])
def test_a_file_of_numbers_has_every_face(tmp_path: Path, face: str) -> None:
    """What one face writes for machines, the option reads, and shows again."""
    file = tmp_path / "numbers.json"
    file.write_text(example().json(), encoding="utf-8")

    own = run("sheet", "--from", file, "--format", face)

    assert own.stdout == run("sheet", "--example", "--format", face).stdout


def test_the_example_takes_another_label() -> None:
    """The loss of a part that is dirt: -log 0.0878 = 2.433."""
    done = run("sheet", "--example", "--label", "dirt")

    assert "L = -u    loss, in nats" in done.stdout
    assert "    [ 2.4330 ]" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ("--x", "1"), "expected --x, --W and --b together, or", id="x-only"
        ),
        pytest.param(
            ("--x", "one", "--W", "1 2", "--b", "0 0"),
            "--x: expected numbers with blanks or commas between, got 'one'.",
            id="a-word",
        ),
        pytest.param(
            ("--from", "a.json", "--x", "1"),
            "--from FILE: expected no --x, --W and --b with it.",
            id="both",
        ),
        pytest.param(
            ("--from", "none.json"),
            "--from none.json: expected a file of JSON or CSV, got: No such file",
            id="no-file",
        ),
        pytest.param(
            ("--example", "--suppose", "line_strength=0"),
            "--suppose: expected MODEL and PHOTO with it.",
            id="suppose",
        ),
        pytest.param(
            ("--example", "--miss", "5%"),
            "--miss: expected MODEL and PHOTO with it.",
            id="miss",
        ),
        pytest.param(
            ("--example", "--out", "a.xlsx", "--format", "html"),
            "--format: expected none with --out, which writes a spreadsheet.",
            id="format-and-out",
        ),
        pytest.param(
            ("--example", *TYPED),
            "expected MODEL and PHOTO, or --example, or --from FILE, or",
            id="example-and-numbers",
        ),
    ],
)
def test_what_would_do_nothing_is_refused(
    arguments: tuple[str, ...], message: str
) -> None:
    """No option is silently ignored."""
    done = run("sheet", *arguments)

    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
