"""Every target answers as Python does: on random parts and beside every border."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from targets import COUNT, QUICK, VARIANTS, exported

from glassline.dataset import Dataset
from glassline.decide import Gauge
from glassline.errors import InputError
from glassline.export import certificate_path, export, sql, workbook
from glassline.model import Model

ROUGH = Gauge(10, "0" * 64, (1.0,) * 4, {"noise": (0.5,) * 4})


@pytest.fixture(autouse=True)
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet of three rows: a hundred say no more here, and take a second to write."""
    monkeypatch.setattr(workbook, "ROWS", 3)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("target", QUICK)
def test_each_engine_says_what_python_says(
    variants: Mapping[str, Model], tmp_path: Path, target: str, variant: str
) -> None:
    """Class and decision of every part, and no answer where a number is not finite."""
    found, first = exported(variants[variant], target, tmp_path / "made.c")

    assert found.certificate.holds
    assert (first.same_class, first.same_decision) == (COUNT, COUNT)
    assert (first.asked_to_refuse, first.refused) == (12, 12)
    assert first.largest_difference < 1e-11


@pytest.mark.parametrize("target", QUICK)
def test_an_export_is_the_same_bytes_every_time(
    settled: Model, tmp_path: Path, target: str
) -> None:
    """File and certificate hang on the model and the seed alone."""
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        exported(settled, target, tmp_path / name / "made.c", 100)

    first, second = (
        {each.name: each.read_bytes() for each in (tmp_path / name).iterdir()}
        for name in ("first", "second")
    )
    assert first == second
    assert "made.c.certificate.json" in first


def test_the_certificate_names_what_was_asked_and_answered(
    settled: Model, line: Dataset, tmp_path: Path
) -> None:
    """Counts and hashes, so that anyone can ask the same again."""
    rng = np.random.default_rng(3)  # noqa: TID251  as the command draws
    path = tmp_path / "verdict.sql"
    photos = line.subset(range(5))

    found = export(settled, "sql", path, rng=rng, data=photos, count=40)

    written = json.loads(certificate_path(path).read_text())
    hashes = "\n".join(_sha256(each.path.read_bytes()) for each in photos.parts)
    assert found.path == path
    assert written["holds"] is True
    assert written["model_sha256"] == settled.sha256
    assert written["files"] == {"verdict.sql": _sha256(path.read_bytes())}
    assert written["photos"] == 5
    assert written["photos_sha256"] == _sha256(hashes.encode())
    assert (written["random"], written["near_border"]) == (40, 20)
    assert written["engines"][0]["parts"] == 45


def test_an_export_that_answers_otherwise_is_not_written(
    settled: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A weight off by a thousandth: the certificate says so, and no file appears."""
    true_query = sql.query
    monkeypatch.setattr(
        sql,
        "query",
        lambda rules: true_query(replace(rules, b=rules.b + np.array([1e-3, 0, 0]))),
    )

    found, first = exported(settled, "sql", tmp_path / "verdict.sql")

    assert found.path is None
    assert not found.certificate.holds
    assert first.differ > COUNT / 10
    assert list(tmp_path.iterdir()) == []


def test_a_model_whose_gauge_limit_is_off_is_exported(
    settled: Model, tmp_path: Path
) -> None:
    """The study may stay in the model; what counts is whether it has a say."""
    off = replace(settled.recipe, review=replace(settled.recipe.review, gauge=0.0))

    found, _ = exported(
        replace(settled, gauge=ROUGH, recipe=off), "sql", tmp_path / "v.sql", 100
    )

    assert found.certificate.holds


def test_a_target_that_does_not_exist_is_refused(
    settled: Model, tmp_path: Path
) -> None:
    """By name, with those that there are."""
    with pytest.raises(
        InputError, match=r"^target: expected one of .*, got 'cobol'\.$"
    ):
        exported(settled, "cobol", tmp_path / "made.c")


def test_a_path_that_can_not_be_written_is_refused(
    settled: Model, tmp_path: Path
) -> None:
    """A file stands where its folder should be."""
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "verdict.sql"
    message = f"{path}: expected a file that can be written, got: File exists."

    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        exported(settled, "sql", path, 100)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
