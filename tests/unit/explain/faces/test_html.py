"""The HTML face: one A4 page, native MathML, nothing fetched, no markup from names."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import pytest

from glassline.explain import Sheet
from glassline.explain.faces.html import sheet_style
from glassline.explain.faces.mathml import expression, matrix, numeral
from glassline.explain.sheet.figure import KINDS
from glassline.render.words import LANGUAGES

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
QUIET = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --no-pdf-header-footer"
)


class Tags(HTMLParser):
    """Counts elements and collects attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember one element."""
        self.names.append(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["taught", "trained", "filed"])
def test_a_sheet_prints_on_one_page(
    request: pytest.FixtureRequest, name: str, lang: str, tmp_path: Path
) -> None:
    """The example, one with readings, and one with five features and a guarantee: A4."""
    page, printed = tmp_path / "sheet.html", tmp_path / "sheet.pdf"
    page.write_text(request.getfixturevalue(name).html(lang), encoding="utf-8")

    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [str(CHROMIUM), *QUIET.split(), profile, f"--print-to-pdf={printed}"]
    subprocess.run(
        [*command, page.as_uri()], check=True, capture_output=True, timeout=120
    )

    pdf = printed.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    assert re.search(rb"/MediaBox\s*\[\s*0 0 59[45][.\d]* 84[12]", pdf)
    assert b"GlasslineMath" in pdf


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["taught", "trained", "hostile", "filed"])
def test_every_formula_is_well_formed(
    request: pytest.FixtureRequest, name: str, lang: str
) -> None:
    """Each math element is XML of its own, one for each figure."""
    sheet: Sheet = request.getfixturevalue(name)

    formulas = re.findall(r"<math .*?</math>", sheet.html_body(lang), re.DOTALL)

    assert [ElementTree.fromstring(f).tag for f in formulas] == ["math"] * len(formulas)  # noqa: S314  our own output
    assert len(formulas) == len(sheet.figures)


def test_the_matrices_hold_the_printed_figures(taught: Sheet) -> None:
    """Read back from MathML, every entry is the one of the other faces."""
    formulas = re.findall(r"<math .*?</math>", taught.html_body("en"), re.DOTALL)
    cells = [re.findall(r"<mtd><mn>(.*?)</mn></mtd>", f) for f in formulas]

    figures = taught.figures.values()
    printed = [[c for row in f.printed for c in row] for f in figures]

    read = sorted([c.replace("\u2212", "-") for c in row] for row in cells)
    assert read == sorted(printed)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_needs_nothing_else(taught: Sheet, lang: str) -> None:
    """No script, no link, no address: the page works in an air-gapped plant."""
    page = re.sub(r"base64,[^)]*", "", taught.html(lang))

    assert re.findall(r"https?:|//\w|@import|<script|<link|<img|<iframe", page) == []
    assert set(re.findall(r"url\((.{14})", page)) == {"data:font/woff"}


def test_the_fragment_needs_no_inline_style(taught: Sheet) -> None:
    """The element passes a content policy without unsafe-inline."""
    tags = Tags(taught.html_body("en"))

    assert {"style", "onclick", "href", "src"}.isdisjoint(tags.attributes)
    assert {"style", "script"}.isdisjoint(tags.names)


def test_names_can_add_no_element(hostile: Sheet) -> None:
    """A class called <b>x</b> adds no b; the ones there are ours."""
    tags = Tags(hostile.html_body("en"))

    assert tags.names.count("b") == 1 + len(hostile.figures)
    assert "&lt;b&gt;x&lt;/b&gt;" in hostile.html_body("en")


@pytest.mark.parametrize(
    ("lang", "tag"), [("en", "en"), ("zh-TW", "zh-Hant-TW")], ids=["en", "zh-TW"]
)
def test_the_page_says_its_language(taught: Sheet, lang: str, tag: str) -> None:
    """Browsers choose Taiwan's glyphs and hyphenate by the language tag."""
    assert f'<html lang="{tag}">' in taught.html(lang)
    assert f'<article class="glassline-sheet" lang="{tag}">' in taught.html_body(lang)


def test_every_rule_of_the_style_stays_inside_the_sheet() -> None:
    """A page that shows a sheet keeps its own look."""
    style = re.sub(
        r"@font-face \{.*?\n\}|@media [^{]*\{", "", sheet_style(), flags=re.S
    )
    selectors = re.findall(r"([^{}]+)\{", style)
    each = [part.strip() for group in selectors for part in group.split(",")]

    assert [s for s in each if not s.startswith(".glassline-sheet")] == []


def test_the_font_is_the_one_that_was_vetted() -> None:
    """Bytes, licence and origin agree, and the font keeps its MATH table."""
    folder = files("glassline.explain.faces").joinpath("fonts")
    font = folder.joinpath("glassline-math.woff").read_bytes()

    readme = folder.joinpath("README.md").read_text(encoding="utf-8")

    assert hashlib.sha256(font).hexdigest() in readme
    assert "SIL OPEN FONT LICENSE" in folder.joinpath("OFL-1.1.txt").read_text()
    assert b"MATH" in font[:600]
    assert base64.b64encode(font).decode() in sheet_style()


def test_many_classes_get_the_whole_width(hostile: Sheet, taught: Sheet) -> None:
    """Six classes do not fit half a page; three do."""
    assert '<article class="glassline-sheet wide"' in hostile.html_body("en")
    assert '<article class="glassline-sheet"' in taught.html_body("en")


@pytest.mark.parametrize("key", list(KINDS))
def test_no_part_of_a_formula_is_lost(key: str) -> None:
    """Every sign of symbol and formula is in the MathML, in order."""
    kind = KINDS[key]

    written = re.sub(r"<[^>]*>", "", expression(kind.symbol) + expression(kind.formula))

    plain = (kind.symbol + kind.formula).replace("sum", "∑").replace("eta", "η")
    plain = plain.replace("-", "\u2212").replace("'", "\u2032")
    assert written == re.sub(r"[ ^_]", "", plain)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0.5", "<mn>0.5</mn>", id="plain"),
        pytest.param("-0.5", "<mn>\u22120.5</mn>", id="true minus sign"),
        pytest.param(
            "2.0e9",
            "<mn>2.0</mn><mo>×</mo><msup><mn>10</mn><mn>9</mn></msup>",
            id="power",
        ),
    ],
)
def test_numerals(text: str, expected: str) -> None:
    """Numbers are set as in print, not as in a program."""
    assert numeral(text) == expected


@pytest.mark.parametrize(
    ("lang", "heads"),
    [("en", "accept reject review"), ("zh-TW", "允收 拒收 複判")],
    ids=["en", "zh-TW"],
)
def test_costs_stand_below_their_headings(taught: Sheet, lang: str, heads: str) -> None:
    """The costs and the expected costs, each with a name above every column."""
    rows = re.findall(r'<mtr class="heads">(.*?)</mtr>', taught.html_body(lang))

    assert [" ".join(re.findall(r"<mtext>(.*?)</mtext>", r)) for r in rows] == [
        heads
    ] * 2


def test_a_large_matrix_is_shortened_both_ways() -> None:
    """Twelve rows and seven columns at most, dots for the rest."""
    rows = [[str(10 * r + c) for c in range(10)] for r in range(30)]

    drawn = matrix(rows)

    assert drawn.count("<mtr>") == 12
    assert drawn.count("<mtd>") == 12 * 7
    assert (drawn.count("⋮"), drawn.count("…")) == (7, 11)
