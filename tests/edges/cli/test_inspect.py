"""`glassline inspect`: a line for every photo, verdict or refusal."""

from __future__ import annotations

import contextlib
import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest
from commands import COMMAND, rows_of, run

import glassline
from glassline.model import Model
from glassline.render.layout import wrap


def test_inspect_gives_a_line_for_every_file(model_folder: Path, mixed: Path) -> None:
    """Rows out = files in, in byte order; exit 6 as some were refused."""
    done = run("inspect", model_folder, mixed, "--json")

    rows = rows_of(done)
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
    row = rows_of(run("inspect", model_folder, mixed / "a.png", "--json"))[0]

    assert row == glassline.inspect(model, mixed / "a.png").as_json()


def test_inspect_for_a_person_names_class_decision_and_reason(
    model_folder: Path, model: Model, mixed: Path
) -> None:
    """The verdict before the photo, the reason below, and a count."""
    done = run("inspect", model_folder, mixed / "a.png")

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

    assert run("inspect", model_folder, *given).returncode == code


def test_a_name_can_not_act_on_the_terminal(
    model_folder: Path, mixed: Path, tmp_path: Path
) -> None:
    """Escape codes and bytes that are no UTF-8 are printed harmlessly."""
    shutil.copy(mixed / "a.png", tmp_path / "x\x1b[2J\n\udcff.png")

    plain = run("inspect", model_folder, tmp_path)
    rows = rows_of(run("inspect", model_folder, tmp_path, "--json"))

    assert (plain.returncode, len(plain.stdout.splitlines())) == (0, 3)
    assert "\x1b" not in plain.stdout
    assert rows[0]["image"].endswith("x\x1b[2J\n\\udcff.png")


def test_a_link_out_of_the_folder_is_refused(
    model_folder: Path, mixed: Path, tmp_path: Path
) -> None:
    """A folder is inspected, not what it points to."""
    (tmp_path / "link.png").symlink_to(mixed / "a.png")

    rows = rows_of(run("inspect", model_folder, tmp_path, "--json"))

    assert [row["refused"] for row in rows] == ["symlink"]


def test_a_name_too_long_for_the_disk_is_one_refusal(
    model_folder: Path, mixed: Path
) -> None:
    """The other photos are inspected all the same."""
    done = run("inspect", model_folder, "x" * 300, mixed / "a.png", "--json")

    rows = rows_of(done)
    assert (done.returncode, done.stderr) == (6, "")
    assert [row.get("refused") for row in rows] == ["not_found", None]


def test_a_refusal_names_its_photo_once(model_folder: Path, mixed: Path) -> None:
    """The name, the code, the message without the name again."""
    line = run("inspect", model_folder, mixed / "b.png").stdout.splitlines()[0]

    assert line.startswith(f"{mixed / 'b.png'}  refused (truncated): expected ")
    assert line.count("b.png") == 1


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
