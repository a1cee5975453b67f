"""Re-judge in a real browser: by keys alone, by scanner, with undo, by two people."""

from __future__ import annotations

from typing import Any

import pytest
from services import Service

from glassline.station import known
from glassline.station.known import Rule
from glassline.store import Where

Visit = Any
pytestmark = pytest.mark.slow  # a browser's calls have no shapes to check
SCAN = """(serial) => [...serial, "Enter"].forEach((key) => {
    const code = key === "Enter" ? key : /[0-9]/.test(key) ? `Digit${key}` : `Key${key}`;
    document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", {key, code, bubbles: true, cancelable: true}));
})"""  # in one go, as a scanner does; keys of a driver may come late on a busy machine
PART = "article.part:not([hidden])"


def _shown(page: Any) -> str:
    """The record that is on screen."""
    page.wait_for_selector(PART)
    return str(page.locator(PART).get_attribute("data-record"))


def _sent(page: Any) -> None:
    """Wait until the outbox is empty."""
    page.wait_for_function(
        "() => Object.keys(localStorage).filter((k) => k.startsWith('glassline-outbox'))"
        ".every((k) => localStorage.getItem(k) === '[]')"
    )


def _press(page: Any, *codes: str) -> None:
    for code in codes:
        page.keyboard.press(code)
        page.wait_for_timeout(45)  # longer than a scanner takes between two keys


@pytest.mark.parametrize("locale", ["en", "zh-TW"])
def test_ten_parts_are_labelled_by_keys_alone(
    visit: Visit, station: Service, locale: str
) -> None:
    """Defect 1, OK, the likeliest, then confirm; each is kept with reason and dwell."""
    page = visit(locale=locale)
    page.goto("/rejudge")

    done = []
    for key in ("Numpad1", "Numpad0", "F5", "F8", "Digit2") * 2:
        done.append(_shown(page))
        _press(page, key, "NumpadEnter")
    _sent(page)

    kept = [station.store.inspection(record) for record in done]
    assert len({*done}) == 10
    assert [each.label for each in kept][:3] == ["scratch", "ok", "ok"]
    assert all(each.labels[-1].who == "1001" for each in kept)
    assert all(each.labels[-1].dwell_s > 0.04 for each in kept)


def test_the_default_is_the_models_class_and_one_key_confirms_it(
    visit: Visit, station: Service
) -> None:
    """Whoever agrees presses one key."""
    page = visit()
    page.goto("/rejudge")
    record = _shown(page)

    _press(page, "NumpadEnter")
    _sent(page)

    found = station.store.inspection(record)
    assert found.label == found.listed.predicted_class
    assert found.labels[-1].reason == "agreed"


def test_undo_takes_the_label_back_and_shows_the_part(
    visit: Visit, station: Service
) -> None:
    """Nothing is deleted: the ledger has the label, and that it was taken back."""
    page = visit()
    page.goto("/rejudge")
    record = _shown(page)

    _press(page, "Numpad0", "NumpadEnter", "F9")
    again = _shown(page)
    _press(page, "Numpad1", "NumpadEnter")
    _sent(page)

    said = station.store.inspection(record).labels
    assert again == record
    assert [(each.label, each.reason) for each in said] == [
        ("ok", said[0].reason),
        (None, "undo"),
        ("scratch", said[2].reason),
    ]


def test_a_scanned_serial_number_brings_its_part(visit: Visit) -> None:
    """A burst of letters that ends with Enter chooses nothing and confirms nothing."""
    page = visit()
    page.goto("/rejudge")
    before = _shown(page)

    page.evaluate(SCAN, "SN0060")
    page.wait_for_function(
        "() => document.querySelector('article.part:not([hidden])').dataset.serial"
        " === 'SN0060'"
    )

    assert _shown(page) != before
    assert page.evaluate("performance.getEntriesByName('next part').length") == 0


def test_keys_that_an_input_method_holds_do_nothing(visit: Visit) -> None:
    """A Zhuyin method sends keyCode 229 and the key Process."""
    page = visit()
    page.goto("/rejudge")
    _shown(page)
    chosen = f"document.querySelector('{PART}').dataset.label"
    before = page.evaluate(chosen)

    page.evaluate(
        "for (const init of [{code: 'Digit1', keyCode: 229}, {code: 'F8', key: 'Process'},"
        " {code: 'Numpad0', key: '0', isComposing: true}])"
        " dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...init}))"
    )
    page.wait_for_timeout(60)

    assert page.evaluate(chosen) == before


def test_a_lost_connection_and_a_reload_lose_nothing(
    visit: Visit, station: Service
) -> None:
    """What was judged offline is sent when the server answers again, once."""
    visit.expected = ("ERR_INTERNET_DISCONNECTED", "htmx:")
    page = visit()
    page.goto("/rejudge")
    first = _shown(page)

    page.context.set_offline(True)
    _press(page, "Numpad0", "NumpadEnter")
    page.wait_for_selector("#lost:not([hidden])")
    second = _shown(page)
    _press(page, "Numpad1", "NumpadEnter")
    waiting = station.store.inspection(first).version
    page.context.set_offline(False)
    page.reload()
    _sent(page)

    kept = [station.store.inspection(record) for record in (first, second)]
    assert waiting == 0
    assert [(each.label, each.version) for each in kept] == [("ok", 1), ("scratch", 1)]


def test_two_people_never_get_one_part(visit: Visit) -> None:
    """What one has on the page, the other does not."""
    pages = [visit("1001"), visit("1002")]
    for page in pages:
        page.goto("/rejudge")
        _shown(page)

    have = [
        set(
            page.eval_on_selector_all(
                "article.part", "all => all.map((e) => e.dataset.record)"
            )
        )
        for page in pages
    ]
    assert have[0] & have[1] == set()
    assert len(have[0] | have[1]) == 8


def test_who_comes_second_is_told_and_the_first_label_stays(
    visit: Visit, station: Service
) -> None:
    """Labelled elsewhere meanwhile: the page says by whom, nothing is overwritten."""
    visit.expected = ("409",)
    page = visit()
    page.goto("/rejudge")
    record = _shown(page)
    station.store.label(record, "dirt", who="1002", reason="agreed")

    _press(page, "Numpad0", "NumpadEnter")
    page.wait_for_selector("#line .error")

    found = station.store.inspection(record)
    assert (found.label, found.version) == ("dirt", 1)
    assert f"{record} was judged by 1002 meanwhile" in page.inner_text("#line")


def test_blind_mode_hides_what_the_model_says(visit: Visit, station: Service) -> None:
    """No decision, no default, no features; it is written down that nothing was shown."""
    page = visit()
    page.goto("/rejudge?blind=1")
    record = _shown(page)
    text = page.inner_text(PART)

    _press(page, "NumpadEnter")  # nothing is chosen yet
    still = _shown(page)
    _press(page, "Numpad0", "NumpadEnter")
    _sent(page)

    label = station.store.inspection(record).labels[-1]
    assert still == record
    assert "review" not in text
    assert "x =" not in text
    assert (label.shown["blind"], label.reason) == (True, "blind")


def test_keys_can_be_changed_and_stay_changed(visit: Visit) -> None:
    """The legend shows the new key after a reload."""
    page = visit()
    page.goto("/rejudge")
    _shown(page)

    page.click("#remap")
    page.click("#legend [data-action=unsure]")
    page.keyboard.press("KeyQ")
    page.reload()

    assert page.inner_text("#legend [data-action=unsure] .caps").split() == [
        "Num",
        "*",
        "Q",
    ]


def test_blinking_shows_the_golden_sample_in_the_same_place(
    visit: Visit, station: Service
) -> None:
    """Space swaps the two photos, pixel on pixel."""
    good = (
        station.store.inspections(Where(predicted_class="ok"), limit=1).rows[0].record
    )
    station.store.note(
        "G1", who="test", about={"golden": {"record": good, "expected": "ok"}}
    )
    page = visit()
    page.goto("/rejudge")
    _shown(page)
    places = [
        page.locator(f"{PART} .stage .{kind}").bounding_box()
        for kind in ("now", "golden")
    ]

    _press(page, "Space")

    assert places[0] == places[1]
    assert page.locator(f"{PART} .stage .golden").is_visible()
    assert not page.locator(f"{PART} .stage .now").is_visible()
    station.store.note(
        "G1", who="test", about={"golden": {"record": good, "expected": None}}
    )


@pytest.mark.parametrize(
    ("locale", "is_told", "said"),
    [
        ("en", True, "That was a known part: it is OK; you said scratch."),
        ("zh-TW", True, "這是已知件：應為OK；您判定為刮傷。"),
        ("en", False, "{record}: scratch."),
    ],
)
def test_a_known_part_looks_like_any_other_and_teaches_nothing(
    visit: Visit,
    station: Service,
    monkeypatch: pytest.MonkeyPatch,
    locale: str,
    is_told: bool,
    said: str,
) -> None:
    """The verdict counts for the person; the part's own record stays as it was."""
    monkeypatch.setattr(station.station.known, "draw", lambda below: 0)
    where = Where(decision="review")
    record = station.store.inspections(where, limit=1).rows[0].record
    station.store.label(record, "ok", who="1002", reason="agreed")
    before = station.store.inspection(record).version
    known.name(station.store, record, "ok", who="1002")
    known.set_rule(station.store, Rule(2, is_told), who="1002")
    page = visit(locale=locale)
    page.goto("/rejudge")
    _shown(page)
    told = page.eval_on_selector_all(
        "article.part",
        "all => all.map((e) => [e.dataset.record, Object.keys(e.dataset).filter((k) => k !== 'label').join(),"
        " e.querySelectorAll('.warn').length])",
    )

    while _shown(page) != record:
        _press(page, "Numpad0", "NumpadEnter")
    _press(page, "Numpad1", "NumpadEnter")
    _sent(page)

    line = page.inner_text("#line b")
    page.goto("/labels")
    mine = page.locator("#known tr", has_text="1001").inner_text()
    known.set_rule(station.store, Rule(0), who="1002")
    known.name(station.store, record, None, who="1002")
    of_known = [each[1:] for each in told if each[0] == record]
    assert of_known == [[told[0][1], 0]]
    assert line.removeprefix("■ ") == said.format(record=record)
    assert station.store.inspection(record).version == before
    assert mine.split()[0] == "1001"
