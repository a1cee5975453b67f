"""The real command line, as a person and as a script call it."""

from __future__ import annotations

import contextlib
import json
import math
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import glassline
from glassline.cli.output import as_json
from glassline.explain.check.document import MAX_BYTES
from glassline.model import Model
from glassline.render.layout import wrap

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "glassline")


def _run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        errors="backslashreplace",
        env={**os.environ, **environment},
        timeout=60,
    )


def _lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def mixed(line_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two good photos, a broken one and a text."""
    folder = tmp_path_factory.mktemp("mixed")
    photos = sorted(line_folder.rglob("*.png"))[:2]
    shutil.copy(photos[0], folder / "a.png")
    shutil.copy(photos[1], folder / "d.png")
    (folder / "b.png").write_bytes(photos[0].read_bytes()[:500])
    (folder / "c.jpg").write_text("<html>")
    return folder


def test_train_writes_a_model_and_says_what_it_rests_on(
    line_folder: Path, model: Model, tmp_path: Path
) -> None:
    """The same model as from Python, to the last bit."""
    done = _run("train", line_folder, "--out", tmp_path / "model", "--json")

    found = _lines(done)[0]
    assert done.returncode == 0
    assert found["model"] == model.sha256
    assert (found["n"], found["refused"]) == (60, [])


def test_train_for_a_person_is_a_few_lines(line_folder: Path, tmp_path: Path) -> None:
    """Counts, outcome, proof, place."""
    done = _run("train", line_folder, "--out", tmp_path / "model")

    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert lines[0].startswith("Trained on 60 parts (ok ")
    assert lines[1].startswith("Converged after ")
    assert lines[-1].endswith(f"written to {tmp_path / 'model' / 'model.json'}")


def test_inspect_gives_a_line_for_every_file(model_folder: Path, mixed: Path) -> None:
    """Rows out = files in, in byte order; exit 6 as some were refused."""
    done = _run("inspect", model_folder, mixed, "--json")

    rows = _lines(done)
    assert done.returncode == 6
    assert [Path(row["image"]).name for row in rows] == [
        "a.png",
        "b.png",
        "c.jpg",
        "d.png",
    ]
    assert [row.get("refused") for row in rows] == [
        None,
        "truncated",
        "unsupported_type",
        None,
    ]
    assert set(rows[1]) == {"image", "refused", "message"}


def test_inspect_and_python_agree_to_the_last_bit(
    model_folder: Path, model: Model, mixed: Path
) -> None:
    """Numbers survive JSON."""
    row = _lines(_run("inspect", model_folder, mixed / "a.png", "--json"))[0]

    assert row == glassline.inspect(model, mixed / "a.png").as_json()


def test_inspect_for_a_person_names_class_decision_and_reason(
    model_folder: Path, model: Model, mixed: Path
) -> None:
    """The verdict before the photo, the reason below, and a count."""
    done = _run("inspect", model_folder, mixed / "a.png")

    seen = glassline.inspect(model, mixed / "a.png")
    share = seen.probabilities[seen.predicted_class]
    assert done.stdout.splitlines() == [
        f"{model.recipe.class_name(seen.predicted_class)} {share:.4f}  "
        f"{seen.decision}  {mixed / 'a.png'}",
        *wrap(seen.reason, indent=2),
        "1 inspected, 0 refused",
    ]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(["a.png"], 0, id="all-done"),
        pytest.param(["a.png", "b.png"], 6, id="some-refused"),
        pytest.param(["a.png", "b.png", "--strict"], 1, id="strict"),
        pytest.param(["b.png"], 1, id="none-done"),
        pytest.param(["none.png"], 1, id="missing"),
    ],
)
def test_exit_codes_tell_a_script_what_happened(
    model_folder: Path, mixed: Path, arguments: list[str], code: int
) -> None:
    """0 all done, 6 some refused, 1 none done or --strict."""
    given = [mixed / each if each.endswith(".png") else each for each in arguments]

    assert _run("inspect", model_folder, *given).returncode == code


def test_a_name_can_not_act_on_the_terminal(
    model_folder: Path, mixed: Path, tmp_path: Path
) -> None:
    """Escape codes and bytes that are no UTF-8 are printed harmlessly."""
    shutil.copy(mixed / "a.png", tmp_path / "x\x1b[2J\n\udcff.png")

    plain = _run("inspect", model_folder, tmp_path)
    rows = _lines(_run("inspect", model_folder, tmp_path, "--json"))

    assert (plain.returncode, len(plain.stdout.splitlines())) == (0, 3)
    assert "\x1b" not in plain.stdout
    assert rows[0]["image"].endswith("x\x1b[2J\n\\udcff.png")


def test_a_link_out_of_the_folder_is_refused(
    model_folder: Path, mixed: Path, tmp_path: Path
) -> None:
    """A folder is inspected, not what it points to."""
    (tmp_path / "link.png").symlink_to(mixed / "a.png")

    rows = _lines(_run("inspect", model_folder, tmp_path, "--json"))

    assert [row["refused"] for row in rows] == ["symlink"]


def test_evaluate_prints_the_counts(
    model_folder: Path, model: Model, line_folder: Path
) -> None:
    """The JSON is that of Python."""
    done = _run("evaluate", model_folder, line_folder, "--json")

    expected = glassline.evaluate(model, glassline.Dataset.read(line_folder)).as_json()
    assert done.returncode == 0
    assert _lines(done)[0] == expected


def test_verify_proves_a_model_from_its_photos(
    model_folder: Path, line_folder: Path
) -> None:
    """Data, scale and optimum hold; trained again, the same bytes."""
    done = _run("verify", model_folder, line_folder, "--retrain")

    assert done.returncode == 0
    assert [line[:5] for line in done.stdout.splitlines()] == ["holds"] * 4


def test_verify_finds_a_label_that_was_changed_since(
    model_folder: Path, line_folder: Path, tmp_path: Path
) -> None:
    """One label of sixty: the hash differs and the gradient is not 0."""
    shutil.copytree(line_folder, tmp_path / "line")
    table = tmp_path / "line" / "labels.csv"
    table.write_text(table.read_text().replace(",dirt,", ",scratch,", 1))

    done = _run("verify", model_folder, tmp_path / "line", "--json")

    found = _lines(done)[0]
    assert done.returncode == 1
    assert (found["same_data"], found["holds"]) == (False, False)
    assert found["certificate"]["distance_bound"] > 1


def test_sheet_shows_the_photo_s_own_sum(
    model_folder: Path, model: Model, mixed: Path
) -> None:
    """The same text as from Python."""
    done = _run("sheet", model_folder, mixed / "a.png", "--label", "scratch")

    sheet = glassline.inspect(model, mixed / "a.png", label="scratch").sheet
    assert done.stdout.rstrip("\n") == sheet.text("en").rstrip("\n")


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
@pytest.mark.parametrize("face", ["text", "markdown", "html", "json"])
def test_the_example_has_every_face_in_both_languages(face: str, lang: str) -> None:
    """Exit 0 and the figure 0.6485, whatever the face."""
    done = _run("sheet", "--example", "--format", face, "--lang", lang)

    assert done.returncode == 0
    assert "0.6485" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["sheet"], id="nothing"),
        pytest.param(["sheet", "model"], id="no-photo"),
        pytest.param(["sheet", "model", "a.png", "--example"], id="both"),
        pytest.param(["inspect"], id="no-model"),
        pytest.param(["train", "x"], id="no-out"),
        pytest.param(["guess"], id="no-command"),
    ],
)
def test_wrong_use_exits_2_and_says_how(arguments: list[str]) -> None:
    """Usage on standard error, nothing on standard output."""
    done = _run(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: ")


def test_a_missing_model_exits_3(tmp_path: Path, mixed: Path) -> None:
    """A model file that can not be used has its own code."""
    done = _run("inspect", tmp_path / "none", mixed / "a.png")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"Error: {tmp_path / 'none' / 'model.json'}: expected a model, got: No such file or "
        "directory. Make one with: glassline train DATA --out MODEL\n"
    )


def test_a_misspelt_label_exits_2_and_names_the_line(tmp_path: Path) -> None:
    """The message is the library's own."""
    table = tmp_path / "labels.csv"
    table.write_text("path,label\na.png,ok\nb.png,scrach\n")
    (tmp_path / "recipe.toml").write_text('classes = ["ok", "scratch"]')

    done = _run(
        "train", table, "--out", tmp_path / "m", "--recipe", tmp_path / "recipe.toml"
    )

    assert done.returncode == 2
    assert done.stderr == (
        "Error: labels.csv line 3: expected one of ok, scratch, got 'scrach'. "
        "Did you mean scratch?\n"
    )


def test_check_finds_the_slips_of_the_published_example() -> None:
    """Exit 1, and exactly the entries that are marked there."""
    document = ROOT / "tests" / "golden" / "worked-example.json"

    done = _run("check", document, "--json")

    assert done.returncode == 1
    assert len(_lines(done)[0]["wrong"]) == 7


def test_check_passes_a_right_sheet(tmp_path: Path) -> None:
    """The program's own sheet follows from what is given."""
    sheet = tmp_path / "sheet.json"
    sheet.write_text(_run("sheet", "--example", "--format", "json").stdout)

    assert _run("check", sheet).returncode == 0


def test_check_of_nothing_exits_2(tmp_path: Path) -> None:
    """A file that is not there."""
    done = _run("check", tmp_path / "none.json")

    assert done.returncode == 2
    assert done.stderr == (
        f"Error: {tmp_path / 'none.json'}: expected a sheet, got: No such file or "
        "directory.\n"
    )


def test_a_closed_pipe_ends_quietly_with_141(
    model_folder: Path, line_folder: Path
) -> None:
    """`glassline inspect … | head -1`: as a shell counts it, and nothing is said."""
    done = subprocess.run(
        [
            "bash",
            "-c",
            f"{sys.executable} -m glassline inspect {model_folder} {line_folder} | head -1;"
            'echo "${PIPESTATUS[0]}"',
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    first, status = done.stdout.splitlines()
    assert (".png" in first, status, done.stderr) == (True, "141", "")


def test_an_error_that_nobody_reads_ends_with_141(tmp_path: Path) -> None:
    """Standard error is closed too: still no traceback at exit."""
    read_end, write_end = os.pipe()
    os.close(read_end)

    done = subprocess.run(
        [sys.executable, "-m", "glassline", "check", str(tmp_path / "none.json")],
        stdout=write_end,
        stderr=write_end,
        check=False,
    )
    os.close(write_end)

    assert done.returncode == 141


def test_a_name_too_long_for_the_disk_is_one_refusal(
    model_folder: Path, mixed: Path
) -> None:
    """The other photos are inspected all the same."""
    done = _run("inspect", model_folder, "x" * 300, mixed / "a.png", "--json")

    rows = _lines(done)
    assert (done.returncode, done.stderr) == (6, "")
    assert [row.get("refused") for row in rows] == ["not_found", None]


def test_a_refusal_names_its_photo_once(model_folder: Path, mixed: Path) -> None:
    """The name, the code, the message without the name again."""
    line = _run("inspect", model_folder, mixed / "b.png").stdout.splitlines()[0]

    assert line.startswith(f"{mixed / 'b.png'}  refused (truncated): expected ")
    assert line.count("b.png") == 1


def test_a_terminal_without_chinese_still_shows_the_sheet() -> None:
    """Letters that it lacks are escaped; all others are as ever."""
    done = _run("sheet", "--example", "--lang", "zh-TW", PYTHONIOENCODING="latin-1")

    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u" in done.stdout
    assert "0.6485" in done.stdout


@pytest.mark.parametrize("face", ["html", "json"])
def test_documents_are_utf_8_whatever_the_terminal(face: str) -> None:
    """A page that says UTF-8 is UTF-8; JSON holds no escapes that JSON lacks."""
    given = ("sheet", "--example", "--lang", "zh-TW", "--format", face)

    assert _run(*given, PYTHONIOENCODING="latin-1").stdout == _run(*given).stdout


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["check", "x\x1b[2J.json"], id="error"),
        pytest.param(["check", "--no\x1b[2J"], id="usage"),
        pytest.param(["sheet", "x\x1b[2J", "a.png"], id="model"),
    ],
)
def test_a_message_can_not_act_on_the_terminal(arguments: list[str]) -> None:
    """Escape codes in what was asked for are printed harmlessly."""
    done = _run(*arguments)

    assert "x1b[2J" in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_check_reads_files_only(kind: str, tmp_path: Path) -> None:
    """Neither waits for a pipe nor reads a device without end."""
    os.mkfifo(tmp_path / "pipe")
    file = {"pipe": tmp_path / "pipe", "device": Path("/dev/zero")}[kind]

    done = _run("check", file)

    assert done.returncode == 2
    assert done.stderr == f"Error: {file}: expected a sheet, got: no regular file.\n"


def test_check_refuses_a_large_file(tmp_path: Path) -> None:
    """One byte more than a hand calculation needs."""
    (tmp_path / "large.json").write_bytes(b" " * (MAX_BYTES + 1))

    done = _run("check", tmp_path / "large.json")

    assert done.returncode == 2
    assert done.stderr.endswith("large.json: expected at most 8,000,000 bytes.\n")


def test_rows_go_to_the_file_and_the_bar_to_the_terminal(
    model_folder: Path, mixed: Path
) -> None:
    """`inspect … --json > rows.json` on a terminal: a bar a photo, four rows."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "inspect", str(model_folder), str(mixed), "--json"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    ) as running:
        os.close(theirs)
        shown = _all_of(ours)
        rows = running.communicate()[0].splitlines()

    assert (running.returncode, len(rows)) == (6, 4)
    assert "inspecting" in shown
    assert "4/4" in shown


def _all_of(terminal: int) -> str:
    """Everything written to a terminal until the last writer closes it."""
    parts = []
    with contextlib.suppress(OSError):  # how Linux says that it is closed
        while part := os.read(terminal, 4096):
            parts.append(part)
    os.close(terminal)
    return b"".join(parts).decode()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_json_has_null_for_what_is_no_number(
    value: float, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """A rate of nothing and a bound without end, at any depth."""
    as_json({"a": [value, {"b": value}], "c": 0.5})

    assert capfdbinary.readouterr().out == b'{"a": [null, {"b": null}], "c": 0.5}\n'


def test_a_question_about_a_part_is_answered_beside_its_verdict(
    model_folder: Path, line_folder: Path
) -> None:
    """`sheet --suppose` says what was set and what the verdict was as read."""
    photo = next(line_folder.rglob("*.png"))

    done = _run("sheet", model_folder, photo, "--suppose", "line_strength=0")

    assert done.returncode == 0
    assert "A question, no verdict on this part" in done.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--suppose", "line_strength=much"],
            "--suppose: expected FEATURE=X with a number, got 'line_strength=much'.",
        ),
        (
            ["--suppose", "line_strength=0", "--evidence", "x.png"],
            "--suppose: expected no --evidence with it.",
        ),
    ],
)
def test_a_question_that_is_none_is_a_wrong_use(
    model_folder: Path, line_folder: Path, options: list[str], message: str
) -> None:
    """Exit code 2, and what was expected."""
    photo = next(line_folder.rglob("*.png"))

    done = _run("sheet", model_folder, photo, *options)

    assert done.returncode == 2
    assert message in done.stderr
