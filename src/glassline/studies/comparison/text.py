"""A comparison for a terminal: what changes on parts, and what ever can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

from glassline.render.layout import WIDTH, columns, headed, wrap
from glassline.render.units import unit_of
from glassline.render.words import Say, words
from glassline.studies.comparison.differences import Difference
from glassline.studies.comparison.result import Change, Comparison
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
    yield from wrap(_answer(found, say, lang))
    if found.n:
        yield from headed(say["parts"].format(n=found.n), _parts(found, say, lang))
    yield from headed(say["anywhere"], _anywhere(found, say, lang))


def _answer(found: Comparison, say: Say, lang: str) -> str:
    recipe = found.new.recipe
    if recipe.good is None:
        return say["no_good"]
    key = {True: "never", False: "sometimes", None: "open"}[found.never_passes]
    return say[key].format(good=recipe.class_name(recipe.good, lang))


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
    yield from wrap(say["parts_note"])


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
    if found.differences is None:
        features = words(lang)["features"]
        named = (features.get(name, name) for name in found.unlike)
        listed = words(lang)["language"]["list"].join(named)
        yield from wrap(say["unlike"].format(features=listed))
        return
    yield from wrap(say["seen" if found.n else "every"].format(n=found.n))
    header = (say["pair"], say["verdict"], say["margin"])
    name = found.old.recipe.class_name
    classes = found.old.recipe.classes
    rows = [
        (
            _arrow(
                name(classes[each.old_class], lang), name(classes[each.new_class], lang)
            ),
            say[each.verdict.value],
            f"{each.margin:+.3f}",
        )
        for each in found.differences
    ]
    yield from columns([header, *rows])
    yield ""
    yield from wrap(say["margin_note"])
    for each in found.passing:
        if each.readings is not None:
            yield ""
            yield from _example(found, each, say, lang)


def _example(
    found: Comparison, difference: Difference, say: Say, lang: str
) -> Iterator[str]:
    """Show readings at which the new model passes what the old one did not."""
    text = words(lang)
    recipe = found.old.recipe
    old, new = (recipe.classes[c] for c in (difference.old_class, difference.new_class))
    yield from wrap(
        say["example"].format(
            old=recipe.class_name(old, lang), new=recipe.class_name(new, lang)
        )
    )
    readings = difference.readings
    if readings is None:
        return
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
