"""The audit of labels as one HTML page with the photos, to go through at a desk."""

from __future__ import annotations

from dataclasses import dataclass

from glassline.errors import ImageError
from glassline.image import load
from glassline.render.templating import templates
from glassline.render.words import words
from glassline.studies.labels.audit import Audit, Suspect
from glassline.studies.labels.conflicts import Conflict
from glassline.studies.labels.text import pair_rows
from glassline.studies.report.pictures import photo

__all__ = ["drawn_pair", "page", "what_changes"]

WIDTH, LEFT, RIGHT, ROW = 460.0, 130.0, 16.0, 26.0
REACH = 4.4  # of x: a little beyond the usual clip


@dataclass(frozen=True)
class Strip:
    """One feature of a pair: where the two marks stand in the drawing."""

    name: str
    y: float
    rejected: float
    passed: float


@dataclass(frozen=True)
class Pair:
    """A conflicting pair as a drawing: a strip a feature, and ticks of x below."""

    strips: tuple[Strip, ...]
    ticks: tuple[tuple[int, float], ...]
    height: float
    width: float = WIDTH


def page(found: Audit, lang: str = "en", *, top: int = 10) -> str:
    """Return the first `top` of each list as one self-contained HTML page."""
    text = words(lang)
    return (
        templates("glassline.studies.labels")
        .get_template("labels.html.j2")
        .render(
            found=found,
            text=text,
            say=text["labels"],
            lang=lang,
            name=lambda each: found.recipe.class_name(each, lang),
            label=lambda part: _label(found, part),
            picture=lambda part: _picture(found, part),
            suspects=found.suspects[:top],
            what_changes=lambda each: what_changes(found, each, lang),
            pairs=found.conflicts[:top],
            rows=lambda pair: pair_rows(found, pair, lang),
            drawn=lambda pair: drawn_pair(found, pair, lang),
        )
    )


def _label(found: Audit, part: int) -> str:
    row = found.data.subset([part]).targets(found.recipe.classes)[0]
    return found.recipe.classes[int(row.argmax())]


def _picture(found: Audit, part: int) -> str:
    """Return the photo as a data URI; empty where it can no longer be read."""
    own = found.data.parts[part]
    try:
        seen = load(own.path, settings=found.recipe.image, root=own.within)
    except ImageError:
        return ""
    return photo(seen.image)


def what_changes(found: Audit, suspect: Suspect, lang: str) -> str:
    """Return what correcting a label would change; empty where nobody retrained."""
    if suspect.effect is None:
        return ""
    return words(lang)["labels"]["what_changes"].format(
        seen=found.recipe.class_name(suspect.seen, lang),
        classes=suspect.effect.classes,
        decisions=suspect.effect.decisions,
        others=suspect.effect.others,
    )


def drawn_pair(found: Audit, pair: Conflict, lang: str) -> Pair:
    """Return where the marks of a conflicting pair stand."""
    short = words(lang)["features_short"]
    return Pair(
        strips=tuple(
            Strip(
                name=short.get(feature, feature),
                y=ROW * (at + 0.6),
                rejected=_across(float(found.x[pair.rejected, at])),
                passed=_across(float(found.x[pair.passed, at])),
            )
            for at, feature in enumerate(found.recipe.feature_names)
        ),
        ticks=tuple((tick, _across(tick)) for tick in (-4, -2, 0, 2, 4)),
        height=ROW * (len(found.recipe.feature_names) + 1),
    )


def _across(x: float) -> float:
    share = (max(-REACH, min(REACH, x)) + REACH) / (2 * REACH)
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)
