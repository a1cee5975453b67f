"""A line summed up from columns: stretches, limits, causes; and when it is held to drift."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glassline.errors import InputError
from glassline.model import Model
from glassline.monitor import Limits
from glassline.station.overview import View, overview
from glassline.station.stretches import stretches
from glassline.store.columns import Codes, Columns

N = 120
DAY_S = 86_400.0


def _codes(values: list[str | None]) -> Codes:
    return Codes(np.zeros(0, np.int64)).with_more(values)


@pytest.fixture
def columns(settled: Model) -> Columns:
    """120 parts, one a minute, in lots of six; every tenth refused; the first 30 labelled."""
    rng = np.random.default_rng(4)  # noqa: TID251  once a test
    readings = np.empty(N, np.object_)
    readings[:] = [
        settled.scale.reading(row).tobytes() for row in rng.normal(size=(N, 4)) * 0.8
    ]
    decision = np.array([place % 3 for place in range(N)])
    decision[::10] = 3
    readings[::10] = None
    return Columns(
        stream=_codes(["line"] * N),
        seq=np.arange(1, N + 1),
        at=1_764_374_400.0 + 60.0 * np.arange(N),
        decision=decision,
        readings=readings,
        predicted_class=_codes(["scratch" if p % 3 else "ok" for p in range(N)]),
        label=_codes(
            ["dirt" if p % 2 else "ok" for p in range(30)] + [None] * (N - 30)
        ),
        model=_codes([settled.sha256] * N),
        lot=_codes([f"L{place // 6}" for place in range(N)]),
        shift=_codes([None] * N),
        camera=_codes([f"C{place % 2}" for place in range(N)]),
    )


def _own(model: Model) -> frozenset[str]:
    return frozenset({model.sha256})


def test_counts_and_rates_are_those_of_the_columns(
    settled: Model, columns: Columns
) -> None:
    """Refused photos are no parts; labels decide what is good."""
    found = overview(settled, columns, _own(settled), {}, View())

    kept = [p for p in range(N) if p % 10]
    accepted = sum(p % 3 == 0 for p in kept)
    bad = [p for p in kept if p < 30 and p % 2]
    assert (found.parts, found.refused) == (108, 12)
    assert str(found.rates.first_pass) == f"{accepted}/108"
    assert str(found.rates.escape) == f"{sum(p % 3 == 0 for p in bad)}/{len(bad)}"


def test_causes_are_what_people_said_and_else_what_was_seen(
    settled: Model, columns: Columns
) -> None:
    """Of parts that were not accepted; the good class is no cause."""
    found = overview(settled, columns, _own(settled), {}, View())

    stopped = [p for p in range(N) if p % 10 and p % 3]
    dirt = sum(p < 30 and p % 2 == 1 for p in stopped)
    scratch = sum(p >= 30 for p in stopped)
    assert [(bar.name, bar.count) for bar in found.causes] == [
        ("scratch", scratch),
        ("dirt", dirt),
    ]


def test_every_feature_and_the_labels_have_a_chart(
    settled: Model, columns: Columns
) -> None:
    """Means by lot of the parts that look good, in spreads; the cross-entropy last."""
    found = overview(settled, columns, _own(settled), {}, View())

    names = [each.name for each in found.trends]
    assert names == [*settled.feature_names, "surprise"]
    read = columns.subset((columns.decision != 3) & (columns.lot.ids == 0))
    x = settled.scale.x(read.values())
    looks_good = settled.head.logits(x).argmax(axis=1) == 0
    assert found.trends[0].mean.values[0] == pytest.approx(x[looks_good, 0].mean())
    assert found.trends[0].stretches[:2] == ("L0", "L1")


def test_readings_of_another_front_are_left_out_of_the_charts(
    settled: Model, columns: Columns
) -> None:
    """Rates count them; x can not be made of them."""
    found = overview(settled, columns, frozenset(), {}, View())

    assert (found.parts, found.trends) == (108, ())


def test_frozen_limits_hold_on_their_scale_alone(
    settled: Model, columns: Columns
) -> None:
    """A model with another scale measures in other units: its chart begins anew."""
    held = Limits(5.0, 2.0, 25).as_json()
    own = [settled.scale.center[0], settled.scale.spread[0]]
    frozen = {
        "line_strength": {"limits": held, "scale": own},
        "texture_change": {"limits": held, "scale": [0.0, 1.0]},
        "passed": {"limits": Limits(0.5, 3.0, 25).as_json(), "scale": []},
    }

    found = overview(settled, columns, _own(settled), frozen, View())

    centres = [each.mean.limits.centre for each in found.trends]
    assert centres[0] == 5.0
    assert centres[1] != 5.0
    assert found.passed is not None
    assert (found.passed.limits.centre, found.passed.limits.spread) == (0.5, 3.0)


@pytest.mark.parametrize(
    ("by", "count", "first"),
    [("lot", 20, "L0"), ("camera", 2, "C0"), ("hour", 2, None), ("shift", 1, "-")],
)
def test_parts_are_dealt_by_what_is_asked(
    columns: Columns, by: str, count: int, first: str | None
) -> None:
    """In the order of time; what nobody named is one stretch."""
    dealt = stretches(columns, by)

    assert len(dealt.names) == count
    assert first in (None, dealt.names[0])
    assert (np.diff(dealt.at) > 0).all()
    assert np.bincount(dealt.ids).sum() == N


def test_parts_of_no_lot_come_twenty_at_a_time(columns: Columns) -> None:
    """Named by the time of their first."""
    nameless = replace(columns, lot=_codes([None] * N))

    dealt = stretches(nameless, "lot")

    assert np.bincount(dealt.ids).tolist() == [20] * 6


def test_only_so_many_hours_back(settled: Model, columns: Columns) -> None:
    """From the newest part, not from now: a line that stands has a last shift too."""
    found = overview(settled, columns, _own(settled), {}, View(hours=0.5))

    assert found.parts + found.refused == 31


def test_an_empty_line_is_summed_up_too(settled: Model) -> None:
    """0/0 everywhere, and no chart."""
    found = overview(settled, Columns.none(), _own(settled), {}, View())

    assert (found.parts, found.span, found.passed, found.trends) == (0, None, None, ())
    assert str(found.rates.first_pass) == "0/0"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "lots"}, r"^by: expected one of lot, shift, camera, hour, day, got 'lots'\. "
         r"Did you mean lot\?$"),
        ({"rules": "mine"}, r"^rules: expected one of western_electric, nelson, got "
         r"'mine'\.$"),
        ({"hours": -1.0}, r"^hours: expected a number in \[0, 8760\], got -1\.0\.$"),
    ],
)  # fmt: skip
def test_a_view_of_nothing_known_is_refused(
    options: dict[str, object], message: str
) -> None:
    """By name."""
    with pytest.raises(InputError, match=message):
        View(**options)  # type: ignore[arg-type]
