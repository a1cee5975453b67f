"""Labelled photos from folders and tables, as people really keep them."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from glassline.dataset import Dataset, Part
from glassline.errors import GlasslineWarning


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


def test_an_empty_folder_is_no_class(tmp_path: Path) -> None:
    """Nothing can be learnt of it; a command may have made it for its own output."""
    _touch(tmp_path, "ok/1.png")
    (tmp_path / "dirt").mkdir()

    with pytest.warns(
        GlasslineWarning,
        match=f"^{re.escape(str(tmp_path))}: left out, because they hold no photo: "
        r"dirt\.$",
    ):
        assert Dataset.read(tmp_path).classes == ("ok",)


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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
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


def test_a_blank_line_is_no_row(tmp_path: Path) -> None:
    """Before the header, between rows, at the end."""
    table = tmp_path / "labels.csv"
    table.write_text("\npath,label\na.png,ok\n\nb.png,ok\n\n")

    sources = [part.source for part in Dataset.read(table).parts]

    assert sources == ["labels.csv line 3", "labels.csv line 5"]


def _write_parquet(path: Path, select: str) -> None:
    plain = path.with_name("plain.parquet")  # COPY names files by its own rules
    duckdb.execute(f"COPY ({select}) TO '{plain}' (FORMAT parquet)")
    plain.rename(path)


def test_class_numbers_of_parquet_keep_their_zero(tmp_path: Path) -> None:
    """0 is a class; only an absent value is undecided."""
    table = tmp_path / "labels.parquet"
    _write_parquet(table, "FROM (VALUES (0, 0), (1, 1), (2, NULL)) t(path, label)")

    parts = Dataset.read(table).parts

    assert [part.label for part in parts] == ["0", "1", None]
    assert [part.path.name for part in parts] == ["0", "1", "2"]


def test_a_part_without_a_lot_is_a_group_of_its_own(tmp_path: Path) -> None:
    """Blank cells do not make one big lot, in CSV or in Parquet."""
    csv, parquet = tmp_path / "labels.csv", tmp_path / "labels.parquet"
    csv.write_text("path,label,lot\na,ok,\nb,ok, \nc,ok,L1\nd,ok,L1 \n")
    _write_parquet(
        parquet,
        "FROM (VALUES ('a', 'ok', NULL), ('b', 'ok', NULL), ('c', 'ok', 'L1'), "
        "('d', 'ok', 'L1')) t(path, label, lot)",
    )

    assert_array_equal(Dataset.read(csv).groups(), [0, 1, 2, 2])
    assert_array_equal(Dataset.read(parquet).groups(), [0, 1, 2, 2])


@pytest.mark.parametrize("name", ["[ab].parquet", "*.parquet", "?.parquet"])
def test_a_parquet_name_is_no_pattern(tmp_path: Path, name: str) -> None:
    """The file asked for is read, not those that its name would match."""
    folder = tmp_path / "line [1]" / "label=dirt"
    folder.mkdir(parents=True)
    for stem, label in (("a", "scratch"), ("b", "scratch"), (name[:-8], "ok")):
        select = f"SELECT 'x.png' AS path, '{label}' AS label"
        _write_parquet(folder / f"{stem}.parquet", select)

    parts = Dataset.read(folder / name).parts

    assert [part.label for part in parts] == ["ok"]


def test_scores_of_people_are_read_where_there_are_some(tmp_path: Path) -> None:
    """A blank cell is no score, a 0 is one."""
    (tmp_path / "labels.csv").write_text(
        "path,label,concept_line_strength,concept_grain_noise\n"
        "a.png,ok,0,\nb.png,scratch,0.75,0.5\nc.png,ok,,\n"
    )

    parts = Dataset.read(tmp_path).parts

    assert [part.scores for part in parts] == [
        {"line_strength": 0.0},
        {"line_strength": 0.75, "grain_noise": 0.5},
        None,
    ]


def test_labelled_parts_keep_their_places() -> None:
    """Hard and soft labels; a part in shares counts as its largest, nobody's is left."""
    path = Path("x.png")
    data = Dataset(
        "drawn",
        (
            Part(path, None, "row 0", "a"),
            Part(path, "dirt", "row 1", "b", weight=0.0),
            Part(path, None, "row 2", "c", soft={"ok": 0.6, "dirt": 0.4}),
        ),
    )

    found = data.labelled(("ok", "dirt"))

    assert found.data.parts == data.parts[1:]
    assert_array_equal(found.rows, [1, 2])
    assert_array_equal(found.targets, [[0.0, 1.0], [0.6, 0.4]])
    assert_array_equal(found.labels, [1, 0])
