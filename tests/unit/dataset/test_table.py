"""Tables as spreadsheets, other systems and other programs write them."""

from __future__ import annotations

import re
import unicodedata
import warnings
from pathlib import Path

import duckdb
import pytest

from glassline.dataset import Dataset, Part
from glassline.errors import DatasetError, GlasslineWarning, LabelError


def _parts(folder: Path, text: str) -> tuple[Part, ...]:
    path = folder / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return Dataset.read(path).parts


@pytest.mark.parametrize(
    "header",
    [
        "Path,Label,Lot",
        "PATH , LABEL , GROUP",
        " path, label, lot",
        '"path","label","lot"',
        "file_name,class,lot",
        "File Name,Class,Lot",
        "file-name,label,lot",
        "filename,label,lot",
        "image_path,label,lot",
        "ｐａｔｈ,ｌａｂｅｌ,ｌｏｔ",
    ],
)
def test_a_header_is_read_as_a_person_reads_it(header: str, tmp_path: Path) -> None:
    """Case, blanks, width and separators play no part."""
    (part,) = _parts(tmp_path, f"{header}\na.png,ok,7\n")

    assert (part.path.name, part.label, part.group) == ("a.png", "ok", "7")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("path;label;weight\na.png;ok;0,5\n", id="semicolon"),
        pytest.param("path\tlabel\tweight\na.png\tok\t0.5\n", id="tab"),
        pytest.param("sep=;\npath;label;weight\na.png;ok;0,5\n", id="told-to-excel"),
        pytest.param('"sep=,"\npath,label,weight\na.png,ok,0.5\n', id="told-quoted"),
        pytest.param(
            ";;\n\npath;label;weight\n;;\na.png;ok;0.5\n;;;;\n", id="blank-rows"
        ),
        pytest.param("path,label,weight\n,,\na.png,ok,0.5,,\n , ,\n", id="blank-cells"),
        pytest.param("path,label,weight,,\na.png,ok,0.5,,\n", id="blank-headers"),
        pytest.param("path,label,weight\r\na.png,ok,0.5\r\n,,\r\n", id="windows"),
    ],
)
def test_cells_are_parted_as_spreadsheets_do(text: str, tmp_path: Path) -> None:
    """Commas, semicolons (then 0,5 is a number) or tabs; empty rows are none."""
    (part,) = _parts(tmp_path, text)

    assert (part.path.name, part.label, part.weight) == ("a.png", "ok", 0.5)


def test_a_table_of_tabs_may_say_so(tmp_path: Path) -> None:
    """As .tsv."""
    path = tmp_path / "labels.tsv"
    path.write_text("path\tlabel\na.png\tok\n")

    assert Dataset.read(path).classes == ("ok",)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("path,label,label", "got 'label' twice (columns 2 and 3)."),
        ("path,label,Label ", "got 'Label' twice (columns 2 and 3)."),
        ("path,Path,label", "got 'Path' twice (columns 1 and 2)."),
        ("path,label_ok,label_OK", "got 'label_OK' twice (columns 2 and 3)."),
    ],
)
def test_a_column_that_is_read_stands_once(
    header: str, message: str, tmp_path: Path
) -> None:
    """Two inspectors' tables joined: which one is meant is not guessed."""
    told = f"labels.csv: expected each column once, {message} Rename or remove one."

    with pytest.raises(DatasetError, match=f"^{re.escape(told)}$"):
        _parts(tmp_path, f"{header}\na.png,ok,dirt\n")


def test_a_column_that_is_not_read_may_stand_twice(tmp_path: Path) -> None:
    """Notes are none of our business."""
    (part,) = _parts(tmp_path, "path,label,note,note\na.png,ok,x,y\n")

    assert part.label == "ok"


@pytest.mark.parametrize(
    "missing", ["", " ", "NA", "n/a", "#N/A", "NaN", "null", "<NA>"]
)
def test_what_is_missing_is_no_class(missing: str, tmp_path: Path) -> None:
    """A part without a label is undecided; without a weight it counts as 1."""
    parts = _parts(
        tmp_path,
        f"path,label,lot,weight,inspector\na.png,{missing},{missing},{missing},{missing}\n"
        "b.png,none,1,2,Lee\n",
    )

    first, second = parts
    assert (first.label, first.group) == (None, str(first.path))
    assert (first.weight, first.inspector) == (1.0, None)
    assert (second.label, second.weight) == ("none", 2.0)


@pytest.mark.parametrize(
    ("column", "labels"),
    [
        pytest.param("'ok'", ["ok", None], id="text"),
        pytest.param("0", ["0", None], id="whole"),
    ],
)
@pytest.mark.parametrize("missing", ["NULL", "'NaN'::DOUBLE", "'NA'"])
def test_parquet_misses_as_csv_does(
    column: str, labels: list[str | None], missing: str, tmp_path: Path
) -> None:
    """Null, NaN and NA; a row of nothing is none."""
    path = tmp_path / "parts.parquet"
    duckdb.execute(
        f"COPY (SELECT 'a.png' AS path, {column}::VARCHAR AS label UNION ALL "
        f"SELECT 'b.png', {missing}::VARCHAR UNION ALL SELECT NULL, NULL) "
        f"TO '{path}' (FORMAT parquet)"
    )

    assert [part.label for part in Dataset.read(path).parts] == labels


def test_numbers_with_a_gap_stay_whole_in_parquet(tmp_path: Path) -> None:
    """Class 1 is the class 1 also where a NaN made its column one of floats."""
    path = tmp_path / "parts.parquet"
    duckdb.execute(
        "COPY (SELECT 'a.png' AS path, 1.0::DOUBLE AS label UNION ALL "
        f"SELECT 'b.png', 'NaN'::DOUBLE) TO '{path}' (FORMAT parquet)"
    )

    assert [part.label for part in Dataset.read(path).parts] == ["1", None]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        pytest.param("label_text", "stained", id="text"),
        pytest.param("label_id", "", id="blank"),
        pytest.param("label_ok,label_dirt", "NA,NA", id="missing"),
    ],
)
def test_a_label_needs_no_shares(header: str, cells: str, tmp_path: Path) -> None:
    """Columns that begin alike are none of our business."""
    (part,) = _parts(tmp_path, f"path,label,{header}\na.png,ok,{cells}\n")

    assert (part.label, part.soft) == ("ok", None)


def test_numbers_that_are_not_read_are_named(tmp_path: Path) -> None:
    """They may be shares of some classes, or a flag."""
    with pytest.warns(
        GlasslineWarning,
        match=r"^labels\.csv: not read: label_verified\. Beside a column label, columns "
        r"label_\* are shares only where they are all the classes\.$",
    ):
        parts = _parts(tmp_path, "path,label,label_verified\na,ok,1\nb,dirt,0\nc,,1\n")

    assert [(part.label, part.soft) for part in parts] == [
        ("ok", None),
        ("dirt", None),
        (None, None),
    ]


def test_a_label_wins_over_shares_in_its_row(tmp_path: Path) -> None:
    """Where the shares are all the classes, they count where no label stands."""
    parts = _parts(
        tmp_path, "path,label,label_ok,label_dirt\na,ok,0.2,0.8\nb,,0.5,0.5\n"
    )

    assert [(part.label, part.soft) for part in parts] == [
        ("ok", None),
        (None, {"ok": 0.5, "dirt": 0.5}),
    ]


def test_labels_in_several_spellings_are_one_class(tmp_path: Path) -> None:
    """The first is shown, and all are named."""
    with pytest.warns(
        GlasslineWarning,
        match=r"^labels\.csv: one class in 3 spellings \('ok' 1, 'OK' 2, 'Ok' 1\); read "
        r"as 'ok'\.$",
    ):
        parts = _parts(tmp_path, "path,label\na,ok\nb,OK\nc,Ok\nd,OK \n")

    assert {part.label for part in parts} == {"ok"}


@pytest.mark.parametrize("said", ["OK", "ｏｋ", "o\u200bk"])
def test_a_label_is_of_the_class_that_it_spells(said: str, tmp_path: Path) -> None:
    """The recipe has its own spelling."""
    _parts(tmp_path, f"path,label\na,{said}\nb,deep_scratch\n")

    y = Dataset.read(tmp_path / "labels.csv").targets(("Deep Scratch", "ok"))

    assert y.tolist() == [[0, 1], [1, 0]]


def test_classes_that_a_recipe_tells_apart_stay_two(tmp_path: Path) -> None:
    """A label that spells both is neither."""
    _parts(tmp_path, "path,label\na,oK\n")

    with pytest.raises(
        LabelError,
        match=r"^labels\.csv line 2: expected one of ok, OK, got 'oK'\. Did you mean "
        r"(ok|OK)\?$",
    ):
        Dataset.read(tmp_path / "labels.csv").targets(("ok", "OK"))


@pytest.mark.parametrize(
    ("file", "named"),
    [
        pytest.param("ok/1.png", "ok\\1.png", id="backslash"),
        pytest.param("ok/1.png", ".\\ok\\1.png", id="dot-backslash"),
        pytest.param("OK/IMG_1.PNG", "ok/img_1.png", id="case"),
        pytest.param(unicodedata.normalize("NFD", "é/1.png"), "é/1.png", id="composed"),
        pytest.param("é/1.png", unicodedata.normalize("NFD", "é/1.png"), id="split"),
        pytest.param("deep scratch/1.png", "deep_scratch/1.png", id="separator"),
    ],
)
def test_a_path_is_found_in_another_spelling(
    file: str, named: str, tmp_path: Path
) -> None:
    """As Windows and Macs write it; the first is named."""
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).touch()

    with pytest.warns(
        GlasslineWarning,
        match=r"^labels\.csv: 1 paths are spelt otherwise than the files; the first, "
        f"{re.escape(repr(named))}, is read as {re.escape(repr(file))}\\.$",
    ):
        (part,) = _parts(tmp_path, f"path,label\n{named},ok\n")

    assert part.path == tmp_path / file
    assert part.within == tmp_path


@pytest.mark.parametrize(
    "named", ["ok/2.png", "other/1.png", "ok\\2.png", "../ok/1.png", "OK/1.png"]
)
def test_a_path_that_names_no_one_file_stays_as_it_is(
    named: str, tmp_path: Path
) -> None:
    """Two files of one spelling, or none: the photo is refused by its own name."""
    for file in ("ok/1.png", "Ok/1.png"):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).touch()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (part,) = _parts(tmp_path, f"path,label\n{named},ok\n")

    assert part.path == tmp_path / named


@pytest.mark.parametrize(
    "named", ["C:\\photos\\1.png", "d:/1.png", "\\\\nas\\x\\1.png"]
)
def test_a_place_on_windows_is_none_here(named: str, tmp_path: Path) -> None:
    """Nothing on this computer is called so."""
    with pytest.raises(
        DatasetError,
        match=r"^labels\.csv line 2: expected a path on this computer, got "
        f"{re.escape(repr(named))}, one of Windows\\. Write it from the table's folder, "
        r"such as ok/1\.png\.$",
    ):
        _parts(tmp_path, f"path,label\n{named},ok\n")


def test_unicode_text_of_a_spreadsheet_is_read(tmp_path: Path) -> None:
    """UTF-16, tabs, .txt: what Excel calls Unicode Text."""
    path = tmp_path / "labels.txt"
    path.write_bytes("path\tlabel\r\na.png\t刮傷\r\n".encode("utf-16"))

    assert Dataset.read(path).classes == ("刮傷",)


def test_a_spreadsheet_is_no_table_yet(tmp_path: Path) -> None:
    """It is said how to make one of it."""
    (tmp_path / "labels.xlsx").touch()

    with pytest.raises(
        DatasetError,
        match=r"^labels\.xlsx: expected \.csv or \.parquet, got '\.xlsx'\. Save the sheet "
        r"as CSV UTF-8\.$",
    ):
        Dataset.read(tmp_path / "labels.xlsx")
