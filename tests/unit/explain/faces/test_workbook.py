"""The sheet as a spreadsheet: its formulas come to the sheet's figures, and it is checked."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from spreadsheet import Page, changed, uncached

from glassline.errors import InputError, MissingExtraError
from glassline.explain import Sheet
from glassline.explain.check import check
from glassline.explain.check.workbook import is_workbook, read
from glassline.explain.faces.workbook.formulas import cell

SOFFICE = shutil.which("soffice")
PAGE = "xl/worksheets/sheet1.xml"


@pytest.fixture(params=["taught", "trained", "hostile"])
def sheet(request: pytest.FixtureRequest) -> Sheet:
    """With and without readings and line priors; three and six classes."""
    found: Sheet = request.getfixturevalue(request.param)
    return found


def _cell_of(data: bytes, key: str) -> str:
    """The name of the upper left entry of a matrix."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        book = archive.read("xl/workbook.xml").decode()
    found = re.search(rf'name="gl_{key}">[^<]*!\$([A-Z]+)\$([0-9]+)', book)
    assert found
    return found[1] + found[2]


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_every_formula_comes_to_the_figure_of_the_sheet(
    sheet: Sheet, lang: str
) -> None:
    """Worked out from the numbers alone, by another program."""
    page = Page(sheet.xlsx(lang))

    worked = [page.value(name) for name in page.formulas]
    cached = [page.cached[name] for name in page.formulas]
    assert len(worked) > 40
    np.testing.assert_allclose(worked, cached, rtol=1e-12, atol=1e-12)


def test_every_step_of_the_sheet_is_a_formula(sheet: Sheet) -> None:
    """All but the givens; x too, where there are readings."""
    data = sheet.xlsx()
    page = Page(data)
    givens = {"x", "W", "b", "y", "costs", "ratio"}

    made = {key for key in sheet.figures if _cell_of(data, key) in page.formulas}

    from_readings = {"x"} if sheet.scaling is not None else set()
    assert made == sheet.figures.keys() - givens | from_readings


def test_the_same_sheet_gives_the_same_bytes(sheet: Sheet) -> None:
    """No clock, no order of a set."""
    assert sheet.xlsx("en") == sheet.xlsx("en") != sheet.xlsx("zh-TW")


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_the_checker_reads_it_and_finds_every_figure(sheet: Sheet, lang: str) -> None:
    """As many figures as in the JSON face, and all of them follow."""
    data = sheet.xlsx(lang)

    marks = check(data)

    document = json.loads(sheet.json())
    figures = sum(len(np.ravel(step["printed"])) for step in document["steps"])
    assert is_workbook(data)
    assert (marks.wrong, marks.count) == ((), figures)


@pytest.mark.parametrize(
    ("typed", "correct"), [("0.66", "0.65"), ("0.648", "0.649")], ids=str
)
def test_a_number_typed_over_a_formula_is_marked_at_its_own_decimals(
    taught: Sheet, typed: str, correct: str
) -> None:
    """p(OK) is 0.6485: right at two decimals is 0.65, at three 0.649 or 0.648."""
    data = taught.xlsx()
    place = _cell_of(data, "p")
    page = Page(data)
    old = f"<f>{page.formulas[place]}</f>"
    made = changed(data, PAGE, old.encode(), b"")
    value = f"{page.cached[place]:.16G}".encode()
    made = changed(made, PAGE, b"<v>" + value, b"<v>" + typed.encode())

    marks = check(made)

    assert [(m.place, m.row, m.column, m.printed) for m in marks.wrong[:1]] == [
        ("p", 1, 1, typed)
    ]
    assert marks.wrong[0].correct == correct


def test_a_wrong_cached_figure_is_marked_at_the_decimals_of_the_sheet(
    taught: Sheet,
) -> None:
    """A program that works out another e = exp 0 is caught."""
    data = taught.xlsx()
    place = _cell_of(data, "t")
    value = f"{Page(data).cached[place]:.16G}".encode()

    marks = check(changed(data, PAGE, b"<v>" + value, b"<v>1.6419"))

    assert [(m.place, m.printed, m.correct) for m in marks.wrong] == [
        ("t", "1.6419", "1.5419")
    ]


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
@pytest.mark.slow
def test_libreoffice_recomputes_it_with_another_x(
    taught: Sheet, tmp_path: Path
) -> None:
    """Every figure from empty cells, after x1 was changed from 0.6 to 1.6."""
    data = uncached(taught.xlsx("zh-TW"))
    other = changed(data, PAGE, b"<v>0.6</v>", b"<v>1.6</v>")
    (tmp_path / "sheet.xlsx").write_bytes(other)

    subprocess.run(
        [
            str(SOFFICE),
            "--headless",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            *("--convert-to", "xlsx", "--outdir", str(tmp_path / "out")),
            str(tmp_path / "sheet.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )

    saved = (tmp_path / "out" / "sheet.xlsx").read_bytes()
    document = json.loads(read(saved))
    marks = check(saved)
    steps = {step["symbol"]: step["printed"] for step in document["steps"]}
    assert marks.wrong == ()
    assert marks.count > 70
    assert document["given"]["x"]["value"][0][0] == 1.6
    assert steps["z"] == [["1.7", "0.0", "-0.7"]]


def test_names_stay_text_and_never_become_formulas(taught: Sheet) -> None:
    """A class called =1+1 is a name."""
    named = replace(
        taught, names={"en": {"ok": "=1+1", "scratch": "+A1", "dirt": "@x"}}
    )

    page = Page(named.xlsx("en"))

    assert [f for f in page.formulas.values() if f in ("1+1", "A1", "+A1", "x")] == []
    assert check(named.xlsx("en")).wrong == ()


def test_without_xlsxwriter_the_error_says_what_to_install(
    taught: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An optional library."""
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)

    with pytest.raises(
        MissingExtraError,
        match=r"^Writing a spreadsheet needs XlsxWriter\. "
        r'Install it with: pip install "glassline\[xlsx\]"$',
    ):
        taught.xlsx()


@pytest.mark.parametrize(
    ("part", "old", "new", "message"),
    [
        pytest.param(
            "xl/workbook.xml",
            b"gl_W",
            b"other",
            r"^given\.W: expected W, got nothing\.$",
            id="a matrix without its name",
        ),
        pytest.param(
            PAGE,
            b"<v>0.44</v>",
            b"<v>a</v>",
            r"^document: B[0-9]+: expected a number, got 'a'\.$",
            id="a text for a number",
        ),
        pytest.param(
            PAGE,
            b"<?xml",
            b'<!DOCTYPE a [<!ENTITY b "c">]><?xml',
            r"^document: expected plain XML in xl/worksheets/sheet1\.xml, "
            r"got declarations\.$",
            id="entities",
        ),
        pytest.param(
            PAGE,
            b"<sheetData>",
            b"<sheetData><",
            r"^document: expected a whole \.xlsx spreadsheet, got: not well-formed "
            r"\(invalid token\): line [0-9]+, column [0-9]+\. Copy it anew\.$",
            id="broken XML",
        ),
        pytest.param(
            "xl/workbook.xml",
            b"<definedNames>",
            b'<definedNames><definedName name="gl_z">a!$A$1:$ZZZ$1048576</definedName>',
            r"^document: expected at most 100,000 entries a matrix\.$",
            id="a matrix of a whole page",
        ),
        pytest.param(
            "xl/_rels/workbook.xml.rels",
            b"worksheets/sheet1.xml",
            b"worksheets/sheet9.xml",
            r"^document: expected a whole \.xlsx spreadsheet, got: \"There is no item "
            r"named 'xl/worksheets/sheet9\.xml' in the archive\"\. Copy it anew\.$",
            id="no page",
        ),
    ],
)
def test_a_spreadsheet_that_is_none_of_a_sheet_is_refused(
    taught: Sheet, part: str, old: bytes, new: bytes, message: str
) -> None:
    """One message, never a stack trace."""
    with pytest.raises(InputError, match=message):
        check(changed(taught.xlsx(), part, old, new))


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(b" " * 20_000_000, id="blanks"),
        pytest.param(b"<c/>" * 1_000_001, id="elements"),
    ],
)
def test_a_part_that_unpacks_without_end_is_refused(taught: Sheet, bomb: bytes) -> None:
    """Twenty million bytes are read, and no more; of small elements one million."""
    with pytest.raises(
        InputError,
        match=r"^document: expected at most 20,000,000 bytes and 1,000,000 elements in "
        r"xl/worksheets/sheet1\.xml, got more\.$",
    ):
        check(changed(taught.xlsx(), PAGE, b"<sheetData>", b"<sheetData>" + bomb))


def test_an_archive_that_is_cut_off_is_refused(taught: Sheet) -> None:
    """As a download that broke."""
    with pytest.raises(
        InputError,
        match=r"^document: expected a whole \.xlsx spreadsheet, got: File is not a zip "
        r"file\. Copy it anew\.$",
    ):
        check(taught.xlsx()[:2000])


@pytest.mark.parametrize(
    ("row", "column", "name"), [(0, 25, "Z1"), (1, 26, "AA2"), (2, 701, "ZZ3")]
)
def test_the_name_of_a_cell(row: int, column: int, name: str) -> None:
    """Letters count without a zero."""
    assert cell(row, column) == name
