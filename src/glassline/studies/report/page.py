"""The report page: data in, one HTML file out, nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from markupsafe import Markup

from glassline.explain.faces.html import sheet_style
from glassline.inspection import Inspection, attempt
from glassline.model import Model
from glassline.recipe import ACTIONS
from glassline.render.templating import templates
from glassline.render.words import words
from glassline.studies.evaluation import Evaluation
from glassline.studies.report.charts import loss_chart, reliability_chart
from glassline.studies.report.pictures import overlay, photo

__all__ = ["Story", "page", "told_by_wrong"]

SHOWN = 6  # parts seen wrongly that a report shows whole: on two pages of paper


@dataclass(frozen=True)
class Story:
    """What a report tells.

    Attributes:
        name: Where the parts came from.
        model: The model that was trained.
        held_out: The score on parts that training did not see.
        inspections: A few parts, inspected with their labels, to be shown whole.
        other: Language to the file name of this report in it, to link to.
        is_of_wrong: Whether the parts shown are those seen wrongly; else any.
    """

    name: str
    model: Model
    held_out: Evaluation
    inspections: tuple[Inspection, ...]
    other: Mapping[str, str] = field(default_factory=dict)
    is_of_wrong: bool = False

    @property
    def more(self) -> int:
        """Return how many parts were seen wrongly beside those that are shown."""
        return len(self.held_out.wrong) - len(self.inspections)


def told_by_wrong(name: str, model: Model, found: Evaluation) -> Story:
    """Return the story of a score, told by the parts seen wrongly, at most `SHOWN`.

    Their photos are read anew; one that can no longer be read is only counted.
    """
    seen = (
        attempt(model, each.part.path, label=each.label, root=each.part.within)
        for each in found.wrong[:SHOWN]
    )
    shown = tuple(each for each in seen if isinstance(each, Inspection))
    return Story(name, model, found, shown, is_of_wrong=True)


def page(story: Story, lang: str = "en") -> str:
    """Return the report as one self-contained HTML page.

    Raises:
        InputError: The language is not one of the two.
    """
    text = words(lang)
    model = story.model
    explained = story.inspections[:2][-1:]  # the second of the parts, or the only one
    recipe = model.recipe
    shown = story.held_out.wrong if story.is_of_wrong else ()
    losses = {str(each.part.path): each.loss for each in shown}
    return (
        templates("glassline.studies.report")
        .get_template("report.html.j2")
        .render(
            story=story,
            model=model,
            text=text,
            say=text["report"],
            lang=lang,
            languages={code: words(code)["language"]["name"] for code in story.other},
            class_name=lambda name: recipe.class_name(name, lang),
            parts=[
                _part(each, losses.get(each.photo.name), lang)
                for each in story.inspections
            ],
            sheets=[Markup(each.sheet.html_body(lang)) for each in explained],  # noqa: S704  our own, escaped there
            sheet_style=Markup(sheet_style()),  # noqa: S704
            loss=loss_chart([step.objective for step in model.record.steps]),
            reliability=reliability_chart(story.held_out.bins),
            actions=ACTIONS,
        )
    )


def _part(seen: Inspection, loss: float | None, lang: str) -> dict[str, Any]:
    """Gather what the page shows of one part."""
    scale = seen.model.scale
    label = seen.label
    return {
        "seen": seen,
        "loss": loss,
        "label": label and seen.model.recipe.class_name(label, lang),
        "name": PurePath(seen.photo.name).name,
        "photo": photo(seen.photo.image),
        "maps": [
            {
                "name": name,
                "picture": overlay(seen.photo.image, shown, x / scale.clip),
                "x": float(x),
                "reading": reading,
                "bar": abs(float(x)) / scale.top * 50,
            }
            for name, shown, x, reading in zip(
                seen.readings.names, seen.maps, seen.x, seen.readings, strict=True
            )
        ],
        "reason": seen.decided.reason.text(lang),
    }
