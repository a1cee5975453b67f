"""The examples on the pages give what the pages say."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


@pytest.mark.parametrize("page", ["decisions.md", "explanations.md"])
def test_every_example_on_the_page_is_true(page: str) -> None:
    """Each >>> line is run in order, and its output compared whole."""
    failed, tried = doctest.testfile(str(DOCS / page), module_relative=False)

    assert (failed, tried > 4) == (0, True)


@pytest.mark.parametrize("block", [0, 1], ids=["inspect", "pipeline"])
@pytest.mark.parametrize("page", ["README.md", "README.zh-TW.md"])
def test_every_python_block_of_the_readme_runs(
    page: str, block: int, line_folder: Path, tmp_path: Path
) -> None:
    """In a folder with photos and part.png, it prints and is silent of errors."""
    (tmp_path / "photos").symlink_to(line_folder)
    part = next(line_folder.rglob("*.png"))
    (tmp_path / "part.png").write_bytes(part.read_bytes())
    text = (ROOT / page).read_text(encoding="utf-8")
    code = re.findall(r"```python\n(.*?)```", text, re.DOTALL)

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code[block]],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )

    assert (done.returncode, done.stderr, len(code)) == (0, "", 2)
    assert done.stdout
