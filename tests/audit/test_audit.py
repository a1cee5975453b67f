"""A little of the audit with every run of the tests; `make audit` is all of it."""

from __future__ import annotations

import numpy as np
import pytest

from audit.chances import chances, intervals
from audit.claims import Claim
from audit.exact import exact, threads

pytestmark = pytest.mark.slow


def test_nothing_that_is_proved_is_contradicted(rng: np.random.Generator) -> None:
    """Random heads, costs, scales and guarantees, degenerate ones among them."""
    broken = [claim.row() for claim in exact(rng, 25) if not claim.holds]

    assert broken == []


def test_the_bits_are_those_of_one_thread() -> None:
    """Four features, whatever the linear algebra library does in parallel."""
    broken = [claim.row() for claim in threads() if not claim.holds]

    assert broken == []


def test_what_is_promised_with_a_probability_is_kept(rng: np.random.Generator) -> None:
    """Guarantees, class sets, novelty and temperatures."""
    broken = [claim.row() for claim in chances(rng, 60) if not claim.holds]

    assert broken == []


def test_intervals_cover(rng: np.random.Generator) -> None:
    """With few lots and with some, near 1, of parts that are alike and that are not."""
    broken = [claim.row() for claim in intervals(rng, 20, (5, 29)) if not claim.holds]

    assert broken == []


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        pytest.param(
            Claim("", "", 0, "at most", 1, 9_999), False, id="never, but once"
        ),
        pytest.param(Claim("", "", 0.1, "at most", 12, 100), True, id="by chance"),
        pytest.param(Claim("", "", 0.1, "at most", 40, 100), False, id="too often"),
        pytest.param(Claim("", "", 0.9, "at least", 60, 100), False, id="too rarely"),
        pytest.param(Claim("", "", 0.0, "told", 60, 100), True, id="not promised"),
    ],
)
def test_a_claim_is_broken_where_chance_would_not_do_it(
    claim: Claim, holds: bool
) -> None:
    """One counterexample breaks a proof; a probability needs more than bad luck."""
    assert claim.holds == holds


def test_a_claim_is_told_with_its_conditions() -> None:
    """One row of the table, SciPy's interval."""
    claim = Claim("it covers", "5 lots", 0.93, "at least", 95, 100, cells=30)

    assert claim.row() == (
        "| it covers | 5 lots, worst of 30 | at least 93 % | 95/100 | 95.0 % "
        "| 88.7 to 98.4 % |"
    )
