"""The head after a label was corrected, or parts were forgotten: a full fit, at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Features, PartWeights, Targets
from glassline.errors import InputError, LabelError
from glassline.head.fitting import Fit, fit
from glassline.head.inputs import as_features, as_weights
from glassline.head.linear import Head
from glassline.head.targets import as_targets

__all__ = ["TOLERANCE", "check_parts", "correct_label", "forget"]

TOLERANCE = 1e-12  # a thousandth of the default of `fit`: effects are small numbers


def correct_label(  # noqa: PLR0913  a part, its label, and what `fit` was given
    x: Features,
    y: ClassIds | Targets,
    head: Head,
    *,
    part: int,
    label: int,
    penalty: float,
    weights: PartWeights | None = None,
) -> Fit:
    """Return the full fit after one label was changed: the retrain, in a millisecond.

    Args:
        x: Shape (n, d), as fitted.
        y: Shape (n,) class ids, or (n, k) rows, as fitted; not changed.
        head: The optimum with the old label.
        part: Which part's label was wrong.
        label: What a person says now, in [0, k).
        penalty: As fitted.
        weights: Shape (n,), as fitted.

    Raises:
        ShapeError, InputError, LabelError: As `fit`; or no such part or class.

    Warns:
        GlasslineWarning: As `fit`.

    Example:
        >>> x, y = np.arange(5.0)[:, None], np.array([0, 1, 0, 1, 1])
        >>> before = fit(x, y, penalty=0.1)
        >>> after = correct_label(x, y, before.head, part=1, label=0, penalty=0.1)
        >>> before.parts_per_class, after.parts_per_class
        ((2, 3), (3, 2))
    """
    targets, _ = as_targets(y, len(x), head.k, name="y")
    check_parts([part], len(x))
    if not 0 <= label < head.k:
        raise LabelError(f"label: expected a class id in [0, {head.k}), got {label}.")
    changed = targets.copy()
    changed[part] = label if changed.ndim == 1 else np.eye(head.k)[label]
    return fit(
        x, changed, penalty=penalty, weights=weights, start=head, tolerance=TOLERANCE
    )


def forget(
    x: Features,
    y: ClassIds | Targets,
    head: Head,
    *,
    parts: Iterable[int],
    penalty: float,
    weights: PartWeights | None = None,
) -> Fit:
    """Return the full fit to the parts that are left: as if the others never were.

    The certificate of the result is that of the remaining parts: within its bound
    the head equals one that never saw the others.

    Args:
        x: Shape (n, d), as fitted.
        y: Shape (n,) class ids, or (n, k) rows, as fitted.
        head: The optimum on all parts.
        parts: Which to forget.
        penalty: As fitted.
        weights: Shape (n,), as fitted.

    Raises:
        ShapeError, InputError, LabelError: As `fit`; or no such part, or none left.

    Warns:
        GlasslineWarning: As `fit`.
    """
    x = as_features(x, head.d)
    targets, _ = as_targets(y, len(x), head.k, name="y")
    keep = np.delete(np.arange(len(x)), check_parts(list(parts), len(x)))
    w = as_weights(weights, len(x))
    return fit(
        x[keep],
        targets[keep],
        penalty=penalty,
        weights=None if w is None else w[keep],
        start=head,
        tolerance=TOLERANCE,
    )


def check_parts(parts: Sequence[int] | None, n: int) -> NDArray[np.intp]:
    """Return places in [0, n); None means all.

    Raises:
        InputError: One is outside; the message names the first.
    """
    which = np.arange(n) if parts is None else np.asarray(parts, dtype=np.intp)
    wrong = (which < 0) | (which >= n)
    if wrong.any():
        raise InputError(f"part: expected one of [0, {n}), got {which[wrong][0]}.")
    return which
