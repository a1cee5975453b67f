"""The readings of the known image are those that were accepted, with any OpenCV."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from golden.readings import FILE, readings
from numpy.testing import assert_allclose

from glassline.features import FEATURES

ACCEPTED = json.loads(Path(FILE).read_text(encoding="utf-8"))["readings"]


@pytest.mark.parametrize("name", list(FEATURES))
def test_every_setting_reads_what_was_accepted(name: str) -> None:
    """To 1e-5 of its size, as a model is held to when it is loaded.

    A change of a formula changes these numbers: look at them, then write them again
    with `python tests/golden/readings.py`.
    """
    found = readings()[name]

    assert [each["settings"] for each in found] == [
        each["settings"] for each in ACCEPTED[name]
    ]
    assert_allclose(
        [each["reading"] for each in found],
        [each["reading"] for each in ACCEPTED[name]],
        rtol=1e-5,
        atol=1e-8,
    )
