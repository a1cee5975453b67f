"""What happens where the output of a command can not be written."""

from __future__ import annotations

import os
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


def test_a_closed_pipe_ends_quietly_with_141(
    model_folder: Path, line_folder: Path
) -> None:
    """`glassline inspect … | head -1`: as a shell counts it, and nothing is said."""
    done = subprocess.run(
        [
            "bash",
            "-c",
            f"{sys.executable} -m glassline inspect {model_folder} {line_folder} | head -1;"
            'echo "${PIPESTATUS[0]}"',
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    first, status = done.stdout.splitlines()
    assert (".png" in first, status, done.stderr) == (True, "141", "")


def test_an_error_that_nobody_reads_ends_with_141(tmp_path: Path) -> None:
    """Standard error is closed too: still no traceback at exit."""
    read_end, write_end = os.pipe()
    os.close(read_end)

    done = subprocess.run(
        [sys.executable, "-m", "glassline", "check", str(tmp_path / "none.json")],
        stdout=write_end,
        stderr=write_end,
        check=False,
    )
    os.close(write_end)

    assert done.returncode == 141


def _into(where: str, arguments: str) -> subprocess.CompletedProcess[str]:
    command = f"{sys.executable} -m glassline {arguments} {where}"
    return subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False
    )
