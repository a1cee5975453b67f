"""`glassline labels` as a person and as a script call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import run

from glassline.dataset import Dataset
from glassline.model import Model
from glassline.studies.labels import audit, page
from glassline.studies.labels.text import lines


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_text_and_page_are_those_of_python_and_fit_the_terminal(
    model_folder: Path, model: Model, line_folder: Path, tmp_path: Path, lang: str
) -> None:
    """In both languages, with where the page was written."""
    out = tmp_path / "labels.html"
    done = run(
        *("labels", line_folder, "--model", model_folder, "--top", "3"),
        *("--lang", lang, "--out", out),
    )

    found = audit(Dataset.read(line_folder), model, retrained=3)
    *shown, blank, saved = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert shown == [*lines(found, lang, top=3)]
    assert (blank, saved.endswith(str(out))) == ("", True)
    assert max(map(len, shown)) <= 80
    assert out.read_text(encoding="utf-8") == page(found, lang, top=3)


def test_json_is_one_object_with_everything(
    model_folder: Path, model: Model, line_folder: Path
) -> None:
    """Suspects and pairs in full, whatever --top says."""
    done = run("labels", line_folder, "--model", model_folder, "--top", "1", "--json")

    said = json.loads(done.stdout)
    found = audit(Dataset.read(line_folder), model, retrained=1)
    assert said == json.loads(json.dumps(found.as_json()))
    assert set(said) == {
        "n",
        "folds",
        "suspects",
        "conflicts",
        "to_check",
        "inspectors",
        "agreement",
        "kappa",
        "undecided",
        "copies",
        "refused",
    }


def test_refused_photos_end_in_their_own_exit_code(
    model_folder: Path, line_folder: Path, tmp_path: Path
) -> None:
    """6: done, with photos left out."""
    (tmp_path / "broken.png").write_bytes(b"no photo")
    table = tmp_path / "labels.csv"
    parts = [
        f"{part.path.resolve()},{part.label},{part.group}"
        for part in Dataset.read(line_folder).parts
    ]
    table.write_text("\n".join(["path,label,group", *parts, "broken.png,ok,x"]))

    done = run("labels", table, "--model", model_folder, "--top", "1")

    assert (done.returncode, done.stderr) == (6, "")
    assert "Photos refused: 1." in done.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--out", "labels.txt"], "--out: expected a FILE that ends in .html."),
        (
            ["--model", "m", "--good", "ok"],
            "expected --model or --good; a model names it itself.",
        ),
        (
            ["--out", "no-such-folder/labels.html", "--top", "1"],
            "--out: expected a file that can be written, got: No such file or directory.",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_wrong_use_says_what_was_expected(
    line_folder: Path, options: list[str], message: str
) -> None:
    """Exit code 2."""
    done = run("labels", line_folder, *options)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == f"Error: {message}"
