"""Build the wheel, install it where nothing of this checkout is, and use it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "glassline"
MAX_WHEEL_BYTES = 1_500_000
ENTRY_POINT = "glassline = glassline.cli:main"
LANGUAGES = {"en": "en", "zh-TW": "zh-Hant-TW"}  # and how a page names each
NEEDED = (
    "explain/faces/fonts/OFL-1.1.txt",
    "explain/faces/fonts/glassline-math.woff",
    "explain/faces/fonts/glassline-glyphs.json",
    "explain/faces/fonts/glassline-glyphs.png",
    "explain/faces/templates/evidence.svg",
    "explain/faces/templates/page.html",
    "explain/faces/templates/sheet.css",
    "explain/faces/templates/sheet.html",
    "py.typed",
    "studies/report/templates/charts.svg.j2",
    "studies/report/templates/report.css",
    "studies/report/templates/report.html.j2",
    "render/words/en.toml",
    "render/words/zh-TW.toml",
)
RUN = """
import sys
from pathlib import Path
site = Path(sys.argv.pop(1)).resolve()
sys.path.insert(0, str(site))
import glassline.cli
if not Path(glassline.__file__).resolve().is_relative_to(site):
    sys.exit(f"{glassline.__file__}: expected glassline from {site}.")
glassline.cli.main()
"""


def main() -> None:
    """Fail with a sentence if the wheel lacks a file, is too large, or does not run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _run("-m", "hatchling", "build", "-t", "wheel", "-d", name, cwd=ROOT)
        wheel = next(folder.glob("*.whl"))
        size = wheel.stat().st_size
        if size > MAX_WHEEL_BYTES:
            sys.exit(f"{wheel.name}: expected at most {MAX_WHEEL_BYTES:,} bytes.")
        _check_files(wheel)
        site = folder / "site"
        quietly = ("--quiet", "--disable-pip-version-check", "--no-compile")
        offline = ("--no-deps", "--no-index", "--target", str(site))
        _run("-m", "pip", "install", *quietly, *offline, str(wheel), cwd=folder)
        for lang, written in LANGUAGES.items():
            _check_page(site, lang, written)
        sys.stdout.write(f"{wheel.name}: {size:,} bytes, installs and runs\n")


def _check_files(wheel: Path) -> None:
    """Look for every file that is needed, and for every file of the source."""
    source = (path for path in PACKAGE.rglob("*") if path.is_file())
    kept = {
        path.relative_to(PACKAGE).as_posix()
        for path in source
        if "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    with zipfile.ZipFile(wheel) as archive:
        files = {each.removeprefix("glassline/") for each in archive.namelist()}
        info = next(each for each in files if each.endswith("entry_points.txt"))
        entry_points = archive.read(info).decode()
    missing = sorted({*NEEDED, *kept} - files)
    if missing:
        sys.exit(f"{wheel.name}: glassline/{missing[0]} is missing.")
    if ENTRY_POINT not in entry_points.splitlines():
        sys.exit(f"{wheel.name}: expected the command {ENTRY_POINT}.")


def _check_page(site: Path, lang: str, written: str) -> None:
    """Print the worked example as a page, with no file but the installed ones."""
    given = ("sheet", "--example", "--format", "html", "--lang", lang)
    page = _run("-I", "-c", RUN, str(site), *given, cwd=site)
    if "0.6485" not in page or f'<html lang="{written}">' not in page:
        sys.exit(f"sheet --example --lang {lang}: expected the page of the example.")


def _run(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode:
        sys.exit(f"python {' '.join(arguments[:3])}: {done.stderr}")
    return done.stdout


main()
