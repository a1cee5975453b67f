"""Identifiers from the path of a photo: its lot, its serial number, whatever a line names."""

from __future__ import annotations

import re

from glassline.errors import InputError, show

__all__ = ["Naming"]

FIELD = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}|(\*)")


class Naming:
    r"""A pattern of paths that names what it finds.

    `{lot}` stands for letters of a path without a slash and names them, `*` for any such
    letters without a name; or it is a regular expression with named groups, `(?P<lot>...)`.
    The end of a path is looked at: as many folders as the pattern has.

    Raises:
        InputError: It names nothing, one thing twice, or is no regular expression.

    Example:
        >>> Naming("{lot}/{serial}_*.png").found("/camera/L7/S-0042_top.png")
        {'lot': 'L7', 'serial': 'S-0042'}
        >>> Naming(r"(?P<lot>L\d+)").found("a/L12/5.png")
        {'lot': 'L12'}
    """

    def __init__(self, pattern: str) -> None:
        text = pattern if "(?P<" in pattern else _as_expression(pattern)
        try:
            self._pattern = re.compile(text)
        except re.error as error:
            raise InputError(
                f"--pattern: expected a pattern such as {{lot}}/{{serial}}.png, got "
                f"{show(pattern)}: {error}."
            ) from error
        self.names = tuple(self._pattern.groupindex)
        if not self.names:
            raise InputError(
                "--pattern: expected a name in braces, such as {lot}/{serial}.png, got "
                f"{show(pattern)}."
            )

    def found(self, path: str) -> dict[str, str]:
        """Return what the path says; nothing where it does not fit."""
        match = self._pattern.search(path.replace("\\", "/"))
        return (
            {name: text for name, text in match.groupdict().items() if text}
            if match
            else {}
        )


def _as_expression(pattern: str) -> str:
    parts, end = [], 0
    for field in FIELD.finditer(pattern):
        parts.append(re.escape(pattern[end : field.start()]))
        parts.append(f"(?P<{field[1]}>[^/]+?)" if field[1] else "[^/]*")
        end = field.end()
    return rf"(?:^|/){''.join(parts)}{re.escape(pattern[end:])}$"
