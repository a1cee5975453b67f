"""A guarantee for a terminal: what was counted, one row a defect class, what follows."""

from __future__ import annotations

from collections.abc import Iterator

from glassline.decide import Guarantee, TooFew
from glassline.render.layout import WIDTH, columns, wrap
from glassline.render.words import Say, words
from glassline.studies.guarantee.counting import Assurance
from glassline.studies.left_out import told

__all__ = ["lines"]


def lines(found: Assurance, lang: str) -> Iterator[str]:
    """Yield the answer line by line."""
    say = words(lang)["guarantee"]
    answer = found.answer
    yield say["title"]
    yield "=" * WIDTH
    target = {
        "escape": f"{100 * answer.escape:g}",
        "confidence": f"{100 * answer.confidence:g}",
    }
    yield from wrap(say[f"target_{found.counted}"].format(**target))
    yield from wrap(say[found.parts].format(n=found.n, groups=found.groups))
    yield from wrap(say[f"by_{found.counted}"])
    for key in ("learnt", "undecided"):
        if getattr(found, key):
            yield from wrap(say[key].format(count=getattr(found, key)))
    yield from told(found.refused, found.copies, lang)
    yield ""
    if isinstance(answer, TooFew):
        yield from _refused(found, answer, say, lang)
    else:
        yield from _granted(found, answer, say, lang)


def _granted(found: Assurance, answer: Guarantee, say: Say, lang: str) -> Iterator[str]:
    name = found.recipe.class_name
    rows = [
        (name(each.name, lang), f"{each.k}/{each.n}", _percent(each.bound))
        for each in answer.escapes
    ]
    yield from columns([(say["class"], say["accepted"], say["bound"]), *rows])
    yield ""
    currency = words(lang)["currencies"]
    good, unit = name(str(found.recipe.good), lang), found.recipe.currency
    said = say["nothing" if answer.threshold > 1 else "threshold"]
    yield from wrap(
        said.format(
            good=good,
            threshold=f"{answer.threshold:.6f}",
            count=f"{answer.good_accepted}/{answer.good}",
            cost=f"{answer.cost:.2f}",
            currency=currency.get(unit, unit),
        )
    )
    yield from wrap(say["limits"])


def _refused(found: Assurance, answer: TooFew, say: Say, lang: str) -> Iterator[str]:
    yield from wrap(say["no_guarantee"])
    rows = [
        (
            found.recipe.class_name(short.name, lang),
            f"{short.k}/{short.n}",
            f"{short.needed:,}",
            _percent(short.provable) if short.n else "-",
        )
        for short in answer.shortfalls
    ]
    heads = ("class", "accepted_now", "needed", "provable")
    yield from columns([tuple(say[key] for key in heads), *rows])
    if found.counted == "photo-in-group":
        yield from wrap(say["full_groups"])
    yield ""
    yield from wrap(say["advice"])


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"
