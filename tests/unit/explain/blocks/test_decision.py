"""The sheet of a decision under a guarantee shows what was counted for it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from glassline.decide import Escapes, Guarantee, Policy, decide
from glassline.explain import Sheet
from glassline.explain.check import check
from glassline.head import Head
from glassline.recipe import Recipe

PROMISE = Guarantee(
    threshold=0.9,
    escape=0.01,
    confidence=0.95,
    escapes=(Escapes("scratch", 0, 312, 0.00956), Escapes("dirt", 1, 480, 0.00984)),
    good_accepted=450,
    good=500,
    cost=0.25,
    parts="new",
    counted="group",
    data_sha256="0" * 64,
)


def sheet_under(promise: Guarantee) -> Sheet:
    """A part with equal logits, decided under a promise."""
    head = Head(np.zeros((4, 3)), np.zeros(3))
    policy = Policy.of(Recipe(("ok", "scratch", "dirt")), guarantee=promise)
    x = np.zeros(4)
    decision = decide(policy, head.probabilities(x[None])[0])
    return Sheet.of(head, x, classes=policy.classes, decision=decision)


def test_the_block_in_a_terminal() -> None:
    """K of n for every defect, the threshold, and how this part stands to it."""
    block = sheet_under(PROMISE).text("en").split("7. ")[1]

    assert block == (
        "The guarantee on escapes\n"
        + "-" * 80
        + """
defect   accepted  at most
scratch     0/312   0.96 %
dirt        1/480   0.98 %

Accepted from p(OK) = 0.9000 on; here it is 0.3333. Of the groups that hold a
defect, of each kind, at most 1 % let one of its photos pass, with 95 %
confidence, counted on parts that the head did not learn from. Of the good parts
450/500 are accepted.
"""
    )


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        ("photo", "if those of a group are no more alike than any"),
        ("photo-in-group", "however alike those of a group are"),
    ],
)
def test_the_block_says_of_what_the_share_is(
    counted: Literal["photo", "photo-in-group"], said: str
) -> None:
    """Of photos, and what that takes for granted."""
    block = sheet_under(replace(PROMISE, counted=counted)).text("en").split("7. ")[1]

    assert said in " ".join(block.split())


def test_a_void_guarantee_says_so() -> None:
    """The counts stand there, and that they promise nothing."""
    block = sheet_under(replace(PROMISE, is_void=True)).text("en").split("7. ")[1]

    assert block.endswith(
        "The guarantee is void: the line drifts, so these counts promise nothing.\n"
    )


@pytest.mark.parametrize("face", ["text", "markdown", "html"])
@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_every_face_has_the_counts(face: str, lang: str) -> None:
    """In both languages."""
    shown = getattr(sheet_under(PROMISE), face)(lang)

    assert "1/480" in shown
    assert "450/500" in shown


def test_the_json_face_has_it_whole_and_still_checks() -> None:
    """The checker follows every figure; the guarantee has none of its own."""
    document = sheet_under(PROMISE).json()

    assert json.loads(document)["decision"]["guarantee"]["threshold"] == 0.9
    assert check(document).wrong == ()
