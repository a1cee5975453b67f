"""A comparison for a terminal: what changes on parts, and what ever can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

import numpy as np

from glassline.arrays import Values
from glassline.model.verdict import decide
from glassline.recipe import ACTIONS
from glassline.render.layout import WIDTH, columns, headed, wrap
from glassline.render.units import unit_of
from glassline.render.words import Say, words
from glassline.studies.comparison.compare import Change, Comparison
from glassline.studies.left_out import told

__all__ = ["lines"]


def lines(found: Comparison, lang: str) -> Iterator[str]:
    """Yield the comparison line by line."""
    say = words(lang)["compare"]
    yield say["title"]
    yield "=" * WIDTH
    yield from wrap(
        say["lead"].format(old=found.old.sha256[:12], new=found.new.sha256[:12])
    )
    yield ""
    yield from wrap(_answer(found, say))
    if found.n:
        yield from headed(say["parts"].format(n=found.n), _parts(found, say, lang))
    yield from headed(say["anywhere"], _anywhere(found, say, lang))


def _answer(found: Comparison, say: Say) -> str:
    """Answer whether the new model accepts anew, over which readings, and why not."""
    covered = say["in_seen" if found.is_seen else "in_all"].format(n=found.n)
    if found.new.recipe.good is None:
        return say["no_good"]
    if found.passing:
        return say["on_parts"].format(count=found.passing, n=found.n)
    if found.never_passes is not None:
        return say["never" if found.never_passes else "sometimes"].format(range=covered)
    reason = found.acceptance and say[f"open_{found.acceptance.reason}"]
    return say["open"] + (reason or "").format(range=covered)


def _parts(found: Comparison, say: Say, lang: str) -> Iterator[str]:
    yield from told(found.refused, found.copies, lang)
    classes = found.new.recipe.classes
    name = found.new.recipe.class_name
    yield from _changes(
        found, say, "class", found.classes, {each: name(each, lang) for each in classes}
    )
    yield from _changes(
        found, say, "decision", found.decisions, words(lang)["decisions"]
    )


def _changes(
    found: Comparison, say: Say, title: str, changes: Sequence[Change], called: Say
) -> Iterator[str]:
    rows = [
        (_arrow(called[each.old], called[each.new]), _share(each, found), each.image)
        for each in changes
    ]
    if rows:
        yield from columns([(say[title], say["count"], say["photo"]), *rows])
    else:
        yield from wrap(say[f"same_{title}"])
    yield ""


def _share(change: Change, found: Comparison) -> str:
    return f"{change.parts}/{found.n}"


def _anywhere(found: Comparison, say: Say, lang: str) -> Iterator[str]:
    text = words(lang)
    listed = text["language"]["list"].join
    if found.cameras:
        yield from wrap(say["cameras"].format(settings=listed(found.cameras)))
    if found.unlike:
        named = (text["features"].get(name, name) for name in found.unlike)
        yield from wrap(say["unlike"].format(features=listed(named)))
    if found.differences is None:
        return
    yield from wrap(say["seen" if found.is_seen else "every"].format(n=found.n))
    if found.acceptance is not None and found.acceptance.readings is not None:
        yield from _example(found, found.acceptance.readings, say, lang)
        yield ""
    header = (say["pair"], say["verdict"], say["margin"])
    recipe = found.old.recipe
    names = [recipe.class_name(each, lang) for each in recipe.classes]
    rows = [
        (
            _arrow(names[each.old_class], names[each.new_class]),
            say[each.verdict.value],
            f"{each.margin:+.3f}",
        )
        for each in found.differences
    ]
    yield from columns([header, *rows])
    yield ""
    yield from wrap(say["margin_note"])


def _example(found: Comparison, readings: Values, say: Say, lang: str) -> Iterator[str]:
    """Show readings that the new model accepts and the old one does not."""
    text = words(lang)
    row = readings[np.newaxis]
    taken = (ACTIONS[decide(each, row).actions[0]] for each in (found.old, found.new))
    old, new = (text["decisions"][each] for each in taken)
    yield from wrap(say["example"].format(old=old, new=new))
    rows = [
        (
            text["features_short"].get(name, name),
            f"{value:.4g}",
            unit_of(text, name, found.old.units),
            _range(*found.ranges[at]),
        )
        for at, (name, value) in enumerate(
            zip(found.old.feature_names, readings.tolist(), strict=True)
        )
    ]
    yield from columns(
        [tuple(say[k] for k in ("feature", "reading", "unit", "range")), *rows]
    )
    recipe = found.old.recipe
    before, after = found.probabilities(readings)
    probabilities = [
        (recipe.class_name(name, lang), f"{p:.4f}", f"{q:.4f}")
        for name, p, q in zip(recipe.classes, before, after, strict=True)
    ]
    yield ""
    yield from columns([(say["class"], say["p_old"], say["p_new"]), *probabilities])


def _range(low: float, high: float) -> str:
    return f"[{low:.4g}, {high:.4g}]" if high < inf else f">= {low:.4g}"


def _arrow(old: str, new: str) -> str:
    return f"{old} -> {new}"
