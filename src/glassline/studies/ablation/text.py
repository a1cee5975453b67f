"""Every subset of the features for a terminal: two tables of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator

from glassline.render.layout import WIDTH, columns, wrap
from glassline.render.words import words
from glassline.studies.ablation.ablation import Subsets
from glassline.studies.left_out import told
from glassline.studies.metrics import Scores

__all__ = ["lines"]


def lines(found: Subsets, lang: str) -> Iterator[str]:
    """Yield the table line by line."""
    text = words(lang)
    say, short = text["subsets"], text["features_short"]
    yield say["title"]
    yield "=" * WIDTH
    yield from wrap(say["lead"].format(n=found.n, folds=found.folds))
    yield from told(found.refused, found.copies, lang)
    yield ""
    header = tuple(say[k] for k in ("features", "accuracy", "balanced", "loss"))
    rows = [
        (
            say["all"]
            if len(each.features) == len(found.shares)
            else " + ".join(short.get(name, name) for name in each.features)
            or say["none"],
            *_shown(each.scores),
        )
        for each in found.rows
    ]
    median = sorted(found.controls, key=lambda each: each.log_loss.value)
    control = (say["random"], *_shown(median[len(median) // 2]))
    yield from columns([header, *rows, control])
    yield ""
    yield from wrap(say["random_note"].format(draws=len(found.controls)))
    yield ""
    shares = [
        (short.get(name, name), f"{share:+.3f}") for name, share in found.shares.items()
    ]
    total = (say["together"], f"{sum(found.shares.values()):+.3f}")
    yield from columns([(say["feature"], say["share"]), *shares, total])
    yield ""
    yield from wrap(say["share_note"])


def _shown(scores: Scores) -> tuple[str, ...]:
    return (
        f"{scores.accuracy.value:.3f}",
        f"{scores.balanced_accuracy.value:.3f}",
        str(scores.log_loss),
    )
