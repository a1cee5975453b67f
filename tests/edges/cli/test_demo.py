"""The whole job once, as the README says it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import socket
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
PAGES = ("report.html", "report.zh-TW.html")


class _Seen(HTMLParser):
    """Collects what a page points to, its tags and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag and its targets."""
        self.tags.append(tag)
        self.targets += [
            value or "" for name, value in attrs if name in {"src", "href"}
        ]

    def handle_data(self, data: str) -> None:
        """Note the words."""
        self.text += data


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that the demo wrote, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "glassline", "demo"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return folder / "demo", done.stdout


def _page(demo: tuple[Path, str], name: str) -> _Seen:
    seen = _Seen()
    seen.feed((demo[0] / name).read_text(encoding="utf-8"))
    return seen


def _steady(text: str) -> str:
    """Leave out the one figure that lies below rounding: the length of the gradient."""
    return re.sub(r"gradient is \S+", "gradient is tiny", text)


@pytest.mark.parametrize("readme", ["README.md", "README.zh-TW.md"])
def test_the_demo_prints_what_the_readme_shows(
    demo: tuple[Path, str], readme: str
) -> None:
    """The transcript is true (scripts/transcript.py writes it)."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    block = re.search(
        r"<!-- transcript: begin -->\n```\n(.*?)```\n<!-- transcript: end -->",
        text,
        re.DOTALL,
    )

    assert block is not None
    assert _steady(demo[1]) == _steady(block[1])


def _served(readme: str) -> list[tuple[str, str]]:
    """What the README types at a service, each with what it shows."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    block = re.search(
        r"<!-- service: begin -->\n```\n(.*?)```\n<!-- service: end -->",
        text,
        re.DOTALL,
    )
    assert block is not None
    steps = block[1].split("$ ")[1:]
    joined = (step.replace("\\\n", " ").partition("\n") for step in steps)
    return [(typed, shown) for typed, _, shown in joined]


def _as_shown(shown: str) -> re.Pattern[str]:
    """Three dots stand for anything, the end of a line for any blanks."""
    parts = [re.escape(part) for part in shown.strip().split("...")]
    pattern = ".*?".join(re.sub(r"(\\?\s)+", r"\\s*", part) for part in parts)
    return re.compile(pattern, re.DOTALL)


def test_both_readmes_show_one_service() -> None:
    """What is typed and answered has no language."""
    assert _served("README.md") == _served("README.zh-TW.md")


@pytest.mark.slow
def test_a_service_does_what_the_readme_shows(demo: tuple[Path, str]) -> None:
    """Serve, send a photo, say what it is, see the candidate, verify."""
    (serve, address), *steps = _served("README.md")
    here = socket.socket()
    here.bind(("127.0.0.1", 0))
    port = str(here.getsockname()[1])
    here.close()
    words = [*shlex.split(serve.removesuffix("&"))[1:], "--port", port]
    folder, shell = (
        demo[0].parent,
        f'glassline() {{ {sys.executable} -m glassline "$@"; }}',
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "glassline", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = [process.stdout.readline()]
        for typed, _ in steps:
            command = f"{shell}\n{typed.replace('8765', port)}"
            done = subprocess.run(
                ["bash", "-c", command], cwd=folder, capture_output=True, text=True
            )
            said.append(done.stdout)
    finally:
        process.kill()
        process.communicate()

    shown = [address.replace("8765", port), *(each for _, each in steps)]
    told = [
        _as_shown(each).fullmatch(got.strip())
        for each, got in zip(shown, said, strict=True)
    ]
    assert [got for got, found in zip(said, told, strict=True) if found is None] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_report_needs_nothing_but_itself(demo: tuple[Path, str], name: str) -> None:
    """Pictures inside, no script, and one link: to the other language."""
    seen = _page(demo, name)

    outside = {each for each in seen.targets if not each.startswith("data:")}
    assert outside == set(PAGES) - {name}
    assert "script" not in seen.tags


@pytest.mark.parametrize("name", PAGES)
def test_a_report_tells_the_whole_story(demo: tuple[Path, str], name: str) -> None:
    """Three parts with five pictures each, the sum, two charts, the counts."""
    seen = _page(demo, name)

    assert seen.tags.count("img") == 15
    assert seen.tags.count("svg") >= 2
    assert seen.tags.count("math") >= 15
    assert re.search(r"\d+/\d+", seen.text)


def test_the_chinese_report_is_chinese(demo: tuple[Path, str]) -> None:
    """No English sentence is left over."""
    text = _page(demo, "report.zh-TW.html").text

    english = re.findall(r"(?:[A-Za-z]{3,} ){4,}", text)
    assert english == []


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize("name", PAGES)
def test_a_browser_draws_the_report(
    demo: tuple[Path, str], name: str, tmp_path: Path
) -> None:
    """Headless Chromium: ink all the way down, orange among it."""
    shot = tmp_path / "shot.png"

    subprocess.run(
        [
            str(CHROMIUM),
            *FLAGS,
            "--window-size=1150,3400",
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--screenshot={shot}",
            (demo[0] / name).as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )

    pixels = cv2.imdecode(np.frombuffer(shot.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    inked = (pixels < 200).any(axis=2).mean(axis=1)
    blue, _, red = (pixels[..., band].astype(int) for band in range(3))
    assert (inked.reshape(-1, 340).max(axis=1) > 0.01).all()
    assert (red - blue > 100).sum() > 500


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize("name", PAGES)
def test_a_report_prints_on_six_pages_at_most(
    demo: tuple[Path, str], name: str, tmp_path: Path
) -> None:
    """On paper the parts lie in rows: rules for narrow screens had held there too."""
    printed = tmp_path / "report.pdf"

    subprocess.run(
        [
            str(CHROMIUM),
            *FLAGS,
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--print-to-pdf={printed}",
            (demo[0] / name).as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )

    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) <= 6


def test_the_demo_leaves_a_model_that_verifies_nothing_else(
    demo: tuple[Path, str],
) -> None:
    """The model folder holds a model, and what it was taught."""
    files = sorted((demo[0] / "model").iterdir())

    taught = json.loads(files[0].read_bytes())["training"]["taught"]
    assert [file.name for file in files] == ["model.json", f"parts.{taught[:16]}.csv"]
    assert json.loads(files[0].read_text(encoding="utf-8"))["format"] == 1


def test_the_demo_runs_on_a_person_s_own_photos(
    line_folder: Path, tmp_path: Path
) -> None:
    """--data: the same, without rendering anything."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "glassline", "demo"),
            *("--data", str(line_folder), "--out", str(tmp_path / "out")),
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "Scored on the parts kept back:" in done.stdout
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == [
        "model",
        *PAGES,
    ]


def test_the_two_pages_of_a_report_are_both_old_or_both_new(
    line_folder: Path, tmp_path: Path
) -> None:
    """The second one can not be written; the first one stays as it was."""
    (tmp_path / "report.html").write_text("old")
    (tmp_path / "report.zh-TW.html").mkdir()

    done = _demo("--data", line_folder, "--out", tmp_path)

    assert done.returncode == 2
    assert done.stderr.endswith(
        f"Error: --out {tmp_path}: expected a folder that can be written, got: Is a "
        "directory.\n"
    )
    assert (tmp_path / "report.html").read_text() == "old"


def _demo(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "glassline", "demo", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_demo_writes_over_nothing_of_a_person_s_own(tmp_path: Path) -> None:
    """A folder called line that the demo did not make stays as it is."""
    (tmp_path / "line").mkdir()
    (tmp_path / "line" / "mine.txt").write_text("mine")

    done = _demo("--out", tmp_path)

    assert done.returncode == 2
    assert done.stderr == (
        f"Error: {tmp_path / 'line'}: expected a folder that the demo made, or none, "
        "got another. Choose another --out.\n"
    )
    assert (tmp_path / "line" / "mine.txt").read_text() == "mine"


def test_an_out_that_is_a_file_is_found_before_the_work(
    line_folder: Path, tmp_path: Path
) -> None:
    """Not after all photos were read."""
    out = tmp_path / "file"
    out.write_text("")

    done = _demo("--data", line_folder, "--out", out)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"Error: --out {out}: expected a folder that can be written, got: File exists.\n"
    )


def test_a_table_of_shares_has_a_report_too(line_folder: Path, tmp_path: Path) -> None:
    """Inspectors who disagree; --json for programs."""
    rows = (line_folder / "labels.csv").read_text().splitlines()[1:]
    kinds = ("ok", "scratch", "dirt")
    table = [
        ",".join(
            [
                str(line_folder / path),
                lot,
                *("0.8" if k == kind else "0.1" for k in kinds),
            ]
        )
        for path, kind, lot in (row.split(",")[:3] for row in rows)
    ]
    (tmp_path / "shares.csv").write_text(
        "path,lot," + ",".join(f"label_{k}" for k in kinds) + "\n" + "\n".join(table)
    )

    done = _demo("--data", tmp_path / "shares.csv", "--out", tmp_path / "out", "--json")

    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert len(found["reports"]) == 2
    assert found["n"] + found["undecided"] > 0
