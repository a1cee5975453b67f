"""The fifteen numbers: softmax, loss, exact fit, certificate, influence."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glassline.head.certificate import Certificate, certify
    from glassline.head.fitting import Fit, Outcome, fit
    from glassline.head.labels import class_weights, smooth
    from glassline.head.linear import Head
    from glassline.head.losses import cross_entropy, logit_gradient, part_losses
    from glassline.head.probabilities import log_softmax, softmax
    from glassline.head.stream import fit_blocks
    from glassline.head.sums import Statistics, statistics

__all__ = [
    "Certificate",
    "Fit",
    "Head",
    "Outcome",
    "Statistics",
    "certify",
    "class_weights",
    "cross_entropy",
    "fit",
    "fit_blocks",
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
    "Outcome": "fitting",
    "Statistics": "sums",
    "certify": "certificate",
    "class_weights": "labels",
    "cross_entropy": "losses",
    "fit": "fitting",
    "fit_blocks": "stream",
    "log_softmax": "probabilities",
    "logit_gradient": "losses",
    "part_losses": "losses",
    "smooth": "labels",
    "softmax": "probabilities",
    "statistics": "sums",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the package costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
