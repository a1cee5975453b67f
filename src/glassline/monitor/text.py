"""A check for drift for a terminal: a table of features, then what follows."""

from __future__ import annotations

from collections.abc import Iterator

from glassline.monitor.drift import Drift
from glassline.render.layout import WIDTH, columns, wrap
from glassline.render.words import Say, Words, words
from glassline.studies.left_out import told

__all__ = ["lines", "moves", "sentences"]


def lines(found: Drift, lang: str) -> Iterator[str]:
    """Yield the check line by line."""
    say, before, after = words(lang)["drift"], found.before, found.after
    yield say["title"]
    yield "=" * WIDTH
    yield from wrap(
        say["lead"].format(
            today=after.parts,
            today_good=after.looked_good,
            today_groups=after.groups,
            training=before.parts,
            training_good=before.looked_good,
            training_groups=before.groups,
        )
    )
    if found.known:
        yield from wrap(say["known"].format(count=found.known))
    yield ""
    if found.shifts:
        yield from columns([*_table(found, lang)])
        yield from wrap(say["note"])
        yield ""
    for sentence in sentences(found, lang):
        yield from wrap(sentence)
    yield from told(found.refused, found.copies, lang)


def _table(found: Drift, lang: str) -> Iterator[tuple[str, ...]]:
    say, names = words(lang)["drift"], words(lang)["features"]
    yield tuple(say[key] for key in ("feature", "shift", "repeats", "p", "least"))
    for column, (name, shift) in enumerate(
        zip(found.features, found.shifts, strict=True)
    ):
        repeats = found.repeatabilities(column)
        yield (
            names.get(name, name),
            f"{round(shift.value, 2) + 0:+.2f}",
            "-" if repeats is None else f"{round(repeats, 1) + 0:+.1f}",
            f"{shift.p:.2g}",
            f"{shift.least:.2f}",
        )


def sentences(found: Drift, lang: str) -> Iterator[str]:
    """Yield what a check says: the answer, what follows, the guarantee, how sure."""
    say = words(lang)["drift"]
    yield from _answer(found, say, lang)
    yield from _consequences(found, say, words(lang))
    if found.guarantee != "none":
        yield say[f"guarantee_{found.guarantee}"]
    yield say["rate"].format(percent=_percent(found.false_alarms))
    if found.by_photo:
        yield say["by_photo"]


def moves(found: Drift, lang: str) -> Iterator[tuple[str, str]]:
    """Yield of each feature that moved its id, and how it did in words."""
    say, names = words(lang)["drift"], words(lang)["features"]
    for column, shift in enumerate(found.shifts):
        if not shift.is_noticed:
            continue
        repeats, name = found.repeatabilities(column), found.features[column]
        way = "higher" if shift.value > 0 else "lower"
        said = say[way].format(
            feature=names.get(name, name), shift=f"{abs(shift.value):.2f}"
        )
        yield name, said
        if repeats is not None:
            yield name, say["in_repeats"].format(count=f"{abs(repeats):.1f}")


def _answer(found: Drift, say: Say, lang: str) -> Iterator[str]:
    if found.answer == "unknown":
        needed = "few" if found.needed is None else "unknown"
        yield say[needed].format(
            today=found.after.groups,
            training=found.before.groups,
            needed=found.needed,
        )
        return
    if found.answer == "none":
        yield say["none"]
    yield from (said for _, said in moves(found, lang))


def _consequences(found: Drift, say: Say, told_in: Words) -> Iterator[str]:
    made = found.consequences
    if made is None:
        return
    actions, currencies = told_in["decisions"], told_in["currencies"]
    changes = told_in["language"]["list"].join(
        f"{actions[then]} → {actions[today]} {count}"
        for then, today, count in made.changes
    )
    yield say["changed" if made.changed else "unchanged"].format(
        changed=made.changed, parts=made.parts, changes=changes
    )
    if made.changed:
        yield say["per_thousand"].format(
            rejects=f"{round(made.false_rejects, 1) + 0:+.1f}",
            escapes=f"{round(made.escapes, 1) + 0:+.1f}",
            cost=f"{round(made.cost, 1) + 0:+.1f}",
            currency=currencies.get(found.currency, found.currency),
        )
        if not made.is_mix_declared:
            yield say["mix_assumed"]


def _percent(share: float) -> str:
    return f"{100 * share:g}"
