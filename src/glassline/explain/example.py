"""The worked example that the sheet is taught with: inputs only, figures computed."""

from __future__ import annotations

import numpy as np

from glassline.decide import Policy, decide
from glassline.explain.faces.sheet import Sheet
from glassline.head import Head
from glassline.recipe import Recipe

__all__ = ["example"]

RECIPE = Recipe(classes=("ok", "scratch", "dirt"))
X = (0.6, 1.0, -0.4, 0.2)
LABEL = "scratch"
W = (
    (0.5, -0.3, 0.1),
    (0.2, 0.4, -0.5),
    (-0.6, 0.2, 0.3),
    (0.1, -0.2, 0.7),
)
B = (0.44, 0.2, -0.38)


def example() -> Sheet:
    """Return the sheet of one part with four features and three classes.

    The part is a scratch that the model takes for OK: the loss is above
    log 3, and the costs send it to a person.

    Example:
        >>> example().figures["p"].printed
        [['0.6485', '0.2637', '0.0878']]
        >>> example().decision.action
        'review'
    """
    head = Head(np.array(W), np.array(B))
    x = np.array(X)
    p = head.probabilities(x[np.newaxis])[0]
    return Sheet.of(
        head,
        x,
        classes=RECIPE.classes,
        label=LABEL,
        decision=decide(Policy.of(RECIPE), p),
    )
