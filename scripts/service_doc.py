"""Write the tables of docs/service.md from the service's own code."""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from glassline.station.documents import listed
from glassline.station.metrics import Metrics
from glassline.station.people import RIGHTS, ROLES
from glassline.station.settings import Settings

TARGET = Path(__file__).resolve().parent.parent / "docs" / "service.md"


def routes() -> Iterator[str]:
    """Yield a row a route: what it does, who may, and what it may answer."""
    yield "| route | does | right | answers |"
    yield "|---|---|---|---|"
    for each in listed():
        statuses = " ".join(map(str, each.statuses))
        right = each.right or "none"
        yield f"| `{each.method} {each.path}` | {each.does} | {right} | {statuses} |"


def rights() -> Iterator[str]:
    """Yield a row a right: which role has it."""
    yield f"| right | {' | '.join(ROLES)} |"
    yield "|---|" + "---|" * len(ROLES)
    for right, roles in RIGHTS.items():
        marks = " | ".join("yes" if role in roles else "" for role in ROLES)
        yield f"| {right} | {marks} |"


def limits() -> Iterator[str]:
    """Yield a row a setting, with what it is unless something else is said."""
    pattern = r"^        (\w+): (.+?)(?=^        \w+: |\Z)"
    told = re.findall(pattern, _attributes(), re.MULTILINE | re.DOTALL)
    values = {each.name: each.default for each in dataclasses.fields(Settings)}
    yield "| setting | value | what it is |"
    yield "|---|---|---|"
    for name, text in told:
        value = values[name]
        shown = f"{value:,}" if isinstance(value, int) and value > 65_535 else value
        yield f"| `{name}` | {shown} | {' '.join(text.split())} |"


def _attributes() -> str:
    return (Settings.__doc__ or "").partition("Attributes:\n")[2]


def figures() -> Iterator[str]:
    """Yield a row a figure that Prometheus reads."""
    yield "| figure | kind | what it is |"
    yield "|---|---|---|"
    for each in Metrics().registry.collect():
        if each.name.startswith("glassline"):
            ending = "_total" if each.type == "counter" else ""
            yield f"| `{each.name}{ending}` | {each.type} | {each.documentation} |"


TABLES = {"routes": routes, "rights": rights, "limits": limits, "figures": figures}


def text() -> str:
    """Return the page with its tables as the code has them."""
    page = TARGET.read_text(encoding="utf-8")
    for name, table in TABLES.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        rows = "\n".join(table())
        pattern = re.compile(f"{begin}.*?{end}", re.DOTALL)
        page = pattern.sub(lambda _, b=begin, r=rows, e=end: f"{b}\n{r}\n{e}", page)
    return page


if __name__ == "__main__":
    if "--print" in sys.argv:
        sys.stdout.write(text())
    else:
        TARGET.write_text(text(), encoding="utf-8")
