"""A model that an earlier glassline saved still loads, and says the same to the last bit."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from glassline.head import Certificate
from glassline.inspection import inspect
from glassline.model import load
from glassline.model.records import certificate_table, read_certificate
from glassline.model.selftest import known_image

GOLDEN = Path(__file__).parents[2] / "golden"
SAID = json.loads((GOLDEN / "model-0.1-says.json").read_text())


@pytest.fixture(scope="module")
def says() -> dict[str, Any]:
    """What the model says of the known image today."""
    model = load(GOLDEN / "model-0.1.json")
    return inspect(model, known_image()).as_json()


@pytest.mark.parametrize("key", SAID)
def test_the_same_bits_come_out(says: dict[str, Any], key: str) -> None:
    """Readings, x, logits, probabilities, decision, and the hash of the model."""
    assert says[key] == SAID[key]


def test_it_is_saved_again_byte_for_byte(tmp_path: Path) -> None:
    """Typed records lose no field, no order and no digit of the file."""
    place = load(GOLDEN / "model-0.1.json").save(tmp_path / "again.json")

    assert place.read_bytes() == (GOLDEN / "model-0.1.json").read_bytes()


def test_a_certificate_from_before_rounding_was_counted() -> None:
    """It says that it does not know, and is written as it was read."""
    saved = json.loads((GOLDEN / "model-0.1.json").read_text())["certificate"]

    proof = load(GOLDEN / "model-0.1.json").certificate

    assert proof.rounding is None
    assert certificate_table(proof) == saved


def test_a_certificate_without_a_bound() -> None:
    """Infinite numbers are null in the file, and come back."""
    proof = Certificate(0.5, 1e200, math.inf, None, 0.1, 2.0, math.inf)

    table = certificate_table(proof)

    assert table["rounding"] is table["distance_bound"] is None
    assert read_certificate(table, "certificate") == proof
