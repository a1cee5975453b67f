"""What is said of concepts on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["lines", "meanings"]

WIDTH = 24


def lines(
    figures: Mapping[str, Any], followed: Mapping[str, float] | None = None
) -> Iterator[str]:
    """Yield what training found out about the concepts, for a person.

    Args:
        figures: As `Figures.as_json` gives them.
        followed: Feature to its meaning on the photos evaluated, where there are any.
    """
    dealt = f"{figures['folds']} folds, dealt {figures['deals']} times"
    yield f"concepts, on {figures['n']} training parts ({dealt}), balanced accuracy"
    yield f"{'the concepts':<{WIDTH}}{figures['glass']:.3f}"
    price = 100 * figures["price"]
    yield (
        f"{'a linear probe instead':<{WIDTH}}{figures['black_box']:.3f}   "
        f"(the glass costs {price:+.1f} points)"
    )
    yield f"{'random directions':<{WIDTH}}{figures['control']:.3f}"
    heads = ["meaning", "alone", "without"] + ["here"] * bool(followed)
    yield f"{'concept':<{WIDTH}}" + "".join(f"{head:>9}" for head in heads)
    names = list(figures["meaning"])
    for name in names:
        others = "+".join(each for each in names if each != name)
        cells = [
            figures["meaning"][name],
            figures["subsets"][name],
            figures["subsets"][others],
            *([followed[name]] if followed else []),
        ]
        yield f"{name:<{WIDTH}}" + "".join(f"{cell:>9.3f}" for cell in cells)
    yield "meaning: rank correlation with its teacher within a class; alone, without:"
    yield "balanced accuracy of a head on this concept, on all others"
    if followed:
        yield "here: meaning on the photos of this evaluation, against the readings"


def meanings(followed: Mapping[str, float]) -> Iterator[str]:
    """Yield how features that were not measured follow their measured readings.

    Args:
        followed: Feature to its meaning on the photos evaluated.

    Example:
        >>> print(list(meanings({"line_strength": 0.5}))[1])
        line_strength               0.500
    """
    yield f"{'feature':<{WIDTH}}{'meaning':>9}"
    for name, found in followed.items():
        yield f"{name:<{WIDTH}}{found:>9.3f}"
    yield "meaning: rank correlation with the measured reading within a class, here"
