"""What holds for every worked sum: it adds up to the bit, and every face follows."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from spreadsheet import Page
from strategies import (
    MODEST,
    full_recipes,
    heads,
    models,
    policies,
    readings,
    x_values,
)

from glassline.decide import Policy
from glassline.decide import decide as decide_by_cost
from glassline.explain import Explanation, Sheet
from glassline.explain.check import check
from glassline.head import Head
from glassline.model import Model
from glassline.model.verdict import decide
from glassline.recipe import Recipe
from glassline.render.words import LANGUAGES

pytestmark = pytest.mark.slow
Numbers = np.ndarray
few = settings(max_examples=10)
some = settings(max_examples=40)
KINDS = (*MODEST, "steep")
X = x_values()
INTUITIONS = 2  # figures that only the JSON face prints
LANG = st.sampled_from(sorted(LANGUAGES))


def sheet_of(head: Head, policy: Policy, x: Numbers) -> Sheet:
    """The sum of one part with its decision, labelled with the first class."""
    decision = decide_by_cost(policy, head.probabilities(x[None])[0])
    label = policy.classes[0]
    return Sheet.of(head, x, classes=policy.classes, decision=decision, label=label)


def worked(model: Model, values: Numbers) -> Sheet:
    """The sum of one part as `inspect` shows it, with readings and what it stands on."""
    x = model.scale.x(values[None])
    decided = decide(model, values[None]).decision(0)
    return Sheet.of(
        model.head,
        x[0],
        classes=model.recipe.classes,
        features=model.feature_names,
        readings=values,
        scale=model.scale,
        decision=decided,
        label=model.recipe.classes[-1],
    )


@some
@given(head=heads(k=3, kinds=(*KINDS, "tiny")), x=X)
def test_contributions_add_up_to_the_logit_bit_for_bit(head: Head, x: Numbers) -> None:
    """From the first feature to the last, then the bias: what the head itself says."""
    figures = Sheet.of(head, x, classes="abc").figures

    first, *others = figures["contributions"].value
    total = np.array(first)
    for row in others:
        total += row

    assert_array_equal(figures["s"].value[0], total)
    assert_array_equal(figures["z"].value[0], total + head.b)
    assert_array_equal(figures["z"].value, head.logits(x[None]))
    assert_array_equal(figures["p"].value, head.probabilities(x[None]))


@some
@given(head=heads(kinds=KINDS), x=X)
def test_what_speaks_for_the_runner_up_adds_up(head: Head, x: Numbers) -> None:
    """Its logit less the best one's, never above 0 but by rounding."""
    odds = Sheet.of(head, x, classes=[str(c) for c in range(head.k)]).log_odds
    z = head.logits(x[None])[0]

    size = np.abs(head.W).max() * 16 + np.abs(head.b).max()
    assert abs(odds.total - (z[odds.second] - z[odds.best])) <= 1e-14 * size
    assert odds.total <= 1e-14 * size
    assert odds.best == z.argmax()


@few
@given(head=heads(k=4, kinds=MODEST), policy=policies(4), x=X)
def test_every_sheet_passes_its_own_check(
    head: Head, policy: Policy, x: Numbers
) -> None:
    """Loss, learning and decision too, with ties, priors and a guarantee."""
    assert check(sheet_of(head, policy, x).json()).wrong == ()


@few
@given(head=heads(k=3, kinds=MODEST), policy=policies(3), x=X, lang=LANG)
def test_every_spreadsheet_passes_the_check_in_every_language(
    head: Head, policy: Policy, x: Numbers, lang: str
) -> None:
    """As many figures as in the JSON face but for its intuitions."""
    sheet = sheet_of(head, policy, x)

    marks = check(sheet.xlsx(lang))

    assert marks.wrong == ()
    assert marks.count == check(sheet.json()).count - INTUITIONS


@settings(max_examples=3)  # each some hundred formulas
@given(head=heads(k=3, kinds=MODEST), policy=policies(3), x=X)
def test_a_spreadsheet_program_comes_to_the_same_figures(
    head: Head, policy: Policy, x: Numbers
) -> None:
    """Every formula worked out again, from the numbers alone."""
    page = Page(sheet_of(head, policy, x).xlsx())

    got = [page.value(name) for name in page.formulas]
    expected = [page.cached[name] for name in page.formulas]

    assert_allclose(got, expected, rtol=1e-9, atol=1e-9)


@some
@given(head=heads(kinds=KINDS), x=X)
def test_json_holds_every_figure_to_the_last_bit(head: Head, x: Numbers) -> None:
    """Written and read, the doubles are those of the sheet."""
    sheet = Sheet.of(head, x, classes=[f"c{c}" for c in range(head.k)])

    document = json.loads(sheet.json())

    found = [np.array(step["exact"]) for step in document["steps"]]
    given_ = [np.array(each["value"]) for each in document["given"].values()]
    own = [each.value for each in sheet.figures.values()]
    assert len(found) + len(given_) == len(own)
    keys = {each.tobytes() for each in own}
    assert {each.tobytes() for each in [*found, *given_]} == keys


@few
@given(recipe=full_recipes(), lang=LANG, data=st.data())
def test_every_class_is_named_in_every_face(
    recipe: Recipe, lang: str, data: st.DataObject
) -> None:
    """By the word that the line declared for it, in text and Markdown."""
    head = data.draw(heads(k=len(recipe.classes), kinds=MODEST))
    sheet = Sheet.of(
        head, np.zeros(4), classes=recipe.classes, names=recipe.names, label=None
    )

    shown = sheet.text(lang)

    words = [recipe.class_name(name, lang) for name in recipe.classes]
    assert [word for word in words if word.split()[0] not in shown] == []


@few
@given(model=models(k=3, kinds=MODEST), values=readings())
def test_the_sheet_of_any_part_follows_from_its_readings(
    model: Model, values: Numbers
) -> None:
    """Novel, measurement-limited, beyond the clip: x follows, and so does the rest."""
    sheet = worked(model, np.clip(values, -1e3, 1e3))

    assert check(sheet.json()).wrong == ()
    assert sheet.scaling is not None


@few
@given(head=heads(k=3, kinds=MODEST), x=X)
def test_an_explanation_adds_up_to_the_log_odds(head: Head, x: Numbers) -> None:
    """Feature by feature in order, then the bias; no flip is beyond its bounds."""
    sheet = Sheet.of(head, x, classes=("ok", "scratch", "dirt"))
    bounds = np.array([[-4.0, 4.0]] * 4)

    found = Explanation.of(sheet, head, bounds=bounds).as_json()

    odds = found["between"]
    total = sum(odds["adds"]) + odds["bias"]
    assert_allclose(odds["log_odds"], total, rtol=1e-12, atol=1e-12)
    reached = [each.get("x", x) for each in (found["nearest"], *found["alone"])]
    assert np.abs(reached).max() <= 4
    assert found["x"] == x.tolist()
