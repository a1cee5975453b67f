"""A study as text and as plain data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from glassline.dataset.readings import Refusal
from glassline.decide import Gauge
from glassline.errors import InputError
from glassline.recipe import FEATURE_NAMES
from glassline.studies.gauge import Flips, Study
from glassline.studies.gauge.text import lines
from glassline.studies.metrics import Rate

PHOTOS = "0123456789abcdef" * 4
TEXT = """\
Gauge study
================================================================================
10 of 40 parts, each read 10 times: as photographed, and under small changes of
the camera and nothing else.

feature                        on scale  sigma  parts  %GRR  ndc         AIAG
scratch line strength             10/10  0.500  1.200  38.5    3         poor
high-frequency texture change      9/10  0.100  0.700  14.1    9  conditional
uneven reflection                 10/10  0.050  2.000   2.5   56         good
granular noise                    10/10  0.000  0.000     -    -            -
on scale: parts whose x can still move either way, the only ones that count for
sigma; sigma: repeatability, the spread of one part's x; parts: the spread from
part to part; %GRR = 100 sigma / sqrt(sigma² + parts²); ndc = 1.41 parts /
sigma, how many kinds of part can be told apart. AIAG: below 10 % good, to 30 %
conditional, above poor; ndc at least 5.

What moves a reading: the spread of x by cause. The squares in a column add up
to that of sigma.
cause   line  texture  reflection  grain
shift  0.300    0.000       0.030  0.000
JPEG   0.400    0.100       0.040  0.000
sigma  0.500    0.100       0.050  0.000

Which way: the mean change of x, and how many readings gave another class or
decision than the undisturbed one.
change             line  texture  reflection   grain  class  decision
shift            +0.100   +0.000      -0.010  +0.000   1/60      2/60
JPEG quality 75  -0.250   +0.000      +0.000  +0.000   0/10      3/10

Repeats worst: scratch line strength; most of it is JPEG (64 % of its variance).
Photos refused: 1.
This is the repeatability of the measurement. That of the station (fixture,
lamp, a second camera) shows only when parts are photographed again."""


@pytest.fixture
def found() -> Study:
    """A study whose every figure was chosen."""
    return Study(
        gauge=Gauge(
            parts=10,
            photos_sha256=PHOTOS,
            between=(1.2, 0.7, 2.0, 0.0),
            spread={"shift": (0.3, 0.0, 0.03, 0.0), "jpeg": (0.4, 0.1, 0.04, 0.0)},
        ),
        features=FEATURE_NAMES,
        of=40,
        readings=10,
        on_scale=(10, 9, 10, 10),
        bias={"shift": (0.1, -0.0004, -0.01, 0.0), "jpeg_75": (-0.25, 0.0, 0.0, 0.0)},
        flips={
            "shift": Flips(Rate(1, 60), Rate(2, 60)),
            "jpeg_75": Flips(Rate(0, 10), Rate(3, 10)),
        },
        refused=(Refusal("a/b.png", "truncated", "b.png: half a file"),),
        copies=(),
    )


def test_the_text_is_three_tables(found: Study) -> None:
    """Every figure, every word."""
    assert "\n".join(lines(found, "en")) == TEXT


def test_the_document_shows_the_same_example() -> None:
    """What docs/gauge.md explains is what the command prints."""
    page = Path(__file__).resolve().parents[4] / "docs" / "gauge.md"

    assert f"```\n{TEXT}\n```" in page.read_text(encoding="utf-8")


def test_the_text_in_chinese_fits_a_terminal(found: Study) -> None:
    """At most 80 cells a line, and no English word for a feature or a cause."""
    shown = [*lines(found, "zh-TW")]

    assert max(map(cell_len, shown)) <= 80
    assert shown[0] == "量具重複性與再現性研究"
    assert [line.split()[0] for line in shown[5:9]] == [
        "刮痕線條強度",
        "高頻紋理變化",
        "反光不均",
        "顆粒狀噪點",
    ]


def test_another_language_is_refused(found: Study) -> None:
    """The message names the two there are."""
    with pytest.raises(InputError, match=r"^lang: expected en or zh-TW, got 'de'\.$"):
        [*lines(found, "de")]


def test_the_worst_feature_and_its_cause(found: Study) -> None:
    """The largest %GRR, and the largest spread in it."""
    assert found.worst == ("line_strength", "jpeg")


def test_plain_data_holds_every_figure(found: Study) -> None:
    """By name, in full precision."""
    plain = found.as_json()

    assert json.loads(json.dumps(plain["features"]["texture_change"])) == {
        "sigma": 0.1,
        "between": 0.7,
        "grr_percent": pytest.approx(14.142135623730951, rel=1e-14),
        "ndc": 9,
        "aiag": "conditional",
        "on_scale": 9,
        "spread": {"shift": 0.0, "jpeg": 0.1},
        "bias": {"shift": -0.0004, "jpeg_75": 0.0},
    }
    assert plain["flips"]["shift"] == {
        "class": {"k": 1, "n": 60},
        "decision": {"k": 2, "n": 60},
    }
    assert (plain["parts"], plain["of"], plain["readings"]) == (10, 40, 10)
    assert plain["refused"] == [
        {"image": "a/b.png", "refused": "truncated", "message": "b.png: half a file"}
    ]
