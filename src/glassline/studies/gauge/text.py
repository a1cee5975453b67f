"""A gauge study for a terminal: three tables of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator

from glassline.render.layout import WIDTH, columns, wrap
from glassline.render.words import Say, words
from glassline.studies.gauge.rereading import Study
from glassline.studies.left_out import told

__all__ = ["lines"]


def lines(study: Study, lang: str) -> Iterator[str]:
    """Yield the study line by line."""
    say = words(lang)["gauge"]
    long, short = words(lang)["features"], words(lang)["features_short"]
    heads = [short.get(name, name) for name in study.features]
    yield say["title"]
    yield "=" * WIDTH
    yield from wrap(
        say["lead"].format(
            parts=study.gauge.parts, of=study.of, readings=study.readings
        )
    )
    yield ""
    yield from columns([*_features(study, say, long)])
    yield from wrap(say["features_note"])
    yield ""
    yield from wrap(say["spread_note"])
    yield from columns([*_spread(study, say, heads)])
    yield ""
    yield from wrap(say["bias_note"])
    yield from columns([*_bias(study, say, heads)])
    yield ""
    yield from _worst(study, say, long)
    yield from told(study.refused, study.copies, lang)
    yield from wrap(say["limits"])


def _features(study: Study, say: Say, long: Say) -> Iterator[tuple[str, ...]]:
    gauge = study.gauge
    heads = ("feature", "on_scale", "sigma", "between", "grr", "ndc", "aiag")
    yield tuple(say[key] for key in heads)
    for column, name in enumerate(study.features):
        grade, ndc = gauge.grades[column], gauge.ndc[column]
        yield (
            long.get(name, name),
            f"{study.on_scale[column]}/{gauge.parts}",
            f"{gauge.sigma[column]:.3f}",
            f"{gauge.between[column]:.3f}",
            "-" if grade == "unknown" else f"{gauge.grr[column]:.1f}",
            "-" if ndc is None else str(ndc),
            say[grade],
        )


def _spread(study: Study, say: Say, heads: list[str]) -> Iterator[tuple[str, ...]]:
    yield say["kind"], *heads
    for kind, row in study.gauge.spread.items():
        yield say[kind], *(f"{number:.3f}" for number in row)
    yield say["sigma"], *(f"{number:.3f}" for number in study.gauge.sigma)


def _bias(study: Study, say: Say, heads: list[str]) -> Iterator[tuple[str, ...]]:
    yield say["way"], *heads, say["class"], say["decision"]
    for way, row in study.bias.items():
        flips = study.flips[way]
        yield (
            say[way],
            *(f"{round(number, 3) + 0:+.3f}" for number in row),
            str(flips.classes),
            str(flips.decisions),
        )


def _worst(study: Study, say: Say, long: Say) -> Iterator[str]:
    if study.worst is not None:
        feature, kind = study.worst
        column = study.features.index(feature)
        part = study.gauge.spread[kind][column] / study.gauge.sigma[column]
        yield from wrap(
            say["worst"].format(
                feature=long.get(feature, feature),
                kind=say[kind],
                share=f"{100 * part**2:.0f}",
            )
        )
