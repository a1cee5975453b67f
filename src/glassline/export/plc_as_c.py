"""Structured Text as C, line by line: the same arithmetic for a compiler that is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = ["as_c"]

TYPES = {"LREAL": "double", "REAL": "float", "DINT": "int32_t", "BOOL": "int32_t"}
DECLARED = re.compile(r"(\w+) : (?:ARRAY\[0\.\.(\d+)\] OF )?(\w+)(?: := \[(.*)\])?;")
SUFFIX = {"REAL": "F", "LREAL": "", "DINT": ""}
HEAD = """#include <math.h>
#include <stdint.h>
#include <stdio.h>
#define MAX(a, b) (((a) > (b)) ? (a) : (b))
#define MIN(a, b) (((a) < (b)) ? (a) : (b))
#define ABS(a) (((a) < 0) ? -(a) : (a))
#define EXP(a) _Generic((a), float: expf, double: exp)(a)
#define LN(a) log(a)
#define TRUE 1
#define FALSE 0
"""


def as_c(text: str, block: str, inputs: Sequence[str], outputs: Sequence[str]) -> str:
    """Return a program that runs one function block on rows of numbers.

    It reads a double an input from standard input, and writes one an output. Each line of the block becomes a line of C: assignments, IF, and
    expressions, whose operators round as IEC 60559 has it in both languages.

    Args:
        text: Of a file of function blocks.
        block: Which of them.
        inputs: What is given, in this order.
        outputs: What is asked for, in this order.
    """
    form = block.removeprefix("GLASSLINE_")
    form = form if form in TYPES else "LREAL"
    body = text.split(f"FUNCTION_BLOCK {block}\n")[1].split("END_FUNCTION_BLOCK")[0]
    body = re.sub(r"\(\*.*?\*\)", "", body, flags=re.DOTALL)
    lines = [line for each in body.splitlines() if (line := each.strip())]
    made = [HEAD, *_declared(lines, form), "static void block(void)", "{"]
    made += [_statement(line, form) for line in lines if not _is_declaration(line)]
    given = "\n".join(
        f"        {name} = ({TYPES[form]})x[{i}];" for i, name in enumerate(inputs)
    )
    asked = ", ".join(f"(double){name}" for name in outputs)
    made.append(f"""}}
int main(void)
{{
    double x[{len(inputs)}];
    while (fread(x, sizeof x, 1, stdin) == 1) {{
{given}
        block();
        double row[] = {{{asked}}};
        (void)fwrite(row, sizeof row, 1, stdout);
    }}
    return 0;
}}
""")
    return "\n".join(made)


def _is_declaration(line: str) -> bool:
    return line.startswith(("VAR", "END_VAR")) or DECLARED.fullmatch(line) is not None


def _declared(lines: list[str], form: str) -> Iterator[str]:
    for line in lines:
        found = DECLARED.fullmatch(line)
        if found is not None:
            name, last, kind, values = found.groups()
            size = f"[{int(last) + 1}]" if last else ""
            given = f" = {{{values}}}" if values else ""
            yield f"static {TYPES[kind]} {name}{size}{given};"
    if form == "DINT":
        yield "static int32_t DECISION_PLACE = -1;"


def _statement(line: str, form: str) -> str:
    """Translate one line: an assignment, or a line of an IF."""
    if line == "ELSE":
        return "} else {"
    if line == "END_IF;":
        return "}"
    found = re.fullmatch(r"(IF|ELSIF) (.*) THEN", line)
    if found is not None:
        word = "if" if found[1] == "IF" else "} else if"
        return f"{word} ({_expression(found[2], form)}) {{"
    name, value = line.removesuffix(";").split(" := ")
    return f"{name} = {_expression(value, form)};"


def _expression(text: str, form: str) -> str:
    """Translate operators, and say of numbers that they are of the block's type."""
    text = text.replace(" AND ", " && ").replace(" OR ", " || ").replace(" MOD ", " % ")
    return re.sub(r"(?<![\w.])(\d+\.\d+(?:E[+-]?\d+)?)", rf"\g<1>{SUFFIX[form]}", text)
