"""Whether a line still does what it did: rates, control charts, drift.

`line_rates` counts what became of the parts; `p_prime_chart`, `ewma` and `cusum` draw them
over time, against limits that a person froze, and `signals` names the runs that chance
seldom makes. `drift` holds photos of today against the model's own record of training, or
against the training photos read again; `find_drift` is the same on readings, as a station
has them. `two_sample` is the test under both: whole groups are permuted, whatever the
numbers are.
"""

from glassline.monitor.appraisal import Judgement, repeatability
from glassline.monitor.attribute import (
    ShareChart,
    p_chart,
    p_prime_chart,
    p_prime_limits,
)
from glassline.monitor.capability import Capability, Spec, capability
from glassline.monitor.change import changed_at
from glassline.monitor.drift import Drift, drift, find_drift
from glassline.monitor.limits import Limits, of_values
from glassline.monitor.memory import CusumChart, EwmaChart, cusum, ewma
from glassline.monitor.pareto import Bar, pareto
from glassline.monitor.rates import NO_LABEL, LineRates, line_rates
from glassline.monitor.rules import (
    NELSON,
    RULES,
    WESTERN_ELECTRIC,
    Signal,
    signals,
)
from glassline.monitor.two_sample import Shift, compare_groups, enough_groups
from glassline.monitor.watch import Watch, watch

__all__ = [
    "NELSON",
    "NO_LABEL",
    "RULES",
    "WESTERN_ELECTRIC",
    "Bar",
    "Capability",
    "CusumChart",
    "Drift",
    "EwmaChart",
    "Judgement",
    "Limits",
    "LineRates",
    "ShareChart",
    "Shift",
    "Signal",
    "Spec",
    "Watch",
    "capability",
    "changed_at",
    "compare_groups",
    "cusum",
    "drift",
    "enough_groups",
    "ewma",
    "find_drift",
    "line_rates",
    "of_values",
    "p_chart",
    "p_prime_chart",
    "p_prime_limits",
    "pareto",
    "repeatability",
    "signals",
    "watch",
]
