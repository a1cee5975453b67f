"""`glassline export`, as a person and as a script call it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from commands import rows_of, run

from glassline.export.plc import COMPILERS
from glassline.model import Model
from glassline.model.sealed import seal


def test_a_query_is_written_with_its_certificate(
    settled: Model, settled_folder: Path, line_folder: Path, tmp_path: Path
) -> None:
    """Two files, and lines that count what was asked."""
    path = tmp_path / "new" / "verdict.sql"

    done = run(
        *("export", "sql", settled_folder, "--out", path, "--check", line_folder),
        *("--parts", 2000),
    )

    certificate = json.loads(
        (tmp_path / "new" / "verdict.sql.certificate.json").read_text()
    )
    largest = certificate["engines"][0]["largest_difference"]
    said = " ".join(done.stdout.split())
    assert (done.returncode, done.stderr) == (0, "")
    assert settled.sha256 in path.read_text()
    assert said == (
        "Asked: 60 photos and 2,000 random parts, of which 1,000 lie within 1e-6 of "
        f"a border. {certificate['engines'][0]['engine']}: class and decision are those "
        "of Python on all 2,060 parts; no probability differs by more than "
        f"{largest:.1e}; 12 of 12 parts without finite numbers are refused. "
        f"Written: {path}, with verdict.sql.certificate.json"
    )


@pytest.mark.skipif(not any(map(shutil.which, COMPILERS)), reason="needs a C compiler")
def test_function_blocks_say_what_lies_within_their_margins(
    settled_folder: Path, tmp_path: Path
) -> None:
    """Three lines: of all parts, of those beyond a margin, and of classes alone."""
    path = tmp_path / "verdict.st"

    done = run("export", "st", settled_folder, "--out", path, "--parts", 1000)

    said = " ".join(done.stdout.split())
    assert (done.returncode, done.stderr) == (0, "")
    assert said.count("parts beyond its margin") >= 2
    assert "C rendering of DINT" in said
    assert said.count("it takes no decision; the class is that of Python on all") == 1
    assert said.count("Within the margin that is stated lie") >= 2
    assert f"Written: {path}" in said


def test_json_is_the_certificate(settled_folder: Path, tmp_path: Path) -> None:
    """And the path; in the language asked for it stays the same."""
    path = tmp_path / "verdict.onnx"

    done = run(
        "export", "onnx", settled_folder, "--out", path, "--json", "--parts", 1000
    )

    (row,) = rows_of(done)
    written = json.loads((tmp_path / "verdict.onnx.certificate.json").read_text())
    assert done.returncode == 0
    assert row == {**written, "path": str(path)}


def test_a_model_of_another_version_is_refused(
    settled_folder: Path, tmp_path: Path
) -> None:
    """With the exit code of a model that can not be used, and nothing is written."""
    table = json.loads((settled_folder / "model.json").read_text())
    newer = {**table, "format": 2}
    (tmp_path / "model.json").write_bytes(
        seal({name: newer[name] for name in table if name != "sha256"})
    )

    done = run("export", "sql", tmp_path, "--out", tmp_path / "verdict.sql")

    assert done.returncode == 3
    assert "expected format 1, got 2. This file was written by another" in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["model.json"]
