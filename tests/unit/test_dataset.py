"""Labelled photos from folders and tables, as people really keep them."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from glassline.dataset import Dataset
from glassline.errors import DatasetError, LabelError


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def test_a_folder_for_each_class_is_a_dataset(tmp_path: Path) -> None:
    """The folder's name is the label; byte order within."""
    _touch(tmp_path, "scratch/b.png", "ok/2.png", "ok/10.png", "ok/notes.txt", ".git/x")

    data = Dataset.read(tmp_path)

    seen = [(part.path.name, part.label) for part in data.parts]
    assert seen == [("10.png", "ok"), ("2.png", "ok"), ("b.png", "scratch")]
    assert data.classes == ("ok", "scratch")


def test_an_empty_class_folder_is_still_a_class(tmp_path: Path) -> None:
    """A class without parts is declared by its folder."""
    _touch(tmp_path, "ok/1.png")
    (tmp_path / "dirt").mkdir()

    assert Dataset.read(tmp_path).classes == ("ok", "dirt")


def test_classes_come_in_the_order_of_the_sheet(tmp_path: Path) -> None:
    """OK, scratch, dirt, then the others by name."""
    _touch(tmp_path, *(f"{name}/1.png" for name in ("zeta", "dirt", "ok", "scratch")))

    assert Dataset.read(tmp_path).classes == ("ok", "scratch", "dirt", "zeta")


def test_a_table_in_the_folder_goes_before_its_folders(tmp_path: Path) -> None:
    """labels.csv says more than folder names can."""
    _touch(tmp_path, "ok/1.png", "ok/2.png")
    (tmp_path / "labels.csv").write_text("path,label\nok/1.png,scratch\n")

    data = Dataset.read(tmp_path)

    assert [(p.path.name, p.label) for p in data.parts] == [("1.png", "scratch")]


def test_a_table_holds_weights_groups_inspectors_and_hashes(tmp_path: Path) -> None:
    """Every optional column arrives; an empty label is undecided."""
    table = tmp_path / "labels.csv"
    table.write_text(
        "path,label,lot,weight,inspector,sha256\n"
        f"a.png,ok,L1,2.5,Lin,{'AB' * 32}\n"
        "b.png,,L1,,,\n"
        "c.png,scratch,L2,0,Wu,\n"
    )

    data = Dataset.read(table)

    assert_array_equal(data.weights(), [2.5, 1.0, 0.0])
    assert_array_equal(data.groups(), [0, 0, 1])
    assert_array_equal(data.targets(("ok", "scratch")), [[1, 0], [0, 0], [0, 1]])
    assert [p.inspector for p in data.parts] == ["Lin", None, "Wu"]
    assert data.parts[0].sha256 == "ab" * 32


def test_shares_say_that_inspectors_disagree(tmp_path: Path) -> None:
    """label_<class> columns are soft labels."""
    table = tmp_path / "votes.csv"
    table.write_text("path,label_ok,label_scratch\na.png,0.7,0.3\nb.png,,\n")

    data = Dataset.read(table)

    assert_array_equal(data.targets(("ok", "scratch")), [[0.7, 0.3], [0, 0]])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950"])
def test_spreadsheets_of_taiwan_are_read(tmp_path: Path, encoding: str) -> None:
    """Chinese class names in the encodings that Excel writes."""
    table = tmp_path / "labels.csv"
    table.write_text("path,label\n產品一.png,刮傷\n", encoding=encoding)

    part = Dataset.read(table).parts[0]

    assert (part.path.name, part.label) == ("產品一.png", "刮傷")


def test_parquet_is_the_same_table(tmp_path: Path) -> None:
    """What CSV says, Parquet says."""
    csv, parquet = tmp_path / "labels.csv", tmp_path / "labels.parquet"
    csv.write_text("path,label,lot\na.png,ok,7\nb.png,scratch,8\n")
    duckdb.execute(f"COPY (FROM '{csv}') TO '{parquet}' (FORMAT parquet)")

    seen = [
        [(p.path, p.label, p.group) for p in Dataset.read(path).parts]
        for path in (csv, parquet)
    ]

    assert seen[0] == seen[1]


def test_a_subset_keeps_the_rows_asked_for(tmp_path: Path) -> None:
    """In the order asked for."""
    _touch(tmp_path, "ok/0.png", "ok/1.png", "ok/2.png")

    subset = Dataset.read(tmp_path).subset(np.array([2, 0]))

    assert [part.path.stem for part in subset.parts] == ["2", "0"]


def test_a_misspelt_label_is_named_with_its_line(tmp_path: Path) -> None:
    """The line as an editor counts it, and the nearest class."""
    table = tmp_path / "labels.csv"
    table.write_text("path,label\na.png,ok\nb.png,scrach\n")

    with pytest.raises(
        LabelError,
        match=r"^labels\.csv line 3: expected one of ok, scratch, dirt, got 'scrach'\. "
        r"Did you mean scratch\?$",
    ):
        Dataset.read(table).targets(("ok", "scratch", "dirt"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "file,label\na,ok\n",
            "labels.csv: expected the columns path and label, got file, label.",
            id="no-path",
        ),
        pytest.param(
            "path\na\n",
            "labels.csv: expected the columns path and label, got path.",
            id="no-label",
        ),
        pytest.param(
            "path,label\n",
            "labels.csv: expected at least one row, got none.",
            id="empty",
        ),
        pytest.param(
            "path,label\n ,ok\n",
            "labels.csv line 2: expected a path, got ''.",
            id="blank-path",
        ),
        pytest.param(
            "path,label,weight\na,ok,-1\n",
            "labels.csv line 2: weight: expected a number >= 0, got '-1'.",
            id="negative-weight",
        ),
        pytest.param(
            "path,label,weight\na,ok,nan\n",
            "labels.csv line 2: weight: expected a number >= 0, got 'nan'.",
            id="nan-weight",
        ),
        pytest.param(
            "path,label_ok,label_dirt\na,0.5,0.4\n",
            "labels.csv line 2: expected shares label_* that sum to 1, got 0.9.",
            id="shares",
        ),
    ],
)
def test_a_broken_table_is_refused_by_line(
    tmp_path: Path, text: str, message: str
) -> None:
    """Where, what was expected, what came."""
    table = tmp_path / "labels.csv"
    table.write_text(text)

    with pytest.raises(DatasetError, match=f"^{re.escape(message)}$"):
        Dataset.read(table)


def test_nothing_there_is_said(tmp_path: Path) -> None:
    """The path that was asked for stands in the message."""
    path = tmp_path / "none"

    with pytest.raises(
        DatasetError,
        match=f"^{re.escape(str(path))}: expected a folder, a CSV or a Parquet file, "
        r"got nothing there\.$",
    ):
        Dataset.read(path)


def test_a_folder_without_classes_is_refused(tmp_path: Path) -> None:
    """Photos lying loose have no label."""
    _touch(tmp_path, "a.png")

    with pytest.raises(
        DatasetError,
        match=f"^{re.escape(str(tmp_path))}: expected a folder of photos for each class "
        r"\(such as ok/ and scratch/\) or a labels\.csv, got neither\.$",
    ):
        Dataset.read(tmp_path)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    """A spreadsheet must be saved as CSV first."""
    path = tmp_path / "labels.xlsx"
    path.write_bytes(b"PK")

    with pytest.raises(
        DatasetError,
        match=r"^labels\.xlsx: expected \.csv or \.parquet, got '\.xlsx'\.$",
    ):
        Dataset.read(path)


def test_a_broken_parquet_file_is_named(tmp_path: Path) -> None:
    """DuckDB's own first line is passed on."""
    path = tmp_path / "labels.parquet"
    path.write_bytes(b"PAR1")

    with pytest.raises(
        DatasetError, match=r"^labels\.parquet: expected Parquet, got: .+\.$"
    ):
        Dataset.read(path)
