"""A table is read in the encoding that its spreadsheet saved, or the guess is told."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest

from glassline.dataset import Dataset
from glassline.dataset.encoding import COMMON, WESTERN
from glassline.errors import DatasetError, GlasslineWarning

NAMES = {
    "taiwan": ("良品", "刮傷", "髒污"),
    "china": ("良品", "划伤", "脏污"),
    "japan": ("良品", "キズ", "汚れ"),
    "germany": ("Gut", "Größe", "Kratzer"),
    "poland": ("dobry", "wyłącznie", "Rysa"),
    "russia": ("годен", "царапина", "грязь"),
}


def _table(folder: Path, names: tuple[str, ...], encoding: str) -> Path:
    path = folder / "labels.csv"
    rows = [f"{place}.png,{name}" for place, name in enumerate(names)]
    path.write_bytes("\n".join(["path,label", *rows, ""]).encode(encoding))
    return path


def _classes(path: Path, encoding: str | None = None) -> set[str]:
    return set(Dataset.read(path, encoding=encoding).classes)


@pytest.mark.parametrize("people", NAMES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_without_a_word(
    people: str, encoding: str, tmp_path: Path
) -> None:
    """With a byte order mark or, of UTF-8, without."""
    assert _classes(_table(tmp_path, NAMES[people], encoding)) == set(NAMES[people])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_its_mark(encoding: str, tmp_path: Path) -> None:
    """Every second byte of what a table has most is 0."""
    assert _classes(_table(tmp_path, NAMES["taiwan"], encoding)) == set(NAMES["taiwan"])


@pytest.mark.parametrize(
    ("people", "encoding"),
    [
        ("taiwan", "cp950"),
        ("china", "gb18030"),
        ("japan", "cp932"),
        ("germany", "cp1252"),
        ("russia", "cp1251"),
    ],
)
def test_a_guess_that_no_other_contradicts_is_taken_and_told(
    people: str, encoding: str, tmp_path: Path
) -> None:
    """With the classes as they were read, and how to say so for good."""
    path = _table(tmp_path, NAMES[people], encoding)

    with pytest.warns(
        GlasslineWarning,
        match=rf"^labels\.csv: not UTF-8; read as {encoding}, the encoding in which all "
        rf"its letters are common ones \(classes .*{NAMES[people][1]}.*\)\. Save it as "
        rf"CSV UTF-8, or say --encoding {encoding}\.$",
    ):
        assert _classes(path) == set(NAMES[people])


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        pytest.param(("한국", "ok"), "cp949", id="korea-or-china"),
        pytest.param(("啊", "ok"), "gb18030", id="one-letter"),
        pytest.param(NAMES["poland"], "cp1250", id="poland-or-west"),
    ],
)
def test_guesses_that_differ_are_refused(
    names: tuple[str, ...], encoding: str, tmp_path: Path
) -> None:
    """Other letters are other classes; each guess is shown."""
    path = _table(tmp_path, names, encoding)

    with pytest.raises(
        DatasetError,
        match=r"^labels\.csv: expected UTF-8, got an encoding that decides the classes: "
        rf".*{encoding} .*{re.escape(names[0])}.*\. Say which, such as --encoding \w+, "
        r"or save it as CSV UTF-8\.$",
    ):
        _classes(path)

    assert _classes(path, encoding) == set(names)


def _writes(encoding: str, people: str) -> bool:
    try:
        return bool("".join(NAMES[people]).encode(encoding))
    except UnicodeEncodeError:
        return False


@pytest.mark.parametrize(
    ("people", "encoding"),
    [
        (people, encoding)
        for people in NAMES
        for encoding in (*COMMON, *WESTERN, "big5hkscs")
        if _writes(encoding, people)
    ],
)
def test_no_class_is_misread_without_a_word(
    people: str, encoding: str, tmp_path: Path
) -> None:
    """Whoever saves whatever: the right names, or a refusal, and always told."""
    path = _table(tmp_path, NAMES[people], encoding)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", GlasslineWarning)
        try:
            found = _classes(path)
        except DatasetError as error:
            found, told = set(NAMES[people]), [error]

    assert found == set(NAMES[people])
    assert len(told) == 1


def test_letters_beside_the_classes_decide_nothing(tmp_path: Path) -> None:
    """Guesses that give the same classes are one."""
    path = tmp_path / "labels.csv"
    path.write_bytes("path,label,note\na.png,ok,脏\n".encode("gb18030"))

    with pytest.warns(GlasslineWarning, match=r"^labels\.csv: not UTF-8; read as "):
        assert _classes(path) == {"ok"}


@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        pytest.param(
            b"path,label\na,ok\n",
            "utf-99",
            "encoding: expected one that Python knows, such as utf-8, cp950, gb18030 or "
            "cp1252, got 'utf-99'.",
            id="unknown",
        ),
        pytest.param(
            "path,label\na,划伤\n".encode("gb18030"),
            "utf-8",
            "labels.csv: expected text in utf-8, got other bytes at 13.",
            id="wrong",
        ),
        pytest.param(
            b"\xff\xfep\x00a\x00\x00",
            None,
            "labels.csv: expected text in utf-16-le, got other bytes at 4.",
            id="half-a-letter",
        ),
        pytest.param(
            b"\x81\xff\n",
            None,
            "labels.csv: expected a table in UTF-8, got an encoding that is not known. "
            "Save it as CSV UTF-8, or say --encoding.",
            id="no-table",
        ),
    ],
)
def test_what_can_not_be_decoded_is_refused(
    data: bytes, encoding: str | None, message: str, tmp_path: Path
) -> None:
    """Whole messages: what was asked, what came, what to do."""
    path = tmp_path / "labels.csv"
    path.write_bytes(data)

    with pytest.raises(DatasetError, match=f"^{re.escape(message)}$"):
        _classes(path, encoding)


def test_an_encoding_is_of_a_table_in_text(tmp_path: Path) -> None:
    """A folder of folders has none, and nothing is ignored in silence."""
    (tmp_path / "ok").mkdir()

    with pytest.raises(
        DatasetError,
        match=f"^encoding: expected a CSV to read with it, got {re.escape(str(tmp_path))}"
        r"\.$",
    ):
        Dataset.read(tmp_path, encoding="utf-8")
