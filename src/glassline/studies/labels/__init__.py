"""Which labels to look at again, and why: suspects, contradictions, agreement."""

from glassline.studies.labels.agreement import Agreement, agreement, kappa
from glassline.studies.labels.audit import audit
from glassline.studies.labels.conflicts import Conflict, conflicts, fewest_to_check
from glassline.studies.labels.page import page
from glassline.studies.labels.result import Audit, Effect, Inspector, Suspect

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
