"""Build the wheel, install it where nothing of this checkout is, and use it once."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAX_WHEEL_BYTES = 1_500_000
NEEDED = (
    "glassline/py.typed",
    "glassline/words/zh-TW.toml",
    "glassline/report/templates/report.html.j2",
)


def main() -> None:
    """Fail with a sentence if the wheel lacks a file, is too large, or does not run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _run(
            sys.executable,
            "-m",
            "hatchling",
            "build",
            "-t",
            "wheel",
            "-d",
            str(folder),
            cwd=ROOT,
        )
        wheel = next(folder.glob("*.whl"))
        if wheel.stat().st_size > MAX_WHEEL_BYTES:
            sys.exit(f"{wheel.name}: expected at most {MAX_WHEEL_BYTES:,} bytes.")
        with zipfile.ZipFile(wheel) as archive:
            missing = sorted(set(NEEDED) - set(archive.namelist()))
            if missing:
                sys.exit(f"{wheel.name}: {missing[0]} is missing.")
            archive.extractall(folder / "site")
        code = (
            f"import sys; sys.path.insert(0, {str(folder / 'site')!r});"
            "import glassline.cli; sys.argv[1:] = ['sheet', '--example', '--json'];"
            "glassline.cli.main()"
        )
        sheet = json.loads(_run(sys.executable, "-I", "-c", code, cwd=folder))
        if "steps" not in sheet:
            sys.exit("sheet --example from the wheel: expected steps.")
        sys.stdout.write(f"{wheel.name}: {wheel.stat().st_size:,} bytes, runs\n")


def _run(*command: str, cwd: Path) -> str:
    return subprocess.run(
        command, cwd=cwd, check=True, capture_output=True, text=True
    ).stdout


main()
