"""The price of four features for a terminal: four figures, and one line that says it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size

from glassline.render.layout import wrap
from glassline.render.words import words
from glassline.studies.left_out import told as left_out
from glassline.studies.metrics import Score
from glassline.studies.price.price import Price

__all__ = ["advice", "lines"]


def lines(found: Price | None, lang: str) -> Iterator[str]:
    """Yield what the four features cost, and what would win it back.

    Args:
        found: As `price` returned it.
        lang: "en" or "zh-TW".
    """
    say = words(lang)["price"]
    if found is None:
        yield from wrap(say["few_groups"])
        return
    yield from wrap(
        say["head"].format(n=found.n, groups=found.groups, folds=found.folds)
    )
    names = {key: say[key].format(network=found.network) for key in found.scores}
    cells = max(map(cell_len, names.values()))
    unknown = words(lang)["evaluation"]["unknown"]
    for key, name in names.items():
        yield f"{set_cell_size(name, cells)}  {found.scores[key].text(unknown)}"
    yield from left_out(found.refused, found.copies, lang)
    yield from wrap(advice(found, lang))


def advice(found: Price, lang: str) -> str:
    """Return the one line: what the four cost here, and what would pay."""
    say = words(lang)["price"]
    cost = say[f"cost_{found.front}"].format(points=_points(found.cost, lang))
    if found.pays is None:
        rest = say["nothing" if found.cost.low > 0 else "chance"]
        return f"{cost}{rest.format(tried=len(found.gains))}"
    what = found.pays.what
    features = words(lang)["features"]
    known = f"pays_{what}_{found.front}" if what == "front" else f"pays_{what}"
    rest = say[known] if known in say else say["pays_feature"]
    return cost + rest.format(
        feature=features.get(what, what),
        points=_points(found.pays.points, lang),
        tried=len(found.gains),
    )


def _points(score: Score, lang: str) -> str:
    """Return balanced accuracy in points, with its interval.

    Example:
        >>> _points(Score(0.061, -0.019, 0.142), "en")
        '+6.1 [-1.9, +14.2]'
    """
    if score.low != score.low:
        return f"{100 * score.value:+.1f} [{words(lang)['evaluation']['unknown']}]"
    value, low, high = (100 * each for each in (score.value, score.low, score.high))
    return f"{value:+.1f} [{low:+.1f}, {high:+.1f}]"
