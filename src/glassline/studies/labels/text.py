"""An audit of labels for a terminal: suspects, conflicts, whom to ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from glassline.dataset import Dataset, Part
from glassline.dataset.copies import Copy
from glassline.image import printable
from glassline.render.layout import WIDTH, columns, headed, wrap
from glassline.render.units import unit_of
from glassline.render.words import Say, words
from glassline.studies.labels.agreement import LIMITS, Agreement
from glassline.studies.labels.audit import Audit
from glassline.studies.labels.conflicts import Conflict
from glassline.studies.left_out import told

__all__ = ["lines", "pair_rows", "suspect_rows"]


def lines(found: Audit, lang: str, *, top: int) -> Iterator[str]:
    """Yield the audit line by line, the first `top` of each list."""
    say = words(lang)["labels"]
    yield say["title"]
    yield "=" * WIDTH
    yield from wrap(say["lead"].format(n=len(found.data), folds=found.folds))
    if found.undecided:
        yield from wrap(say["undecided"].format(count=found.undecided))
    yield from told(found.refused, found.copies, lang)
    if contradicting := [each for each in found.copies if each.contradicts]:
        yield from headed(
            say["contradictions"], _contradictions(found, contradicting, lang, top)
        )
    yield from headed(say["suspects"], _suspects(found, say, lang, top))
    yield from headed(say["conflicts"], _conflicts(found, say, lang, top))
    if found.inspectors:
        yield from headed(say["inspectors"], _inspectors(found, say))
    yield from headed(say["agreement"], _agreement(found, say))


def _contradictions(
    found: Audit, copies: Sequence[Copy], lang: str, top: int
) -> Iterator[str]:
    say, classes = words(lang)["labels"], found.recipe.classes

    def label(part: Part) -> str:
        (shares,) = Dataset("", (part,)).targets(classes)
        return found.recipe.class_name(classes[int(shares.argmax())], lang)

    for each in copies[:top]:
        yield from wrap(
            say["contradiction"].format(
                image=printable(each.part.path.name),
                label=label(each.part),
                of=printable(each.of.path.name),
                counted=label(each.of),
            )
        )
    yield from _more(len(copies) - top, say)


def suspect_rows(found: Audit, lang: str, top: int) -> list[tuple[str, ...]]:
    """Return a row a suspect: photo, label, seen, p, loss, and what a correction changes."""
    name = found.recipe.class_name
    return [
        (
            found.image(each.part),
            name(each.label, lang),
            name(each.seen, lang),
            f"{each.p_label:.4f}",
            f"{each.loss:.2f}",
            str(each.effect.classes) if each.effect else "-",
            str(each.effect.decisions) if each.effect else "-",
        )
        for each in found.suspects[:top]
    ]


def pair_rows(found: Audit, pair: Conflict, lang: str) -> list[tuple[str, ...]]:
    """Return a row a feature: its reading on the milder part and the worse, x of both."""
    text = words(lang)
    return [
        (
            text["features_short"].get(feature, feature),
            *(
                f"{found.readings[part, at]:.4g}"
                for part in (pair.rejected, pair.passed)
            ),
            unit_of(text, feature, found.units),
            *(f"{found.x[part, at]:+.2f}" for part in (pair.rejected, pair.passed)),
        )
        for at, feature in enumerate(found.recipe.feature_names)
    ]


def _suspects(found: Audit, say: Say, lang: str, top: int) -> Iterator[str]:
    count = f"{len(found.suspects)}/{len(found.data)}"
    yield from wrap(say["suspects_note"].format(count=count))
    if not found.suspects:
        return
    keys = ("photo", "label", "seen", "p", "loss", "classes", "decisions")
    yield from columns(
        [tuple(say[key] for key in keys), *suspect_rows(found, lang, top)]
    )
    yield from _more(len(found.suspects) - top, say)
    yield ""
    yield from wrap(say["effect_note"])


def _conflicts(found: Audit, say: Say, lang: str, top: int) -> Iterator[str]:
    if found.recipe.good is None:
        yield from wrap(say["no_good"])
        return
    yield from wrap(say["conflicts_note"].format(count=len(found.conflicts)))
    keys = ("feature", "milder", "worse", "unit", "x_milder", "x_worse")
    header = tuple(say[key] for key in keys)
    name = found.recipe.class_name
    for pair in found.conflicts[:top]:
        label = found.data.targets(found.recipe.classes)[pair.rejected].argmax()
        yield ""
        yield from wrap(
            say["pair"].format(
                rejected=found.image(pair.rejected),
                bad=name(found.recipe.classes[label], lang),
                passed=found.image(pair.passed),
                good=name(found.recipe.good, lang),
                margin=f"{pair.margin:.2f}",
            )
        )
        yield from columns([header, *pair_rows(found, pair, lang)])
    yield from _more(len(found.conflicts) - top, say)
    if found.to_check:
        yield ""
        yield from wrap(say["to_check"].format(count=len(found.to_check)))
        for part in found.to_check[:top]:
            yield f"  {found.image(part)}"
        yield from _more(len(found.to_check) - top, say)


def _inspectors(found: Audit, say: Say) -> Iterator[str]:
    header = tuple(say[key] for key in ("who", "suspect", "conflict", "mean_loss"))
    rows = [
        (
            each.name or say["nobody"],
            str(each.suspects),
            str(each.conflicts),
            f"{each.loss:.3f}",
        )
        for each in found.inspectors
    ]
    yield from columns([header, *rows])


def _agreement(found: Audit, say: Say) -> Iterator[str]:
    keys = ("who", "parts", "kappa", "effectiveness", "miss", "false_alarm")
    rows = [
        (
            say["model"] if at == 0 else each.judge,
            str(each.n),
            *(_graded(each, figure, say) for figure in LIMITS),
        )
        for at, each in enumerate(found.agreements)
    ]
    yield from columns([tuple(say[key] for key in keys), *rows])
    for one, other, n, value in found.pairs:
        yield from wrap(
            say["pair_kappa"].format(one=one, other=other, n=n, kappa=f"{value:.2f}")
        )
    yield ""
    yield from wrap(say["agreement_note"])


def _graded(found: Agreement, figure: str, say: Say) -> str:
    value = getattr(found, figure)
    grade = say[found.grade(figure)]
    if grade == say["unknown"]:
        return grade
    shown = f"{value:.2f}" if isinstance(value, float) else str(value)
    return f"{shown} {grade}"


def _more(count: int, say: Say) -> Iterator[str]:
    if count > 0:
        yield say["more"].format(count=count)
