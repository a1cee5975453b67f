"""What a sheet is filed by stands on every face."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from glassline.errors import InputError
from glassline.explain import Provenance, Sheet
from glassline.explain.check import check
from glassline.explain.given import read_given
from glassline.render.words import LANGUAGES

TOLD = (
    "lot 7/part 0012.png",
    "3b" * 32,
    "c4" * 32,
    "2026-03-01 14:05:09+08:00",
    "林怡君 (QA)",
    "glassline 0.1.0",
)


def written(sheet: Sheet, face: str, lang: str) -> str:
    """Return what a face shows, without the backslashes of Markdown."""
    if face == "xlsx":
        with zipfile.ZipFile(io.BytesIO(sheet.xlsx(lang))) as book:
            return book.read("xl/sharedStrings.xml").decode()
    return str(getattr(sheet, face)(lang)).replace("\\", "")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("face", ["text", "markdown", "html", "html_body", "xlsx"])
@pytest.mark.parametrize("told", TOLD)
def test_every_face_says_what_it_is_filed_by(
    filed: Sheet, face: str, lang: str, told: str
) -> None:
    """Photo, both hashes, time with zone, person and program, in both languages."""
    assert told in written(filed, face, lang)


def test_the_json_face_has_it_too(filed: Sheet) -> None:
    """The time as ISO 8601, to the last digit."""
    assert json.loads(filed.json())["provenance"] == {
        "photo": "lot 7/part 0012.png",
        "photo_sha256": "3b" * 32,
        "model_sha256": "c4" * 32,
        "inspected_at": "2026-03-01T14:05:09+08:00",
        "who": "林怡君 (QA)",
        "program": "glassline 0.1.0",
    }


def test_the_json_face_is_still_read_back(filed: Sheet) -> None:
    """By what marks it, and by what works it out again."""
    document = filed.json()

    assert check(document).wrong == ()
    assert read_given(document, "part.json").x == tuple(filed.figures["x"].value[0])


def test_the_costs_name_their_actions_in_the_json_face(filed: Sheet) -> None:
    """Each matrix says what its rows and columns are."""
    document = json.loads(filed.json())

    assert document["given"]["C"]["axes"] == ["classes", "actions"]
    assert [each["zh-TW"] for each in document["actions"]] == ["允收", "拒收", "複判"]


@pytest.mark.parametrize(
    ("lang", "told"),
    [("en", "Inspected by: not stated"), ("zh-TW", "檢驗者：未註明")],
)
def test_nobody_is_named_who_was_not(filed: Sheet, lang: str, told: str) -> None:
    """The person is the caller's to say: the environment is not asked."""
    assert filed.provenance is not None
    provenance = replace(filed.provenance, who=" ")

    sheet = Sheet(**{**vars(filed), "provenance": provenance})

    assert told in sheet.text(lang)


def test_a_sheet_without_a_photo_is_filed_by_nothing(taught: Sheet) -> None:
    """The worked example has neither photo nor time."""
    assert taught.provenance is None
    assert "SHA-256" not in taught.text("en")


@pytest.mark.bad_shape
@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            {"inspected_at": datetime(2026, 3, 1)},  # noqa: DTZ001  without a zone
            r"^inspected_at: expected a date and time with its zone, got "
            r"datetime\.datetime\(2026, 3, 1, 0, 0\)\.$",
            id="no zone",
        ),
        pytest.param(
            {"inspected_at": "today"},
            r"^inspected_at: expected a date and time with its zone, got 'today'\.$",
            id="text",
            marks=pytest.mark.bad_shape,
        ),
        pytest.param(
            {"who": 7},
            r"^who: expected text, got 7\.$",
            id="who",
            marks=pytest.mark.bad_shape,
        ),
    ],
)
def test_what_says_nothing_is_refused(change: dict[str, object], message: str) -> None:
    """A time without its zone could be any of thirty-eight."""
    said = {
        "photo": "a.png",
        "photo_sha256": "0" * 64,
        "model_sha256": "0" * 64,
        "inspected_at": datetime(2026, 3, 1, tzinfo=UTC),
    }

    with pytest.raises(InputError, match=message):
        Provenance(**{**said, **change})
