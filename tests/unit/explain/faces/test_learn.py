"""The page to play with, in a real browser: every matrix is the Python answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from glassline.explain.example import EXAMPLE, example
from glassline.explain.faces.learn import body, page
from glassline.explain.given import Given, work_out

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CASES = 200
SERIOUS = ("serious", "critical")
HIDDEN = {"x", "W", "b", "y", "costs"}  # what a person sets

READ = """() => Object.fromEntries([...document.querySelectorAll("table[data-figure]")]
  .filter((table) => !table.querySelector("input"))
  .map((table) => [table.dataset.figure, [...table.tBodies[0].rows].map((row) =>
    [...row.querySelectorAll("td[data-row]")].map((cell) => cell.textContent))]))"""
SET = """({x, W, b, label, rate}) => {
  const put = (query, value) => {
    const field = document.querySelector(query);
    field.value = String(value);
    field.dispatchEvent(new Event("input", {bubbles: true}));
  };
  x.forEach((v, i) => put(`input[data-set=x][data-column="${i}"]`, v));
  b.forEach((v, i) => put(`input[data-set=b][data-column="${i}"]`, v));
  W.forEach((row, i) => row.forEach((v, c) =>
    put(`input[data-set=W][data-row="${i}"][data-column="${c}"]`, v)));
  put("input[data-set=rate]", rate);
  document.querySelector(`[name=learn-label][value="${label}"]`).click();
}"""


@pytest.fixture(scope="module")
def opened(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """The file as a teacher hands it out: opened from the disk, no network."""
    path = tmp_path_factory.mktemp("learn") / "learn.html"
    path.write_text(page(example(), "en"), encoding="utf-8")
    context = browser.new_context(offline=True, viewport={"width": 1366, "height": 768})
    shown = context.new_page()
    shown.set_default_timeout(5000)
    shown.goto(path.as_uri())
    yield shown
    context.close()


@pytest.fixture
def learn(opened: Page) -> Page:
    """The same, as it was when it was opened."""
    opened.reload()
    return opened


def _printed(given: Given) -> dict[str, list[list[str]]]:
    """Every matrix that follows, as Python prints it, with true minus signs."""
    return {
        key: [[text.replace("-", "−") for text in row] for row in figure.printed]
        for key, figure in work_out(given).figures.items()
        if key not in HIDDEN
    }


def _drawn(seed: int) -> Given:
    """Numbers as people and training make them, small, large and short."""
    rng = np.random.default_rng(seed)  # noqa: TID251  once a case
    size, decimals = 10.0 ** rng.uniform(-3, 2), int(rng.integers(0, 9))
    x, W, b = (
        (rng.normal(size=shape) * size).round(decimals).tolist()
        for shape in (4, (4, 3), 3)
    )
    return Given(
        x=tuple(x),
        W=tuple(map(tuple, W)),
        b=tuple(b),
        label=("ok", "scratch", "dirt")[int(rng.integers(3))],
        eta=float(rng.choice([0.1, 0.5, 1.0, 0.03])),
    )


def _as_set(given: Given) -> dict[str, Any]:
    place = ("ok", "scratch", "dirt").index(str(given.label))
    return {"x": given.x, "W": given.W, "b": given.b, "label": place, "rate": given.eta}


def test_it_opens_with_the_worked_example(learn: Page) -> None:
    """Matrix by matrix what the sheet prints, and the verdict with word and shape."""
    assert learn.evaluate(READ) == _printed(EXAMPLE)
    assert learn.text_content("[data-told=summary]") == "Most probable: OK, 0.6485"
    assert learn.text_content("[data-told=decision]") == "▲ Decision: review"


def test_two_hundred_parts_have_the_python_answers(learn: Page) -> None:
    """Typed into the fields; every figure the same to its last printed digit."""
    cases = [_drawn(seed) for seed in range(CASES)]

    found = learn.evaluate(
        f"""async (cases) => {{
          const found = [];
          for (const each of cases) {{
            ({SET})(each);
            await null;
            found.push(({READ})());
          }}
          return found;
        }}""",
        [_as_set(each) for each in cases],
    )

    assert found == [_printed(each) for each in cases]


def test_a_slider_moves_its_number_and_all_that_follows(learn: Page) -> None:
    """x1 to 2: the field, the contributions, the verdict."""
    learn.locator("[data-slide='0']").fill("2")

    moved = replace(EXAMPLE, x=(2.0, *EXAMPLE.x[1:]))
    assert learn.input_value("#learn-x1") == "2"
    assert learn.evaluate(READ) == _printed(moved)


def test_costs_that_change_change_the_decision(learn: Page) -> None:
    """A look by a person that costs 9 is not worth it any more."""
    learn.locator("input[data-set=costs][data-column='2']").nth(0).fill("9")
    learn.locator("input[data-set=costs][data-column='2']").nth(1).fill("9")
    learn.locator("input[data-set=costs][data-column='2']").nth(2).fill("9")

    assert learn.text_content("[data-told=decision]") == "■ Decision: reject"
    assert learn.evaluate(READ)["expected_costs"] == [["7.0290", "3.2427", "9.0000"]]


def test_a_step_of_training_becomes_the_weights(learn: Page) -> None:
    """Taken twice: the second begins at W+ and b+ of the first; back undoes both."""
    first = work_out(EXAMPLE).figures
    stepped = replace(
        EXAMPLE,
        W=tuple(map(tuple, first["W_new"].value.tolist())),
        b=tuple(first["b_new"].value[0].tolist()),
    )

    learn.click("[data-do=step]")
    after_one = learn.evaluate(READ)
    learn.click("[data-do=step]")
    told = learn.text_content("[data-told=steps]")
    learn.click("[data-do=again]")

    last = work_out(stepped).figures["L_new"].printed[0][0]
    assert after_one == _printed(stepped)
    assert told == f"Steps: 2. Loss, in nats: 1.3330 → 1.0969 → {last}"
    assert learn.evaluate(READ) == _printed(EXAMPLE)


def test_the_curve_shows_the_part_where_its_loss_is(learn: Page) -> None:
    """At p of the label across, and 1.3330 of 5 nats up."""
    p, nats = (work_out(EXAMPLE).figures[key].value.max() for key in ("p", "L"))
    spot = learn.evaluate(
        "[...['cx', 'cy']].map((n) => +document.querySelector('[data-mark=now]')"
        ".getAttribute(n))"
    )
    frame = learn.evaluate("({...document.querySelector('.curve').dataset})")

    left, top, wide, tall = (
        float(frame[each]) for each in ("left", "top", "wide", "tall")
    )
    across, down = (spot[0] - left) / wide, (spot[1] - top) / tall
    assert p > across == pytest.approx(float(np.exp(-nats)), abs=1e-3)
    assert down == pytest.approx(1 - nats / 5, abs=1e-3)


def test_without_a_label_there_is_nothing_to_learn(learn: Page) -> None:
    """Loss and learning go, and say why; the step can not be taken."""
    learn.check("[name=learn-label][value='-1']")

    assert learn.is_hidden("[data-block=loss]")
    assert learn.is_hidden("[data-block=learning]")
    assert learn.is_visible("[data-block=no_label]")
    assert learn.is_disabled("[data-do=step]")


@pytest.mark.parametrize(
    ("typed", "is_right", "said"),
    [
        ("0.65", True, "✓ p, row 1, column 1: 0.65 follows"),
        ("0.6485", True, "✓ p, row 1, column 1: 0.6485 follows"),
        ("0.64", False, "✗ p, row 1, column 1: printed 0.64, correct 0.65 (off by -0.01)"),
        ("−1", False, "✗ p, row 1, column 1: printed -1, correct 1 (off by -2)"),
        ("a half", False, "p, row 1, column 1: not a number"),
    ],
)  # fmt: skip
def test_a_figure_that_somebody_worked_out_is_marked(
    learn: Page, typed: str, is_right: bool, said: str
) -> None:
    """At its own number of decimals, in words and not by colour alone."""
    learn.check("[data-do=mine]")
    field = learn.locator("table[data-figure=p] input").first

    field.fill(typed)

    assert field.get_attribute("aria-invalid") == str(not is_right).lower()
    assert learn.text_content("[data-marks=p]") == said


def test_what_was_typed_is_marked_anew_when_a_number_moves(learn: Page) -> None:
    """The fields stay; taken away again, the figures are back."""
    learn.check("[data-do=mine]")
    learn.locator("table[data-figure=m] input").fill("1.2")
    before = learn.text_content("[data-marks=m]")
    learn.locator("input[data-set=b]").first.fill("1.44")
    after = learn.text_content("[data-marks=m]")
    learn.uncheck("[data-do=mine]")

    moved = replace(EXAMPLE, b=(1.44, *EXAMPLE.b[1:]))
    assert before == "✓ m, row 1, column 1: 1.2 follows"
    assert after == "✗ m, row 1, column 1: printed 1.2, correct 2.2 (off by -1.0)"
    assert learn.evaluate(READ) == _printed(moved)


@pytest.mark.parametrize("typed", ["", "1e999", "2000000"])
def test_a_number_that_can_not_be_set_changes_nothing(learn: Page, typed: str) -> None:
    """The field says so; the sum stays."""
    learn.fill("#learn-x1", typed)

    assert learn.get_attribute("#learn-x1", "aria-invalid") == "true"
    assert learn.evaluate(READ) == _printed(EXAMPLE)


def test_the_other_language_is_in_the_file(learn: Page) -> None:
    """Every sentence, the title and the language of the document with it."""
    learn.click("[data-language='zh-TW']")
    shown = learn.inner_text("body")

    assert "權重" in shown
    assert "weights" not in shown
    assert learn.title() == "學習：親手算一件產品 · glassline"
    assert learn.get_attribute("html", "lang") == "zh-Hant-TW"
    assert learn.text_content("[data-told=decision]") == "▲ 處置：複判"
    learn.click("[data-language='en']")
    assert "weights" in learn.inner_text("body")


@pytest.mark.parametrize(("lang", "scheme"), [("en", "light"), ("zh-TW", "dark")])
def test_the_page_can_be_used_by_everybody(learn: Page, lang: str, scheme: Any) -> None:
    """axe-core finds nothing that is serious or worse, in any light."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    learn.emulate_media(color_scheme=scheme)
    learn.click(f"[data-language='{lang}']")

    found = axe.Axe().run(learn).response["violations"]

    learn.emulate_media(color_scheme="light")
    assert [each["id"] for each in found if each["impact"] in SERIOUS] == []


def test_a_narrow_screen_has_no_sideways_scrolling(learn: Page) -> None:
    """390 px, as a telephone has."""
    learn.set_viewport_size({"width": 390, "height": 844})

    wide = learn.evaluate("document.documentElement.scrollWidth")
    learn.set_viewport_size({"width": 1366, "height": 768})

    assert wide <= 390


def test_nothing_is_fetched_and_nothing_refers_outside() -> None:
    """One file: its script imports nothing, its font is in it."""
    text = page(example(), "zh-TW")

    assert '<html lang="zh-Hant-TW">' in text
    assert "import {" not in text
    assert [text.count(each) for each in ("src=", "href=", "url(http")] == [0, 0, 0]


def test_a_class_may_be_called_anything() -> None:
    """Names end neither the attribute with the numbers nor an element."""
    given = replace(EXAMPLE, classes=("ok", "</div>'\"<script>", "dirt"), label="ok")

    text = body(work_out(given), "en")

    assert "<script>" not in text
    held = text.partition("data-learn='")[2].partition("'>")[0]
    assert json.loads(held)["words"]["en"]["classes"][1] == "</div>'\"<script>"


def test_any_number_of_features_and_classes_can_be_learnt(
    browser: Browser, tmp_path: Path
) -> None:
    """Two features, four classes, none of them good: no decision."""
    given = Given(
        x=(1.0, -2.0),
        W=((0.5, 0.25, 0.0, -1.0), (1.0, 0.0, 2.0, 0.5)),
        b=(0.0, 0.0, 0.1, 0.0),
        label="c3",
    )
    path = tmp_path / "learn.html"
    path.write_text(page(work_out(given), "en"), encoding="utf-8")
    shown = browser.new_page()
    shown.goto(path.as_uri())

    found = shown.evaluate(READ)

    assert found == _printed(given)
    assert shown.is_hidden("[data-told=decision]")
    shown.close()
