"""`glassline batch` as a person or a script calls it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import COMMAND, run
from unit.batch.inline import inline

from glassline import batch
from glassline.model import Model


def test_a_run_says_what_it_did(
    settled_folder: Path, mixed: Path, tmp_path: Path
) -> None:
    """Counts, decisions, refusals by reason, and where the rows are; exit code 6."""
    out = tmp_path / "v.csv"

    done = run("batch", settled_folder, mixed, "--out", out)

    lines = done.stdout.splitlines()
    assert lines[0].startswith("4 photos: 2 inspected, 2 refused; ")
    assert lines[2:] == [
        "  refused (truncated)  1",
        "  refused (unsupported_type)  1",
        f"Written: {out}",
    ]
    assert (done.returncode, done.stderr) == (6, "")


def test_where_no_photo_can_be_read_it_says_so_in_chinese(
    settled_folder: Path, mixed: Path, tmp_path: Path
) -> None:
    """The summary; the exit code is 1."""
    out = tmp_path / "v.csv"

    done = run(
        "batch", settled_folder, mixed / "b.png", "--out", out, "--lang", "zh-TW"
    )

    assert done.stdout.startswith("共 1 張：已檢測 0 張，拒讀 1 張；")
    assert (done.returncode, done.stderr) == (1, "")


def test_the_summary_for_programs_is_one_object(
    settled_folder: Path, mixed: Path, tmp_path: Path
) -> None:
    """All that the lines say; the reasons in the rows are Chinese where that is asked."""
    out = tmp_path / "v.csv"
    asked = ("--json", "--lang", "zh-TW")

    done = run("batch", settled_folder, mixed, "--out", out, *asked)

    found = json.loads(done.stdout)
    assert found.pop("seconds") > 0
    assert found.pop("photos_per_second") > 0
    assert sum(found.pop("decisions").values()) == 2
    assert sum(found.pop("classes").values()) == 2
    assert found == {
        "out": str(out),
        "photos": 4,
        "resumed": 0,
        "inspected": 2,
        "refused": {"truncated": 1, "unsupported_type": 1},
        "workers_replaced": 0,
        "interrupted": False,
    }
    assert "預期成本最低" in out.read_text("utf-8-sig")


@pytest.mark.parametrize(
    "number",
    [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.soak)],
    ids=["SIGINT", "SIGTERM"],
)
def test_a_run_that_is_stopped_finishes_the_photo_and_goes_on_later(
    number: signal.Signals,
    settled: Model,
    settled_folder: Path,
    line_folder: Path,
    tmp_path: Path,
) -> None:
    """No traceback; how to go on; the exit code of the signal; then the same bytes."""
    out, journal = tmp_path / "v.csv", tmp_path / "v.csv.journal"
    many = [line_folder / "ok", line_folder / "dirt", line_folder / "scratch"]
    arguments = ["batch", settled_folder, *many, "--out", out, "--workers", "1"]
    running = subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (journal.exists() and journal.stat().st_size > 3000):
        time.sleep(0.005)
    os.killpg(running.pid, number)  # as a terminal tells every process of a command
    told, errors = running.communicate(timeout=60)

    rest = run(*arguments, "--resume")
    whole = tmp_path / "whole.csv"
    batch.run(settled, list(map(str, many)), whole, batch.Settings(engine=inline()))

    assert running.returncode == 128 + number
    assert told.startswith("Interrupted after ")
    assert "Go on with the same command and --resume" in told
    assert errors == ""
    assert " photos were done before." in rest.stdout
    assert rest.returncode == 0
    assert out.read_bytes() == whole.read_bytes()


@pytest.mark.soak
def test_killed_at_a_hundred_moments_no_photo_is_twice_or_missing(
    settled_folder: Path, line_folder: Path, tmp_path: Path
) -> None:
    """By SIGKILL, a little later each time; each run goes on until all is done."""
    arguments = ["batch", settled_folder, line_folder, "--workers", "2", "--out"]
    run(*arguments, tmp_path / "whole.csv")

    found = {
        _killed(arguments, tmp_path / f"{n}.csv", 0.8 + n / 80) for n in range(100)
    }

    assert found == {(tmp_path / "whole.csv").read_bytes()}


def _killed(arguments: list[object], out: Path, after_s: float) -> bytes:
    command = [*COMMAND, *map(str, [*arguments, out, "--resume"])]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    time.sleep(after_s)
    running.kill()
    running.wait()
    run(*arguments, out, "--resume")  # where it was done already, that is refused
    return out.read_bytes()


def test_where_there_is_nothing_to_read_it_is_wrong_use(
    settled_folder: Path, mixed: Path, tmp_path: Path
) -> None:
    """Exit code 2, and which source."""
    done = subprocess.run(
        [*COMMAND, "batch", settled_folder, "none", "--out", tmp_path / "v.csv"],
        capture_output=True,
        text=True,
        check=False,
        cwd=mixed,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert (done.returncode, done.stderr) == (
        2,
        "Error: none: expected a folder, a file, a pattern that fits photos or an "
        "address, got nothing there.\n",
    )


def test_who_closes_the_pipe_loses_no_row(
    settled_folder: Path, mixed: Path, tmp_path: Path
) -> None:
    """The file is written; the exit code is that of a closed pipe."""
    arguments = ["batch", settled_folder, mixed, "--out", tmp_path / "v.csv"]
    running = subprocess.Popen(
        [*COMMAND, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    running.stdout.close()
    with running.stderr:
        errors = running.stderr.read()

    assert (running.wait(60), errors) == (141, b"")
    assert (tmp_path / "v.csv").exists()
