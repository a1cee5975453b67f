"""The suite itself: nothing in it can go unseen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    "broken",
    ["import no_such_module\n", "from glassline.head import no_such_name\n"],
    ids=["module", "name"],
)
def test_a_test_file_that_can_not_be_imported_is_an_error(
    broken: str, tmp_path: Path
) -> None:
    """Skipped for its doctests, all tests of such a file were missing without a word."""
    (tmp_path / "test_lost.py").write_text(
        f"{broken}\n\ndef test_lost():\n    assert 0\n"
    )

    options = ["-q", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--rootdir", tmp_path, tmp_path],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert done.returncode == pytest.ExitCode.INTERRUPTED
    assert "error" in done.stdout
