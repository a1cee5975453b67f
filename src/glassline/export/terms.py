"""Sums written as terms: what SQL, a spreadsheet and a PLC are written from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

__all__ = ["Stage", "Term", "chosen", "in_order", "named", "number", "numbered"]


@dataclass(frozen=True)
class Term:
    """A number, a name, or an operation on terms.

    Attributes:
        op: "number", "name", "+", "-", "*", "/", "exp", "ln", "abs", "max" and "min"
            of one or more, a comparison, "and", or "case": condition, value,
            condition, value, ..., else.
        args: Of the operation.
    """

    op: str
    args: tuple[Term | float | str, ...]

    def __add__(self, other: Term) -> Term:
        return Term("+", (self, other))

    def __sub__(self, other: Term) -> Term:
        return Term("-", (self, other))

    def __mul__(self, other: Term) -> Term:
        return Term("*", (self, other))

    def __truediv__(self, other: Term) -> Term:
        return Term("/", (self, other))

    def __le__(self, other: Term) -> Term:
        return Term("<=", (self, other))

    def __lt__(self, other: Term) -> Term:
        return Term("<", (self, other))

    def __ge__(self, other: Term) -> Term:
        return Term(">=", (self, other))

    def __gt__(self, other: Term) -> Term:
        return Term(">", (self, other))


@dataclass(frozen=True)
class Stage:
    """Named terms that need only the stages before.

    Attributes:
        note: What they are, in a few words.
        terms: Name to term.
    """

    note: str
    terms: dict[str, Term]


def number(value: float) -> Term:
    """Return a constant."""
    return Term("number", (float(value),))


def chosen(*ways: Term) -> Term:
    """Return condition, value, condition, value, ..., else as one term."""
    return Term("case", ways)


def named(name: str) -> Term:
    """Return what an earlier stage, or the input, calls so."""
    return Term("name", (name,))


def in_order(terms: Sequence[Term]) -> Term:
    """Add from left to right."""
    return reduce(lambda total, each: total + each, terms)


def numbered(name: str, count: int) -> list[Term]:
    """Return name1, name2, ..."""
    return [named(f"{name}{place + 1}") for place in range(count)]
