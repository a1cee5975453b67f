"""A flat border within the camera's repeatability, as single sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from glassline.export.held import Held
from glassline.export.rules import Rules
from glassline.export.terms import (
    Stage,
    Term,
    chosen,
    in_order,
    named,
    number,
    numbered,
)
from glassline.recipe import Action

__all__ = ["held_or", "holding"]


def holding(rules: Rules, u: Sequence[Term], decision: Term) -> Iterator[Stage]:
    """Say how the lead over another action stands to the farthest a reading moves.

    One class against one: the lead moves by at most limit sqrt(w S w), w = W_c - W_c',
    and both are squared, so that no target needs a root.
    """
    held = rules.held
    if held is None:
        return
    yield Stage(
        "how far x moves with a reading",
        {
            f"move{i + 1}": chosen(
                u[i] - number(rules.far) > number(held.reach[i]),
                number(0),
                number(-rules.clip) - u[i] > number(held.reach[i]),
                number(0),
                u[i] - number(rules.clip) > number(held.reach[i]),
                number(rules.slope),
                number(1),
            )
            for i in range(rules.d)
        },
    )
    moves = numbered("move", rules.d)
    tables = [held.swing(rules.W, each) for each in held.borders]
    yield Stage(
        "what moves together",
        {
            f"swing{at + 1}_{i + 1}": in_order(
                [moves[j] * number(table[i, j]) for j in range(rules.d)]
            )
            for at, table in enumerate(tables)
            for i in range(rules.d)
        },
    )
    yield Stage(
        "how far the lead moves at most, squared",
        {
            f"most{at + 1}": in_order(
                [moves[i] * named(f"swing{at + 1}_{i + 1}") for i in range(rules.d)]
            )
            for at in range(len(tables))
        },
    )
    yield Stage(
        "how far another action lies behind",
        {
            f"behind{at + 1}": named(f"z{each.con[0] + 1}")
            - named(f"z{each.pro[0] + 1}")
            + number(each.gap)
            for at, each in enumerate(held.borders)
        },
    )
    yield Stage("what is decided but for that", {"taken": decision})


def _holding(held: Held) -> list[Term]:
    """Return conditions and review: where a reading within reach is decided otherwise."""
    ways: list[Term] = []
    taken, review = named("taken"), number(Action.REVIEW)
    for at, each in enumerate(held.borders):
        behind, most = named(f"behind{at + 1}"), named(f"most{at + 1}")
        is_taken = (
            taken < number(Action.REJECT)
            if each.taken == Action.ACCEPT
            else Term("and", (taken > number(Action.ACCEPT), taken < review))
        )
        parts = is_taken.args if is_taken.op == "and" else (is_taken,)
        ways += [Term("and", (*parts, behind <= number(0))), review]
        ways += [Term("and", (*parts, behind * behind <= most)), review]
    return ways


def held_or(held: Held) -> Term:
    """Return what is decided: review where a part is held, else what was taken."""
    taken = named("taken")
    ending = [taken < number(Action.REJECT), number(Action.ACCEPT)]
    ending += [taken < number(Action.REVIEW), number(Action.REJECT)]
    return chosen(*_holding(held), *ending, number(Action.REVIEW))
