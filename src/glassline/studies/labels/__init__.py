"""Which labels to look at again, and why: suspects, contradictions, agreement.

`audit` reads a dataset once and asks all three; `conflicts` and `agreement` have the
mathematics of pairs and of people. The outcome is shown by `text` in a terminal and by
`page` with the photos.
"""

from glassline.studies.labels.agreement import Agreement, agreement, kappa
from glassline.studies.labels.audit import (
    Audit,
    Effect,
    Inspector,
    Suspect,
    audit,
    audit_readings,
)
from glassline.studies.labels.conflicts import Conflict, conflicts, fewest_to_check
from glassline.studies.labels.page import page

__all__ = [
    "Agreement",
    "Audit",
    "Conflict",
    "Effect",
    "Inspector",
    "Suspect",
    "agreement",
    "audit",
    "audit_readings",
    "conflicts",
    "fewest_to_check",
    "kappa",
    "page",
]
