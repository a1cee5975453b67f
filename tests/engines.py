"""A JavaScript engine outside of a browser, for what needs no page."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from glassline.render.scripts import script

__all__ = ["evaluated", "needs_node"]

needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="needs node on the PATH"
)


def evaluated(folder: Path, files: tuple[str, ...], expression: str, given: Any) -> Any:
    """Return what an expression over `given` and the files' functions is in node.

    Numbers cross as JSON, whose shortest decimals keep every bit.
    """
    code = "\n".join([*map(script, files)])
    code += f"\nconst given = {json.dumps(given)};\n"
    code += f"process.stdout.write(JSON.stringify({expression}));\n"
    program = folder / "program.mjs"
    program.write_text(code, encoding="utf-8")
    done = subprocess.run(
        ["node", str(program)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)
