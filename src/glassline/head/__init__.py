"""The fifteen numbers: softmax, loss, exact fit, certificate, influence."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glassline.head.certificate import Certificate, certify
    from glassline.head.estimator import SoftmaxRegression
    from glassline.head.fitting import Fit, Outcome, fit
    from glassline.head.influence import (
        LeftOut,
        influence_approximation,
        leave_lots_out,
        leave_one_out,
    )
    from glassline.head.linear import Head
    from glassline.head.losses import cross_entropy, logit_gradient, part_losses
    from glassline.head.posterior import Posterior, laplace_posterior
    from glassline.head.probabilities import log_softmax, softmax
    from glassline.head.relabel import correct_label, forget
    from glassline.head.stream import fit_blocks
    from glassline.head.sums import Statistics, statistics
    from glassline.head.targets import class_weights, smooth

__all__ = [
    "Certificate",
    "Fit",
    "Head",
    "LeftOut",
    "Outcome",
    "Posterior",
    "SoftmaxRegression",
    "Statistics",
    "certify",
    "class_weights",
    "correct_label",
    "cross_entropy",
    "fit",
    "fit_blocks",
    "forget",
    "influence_approximation",
    "laplace_posterior",
    "leave_lots_out",
    "leave_one_out",
    "log_softmax",
    "logit_gradient",
    "part_losses",
    "smooth",
    "softmax",
    "statistics",
]

_HOMES = {
    "Certificate": "certificate",
    "Fit": "fitting",
    "Head": "linear",
    "LeftOut": "influence",
    "Outcome": "fitting",
    "Posterior": "posterior",
    "SoftmaxRegression": "estimator",
    "Statistics": "sums",
    "certify": "certificate",
    "class_weights": "targets",
    "correct_label": "relabel",
    "cross_entropy": "losses",
    "fit": "fitting",
    "fit_blocks": "stream",
    "forget": "relabel",
    "influence_approximation": "influence",
    "laplace_posterior": "posterior",
    "leave_lots_out": "influence",
    "leave_one_out": "influence",
    "log_softmax": "probabilities",
    "logit_gradient": "losses",
    "part_losses": "losses",
    "smooth": "targets",
    "softmax": "probabilities",
    "statistics": "sums",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the package costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
