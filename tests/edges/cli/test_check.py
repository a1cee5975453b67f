"""`glassline check`: the figures that do not follow."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from commands import rows_of, run

from glassline.explain.check.document import MAX_BYTES

ROOT = Path(__file__).resolve().parents[3]


def test_check_finds_the_slips_of_the_published_example() -> None:
    """Exit 1, and exactly the entries that are marked there."""
    document = ROOT / "tests" / "golden" / "worked-example.json"

    done = run("check", document, "--json")

    assert done.returncode == 1
    assert len(rows_of(done)[0]["wrong"]) == 7


def test_check_passes_a_right_sheet(tmp_path: Path) -> None:
    """The program's own sheet follows from what is given."""
    sheet = tmp_path / "sheet.json"
    sheet.write_text(run("sheet", "--example", "--format", "json").stdout)

    assert run("check", sheet).returncode == 0


def test_check_of_nothing_exits_2(tmp_path: Path) -> None:
    """A file that is not there."""
    done = run("check", tmp_path / "none.json")

    assert done.returncode == 2
    assert done.stderr == (
        f"Error: {tmp_path / 'none.json'}: expected a sheet, got: No such file or "
        "directory.\n"
    )


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_check_reads_files_only(kind: str, tmp_path: Path) -> None:
    """Neither waits for a pipe nor reads a device without end."""
    os.mkfifo(tmp_path / "pipe")
    file = {"pipe": tmp_path / "pipe", "device": Path("/dev/zero")}[kind]

    done = run("check", file)

    assert done.returncode == 2
    assert done.stderr == f"Error: {file}: expected a sheet, got: no regular file.\n"


def test_check_refuses_a_large_file(tmp_path: Path) -> None:
    """One byte more than a hand calculation needs."""
    (tmp_path / "large.json").write_bytes(b" " * (MAX_BYTES + 1))

    done = run("check", tmp_path / "large.json")

    assert done.returncode == 2
    assert done.stderr.endswith("large.json: expected at most 8,000,000 bytes.\n")
