"""How the second run checks arguments: shapes and types, where an int is a float."""

from __future__ import annotations

from typing import Any, Self

from beartype import BeartypeConf, beartype

_checked = beartype(conf=BeartypeConf(is_pep484_tower=True))


def check(checked: Any) -> Any:
    """Check a function or a class, but not that a method returns its own class.

    `Self` means something on a class alone, and functions come one by one.
    """
    function = getattr(checked, "__func__", checked)
    notes = getattr(function, "__annotations__", {})
    for name in [name for name, note in notes.items() if note in ("Self", Self)]:
        del notes[name]
    return _checked(checked)
