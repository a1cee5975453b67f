"""DATA at the command line: what was read otherwise than it lies is told, a line each."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run

GUESSED = (
    "Warning: labels.csv: not UTF-8; read as cp950, the encoding in which all its letters "
    "are common ones (classes '刮傷', '良品'). Save it as CSV UTF-8, or say --encoding "
    "cp950.\n"
)


def _table(folder: Path) -> Path:
    path = folder / "labels.csv"
    path.write_bytes("path,label\na.png,良品\nb.png,刮傷\n".encode("cp950"))
    return path


def test_a_guess_is_told_beside_the_answer(tmp_path: Path) -> None:
    """On the standard error, as one line, without a place in our source."""
    done = run("recipe", "--for", _table(tmp_path), "--lang", "en")

    assert 'classes = ["刮傷", "良品"]' in done.stdout
    assert (done.stderr, done.returncode) == (GUESSED, 0)


def test_an_encoding_that_is_named_needs_no_guess(tmp_path: Path) -> None:
    """What is said is done, in silence."""
    done = run("recipe", "--for", _table(tmp_path), "--encoding", "cp950")

    assert 'classes = ["刮傷", "良品"]' in done.stdout
    assert (done.stderr, done.returncode) == ("", 0)


def test_an_encoding_that_is_wrong_is_refused(tmp_path: Path) -> None:
    """And the place of the first byte that does not fit is named."""
    done = run("recipe", "--for", _table(tmp_path), "--encoding", "utf-8")

    assert (
        done.stderr
        == "Error: labels.csv: expected text in utf-8, got other bytes at 17.\n"
    )
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("command", "message"),
    [
        pytest.param(
            ("recipe", "--for", "{folder}"),
            "Error: encoding: expected a CSV to read with it, got {folder}.\n",
            id="folder",
        ),
        pytest.param(
            ("compare", "one", "two"),
            "Usage: python -m glassline compare [OPTIONS] OLD NEW [DATA]\n"
            "Try 'python -m glassline compare --help' for help.\n\n"
            "Error: --encoding: expected DATA with it.\n",
            id="no-data",
        ),
    ],
)
def test_an_encoding_of_nothing_is_refused(
    command: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    """No option is ignored in silence."""
    (tmp_path / "ok").mkdir()
    words = [word.format(folder=tmp_path) for word in command]

    done = run(*words, "--encoding", "cp950")

    assert (done.stderr, done.returncode) == (message.format(folder=tmp_path), 2)
