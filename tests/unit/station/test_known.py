"""Known parts: drawn by chance, told apart by nothing, counted nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from glassline.dataset import Dataset
from glassline.errors import InputError, LabelError, NotFoundError
from glassline.inspection import inspect
from glassline.model import Model
from glassline.recipe import ClassCosts
from glassline.station import known
from glassline.station.appraising import appraisals
from glassline.station.known import Dealer, Known, Rule, Shown
from glassline.store import Entry, Keep, Store
from glassline.store.candidate import candidate
from glassline.store.core import Draft, Moment


@pytest.fixture(scope="module")
def seen(settled: Model, line: Dataset) -> list[Entry]:
    """Six parts that a person has to look at, and one that the model accepts."""
    cheap = ClassCosts(accept=5, reject=5, review=0.001)
    costs = dict.fromkeys(settled.recipe.classes, cheap)
    unsure = replace(settled, recipe=replace(settled.recipe, costs=costs))
    photos = [part.path.read_bytes() for part in line.parts[:6]]
    [good] = [part.path.read_bytes() for part in line.parts if part.label == "ok"][-1:]
    entries = [Entry(inspect(unsure, each), each, who="camera") for each in photos]
    return [*entries, Entry(inspect(settled, good), good, who="camera")]


@pytest.fixture
def store(tmp_path: Path, settled: Model, seen: list[Entry]) -> Iterator[Store]:
    """Their records: station-2 to station-8; the first four are judged."""
    with Store.open(tmp_path / "line.db", keep=Keep(1.0)) as store:
        store.publish(settled, who="test", reason="a test")
        names = [each.record for each in store.record_all(seen)]
        for record, label in zip(names, ("ok", "scratch", "dirt", "ok"), strict=False):
            store.label(record, label, who="9", reason="looked")
        yield store


def _records(store: Store) -> list[str]:
    return [each.record for each in store.inspections().rows]


def _named(store: Store, one_in: int = 2, *, is_told: bool = False) -> list[str]:
    """Name the first three as what they were judged to be, and mix them in."""
    names = _records(store)[:3]
    for record, label in zip(names, ("ok", "scratch", "dirt"), strict=True):
        known.name(store, record, label, who="Q")
    store.note("of others", who="1", about={"known_part": "a text", "known_rule": 1})
    known.set_rule(store, Rule(one_in, is_told), who="Q")
    return names


def _always(store: Store, place: int = 0) -> Dealer:
    """Draw 0, and among those that fit, this place or the last before it."""
    return Dealer(store, lambda below: 0 if below == 2 else min(place, below - 1))


def _judge(
    dealer: Dealer, shown: Shown | None, label: str | None, reason: str, key: str
) -> None:
    assert shown is not None
    dealer.judge(shown, label, reason=reason, key=key, besides={"dwell_s": 1.5})


def test_a_named_part_is_on_the_list_until_it_is_taken_off(store: Store) -> None:
    """In the order of naming, with who named it."""
    first, second, third = _named(store)

    known.name(store, second, None, who="Q")

    assert known.known_parts(store) == (
        Known(first, "ok", "Q"),
        Known(third, "dirt", "Q"),
    )


def test_a_part_that_waits_itself_can_not_be_named(store: Store) -> None:
    """Its verdict is not known yet."""
    record = _records(store)[4]

    message = (
        f"record: expected a part that is judged, got {record}, which waits for a "
        r"person\. Judge it first\."
    )
    with pytest.raises(InputError, match=f"^{message}$"):
        known.name(store, record, "ok", who="Q")


def test_a_part_without_a_photo_can_not_be_named(
    tmp_path: Path, settled: Model, seen: list[Entry]
) -> None:
    """There is nothing to show."""
    with Store.open(tmp_path / "bare.db", keep=Keep(0.0)) as bare:
        bare.publish(settled, who="test", reason="a test")
        record = bare.record(seen[6]).record
        with pytest.raises(NotFoundError, match=r"expected one whose photo is kept"):
            known.name(bare, record, "ok", who="Q")


def test_a_share_is_one_of_a_few() -> None:
    """So that nobody asks for more known parts than others."""
    message = r"one_in: expected one of 0, 100, 50, 20, 10, 5, 2, got 1\."
    with pytest.raises(InputError, match=f"^{message}$"):
        Rule(1)


@pytest.mark.parametrize(
    ("one_in", "draws", "dealt"),
    [
        pytest.param(0, [], 0, id="off"),
        pytest.param(20, [3, 19, 1], 0, id="not drawn"),
        pytest.param(20, [3, 0, 0], 1, id="drawn at the second part"),
    ],
)
def test_a_part_is_dealt_as_often_as_the_rule_draws_it(
    store: Store, one_in: int, draws: list[int], dealt: int
) -> None:
    """The draw of a part is from 0 to one_in - 1, and 0 is a hit."""
    _named(store, one_in)
    asked: list[int] = []
    left = iter(draws)

    def draw(below: int) -> int:
        asked.append(below)
        return next(left)

    dealer = Dealer(store, draw)
    found = [dealer.deal("1", is_blind=False) for _ in range(2)]

    assert sum(each is not None for each in found) == dealt
    assert set(asked) <= {one_in, 3}  # and one of the three parts


def test_nobody_gets_a_second_one_before_the_first_is_judged(store: Store) -> None:
    """Another person gets one of her own; a page that is loaded again has it again."""
    _named(store)
    dealer = _always(store)
    first = dealer.deal("1", is_blind=False)

    assert dealer.deal("1", is_blind=False) is None
    assert dealer.open_for("1", is_blind=False) == first
    assert dealer.open_for("2", is_blind=False) is None
    assert dealer.deal("2", is_blind=False) is not None
    _judge(dealer, first, "ok", "agreed", "k1")
    assert dealer.open_for("1", is_blind=False) is None


def test_who_named_a_part_is_not_asked(store: Store) -> None:
    """She knows the answer."""
    _named(store)

    assert _always(store).deal("Q", is_blind=False) is None


def test_what_is_on_the_page_already_is_not_dealt(store: Store) -> None:
    """The same part twice would give it away."""
    first, second, third = _named(store)

    found = _always(store).deal("1", is_blind=False, besides={first, third})

    assert found is not None
    assert found.record == second


def test_of_the_parts_seen_least_often_one_is_drawn(store: Store) -> None:
    """After three verdicts each was seen once."""
    names = _named(store)
    dealer = _always(store, place=1)

    seen = []
    for key in ("a", "b", "c"):
        shown = dealer.deal("1", is_blind=False)
        _judge(dealer, shown, "ok", "agreed", key)
        seen.append(shown.record if shown else "")

    assert seen == [names[1], names[0], names[2]]


def test_what_the_model_accepted_is_shown_in_blind_mode_alone(store: Store) -> None:
    """Among parts that it sent to a person its decision would give it away."""
    record = _records(store)[6]
    known.name(store, record, "ok", who="Q")
    known.set_rule(store, Rule(2), who="Q")
    dealer = _always(store)

    assert dealer.deal("1", is_blind=False) is None
    found = dealer.deal("1", is_blind=True)
    assert found is not None
    assert found.record == record
    assert dealer.open_for("1", is_blind=False) is None
    assert dealer.open_for("1", is_blind=True) == found


def test_a_verdict_trains_nothing_and_counts_as_no_part(store: Store) -> None:
    """Labels, candidate, list and queue stay as they were."""
    _named(store)
    dealer = _always(store)

    def state() -> tuple[object, ...]:
        found = candidate(store)
        assert found is not None
        rows = store.inspections().rows
        return rows, store.queue(), len(store.labelled().records), found.as_json()

    before = state()
    _judge(dealer, dealer.deal("1", is_blind=False), "dirt", "other_defect", "k")

    assert state() == before
    assert len(store.rows("known_part")) == 2
    assert store.verify().holds


def test_a_verdict_that_comes_twice_counts_once(store: Store) -> None:
    """Its answer was lost on the way."""
    _named(store)
    dealer = _always(store)
    shown = dealer.deal("1", is_blind=False)

    for _ in range(2):
        _judge(dealer, shown, "ok", "agreed", "same")

    assert len(store.rows("known_part")) == 2


def test_a_showing_is_found_however_much_was_judged_since(store: Store) -> None:
    """By a service that starts as well: else its verdict would label the line's part."""
    _named(store)
    dealer = _always(store)
    mine = dealer.deal("1", is_blind=False)
    _judge(dealer, dealer.deal("2", is_blind=False), "ok", "agreed", "k")
    moment, text = Moment(), store.rows("known_part", limit=1)[0].text

    def work(draft: Draft) -> None:
        for _ in range(1_000):
            draft.append("known_part", "2", text, moment)

    store.core.write(work)

    with Store.open(store.core.place, keep=Keep(1.0)) as again:
        for other in (dealer, _always(again)):
            assert mine is not None
            assert other.find(mine.token, "1") == mine
            assert other.open_for("1", is_blind=False) == mine


def test_a_class_that_the_model_does_not_have_is_refused(store: Store) -> None:
    """As of any other part."""
    _named(store)
    dealer = _always(store)
    shown = dealer.deal("1", is_blind=False)

    with pytest.raises(LabelError, match=r"^label: expected one of .*, got 'dent'\.$"):
        _judge(dealer, shown, "dent", "agreed", "k")


def test_a_token_of_somebody_else_finds_nothing(store: Store) -> None:
    """Then it is a part of the line."""
    _named(store)
    dealer = _always(store)
    shown = dealer.deal("1", is_blind=False)

    assert shown is not None
    assert dealer.find(shown.token, "2") is None
    assert dealer.find("", "1") is None
    assert dealer.find(shown.token, "1") == shown


@pytest.mark.parametrize(
    ("is_told", "said", "counted"),
    [
        pytest.param(False, [("dirt", "x"), (None, "undo"), ("ok", "x")], "1/1"),
        pytest.param(True, [("dirt", "x"), (None, "undo"), ("ok", "x")], "0/1"),
        pytest.param(False, [("ok", "x"), (None, "undo")], "0/0"),
        pytest.param(True, [("ok", "x"), (None, "undo")], "1/1"),
        pytest.param(False, [(None, "not_sure")], "0/0"),
    ],
    ids=["corrected", "told, then corrected", "taken back", "told", "not sure"],
)
def test_who_was_told_can_not_correct_herself(
    store: Store, is_told: bool, said: list[tuple[str | None, str]], counted: str
) -> None:
    """Else what she takes back is taken back."""
    _named(store, is_told=is_told)
    dealer = _always(store)
    shown = dealer.deal("1", is_blind=False)
    for place, (label, reason) in enumerate(said):
        _judge(dealer, shown, label, reason, f"k{place}")

    _, *people = appraisals(store, store.running.recipe)  # type: ignore[union-attr]

    rates = [str(each.agreement.effectiveness) for each in people]
    assert (rates or ["0/0"]) == [counted]


def test_agreement_is_that_of_the_study_by_hand(
    store: Store, settled: Model, draws: Callable[[Store, str], None]
) -> None:
    """Of six verdicts one good part is called bad, one bad part good: kappa by hand.

    Known ok, scratch, dirt, twice each; said ok, scratch, dirt, dirt, ok, dirt. Alike
    4 of 6; by chance (2 x 2 + 2 x 1 + 2 x 3) / 36 = 1/3; kappa (2/3 - 1/3) / (2/3).
    """
    _named(store)
    draws(store, "1")

    _, mine = appraisals(store, settled.recipe)

    found = mine.agreement
    assert found.judge == "1"
    assert (str(found.effectiveness), str(found.miss), str(found.false_alarm)) == (
        "4/6",
        "1/4",
        "1/2",
    )
    assert found.kappa == pytest.approx(0.5, abs=1e-12)
    assert str(mine.repeats) == "1/3"
    assert mine.unsure == 0


@pytest.fixture
def draws() -> Callable[[Store, str], None]:
    """Let a person see the three parts twice, in their order."""

    def work(store: Store, who: str) -> None:
        dealer = _always(store)
        for place, label in enumerate(("ok", "scratch", "dirt", "dirt", "ok", "dirt")):
            _judge(dealer, dealer.deal(who, is_blind=False), label, "x", f"k{place}")

    return work


def test_the_model_counts_with_what_it_said_when_it_looked(
    store: Store, settled: Model
) -> None:
    """Once a part, whoever has judged it since."""
    names = _named(store)
    told = [store.inspection(each).listed.predicted_class for each in names]

    [model] = appraisals(store, settled.recipe)

    alike = sum(
        (said == "ok") == (truth == "ok")
        for said, truth in zip(told, ("ok", "scratch", "dirt"), strict=True)
    )
    assert str(model.agreement.effectiveness) == f"{alike}/3"
    assert model.repeats is None
