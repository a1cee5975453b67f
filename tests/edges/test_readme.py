"""What the READMEs tell a person to type, typed, on a rendered line."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result

from glassline.cli import commands
from glassline.synthetic import production_line, write_dataset

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "README.zh-TW.md", "docs/zh-TW/daily-work.md")
MAY_SAY_NO = {"guarantee": {0, 1}, "drift": {0, 1}}  # exit 1 is their answer

NUMBERS = "feature,x,ok,scratch\nline,0.6,0.5,-0.3\nspots,1.0,0.2,0.4\nb,,0.4,0.2\n"


def _typed(page: str) -> list[str]:
    """Every line of a page that calls glassline."""
    blocks = re.findall(
        r"^```\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.M | re.S
    )
    lines = "".join(blocks).splitlines()
    return [
        line for line in lines if line.startswith("glassline ") and "demo" not in line
    ]


def _examples(page: str) -> list[str]:
    text = (ROOT / page).read_text("utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)


TYPED = [(page, line) for page in PAGES for line in _typed(page)]
EXAMPLES = [(page, code) for page in PAGES for code in _examples(page)]


@pytest.fixture(scope="module", autouse=True)
def bench(
    line_folder: Path, model_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A folder with all that the pages name: photos, models, a hand calculation."""
    folder = tmp_path_factory.mktemp("bench")
    shutil.copytree(line_folder, folder / "photos")
    rng = np.random.default_rng(6)  # noqa: TID251  another line
    parts = list(production_line(40, rng=rng, size_hw=(120, 160), lot_size=2))
    for name in ("new-photos", "more-photos", "photos-of-today"):
        write_dataset(parts, folder / name)
    for name in ("model", "new-model"):
        shutil.copytree(model_folder, folder / name)
    shutil.copy(min((line_folder / "scratch").iterdir()), folder / "part.png")
    (folder / "numbers.csv").write_text(NUMBERS)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        _call("glassline sheet --example --format json > sums.json")
        _call("glassline recipe --for photos > costs.toml")
        yield folder


def _call(line: str) -> Result:
    """Run a line of a page; what it sends to a file lands there."""
    words = shlex.split(line, comments=True)[1:]
    words, file = (words[:-2], words[-1]) if ">" in words else (words, None)
    done = CliRunner().invoke(commands, words)
    Path(file or "stdout").write_bytes(done.stdout_bytes)
    return done


PAGES = {"batch", "convert", "export", "learn", "serve", "store", "watch"}
"""Commands with a page of their own, whose tests run them."""


def test_the_pages_name_every_command() -> None:
    """None is left out of the README but the demo, which stands on its first screen."""
    named = {shlex.split(line)[1] for line in _typed("README.md")}

    assert isinstance(commands, click.Group)
    assert set(commands.commands) - named - PAGES == {"demo", "verify"}


@pytest.mark.parametrize(("page", "typed"), TYPED)
def test_what_a_page_says_to_type_works(page: str, typed: str) -> None:
    """Exit code 0, or the no of a command that may say no."""
    done = _call(typed)

    assert done.exit_code in MAY_SAY_NO.get(shlex.split(typed)[1], {0}), done.output
    assert "Error" not in done.output


@pytest.mark.parametrize(("page", "code"), EXAMPLES)
def test_the_python_of_a_page_runs(page: str, code: str) -> None:
    """As it stands, and it prints something."""
    said = StringIO()

    with redirect_stdout(said):
        exec(code, {})  # noqa: S102  the page's own words

    assert said.getvalue().strip()
