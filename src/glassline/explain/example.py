"""The worked example that the sheet is taught with: inputs only, figures computed."""

from __future__ import annotations

from dataclasses import replace

from glassline.explain.faces.sheet import Sheet
from glassline.explain.given import Given, work_out

__all__ = ["EXAMPLE", "example"]

LABEL = "scratch"
EXAMPLE = Given(
    x=(0.6, 1.0, -0.4, 0.2),
    W=(
        (0.5, -0.3, 0.1),
        (0.2, 0.4, -0.5),
        (-0.6, 0.2, 0.3),
        (0.1, -0.2, 0.7),
    ),
    b=(0.44, 0.2, -0.38),
    label=LABEL,
)


def example(label: str | None = LABEL) -> Sheet:
    """Return the sheet of one part with four features and three classes.

    The part is a scratch that the model takes for OK: the loss is above
    log 3, and the costs send it to a person.

    Args:
        label: What a person said instead; None leaves loss and learning out.

    Raises:
        LabelError: The label is not one of the three classes.

    Example:
        >>> example().figures["p"].printed
        [['0.6485', '0.2637', '0.0878']]
        >>> example().decision.action
        'review'
    """
    return work_out(replace(EXAMPLE, label=label))
