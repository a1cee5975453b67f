"""What happens where the output of a command can not be written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("sheet --example", id="a-sheet"),
        pytest.param("sheet --example --json", id="json"),
        pytest.param("--help", id="help"),
    ],
)
def test_a_full_disk_is_one_sentence(arguments: str) -> None:
    """No traceback, and an exit code that does not call it a fault of the program."""
    done = _into(">/dev/full", arguments)

    assert (done.returncode, done.stderr) == (
        74,
        "Error: standard output: expected room, got: No space left on device.\n",
    )


def test_an_output_that_was_closed_before_is_no_error() -> None:
    """As a daemon starts its programs."""
    done = _into(">&-", "sheet --example")

    assert (done.returncode, done.stderr) == (0, "")


def _into(where: str, arguments: str) -> subprocess.CompletedProcess[str]:
    command = f"{sys.executable} -m glassline {arguments} {where}"
    return subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False
    )
