"""Spreadsheets as other programs and bad lines leave them: read, or one clear message."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import numpy as np
import pytest
from spreadsheet import Page, changed, uncached

from glassline.errors import InputError
from glassline.explain import Sheet
from glassline.explain.check import check

PAGE, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
NEVER = (
    "the program that saved the file worked no formula out. Open it in a spreadsheet "
    "program, save it, and check again."
)
SAVE = "Open it in a spreadsheet program, save it as .xlsx, and check that."


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(parts: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def _pasted(data: bytes, change: Callable[[float], str]) -> bytes:
    """The file with every formula replaced by a value, as "paste values" does."""
    page = _parts(data)[PAGE]
    bare = re.sub(
        rb"<f>[^<]*</f><v>([^<]*)</v>",
        lambda found: f"<v>{change(float(found[1]))}</v>".encode(),
        page,
    )
    return changed(data, PAGE, page, bare)


def _locked_part(data: bytes) -> bytes:
    """The file whose parts say that they are encrypted: bit 0 of their flags."""
    found = bytearray(data)
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = found.find(sign)
        while at >= 0:
            found[at + place] |= 1
            at = found.find(sign, at + 4)
    return bytes(found)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda v: repr(v * (1 + 2**-52)), id="one bit up"),
        pytest.param(lambda v: repr(v * (1 - 2**-53)), id="one bit down"),
        pytest.param(lambda v: f"{v:.17g}", id="17 digits"),
        pytest.param(lambda v: f"{v * (1 + 1e-14):.17g}", id="1e-14 of it"),
        pytest.param(lambda v: f"{v:.15g}", id="15 digits"),
    ],
)
def test_figures_pasted_as_values_may_be_off_by_rounding(
    trained: Sheet, change: Callable[[float], str]
) -> None:
    """What double precision can not tell is no slip."""
    assert check(_pasted(trained.xlsx(), change)).wrong == ()


def test_figures_pasted_as_values_are_still_marked(trained: Sheet) -> None:
    """All of them off by 1e-11: those that are 0 follow, no other does."""
    marks = check(_pasted(trained.xlsx(), lambda v: f"{v * (1 + 1e-11) + 0.0:.17g}"))

    assert len(marks.wrong) > 40


def test_formulas_never_worked_out_are_told(trained: Sheet) -> None:
    """As openpyxl saves them: no value at all."""
    with pytest.raises(
        InputError,
        match=r"^document: B[0-9]+: expected what its formula comes to, got nothing: "
        f"{re.escape(NEVER)}$",
    ):
        check(uncached(trained.xlsx()))


@pytest.mark.parametrize("zero", ["0", "0.0"])
def test_formulas_that_are_all_0_are_told(trained: Sheet, zero: str) -> None:
    """As libraries save them that leave the sum to whoever opens the file."""
    data = trained.xlsx()
    page = _parts(data)[PAGE]
    zeros = re.sub(rb"</f><v>[^<]*</v>", f"</f><v>{zero}</v>".encode(), page)

    with pytest.raises(
        InputError,
        match=r"^document: B[0-9]+: expected what its formula comes to, got 0 as "
        f"everywhere: {re.escape(NEVER)}$",
    ):
        check(changed(data, PAGE, page, zeros))


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        pytest.param(' t="e"><v>#NAME?</v>', r"'#NAME\?'", id="an error"),
        pytest.param(' t="b"><v>1</v>', "'TRUE'", id="a truth"),
        pytest.param(' t="inlineStr"><is><t>0,44</t></is>', "'0,44'", id="a comma"),
        pytest.param(' t="s"><v>0</v>', r"'.+'", id="a shared text"),
        pytest.param("><v></v>", "''", id="nothing"),
    ],
)
def test_a_cell_that_holds_no_number_is_shown(
    taught: Sheet, cell: str, told: str
) -> None:
    """With what stands in it."""
    data = taught.xlsx()
    page = _parts(data)[PAGE]
    other = re.sub(rb"><v>0\.44</v>", cell.encode(), page, count=1)

    with pytest.raises(
        InputError, match=rf"^document: [A-Z]+[0-9]+: expected a number, got {told}\.$"
    ):
        check(changed(data, PAGE, page, other))


def test_a_number_stored_as_text_is_read(taught: Sheet) -> None:
    """As typed into a cell that is formatted as text; its decimals count."""
    data = changed(
        taught.xlsx(), PAGE, b"><v>0.44</v>", b' t="inlineStr"><is><t>0.44</t></is>'
    )

    assert check(data).wrong == ()


def _open_document() -> bytes:
    return _packed({"mimetype": b"application/x", "content.xml": b"<a/>"})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(
            OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le"),
            "expected an .xlsx spreadsheet without a password, got: one locked with a "
            f"password. {SAVE}",
            id="a password",
        ),
        pytest.param(
            OLE + bytes(504) + "Workbook".encode("utf-16-le"),
            "expected an .xlsx spreadsheet without a password, got: an old .xls. "
            f"{SAVE}",
            id="xls",
        ),
        pytest.param(
            OLE + bytes(504),
            "expected an .xlsx spreadsheet without a password, got: one locked with a "
            f"password, or an old .xls (OLE). {SAVE}",
            id="ole",
        ),
        pytest.param(
            _open_document(),
            f"expected an .xlsx spreadsheet, got: an OpenDocument. {SAVE}",
            id="ods",
        ),
        pytest.param(
            _packed({"xl/workbook.bin": b""}),
            f"expected an .xlsx spreadsheet, got: a binary one (.xlsb). {SAVE}",
            id="xlsb",
        ),
        pytest.param(
            _packed({"word/document.xml": b"<a/>"}),
            f"expected an .xlsx spreadsheet, got: a Word document. {SAVE}",
            id="docx",
        ),
        pytest.param(
            _packed({"photo.png": b""}),
            f"expected an .xlsx spreadsheet, got: an archive of other files. {SAVE}",
            id="zip",
        ),
        pytest.param(
            _packed({}),
            f"expected an .xlsx spreadsheet, got: an archive of other files. {SAVE}",
            id="an empty zip",
        ),
    ],
)
def test_another_kind_of_file_is_named(data: bytes, message: str) -> None:
    """With what to do about it."""
    with pytest.raises(InputError, match=f"^document: {re.escape(message)}$"):
        check(data)


def test_a_part_with_a_password_is_told(taught: Sheet) -> None:
    """A zip that was locked as a zip."""
    with pytest.raises(
        InputError,
        match=r"^document: expected a plain \.xlsx spreadsheet, got: .* is encrypted, "
        rf"password required for extraction\. {re.escape(SAVE)}$",
    ):
        check(_locked_part(taught.xlsx()))


@pytest.mark.parametrize(("part", "root"), [(PAGE, b"worksheet"), (BOOK, b"workbook")])
def test_a_part_with_another_root_is_told(
    taught: Sheet, part: str, root: bytes
) -> None:
    """XML, but not that of a spreadsheet."""
    parts = _parts(taught.xlsx())
    parts[part] = b"<html/>"

    with pytest.raises(
        InputError,
        match=rf"^document: expected a {root.decode()} in {part}, got 'html'\.$",
    ):
        check(_packed(parts))


def test_a_part_in_other_letters_is_not_read(taught: Sheet) -> None:
    """No declaration hides in an encoding that only the parser knows."""
    parts = _parts(taught.xlsx())
    parts[PAGE] = b'<?xml version="1.0" encoding="cp037"?><a/>'

    with pytest.raises(
        InputError,
        match=rf"^document: expected plain XML in {PAGE}, got declarations\.$",
    ):
        check(_packed(parts))


@pytest.mark.parametrize("part", [PAGE, BOOK, "_rels/.rels"])
def test_a_part_that_is_not_there_is_told(taught: Sheet, part: str) -> None:
    """One message, whichever it is."""
    parts = _parts(taught.xlsx())
    del parts[part]

    with pytest.raises(
        InputError, match=r"^document: expected an? (whole )?\.xlsx spreadsheet, got: "
    ):
        check(_packed(parts))


def test_a_spreadsheet_of_something_else_is_told(taught: Sheet) -> None:
    """No matrix has a name of ours."""
    parts = _parts(taught.xlsx())
    parts[BOOK] = parts[BOOK].replace(b"gl_", b"my_")

    with pytest.raises(
        InputError,
        match=r"^document: expected the spreadsheet of a sheet, got: one without "
        r"names gl_\. Write one with: glassline sheet --out FILE\.xlsx$",
    ):
        check(_packed(parts))


def test_a_copy_of_the_page_in_the_same_file_changes_nothing(taught: Sheet) -> None:
    """The copy's own names come first in the file; the page itself is read."""
    data = taught.xlsx()
    local = b'<definedName name="gl_x" localSheetId="0">copy!$A$1</definedName>'

    both = changed(data, BOOK, b"<definedNames>", b"<definedNames>" + local)

    assert check(both) == check(data)


def test_texts_within_their_cells_are_read(taught: Sheet) -> None:
    """As openpyxl writes them: no part for texts that cells share."""
    parts = _parts(taught.xlsx())
    del parts["xl/sharedStrings.xml"]
    parts[PAGE] = re.sub(
        rb' t="s"><v>[0-9]+</v>', b' t="inlineStr"><is><t>a</t></is>', parts[PAGE]
    )

    assert check(_packed(parts)) == check(taught.xlsx())


def test_strict_open_xml_is_read(taught: Sheet) -> None:
    """Excel's other .xlsx: the same with other names of its spaces."""
    parts = _parts(taught.xlsx())
    strict = {
        name: text.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ).replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        for name, text in parts.items()
    }

    assert check(_packed(strict)).count == check(taught.xlsx()).count


@pytest.mark.parametrize(
    "packing", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_however_it_is_packed_it_is_read(taught: Sheet, packing: int) -> None:
    """The same figures."""
    assert check(_packed(_parts(taught.xlsx()), packing)).wrong == ()


@pytest.mark.parametrize(
    "packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_no_damage_ends_in_anything_but_one_message(
    trained: Sheet, rng: np.random.Generator, packing: int
) -> None:
    """A hundred files with 40 bytes, or one, changed: marked or refused."""
    whole = _packed(_parts(trained.xlsx()), packing)

    ends = {
        _end(_damaged(whole, rng, count)) for count in (1, 40) for _ in range(40)
    } | {_end(whole[:length]) for length in range(4, len(whole), len(whole) // 20)}

    assert ends <= {"marked", "refused"}


def _damaged(data: bytes, rng: np.random.Generator, count: int) -> bytes:
    found = bytearray(data)
    for place in rng.integers(4, len(data), count):
        found[place] = rng.integers(256)
    return bytes(found)


def _end(data: bytes) -> str:
    try:
        check(data)
    except InputError as error:
        return re.sub(r"^[a-zA-Z].*: expected .*", "refused", str(error))
    return "marked"


def test_the_pages_of_the_tests_hold_formulas(trained: Sheet) -> None:
    """What is replaced above is there."""
    assert len(Page(trained.xlsx()).formulas) > 40
