"""What is no dataset is refused by its place, in our words."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest

from glassline.dataset import Dataset
from glassline.errors import DatasetError, LabelError


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
            "path,label,concept_grain_noise\na,ok,1.5\n",
            "labels.csv line 2: concept_grain_noise: expected a number in [0, 1], got "
            "1.5.",
            id="score-beyond-one",
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
            "path,label,weight\na,ok,inf\n",
            "labels.csv line 2: weight: expected a number >= 0, got 'inf'.",
            id="endless-weight",
        ),
        pytest.param(
            "path,label\na,ok\nb,ok,dirt\n",
            "labels.csv line 3: expected 2 cells, got 3.",
            id="too-many-cells",
        ),
        pytest.param(
            "path,label\na,ok\n\nb\n",
            "labels.csv line 4: expected 2 cells, got 1.",
            id="too-few-cells-after-a-blank-line",
        ),
        pytest.param(
            'path,label,note\na,ok,"two\nlines"\n"",ok,\n',
            "labels.csv line 4: expected a path, got ''.",
            id="after-a-cell-of-two-lines",
        ),
        pytest.param(
            'path,label,note\r\n"",ok,"two\r\nlines"\r\n',
            "labels.csv line 2: expected a path, got ''.",
            id="a-row-of-two-lines-by-its-first",
        ),
        pytest.param(
            "path,label_ok,label_dirt\na,0.5,0.4\n",
            "labels.csv line 2: expected shares that sum to 1 in label_ok, label_dirt, got 0.9.",
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


def test_a_pipe_is_no_table(tmp_path: Path) -> None:
    """Opening it would wait for a writer who never comes."""
    os.mkfifo(tmp_path / "labels.csv")

    with pytest.raises(
        DatasetError, match=r"^labels\.csv: expected a file, got a pipe or device\.$"
    ):
        Dataset.read(tmp_path / "labels.csv")


def test_a_table_is_read_up_to_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One byte more is refused."""
    monkeypatch.setattr("glassline.dataset.table.MAX_TABLE_BYTES", 20)
    table = tmp_path / "labels.csv"
    table.write_bytes(b"path,label\na.png,ok\n")
    assert len(Dataset.read(table)) == 1

    table.write_bytes(b"path,label\na.png,ok\n\n")
    with pytest.raises(
        DatasetError, match=r"^labels\.csv: expected at most 20 bytes, got more\.$"
    ):
        Dataset.read(table)


def test_a_name_longer_than_the_disk_allows_is_refused(tmp_path: Path) -> None:
    """In our words, with the system's reason."""
    path = tmp_path / ("a" * 300)

    with pytest.raises(
        DatasetError,
        match=f"^{path}: expected a folder, a CSV or a Parquet file, "
        r"got an error: File name too long\.$",
    ):
        Dataset.read(path)


@pytest.mark.parametrize(
    ("act", "made", "name"),
    [
        ("iterdir", "photos/ok/1.png", "photos"),
        ("open", "photos/labels.csv", "photos/labels.csv"),
    ],
)
def test_what_may_not_be_opened_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str, made: str, name: str
) -> None:
    """A folder and a table of somebody else; the one at fault is named."""
    path = tmp_path / name
    (tmp_path / made).parent.mkdir(parents=True)
    (tmp_path / made).touch()

    def refuse(self: Path, *_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, act, refuse)

    with pytest.raises(
        DatasetError,
        match=f"^{path}: expected a folder, a CSV or a Parquet file, "
        r"got an error: Permission denied\.$",
    ):
        Dataset.read(tmp_path / "photos")


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
    """Nothing in it is a photo."""
    (tmp_path / "notes.txt").touch()

    with pytest.raises(
        DatasetError,
        match=f"^{re.escape(str(tmp_path))}: expected a folder of photos for each class "
        r"\(such as ok/ and scratch/\) or a labels\.csv, got neither\.$",
    ):
        Dataset.read(tmp_path)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    """Neither text nor Parquet."""
    path = tmp_path / "labels.yaml"
    path.write_bytes(b"PK")

    with pytest.raises(
        DatasetError,
        match=r"^labels\.yaml: expected \.csv or \.parquet, got '\.yaml'\.$",
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
