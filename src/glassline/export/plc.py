"""A verdict as IEC 61131-3 Structured Text: LREAL, REAL and whole numbers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from glassline.export.answers import Answer
from glassline.export.held import check_flat
from glassline.export.margins import (
    EXP_UNITS,
    Rounding,
    decision_is_open,
    lead_bound,
    leads,
)
from glassline.export.plc_as_c import as_c
from glassline.export.plc_whole import Whole
from glassline.export.probes import Probes
from glassline.export.programs import answers_of, find, first_line, run
from glassline.export.rules import Rules
from glassline.export.steps import scaled, stages
from glassline.export.terms import Term
from glassline.files import publish
from glassline.model import Model

__all__ = ["ask", "blocks", "write"]

COMPILERS = ("gcc", "cc", "clang")
FLAGS = ("-std=c11", "-O1", "-ffp-contract=off")
FORMS = {"LREAL": Rounding(2.0**-53), "REAL": Rounding(2.0**-24)}
LARGEST = {"LREAL": 1.7976931348623157e308, "REAL": 3.4028234663852886e38}
LEAST = {"LREAL": -600.0, "REAL": -80.0}  # nats: beyond it exp would underflow


def write(model: Model, name: str) -> dict[str, bytes]:
    """Return the function blocks as the one file of the target."""
    rules = Rules.of(model)
    check_flat(rules.held, "st")
    return {name: blocks(rules).encode()}


def blocks(rules: Rules) -> str:
    """Return function blocks: GLASSLINE_SCALE, then one each for LREAL, REAL and DINT.

    GLASSLINE_SCALE makes of readings, in their own units, the features in standard units
    before their clip. GLASSLINE_LREAL and GLASSLINE_REAL take those and give class,
    probabilities and decision; the class is known before the first EXP. GLASSLINE_DINT
    takes whole numbers and gives the class without EXP, and probabilities by table. ERROR is
    TRUE, and class and decision are -1, where an input is not finite or out of range.
    """
    text = "\n".join(
        line
        for form in FORMS
        for line in (*_opening(rules, form), *_statements(rules, form), "")
    )
    scale = "\n".join(_scale(rules))
    return f"{scale}\n{text}\n{Whole.of(rules).text(rules)}"


def ask(files: Mapping[str, bytes], probes: Probes) -> list[Answer]:
    """Return what each block answers, in a C rendering of its text.

    Raises:
        MissingExtraError: There is no C compiler.
    """
    compiler = find(COMPILERS, "Checking an export to Structured Text")
    [text] = [data.decode() for data in files.values()]
    rules, n = Rules.of(probes.model), probes.answered
    whole, u = Whole.of(rules), probes.unclipped
    engine = f"C rendering of {{}}, {first_line([compiler, '--version'])}"
    found = []
    for form, rounding in FORMS.items():
        table = _table(text, f"GLASSLINE_{form}", u, rules, compiler)
        answer = Answer.of_table(engine.format(form), table)
        lead = np.full(len(u), np.inf)
        lead[:n] = leads(rules, u[:n]) - lead_bound(rules, u[:n], rounding)
        is_open = lead <= 0
        is_open[:n] |= decision_is_open(rules, u[:n], rounding)
        found.append(_with_margin(answer, rules, form, is_open))
    given = whole.given(u)
    table = _table(text, "GLASSLINE_DINT", given, rules, compiler)
    found.append(whole.answer(engine.format("DINT"), table, rules, probes))
    return found


def _with_margin(
    answer: Answer, rules: Rules, form: str, is_open: NDArray[np.bool_]
) -> Answer:
    """State what is promised: beyond these leads nothing changes."""
    rounding = FORMS[form]
    end = np.full((1, rules.d), rules.far)
    class_margin = float(lead_bound(rules, end, rounding)[0])
    bound = 2 * class_margin + rounding.unit * (4 * 600 + 2 * EXP_UNITS + rules.k + 20)
    return Answer(
        answer.engine,
        answer.classes,
        answer.actions,
        answer.probabilities,
        open=is_open,
        margin=(
            f"{form}: a lead of at most {class_margin:.1e} nats, or costs, threshold or "
            "distance as near as docs/targets.md bounds"
        ),
        bound=bound,
    )


def _table(
    text: str, block: str, given: NDArray[np.float64], rules: Rules, compiler: str
) -> NDArray[np.float64]:
    """Compile the C rendering of one block, and return what it says of every part."""
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "block.c"), Path(folder, "block")
        outputs = [
            "CLASS_PLACE",
            "DECISION_PLACE",
            *(f"P{c + 1}" for c in range(rules.k)),
        ]
        publish(source, as_c(text, block, _inputs(rules), outputs).encode())
        run([compiler, *FLAGS, "-o", program, source, "-lm"])
        return answers_of([program], given, 2 + rules.k)


def _scale(rules: Rules) -> Iterator[str]:
    """Write the block that makes x of readings; LN as W. Kahan has it, for small ones."""
    readings = [f"R{i + 1}" for i in range(rules.d)]
    made = scaled(rules, readings)
    steps = [name for stage in made[:-1] for name in stage.terms]
    yield f"(* glassline model {rules.model_sha256}"
    yield f"   readings {', '.join(f'R{i + 1} {n}' for i, n in enumerate(rules.features))}"
    yield "   to X1, X2, ...: features in standard units, before their clip *)"
    yield "FUNCTION_BLOCK GLASSLINE_SCALE"
    yield "VAR_INPUT"
    yield from (f"    {name} : LREAL;" for name in readings)
    yield "END_VAR"
    yield "VAR_OUTPUT"
    yield "    ERROR : BOOL;"
    yield from (f"    {name} : LREAL;" for name in _inputs(rules))
    yield "END_VAR"
    yield "VAR"
    yield from (f"    {_variable(name)} : LREAL;" for name in steps)
    yield "END_VAR"
    for stage in made:
        yield f"(* {stage.note} *)"
        for name, term in stage.terms.items():
            shown = _variable(name) if name in steps else f"X{name[1:]}"
            yield from _assigned(shown, term, _Writing("LREAL"), "")
    largest = _Writing("LREAL").number(LARGEST["LREAL"])
    finite = " AND ".join(f"(ABS({name}) <= {largest})" for name in readings)
    yield f"IF {finite} THEN"
    yield "    ERROR := FALSE;"
    yield "ELSE"
    yield "    ERROR := TRUE;"
    yield "END_IF;"
    yield "END_FUNCTION_BLOCK"
    yield ""


def _opening(rules: Rules, form: str) -> Iterator[str]:
    """Declare what goes in and out, and a variable for each step."""
    inputs = _inputs(rules)
    yield f"(* glassline model {rules.model_sha256}"
    yield f"   {', '.join(f'X{i + 1} {name}' for i, name in enumerate(rules.features))}"
    yield f"   classes from 0: {', '.join(rules.classes)}"
    yield "   decisions: 0 accept, 1 reject, 2 review *)"
    yield f"FUNCTION_BLOCK GLASSLINE_{form}"
    yield "VAR_INPUT"
    yield from (f"    {name} : {form};" for name in inputs)
    yield "END_VAR"
    yield "VAR_OUTPUT"
    yield "    ERROR : BOOL;"
    yield "    CLASS_PLACE : DINT;"
    yield "    DECISION_PLACE : DINT;"
    yield from (f"    P{c + 1} : {form};" for c in range(rules.k))
    yield "END_VAR"
    yield "VAR"
    outputs = {"CLASS_PLACE", "DECISION_PLACE", *(f"P{c + 1}" for c in range(rules.k))}
    for stage in stages(rules, inputs, readings=False):
        for name in stage.terms:
            if name.upper() not in outputs:
                yield f"    {_variable(name)} : {form};"
    yield "END_VAR"


def _statements(rules: Rules, form: str) -> Iterator[str]:
    for stage in stages(rules, _inputs(rules), readings=False):
        yield f"(* {stage.note} *)"
        for name, term in stage.terms.items():
            is_place = name.endswith("_place")
            yield from _assigned(_variable(name), term, _Writing(form, is_place), "")
    yield "ERROR := CLASS_PLACE < 0;"
    yield "END_FUNCTION_BLOCK"


def _inputs(rules: Rules) -> list[str]:
    return [f"X{i + 1}" for i in range(rules.d)]


def _variable(name: str) -> str:
    """Name a step: x and its end apart, for the inputs are called X."""
    upper = name.upper()
    return f"ENDED{upper[1:]}" if name[0] == "x" and name[1:].isdigit() else upper


class _Writing:
    """How terms are written in one form; places of classes and actions are whole."""

    def __init__(self, form: str, is_place: bool = False) -> None:
        self.form, self.is_place = form, is_place

    def number(self, value: float) -> str:
        if self.is_place:
            return str(int(value))
        if abs(value) == LARGEST["LREAL"]:
            value = LARGEST[self.form]
        if value == LEAST["LREAL"]:
            value = LEAST[self.form]
        text = repr(value) if self.form == "LREAL" else str(np.float32(value))
        text = text.upper()
        if "." not in text:
            text = text.replace("E", ".0E") if "E" in text else f"{text}.0"
        return f"({text})" if text.startswith("-") else text

    def text(self, term: Term) -> str:
        plain = _Writing(self.form)  # only the values of a case are places
        written: Mapping[str, Callable[..., str]] = {
            "number": self.number,
            "name": lambda name: _variable(name),
            "exp": lambda a: f"EXP({plain.text(a)})",
            "ln": lambda a: f"LN({plain.text(a)})",
            "abs": lambda a: f"ABS({plain.text(a)})",
            "and": lambda *all_of: " AND ".join(f"({plain.text(a)})" for a in all_of),
            "max": lambda *of: plain._nested("MAX", of),
            "min": lambda *of: plain._nested("MIN", of),
        }
        if term.op in written:
            return written[term.op](*term.args)
        a, b = (plain._inner(each) for each in term.args)  # type: ignore[arg-type]
        return f"{a} {term.op} {b}"

    def _inner(self, term: Term) -> str:
        return f"({self.text(term)})" if term.op in "+-*/" else self.text(term)

    def _nested(self, name: str, terms: tuple[Term, ...]) -> str:
        """Write MAX of two at a time: not every compiler takes more."""
        text = self.text(terms[0])
        for each in terms[1:]:
            text = f"{name}({text}, {self.text(each)})"
        return text


def _assigned(name: str, term: Term, writing: _Writing, pad: str) -> Iterator[str]:
    """Write an assignment; a case becomes IF, ELSIF, ELSE."""
    if term.op != "case":
        yield f"{pad}{name} := {writing.text(term)};"
        return
    ways: list[Term] = list(term.args)  # type: ignore[arg-type]
    for at, (condition, value) in enumerate(zip(ways[:-1:2], ways[1::2], strict=True)):
        word = "ELSIF" if at else "IF"
        yield f"{pad}{word} {_Writing(writing.form).text(condition)} THEN"
        yield from _assigned(name, value, writing, f"{pad}    ")
    yield f"{pad}ELSE"
    yield from _assigned(name, ways[-1], writing, f"{pad}    ")
    yield f"{pad}END_IF;"
