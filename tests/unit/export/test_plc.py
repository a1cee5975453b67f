"""Structured Text: three blocks, their margins, and that the bounds are bounds."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from targets import VARIANTS, exported

from glassline.export import plc, programs
from glassline.export.margins import Rounding, lead_bound, leads
from glassline.export.plc_as_c import as_c
from glassline.export.plc_whole import ONE, X_UNITS, Whole
from glassline.export.rules import Rules
from glassline.model import Model

NEEDS_C = pytest.mark.skipif(
    not any(map(shutil.which, plc.COMPILERS)), reason="needs a C compiler"
)


@NEEDS_C
@pytest.mark.parametrize("variant", VARIANTS)
def test_beyond_its_margin_no_form_answers_otherwise(
    variants: Mapping[str, Model], tmp_path: Path, variant: str
) -> None:
    """LREAL on all parts; REAL and DINT where the lead is large enough."""
    found, _ = exported(variants[variant], "st", tmp_path / "verdict.st")

    lreal, real, dint = found.certificate.engines
    assert found.certificate.holds
    assert lreal.open <= 2
    assert 0 < real.open_differ < real.open
    assert 0 < dint.open_differ < dint.open
    assert (lreal.differ, real.differ, dint.differ) == (0, 0, 0)
    assert dint.same_decision is None
    assert lreal.largest_difference < 1e-12
    assert real.largest_difference < 1e-5
    assert dint.largest_difference < 1e-2


@NEEDS_C
def test_readings_become_the_features_that_the_other_blocks_take(
    settled: Model, tmp_path: Path, rng: np.random.Generator
) -> None:
    """Small ones, large ones and some below 0; what is not finite is none."""
    readings = rng.normal(0, 1, (200, 4)) * 10.0 ** rng.uniform(-9, 6, (200, 4))
    readings[-1, 2] = np.inf
    text = plc.blocks(Rules.of(settled))
    inputs, outputs = ([f"{name}{i}" for i in range(1, 5)] for name in "RX")
    source, program = tmp_path / "scale.c", tmp_path / "scale"
    source.write_text(as_c(text, "GLASSLINE_SCALE", inputs, ["ERROR", *outputs]))
    compiler = programs.find(plc.COMPILERS, "The test")
    programs.run([compiler, *plc.FLAGS, "-o", program, source, "-lm"])

    found = programs.answers_of([program], readings, 5)

    ours = settled.scale.unclipped(readings[:-1])
    np.testing.assert_allclose(found[:-1, 1:], ours, rtol=1e-13, atol=1e-13)
    assert not found[:-1, 0].any()
    assert (found[-1, 0], np.isnan(found[-1, 3])) == (1.0, True)


def test_the_class_is_known_before_any_exp(settled: Model) -> None:
    """In the block of whole numbers there is none at all."""
    text = plc.blocks(Rules.of(settled))

    dint = text.split("FUNCTION_BLOCK GLASSLINE_DINT")[1]
    lreal = text.split("FUNCTION_BLOCK GLASSLINE_REAL")[0]
    assert "EXP(" not in dint
    assert lreal.index("TOP := MAX(") < lreal.index("EXP(")


def test_whole_numbers_keep_within_32_bits(variants: Mapping[str, Model]) -> None:
    """The largest sum of a logit, reckoned exactly."""
    rules = Rules.of(variants["nothing good"])
    whole = Whole.of(rules)

    widest = max(whole.top, -whole.low)
    sums = widest * np.abs(whole.W).sum(axis=0) + np.abs(whole.b)
    assert 2**27 < sums.max() < 2**30


def test_the_bound_of_whole_numbers_holds_in_exact_arithmetic(
    variants: Mapping[str, Model], rng: np.random.Generator
) -> None:
    """Fractions of x, W and b against the rounded ones, for parts at the corners too."""
    rules = Rules.of(variants["nothing good"])
    whole = Whole.of(rules)
    corners = rng.choice([-4.0, 4.0], (20, 4))
    x = np.concatenate([rng.uniform(-4, 4, (20, 4)), corners])

    rounded = np.rint(x * X_UNITS).astype(np.int64) @ whole.W + whole.b
    exact = [
        [
            sum(Fraction(v) * Fraction(w) for v, w in zip(row, column, strict=True))
            + Fraction(bias)
            for column, bias in zip(rules.W.T.tolist(), rules.b.tolist(), strict=True)
        ]
        for row in x.tolist()
    ]
    units = whole.units * X_UNITS
    off = [
        abs(Fraction(int(z), units) - e)
        for zs, es in zip(rounded, exact, strict=True)
        for z, e in zip(zs, es, strict=True)
    ]
    assert 0 < max(off) <= whole.lead_bound(rules) / 2


def test_the_bound_of_real_holds_in_exact_arithmetic(
    settled: Model, rng: np.random.Generator
) -> None:
    """NumPy's single precision, term by term, against fractions."""
    rules = Rules.of(settled)
    u = rng.uniform(-4, 4, (200, 4))
    W, b = rules.W.astype(np.float32), rules.b.astype(np.float32)
    x = u.astype(np.float32)
    z = x[:, :1] * W[0]
    for i in range(1, 4):
        z = z + x[:, i : i + 1] * W[i]
    z = (z + b).astype(np.float64)

    bound = lead_bound(rules, u, Rounding(2.0**-24))
    exact = u @ rules.W + rules.b
    pairs = [(0, 1), (0, 2), (1, 2)]
    off = [np.abs((z[:, a] - z[:, c]) - (exact[:, a] - exact[:, c])) for a, c in pairs]
    assert (np.max(off, axis=0) <= bound).all()
    assert np.max(off) > bound.max() / 100  # and is no idle one


def test_a_lead_is_that_of_the_first_class_over_the_second(settled: Model) -> None:
    """As the head gives it, for a part at a typical reading."""
    z = np.sort(settled.head.logits(np.zeros((1, 4)))[0])

    found = leads(Rules.of(settled), np.zeros((1, 4)))

    np.testing.assert_allclose(found, [z[-1] - z[-2]], rtol=0, atol=1e-12)


def test_every_literal_of_a_real_block_is_a_real(settled: Model) -> None:
    """A number without a point would be a whole one, and divide otherwise."""
    text = plc.blocks(Rules.of(settled))

    real = text.split("FUNCTION_BLOCK GLASSLINE_REAL")[1].split("END_FUNCTION_BLOCK")[0]
    body = re.sub(r"\(\*.*?\*\)", "", real.split("END_VAR")[-1], flags=re.DOTALL)
    places = re.sub(r"(CLASS|DECISION)_PLACE := \S+;|CLASS_PLACE < 0", "", body)
    numbers = re.findall(r"(?<![\w.])\d[\d.E+-]*", places)
    assert numbers
    assert [each for each in numbers if "." not in each] == []


def test_the_rendering_is_line_by_line() -> None:
    """A block of one input, by hand."""
    text = "\n".join(
        (
            "FUNCTION_BLOCK GLASSLINE_REAL",
            *("VAR_INPUT", "    X1 : REAL;", "END_VAR"),
            "(* twice, at most 3 *)",
            "P1 := MIN(X1 * 2.0, 3.0);",
            *("IF (P1 > 1.5) AND (X1 < 9.0) THEN", "    CLASS_PLACE := 1;", "ELSE"),
            *("    CLASS_PLACE := 0;", "END_IF;", "END_FUNCTION_BLOCK"),
        )
    )

    made = as_c(text, "GLASSLINE_REAL", ["X1"], ["CLASS_PLACE", "P1"])

    assert "static float X1;" in made
    assert (
        "P1 = MIN(X1 * 2.0F, 3.0F);\nif ((P1 > 1.5F) && (X1 < 9.0F)) {\n"
        "CLASS_PLACE = 1;\n} else {\nCLASS_PLACE = 0;\n}\n"
    ) in made


def test_a_probability_of_whole_numbers_is_of_32768(settled: Model) -> None:
    """What the tables begin with: exp(0) and exp(-1/8)."""
    text = Whole.of(Rules.of(settled)).text(Rules.of(settled))

    assert f"OF DINT := [{ONE}, {round(ONE * np.exp(-1 / 8))}, " in text
