"""Which labels to look at again, and why: suspects, contradictions, agreement."""

from glassline.labels.agreement import Agreement, agreement, kappa
from glassline.labels.audit import audit
from glassline.labels.conflicts import Conflict, conflicts, fewest_to_check
from glassline.labels.page import page
from glassline.labels.result import Audit, Effect, Inspector, Suspect

__all__ = [
    "Agreement",
    "Audit",
    "Conflict",
    "Effect",
    "Inspector",
    "Suspect",
    "agreement",
    "audit",
    "conflicts",
    "fewest_to_check",
    "kappa",
    "page",
]
