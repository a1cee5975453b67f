"""The module: its bits, its worked sum, and what it refuses."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from engines import needs_node

from glassline.export import javascript
from glassline.export.probes import draw
from glassline.model import Model

pytestmark = needs_node


def _said(model: Model, folder: Path, expression: str) -> Any:
    """What an expression over the module's exports is in Node."""
    made = folder / "verdict.mjs"
    made.write_bytes(javascript.write(model, "v.js")["v.js"])
    asking = folder / "asking.mjs"
    asking.write_text(
        'import { judge, judgeX, sheet } from "./verdict.mjs";\n'
        f"process.stdout.write(JSON.stringify({expression}));\n"
    )
    done = subprocess.run(
        ["node", str(asking)], capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("variant", ["by cost", "nothing good"])
def test_logits_have_the_bits_of_python(
    variants: Mapping[str, Model],
    tmp_path: Path,
    rng: np.random.Generator,
    variant: str,
) -> None:
    """From x on, sums and products differ in no bit."""
    model = variants[variant]
    probes = draw(model, rng, count=200)
    rows = json.dumps(probes.unclipped[:200].tolist())

    found = _said(model, tmp_path, f"{rows}.map((u) => judgeX(u).logits)")

    x = model.scale.x(probes.readings[:200])
    assert found == model.head.logits(x).tolist()


def test_the_sheet_adds_up(settled: Model, tmp_path: Path) -> None:
    """Terms and bias make the logits; exponentials over their total the probabilities."""
    found = _said(settled, tmp_path, "sheet([2, 0.3, 4, 2])")

    terms = np.array(found["terms"])
    np.testing.assert_allclose(
        terms.sum(axis=0) + np.array(found["bias"]), found["logits"], atol=1e-12
    )
    np.testing.assert_allclose(
        np.array(found["exponentials"]) / found["total"],
        found["probabilities"],
        atol=1e-15,
    )
    assert found["class"] in settled.recipe.classes
    assert found["decision"] in ("accept", "reject", "review")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("judge([1, NaN, 0, 0])", "readings[1]: expected a finite number, got NaN."),
        ("judgeX([1, 0, 0, -1/0])", "x[3]: expected a finite number, got -Infinity."),
        ("judge([1, 2])", "readings: expected 4 numbers, got 2."),
    ],
    ids=["nan", "infinity", "short"],
)
def test_what_is_no_reading_is_refused(
    settled: Model, tmp_path: Path, given: str, message: str
) -> None:
    """By a RangeError that says where."""
    caught = f"(() => {{ try {{ return {given}; }} catch (e) {{ return [e.name, e.message]; }} }})()"

    assert _said(settled, tmp_path, caught) == ["RangeError", message]
