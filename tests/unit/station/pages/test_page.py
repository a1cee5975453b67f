"""What every page of the station has: words, person, way around, and errors in words."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
from fastapi.testclient import TestClient

from glassline.render.words import LANGUAGES, words
from glassline.station import pages
from glassline.station.pages.assets import static
from glassline.station.pages.page import TOLD, error_page, page

STATIC = Path(pages.__file__).parent / "static"
TEMPLATES = Path(pages.__file__).parent / "templates"


@pytest.fixture(scope="module")
def client() -> TestClient:
    """The routes that every station has, and one page that fails as it is told."""
    app = FastAPI()
    app.include_router(pages.page.router)
    app.include_router(pages.assets.router)

    @app.get("/fail/{status}")
    def fail(request: Request, status: int, detail: str = "") -> HTMLResponse:
        return error_page(request, status, detail)

    @app.get("/whole")
    def whole(request: Request) -> HTMLResponse:
        return page(request, "base.html", section="line", headers={"X-A": "b"})

    return TestClient(app, follow_redirects=False)


@pytest.mark.parametrize(
    ("headers", "tag"),
    [
        ({}, "en"),
        ({"accept-language": "zh-TW,zh;q=0.9"}, "zh-Hant-TW"),
        ({"accept-language": "de,en;q=0.5"}, "en"),
        ({"accept-language": "en", "cookie": "glassline-language=zh-TW"}, "zh-Hant-TW"),
        ({"accept-language": "zh", "cookie": "glassline-language=xx"}, "zh-Hant-TW"),
    ],
)
def test_the_language_is_the_chosen_one_then_the_browsers(
    client: TestClient, headers: dict[str, str], tag: str
) -> None:
    """A choice wins; one that does not exist is as if none was made."""
    answer = client.get("/whole", headers=headers)

    assert f'<html lang="{tag}">' in answer.text
    assert answer.headers["x-a"] == "b"


def test_the_bar_marks_the_page_and_leads_back_from_a_switch(
    client: TestClient,
) -> None:
    """One link is current; the switch names where it was pressed."""
    text = client.get("/whole?lot=a&b=1").text

    assert re.findall(r'href="(\S+)" aria-current="page"', text) == ["/line"]
    assert 'href="/language/zh-TW?to=/whole%3Flot%3Da%26b%3D1"' in text


def test_a_choice_of_language_is_remembered(client: TestClient) -> None:
    """A cookie for a year, and back to where it was pressed."""
    answer = client.get("/language/zh-TW?to=/line%3Flot%3D7")

    assert (answer.status_code, answer.headers["location"]) == (303, "/line?lot=7")
    assert answer.headers["set-cookie"] == (
        "glassline-language=zh-TW; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax"
    )


@pytest.mark.parametrize(
    "to",
    ["https://a.b/", "//a.b", "/\\a.b", "javascript:x", "", "/a\r\nb", "///a", "\\\\a"],
)
def test_no_switch_leads_to_a_foreign_page(client: TestClient, to: str) -> None:
    """Whatever the address says, one stays at this station."""
    answer = client.get("/language/en", params={"to": to})

    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("status", [*TOLD, 400, 500])
def test_every_error_has_a_page_in_words(
    client: TestClient, status: int, lang: str
) -> None:
    """Title, what it means, the detail as text, and one way on."""
    answer = client.get(
        f"/fail/{status}",
        params={"detail": "<b>x</b>"},
        headers={"cookie": f"glassline-language={lang}"},
    )

    said = words(lang)["station_errors"]
    known = {400: "request", 500: "other"}
    title = said[f"title_{known.get(status, status)}"]
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in answer.text
    assert "&lt;b&gt;x&lt;/b&gt;" in answer.text
    assert answer.text.count('class="button"') == 1


def test_an_error_in_a_part_of_a_page_is_one_line(client: TestClient) -> None:
    """A page puts it where the part would stand."""
    answer = client.get("/fail/409", headers={"HX-Request": "true"})

    assert answer.text == (
        '<p class="error" role="alert"><b>Somebody was faster</b> '
        "It has changed since you saw it. Look again before you decide.</p>"
    )


def test_a_file_is_kept_for_ever_under_its_version(client: TestClient) -> None:
    """A changed file has another address, so that none is ever stale."""
    whole = client.get(static("station.css"))
    other = client.get("/static/station.css?v=old")

    assert whole.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "cache-control" not in other.headers
    assert whole.text == (STATIC / "station.css").read_text("utf-8")
    assert whole.headers["content-type"] == "text/css; charset=utf-8"


@pytest.mark.parametrize("name", ["README.md", "htmx.LICENSE", "..%2Fpage.py", "x.js"])
def test_nothing_else_is_sent(client: TestClient, name: str) -> None:
    """Style, scripts and pictures alone."""
    assert client.get(f"/static/{name}").status_code == 404


def test_htmx_is_the_file_that_its_note_names() -> None:
    """Version and SHA-256 stand beside it, and hold."""
    data = (STATIC / "htmx.min.js").read_bytes()
    note = (STATIC / "README.md").read_text("utf-8")

    assert hashlib.sha256(data).hexdigest() in note
    assert b'version:"2.0.11"' in data
    assert "| 2.0.11 |" in note


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda p: p.name)
def test_no_template_holds_script_or_style(path: Path) -> None:
    """The content policy would stop it; so nobody writes it."""
    text = path.read_text("utf-8")

    inline = r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:|<script(?![^>]* src=)"
    assert re.findall(inline, text, re.IGNORECASE) == []


def test_an_unknown_file_is_an_error_of_the_web(client: TestClient) -> None:
    """404, which the station shows as its page."""
    with pytest.raises(HTTPException, match=r"^404: Not Found$"):
        pages.assets.file("nothing.js")
