"""A training for a terminal: on what, how it ended, and how far the best answer can be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict

from glassline.features.scale import MANY_BEYOND
from glassline.head import Outcome
from glassline.model import Model
from glassline.model.records import LearningCurve, TrainingRecord
from glassline.render.words import words
from glassline.training.concepts.text import lines as of_concepts
from glassline.training.curve import LEAST_GROUPS

__all__ = ["lines", "outcome"]

CLEAR = 2.0  # standard errors from which on a gain shows


def lines(model: Model, lang: str) -> Iterator[str]:
    """Yield what a person should know of a training.

    Raises:
        InputError: Another language than "en" and "zh-TW".
    """
    say, record, proof = words(lang)["training"], model.record, model.certificate
    counts = ", ".join(f"{name} {count}" for name, count in record.counts.items())
    yield say["trained"].format(n=record.n, counts=counts)
    if record.like:
        yield say["like"].format(model=record.like[:12])
    if told := model.recipe.image.background:
        yield say[f"background_{told.side}"].format(
            level=f"{told.level:g}", plane=say[f"on_{told.plane}"]
        )
    yield from _not_all(record, lang)
    yield outcome(record.outcome, lang)
    if proof.penalty:
        yield say["proof"].format(
            gradient=f"{proof.gradient_norm:.1e}",
            rounding=f"{proof.rounding or 0.0:.1e}",
            distance=f"{proof.distance_bound:.1e}",
        )
    else:
        yield say["no_proof"]
    tempered = record.temperature
    if tempered and tempered.applied != 1:
        yield say["temperature"].format(
            value=f"{tempered.applied:.2f}", folds=tempered.folds
        )
    yield from _limits(record, lang)
    if record.concepts is not None and record.concepts.figures is None:
        yield say["few_groups"]
    elif record.concepts is not None and record.concepts.figures is not None:
        yield from of_concepts(record.concepts.figures, lang)


def _not_all(record: TrainingRecord, lang: str) -> Iterator[str]:
    """Yield what did not count, or not for everything."""
    say = words(lang)["training"]
    if record.sampled:
        yield say["sampled"].format(**asdict(record.sampled))
    if record.refused:
        first = record.refused[0]
        yield say["refused"].format(
            count=len(record.refused), image=first.image, reason=first.reason
        )
    if record.copies:
        told = words(lang)["left_out"]["copies"]
        yield told.format(count=len(record.copies), **asdict(record.copies[0]))


def _limits(record: TrainingRecord, lang: str) -> Iterator[str]:
    """Yield what limits the model: too few photos, or a scale that ends too soon."""
    if not record.sampled:  # of very many parts, more are not the question
        yield _curve(record.curve, lang)
    if record.beyond is not None and record.beyond > MANY_BEYOND:
        share = f"{100 * record.beyond:.0f}"
        yield words(lang)["training"]["beyond"].format(share=share)


def _curve(curve: LearningCurve | None, lang: str) -> str:
    """Say how much more photos would help, as far as that can be told."""
    say = words(lang)["training"]
    if curve is None:
        return say["no_curve"].format(least=LEAST_GROUPS)
    shows = (
        curve.nats > CLEAR * curve.nats_error
        or curve.points > CLEAR * curve.points_error
    )
    return say["curve" if shows else "flat"].format(
        points=f"{curve.points:.1f}",
        points_error=f"{curve.points_error:.1f}",
        nats=f"{curve.nats:.3f}",
        nats_error=f"{curve.nats_error:.3f}",
        whole=f"{curve.whole:.3f}",
    )


def outcome(sentence: str, lang: str) -> str:
    """Return the sentence of a fit's outcome in a language; another one as it is.

    Example:
        >>> outcome("Converged after 3 steps: the gradient is 1e-12 (wanted 1e-11).",
        ...         "zh-TW")
        '3 步後收斂：梯度為 1e-12（要求 1e-11）。'
    """
    for each in Outcome:
        pattern = re.sub(r"\\{(\w+)[^}]*\\}", r"(?P<\1>.+)", re.escape(each.value))
        found = re.fullmatch(pattern, sentence)
        if found:
            return words(lang)["outcomes"][each.name.lower()].format(
                **found.groupdict()
            )
    return sentence
