"""The program as a person or a script calls it: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

COMMAND = (sys.executable, "-m", "glassline")


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call `glassline` with these arguments and wait, long enough for a busy machine."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        errors="backslashreplace",
        env={**os.environ, **environment},
        timeout=300,
    )


def rows_of(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """Read the lines of `--json`."""
    return [json.loads(line) for line in done.stdout.splitlines()]
