"""The head in whole numbers of 32 bits: the class without exp, probabilities by table."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.export.answers import Answer
from glassline.export.margins import ended, leads
from glassline.export.probes import Probes
from glassline.export.rules import Rules

__all__ = ["Whole"]

X_UNITS = 4096  # of one standard unit
ROOM = 2**31 - 1
ONE = 32768  # of a probability of 1
STEP = 512  # units of 1/4096 nat in a step of the coarse table: an eighth
FINE = 16  # in a step of the fine table: 1/256
COARSE_STEPS = 96  # 12 nats: beyond, less than 1/32768 is left
OUT_OF_RANGE = 8_000_000  # a unit beyond any feature; 3 times it is no 32-bit overflow

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Whole:
    """The weights as whole numbers.

    Attributes:
        units: How many of them are one nat per unit of x.
        W: Shape (d, k).
        b: Shape (k,), in X_UNITS * units of a nat.
        low: Least x.
        top: Largest x.
    """

    units: int
    W: NDArray[np.int64]
    b: NDArray[np.int64]
    low: int
    top: int

    @classmethod
    def of(cls, rules: Rules) -> Whole:
        """Round to the finest unit, a power of 2, at which no sum overflows."""
        low = -math.floor(rules.clip * X_UNITS)
        top_x = float(ended(rules, np.full((1, 1), rules.far))[0, 0])
        top = math.ceil(top_x * X_UNITS)
        widest = max(top, -low)
        sizes = widest * np.abs(rules.W).sum(axis=0) + X_UNITS * np.abs(rules.b)
        finest = (ROOM / 2 - widest * rules.d - 2**20) / max(float(sizes.max()), 1e-9)
        units = 2 ** min(20, max(0, math.floor(math.log2(max(finest, 1.0)))))
        return cls(
            units,
            np.rint(rules.W * units).astype(np.int64),
            np.rint(rules.b * units * X_UNITS).astype(np.int64),
            low,
            top,
        )

    def given(self, u: Numbers) -> Numbers:
        """Return the inputs for features before their clip: rounded, or out of range."""
        widest = (OUT_OF_RANGE - 1) / X_UNITS
        scaled = np.rint(np.clip(u, -widest, widest) * X_UNITS)
        return np.where(np.isfinite(u), scaled, float(OUT_OF_RANGE))

    def lead_bound(self, rules: Rules) -> float:
        """Bound the error of the lead of any class over any other, in nats.

        Whole numbers add and multiply exactly, so only the rounding of x, W and b is
        left: half a unit of x for the input, one where it ends, and beyond the clip one
        more and what the slope is rounded by; with |dW| <= 1 / (2 units) and |x| <= X,

            |dz_c|  <=  sum_i (|W_ic| dx + X / (2 units)) + 1 / (2 units X_UNITS)
        """
        slope = abs(rules.slope - round(rules.slope * X_UNITS) / X_UNITS)
        dx = 2.5 / X_UNITS + slope * (rules.far - rules.clip)
        widest = max(self.top, -self.low) / X_UNITS
        each = (np.abs(rules.W) * dx).sum(axis=0)
        each = each + rules.d * widest / (2 * self.units) + 0.5 / self.units / X_UNITS
        return float(np.sort(each)[-2:].sum())

    def answer(
        self, engine: str, table: Numbers, rules: Rules, probes: Probes
    ) -> Answer:
        """Return class and probabilities, and which classes are promised."""
        n, u = probes.answered, probes.unclipped
        bound = self.lead_bound(rules)
        is_open = np.zeros(len(u), np.bool_)
        is_open[:n] = leads(rules, u[:n]) <= bound
        said = Answer.of_table(engine, np.c_[table[:, :1], table[:, :1], table[:, 2:]])
        return Answer(
            engine,
            said.classes,
            said.actions,
            said.probabilities / ONE,
            open=is_open,
            margin=f"DINT: a lead of at most {bound:.1e} nats; it takes no decision",
            bound=1.3e-4 + 8e-5 * (rules.k + 1) + bound,
            decides=False,
        )

    def text(self, rules: Rules) -> str:
        """Return the function block.

        A probability is coarse[v / 512] fine[(v mod 512) / 16] (1 - (v mod 16) / 4096),
        v being how far its logit lies below the largest in 1/4096 nat, each rounded to
        1/32768. Four roundings of half of that, and the square that the last factor
        leaves out ((15 / 4096)^2 / 2 < 7e-6), leave exp within 8e-5, and v itself half a
        unit, 1.3e-4. The sum is at least 1, so a probability is within 1.3e-4 +
        8e-5 (k + 1), the error of the logits besides.
        """
        return "\n".join(
            [*self._declared(rules), *self._logits(rules), *_softmax(rules)]
        )

    def _declared(self, rules: Rules) -> Iterator[str]:
        d, k = rules.d, rules.k
        coarse = [round(ONE * math.exp(-j * STEP / 4096)) for j in range(COARSE_STEPS)]
        fine = [round(ONE * math.exp(-j * FINE / 4096)) for j in range(STEP // FINE)]
        yield f"(* glassline model {rules.model_sha256}"
        yield f"   X1, X2, ...: features in standard units, times {X_UNITS}, rounded"
        yield f"   P1, P2, ...: probabilities, times {ONE}"
        yield f"   class for certain where its logit leads by {self.lead_bound(rules):.1e} nats *)"
        yield "FUNCTION_BLOCK GLASSLINE_DINT"
        yield "VAR_INPUT"
        yield from (f"    X{i + 1} : DINT;" for i in range(d))
        yield "END_VAR"
        yield "VAR_OUTPUT"
        yield "    ERROR : BOOL;"
        yield "    CLASS_PLACE : DINT;"
        yield from (f"    P{c + 1} : DINT;" for c in range(k))
        yield "END_VAR"
        yield "VAR"
        yield from (f"    ENDED{i + 1} : DINT;" for i in range(d))
        yield from (f"    Z{c + 1} : DINT;" for c in range(k))
        yield "    TOP : DINT;"
        yield "    BEHIND : DINT;"
        yield "    TOTAL : DINT;"
        for name, values in (("COARSE", coarse), ("FINE", fine)):
            listed = ", ".join(map(str, values))
            yield f"    {name} : ARRAY[0..{len(values) - 1}] OF DINT := [{listed}];"
        yield "END_VAR"

    def _logits(self, rules: Rules) -> Iterator[str]:
        clip, far = math.floor(rules.clip * X_UNITS), math.floor(rules.far * X_UNITS)
        wild = " AND ".join(
            f"(X{i} < {OUT_OF_RANGE}) AND (X{i} > -{OUT_OF_RANGE})"
            for i in range(1, rules.d + 1)
        )
        yield f"IF {wild} THEN"
        for i in range(1, rules.d + 1):
            yield f"ENDED{i} := MAX(X{i}, -{-self.low});"
            yield f"IF ENDED{i} > {clip} THEN"
            slope = round(rules.slope * X_UNITS)
            yield (
                f"ENDED{i} := {clip} + (MIN(X{i}, {far}) - {clip}) * {slope} / {X_UNITS};"
            )
            yield "END_IF;"
        for c in range(rules.k):
            terms = " + ".join(
                f"ENDED{i + 1} * ({self.W[i, c]})" for i in range(rules.d)
            )
            yield f"Z{c + 1} := {terms} + ({self.b[c]});"
        yield "TOP := Z1;"
        yield "CLASS_PLACE := 0;"
        for c in range(1, rules.k):
            yield f"IF Z{c + 1} > TOP THEN"
            yield f"TOP := Z{c + 1};"
            yield f"CLASS_PLACE := {c};"
            yield "END_IF;"
        yield "TOTAL := 0;"
        for c in range(1, rules.k + 1):
            yield f"BEHIND := (TOP - Z{c} + {self.units // 2}) / {self.units};"
            yield f"IF BEHIND < {COARSE_STEPS * STEP} THEN"
            yield (
                f"P{c} := COARSE[BEHIND / {STEP}] * FINE[(BEHIND MOD {STEP}) / {FINE}] "
                f"/ {ONE};"
            )
            yield f"P{c} := (P{c} * (4096 - (BEHIND MOD {FINE}))) / 4096;"
            yield "ELSE"
            yield f"P{c} := 0;"
            yield "END_IF;"
            yield f"TOTAL := TOTAL + P{c};"


def _softmax(rules: Rules) -> Iterator[str]:
    for c in range(1, rules.k + 1):
        yield f"P{c} := (P{c} * {ONE} + TOTAL / 2) / TOTAL;"
    yield "ERROR := FALSE;"
    yield "ELSE"
    yield "ERROR := TRUE;"
    yield "CLASS_PLACE := -1;"
    yield from (f"P{c} := 0;" for c in range(1, rules.k + 1))
    yield "END_IF;"
    yield "END_FUNCTION_BLOCK"
    yield ""
