"""A share on the command line: 1% or 0.01."""

from __future__ import annotations

import re
from typing import Any

import click

__all__ = ["SHARE"]

NUMBER = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+) ?(%?)")


class Share(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.5
    """A number above 0 and below 1, written plainly or in percent."""

    name = "share"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the share that a text names.

        Example:
            >>> [SHARE.convert(text, None, None) for text in ("1%", "2.5 %", "0.05")]
            [0.01, 0.025, 0.05]
        """
        if isinstance(value, float):
            return value
        found = NUMBER.fullmatch(str(value).strip())
        share = float(found[1]) / (100 if found[2] else 1) if found else 0.0
        if not 0 < share < 1:
            self.fail(
                f"expected a share above 0 and below 1, such as 1% or 0.01, "
                f"got {value!r}.",
                param,
                ctx,
            )
        return share


SHARE = Share()
