"""Write docs/cli.md from the commands' own help."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from click.testing import CliRunner

from glassline.cli import commands

TARGET = Path(__file__).resolve().parent.parent / "docs" / "cli.md"


def text() -> str:
    """Return the page: every command with its help at 80 columns."""
    runner = CliRunner()
    names: list[list[str]] = [[]]
    for name, command in sorted(commands.commands.items()):
        names.append([name])
        if isinstance(command, click.Group):
            names += [[name, each] for each in sorted(command.commands)]
    lines = [
        "# Commands",
        "",
        "Written by `scripts/cli_help.py`; the words are those of `--help`.",
    ]
    for name in names:
        shown = runner.invoke(
            commands, [*name, "--help"], prog_name="glassline", terminal_width=80
        )
        lines += ["", f"## glassline {' '.join(name)}".rstrip(), "", "```"]
        lines += [*shown.output.rstrip().splitlines(), "```"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if "--print" in sys.argv:
        sys.stdout.write(text())
    else:
        TARGET.write_text(text(), encoding="utf-8")
