"""Wrong use, missing models, and what a terminal may be shown."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from commands import run

from glassline.cli.output import as_json


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["sheet"], id="nothing"),
        pytest.param(["sheet", "model"], id="no-photo"),
        pytest.param(["sheet", "model", "a.png", "--example"], id="both"),
        pytest.param(["inspect"], id="no-model"),
        pytest.param(["train", "x"], id="no-out"),
        pytest.param(["guess"], id="no-command"),
    ],
)
def test_wrong_use_exits_2_and_says_how(arguments: list[str]) -> None:
    """Usage on standard error, nothing on standard output."""
    done = run(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: ")


def test_a_missing_model_exits_3(tmp_path: Path, mixed: Path) -> None:
    """A model file that can not be used has its own code."""
    done = run("inspect", tmp_path / "none", mixed / "a.png")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"Error: {tmp_path / 'none' / 'model.json'}: expected a model, got: No such file or "
        "directory. Make one with: glassline train DATA --out MODEL\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["check", "x\x1b[2J.json"], id="error"),
        pytest.param(["check", "--no\x1b[2J"], id="usage"),
        pytest.param(["sheet", "x\x1b[2J", "a.png"], id="model"),
    ],
)
def test_a_message_can_not_act_on_the_terminal(arguments: list[str]) -> None:
    """Escape codes in what was asked for are printed harmlessly."""
    done = run(*arguments)

    assert "x1b[2J" in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_json_has_null_for_what_is_no_number(
    value: float, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """A rate of nothing and a bound without end, at any depth."""
    as_json({"a": [value, {"b": value}], "c": 0.5})

    assert capfdbinary.readouterr().out == b'{"a": [null, {"b": null}], "c": 0.5}\n'
