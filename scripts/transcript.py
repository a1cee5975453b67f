"""Run the demo and put what it prints into both READMEs; with --print, only print it."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- transcript: begin -->", "<!-- transcript: end -->"


def transcript() -> str:
    """Return what `glassline demo` prints."""
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(
            [sys.executable, "-m", "glassline", "demo"],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


def main() -> None:
    """Write the block between the markers of both files."""
    block = f"{BEGIN}\n```\n{transcript().rstrip()}\n```\n{END}"
    pattern = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    for name in ("README.md", "README.zh-TW.md"):
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        path.write_text(pattern.sub(lambda _: block, text), encoding="utf-8")


if __name__ == "__main__":
    if "--print" in sys.argv:
        sys.stdout.write(transcript())
    else:
        main()
