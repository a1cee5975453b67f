"""A verdict as single sums, in order: what SQL, a spreadsheet and a PLC are written from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from glassline.export.answers import REFUSED
from glassline.export.holding import held_or, holding
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

__all__ = ["LARGEST", "scaled", "stages"]

LARGEST = 1.7976931348623157e308
LEAST = -600.0  # nats: a probability of 1e-261; some engines call less an error
LANES = 8  # NumPy adds from so many terms on in so many lanes


def _as_numpy(terms: Sequence[Term]) -> Term:
    """Add up to 128 terms in the order in which NumPy adds a row."""
    if len(terms) < LANES:
        return in_order(terms)
    whole = len(terms) - len(terms) % LANES
    lanes = [in_order(terms[lane:whole:LANES]) for lane in range(LANES)]
    while len(lanes) > 1:
        lanes = [a + b for a, b in zip(lanes[::2], lanes[1::2], strict=True)]
    return in_order([*lanes, *terms[whole:]])


def _largest(terms: Sequence[Term]) -> Term:
    return Term("max", tuple(terms))


def _least(terms: Sequence[Term]) -> Term:
    return Term("min", tuple(terms))


def stages(rules: Rules, inputs: Sequence[str], *, readings: bool) -> list[Stage]:
    """Return the verdict of one part, stage by stage.

    Every product, sum and comparison is that of `glassline.model.verdict.decide`, in
    its order; exp and ln are the target's own. The last stage names `class_place` and
    `decision_place`, counted from 0, and -1 for both where an input is not finite.

    Args:
        rules: Of the model.
        inputs: The names of the d inputs.
        readings: Whether they are readings; else they are the features in standard
            units, before their clip.
    """
    given = [named(name) for name in inputs]
    u = numbered("u", rules.d) if readings else given
    made = list(_scaled(rules, given)) if readings else []
    made += _clipped(rules, u)
    made += _head(rules)
    made += _region(rules, u)
    made += _costs(rules)
    made += holding(rules, u, _decision(rules))
    every = tuple(Term("abs", (each,)) <= number(LARGEST) for each in given)
    made.append(_said(rules, Term("and", every)))
    return made


def _scaled(rules: Rules, given: Sequence[Term]) -> Iterator[Stage]:
    """Say log(1 + |r|) so that small readings keep their digits: W. Kahan's way."""
    one = number(1)
    sizes = numbered("size", rules.d)
    more = numbered("more", rules.d)
    back = numbered("back", rules.d)
    curved = numbered("curved", rules.d)

    def stage(note: str, name: str, made: Callable[[int], Term]) -> Stage:
        terms = {f"{name}{i + 1}": made(i) for i in range(rules.d)}
        return Stage(note, terms)

    yield stage("size of the readings", "size", lambda i: Term("abs", (given[i],)))
    yield stage("1 + size", "more", lambda i: one + sizes[i])
    yield stage("what that kept of the size", "back", lambda i: more[i] - one)
    yield stage(
        "log(1 + size)",
        "curved",
        lambda i: chosen(
            back[i] > number(0),
            Term("ln", (more[i],)) * sizes[i] / back[i],
            sizes[i],
        ),
    )
    yield stage(
        "with the sign of the reading",
        "signed",
        lambda i: chosen(given[i] < number(0), number(0) - curved[i], curved[i]),
    )
    signed = numbered("signed", rules.d)
    yield stage(
        "standard units",
        "u",
        lambda i: (signed[i] - number(rules.center[i])) / number(rules.spread[i]),
    )


def scaled(rules: Rules, inputs: Sequence[str]) -> list[Stage]:
    """Return the stages from readings to u1, u2, ..., the features before their clip.

    Args:
        rules: Of the model.
        inputs: The names of the d readings.
    """
    return list(_scaled(rules, [named(name) for name in inputs]))


def _clipped(rules: Rules, u: Sequence[Term]) -> Iterator[Stage]:
    """Say max(-clip, min(u, clip + slope (min(u, far) - clip))): where x ends."""
    low, high, far = (number(each) for each in (-rules.clip, rules.clip, rules.far))
    if rules.slope:
        beyond = {
            f"beyond{i + 1}": high + number(rules.slope) * (_least([each, far]) - high)
            for i, each in enumerate(u)
        }
        yield Stage("beyond the clip x grows slowly", beyond)
    ends = numbered("beyond", rules.d) if rules.slope else [high] * rules.d
    yield Stage(
        "clipped",
        {
            f"x{i + 1}": chosen(each < low, low, each < ends[i], each, ends[i])
            for i, each in enumerate(u)
        },
    )


def _head(rules: Rules) -> Iterator[Stage]:
    x, z = numbered("x", rules.d), numbered("z", rules.k)
    e, top = numbered("e", rules.k), named("top")
    logits = {
        f"z{c + 1}": in_order(
            [x[i] * number(rules.W[i, c]) for i in range(rules.d)]
            + [number(rules.b[c])]
        )
        for c in range(rules.k)
    }
    yield Stage("logits: xW + b, from left to right", logits)
    yield Stage("the largest logit", {"top": _largest(z)})
    behind = [each - top for each in z]
    yield Stage(
        "exp of each logit less the largest",
        {
            f"e{c + 1}": chosen(each < number(LEAST), number(0), Term("exp", (each,)))
            for c, each in enumerate(behind)
        },
    )
    yield Stage("their sum", {"total": _as_numpy(e)})
    yield Stage(
        "probabilities",
        {f"p{c + 1}": e[c] / named("total") for c in range(rules.k)},
    )


def _region(rules: Rules, u: Sequence[Term]) -> Iterator[Stage]:
    region = rules.region
    if region is None:
        return
    m, d = region.centers.shape

    def place(name: str, at: int, i: int) -> str:
        return f"{name}{at + 1}_{i + 1}"

    yield Stage(
        "distance to the centre of each class of training",
        {
            place("away", at, i): u[i] - number(region.centers[at, i])
            for at in range(m)
            for i in range(d)
        },
    )
    yield Stage(
        "times its inverse covariance",
        {
            place("pull", at, i): in_order(
                [
                    named(place("away", at, j)) * number(region.inverses[at, j, i])
                    for j in range(d)
                ]
            )
            for at in range(m)
            for i in range(d)
        },
    )
    yield Stage(
        "squared distances",
        {
            f"square{at + 1}": in_order(
                [
                    named(place("away", at, i)) * named(place("pull", at, i))
                    for i in range(d)
                ]
            )
            for at in range(m)
        },
    )
    yield Stage("the least of them", {"square": _least(numbered("square", m))})


def _costs(rules: Rules) -> Iterator[Stage]:
    p = numbered("p", rules.k)
    if rules.ratio is not None:
        share = rules.ratio / rules.ratio.max()
        yield Stage(
            "corrected to the line's priors",
            {f"w{c + 1}": p[c] * number(share[c]) for c in range(rules.k)},
        )
        w = numbered("w", rules.k)
        yield Stage("their sum", {"weight": in_order(w)})
        yield Stage(
            "probabilities on the line",
            {f"a{c + 1}": w[c] / named("weight") for c in range(rules.k)},
        )
    adjusted = _adjusted(rules)
    yield Stage(
        "expected cost of each action",
        {
            f"cost_{action.name.lower()}": in_order(
                [adjusted[c] * number(rules.costs[c, action]) for c in range(rules.k)]
            )
            for action in Action
        },
    )
    sizes = [Term("abs", (each,)) for each in _cost_names()]
    yield Stage("what counts as equal", {"slack": number(rules.tie) * _largest(sizes)})


def _adjusted(rules: Rules) -> list[Term]:
    return numbered("p" if rules.ratio is None else "a", rules.k)


def _cost_names() -> list[Term]:
    return [named(f"cost_{action.name.lower()}") for action in Action]


def _said(rules: Rules, finite: Term) -> Stage:
    refused = number(REFUSED)
    z, top = numbered("z", rules.k), named("top")
    ways = [part for c in range(rules.k - 1) for part in (z[c] >= top, number(c))]
    decision = _decision(rules)
    if rules.held is not None:
        decision = held_or(rules.held)
    return Stage(
        "class and decision",
        {
            "class_place": chosen(finite, chosen(*ways, number(rules.k - 1)), refused),
            "decision_place": chosen(finite, decision, refused),
        },
    )


def _decision(rules: Rules) -> Term:
    """Take the cheapest action, of equals the safest; but for novelty and guarantee."""
    accept, reject, review = _cost_names()
    slack = named("slack")
    has_accept = rules.good >= 0 and rules.threshold is None
    cheapest = _least([accept, reject, review] if has_accept else [reject, review])
    ways: list[Term] = []
    if rules.region is not None:
        ways += [named("square") > number(rules.region.cut), number(Action.REVIEW)]
    if rules.good >= 0 and rules.threshold is not None:
        p = _adjusted(rules)[rules.good]
        ways += [p >= number(rules.threshold), number(Action.ACCEPT)]
    ways += [review <= cheapest + slack, number(Action.REVIEW)]
    if not has_accept:
        return chosen(*ways, number(Action.REJECT))
    ways += [reject <= cheapest + slack, number(Action.REJECT)]
    return chosen(*ways, number(Action.ACCEPT))
