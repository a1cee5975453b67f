"""The program as a person or a script calls it: in a process of its own."""

from __future__ import annotations

import subprocess
import sys


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Call `glassline` with these arguments and wait, long enough for a busy machine."""
    return subprocess.run(
        [sys.executable, "-m", "glassline", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        timeout=300,
    )
