"""The command line: one file a command group, one place where errors become exits."""

from __future__ import annotations

import sys
import traceback

import click

import glassline
from glassline.cli import (
    check,
    demo,
    evaluate,
    gauge,
    inspect,
    sheet,
    train,
    verify,
)
from glassline.errors import GlasslineError

__all__ = ["commands", "main"]

INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(glassline.__version__, prog_name="glassline")
def commands() -> None:
    """Inspect product surfaces, and show the whole sum behind every verdict.

    A photo is condensed into four features; a linear layer of fifteen numbers
    and a softmax turn them into probabilities and a decision.

    \b
    Example:
      glassline train photos --out model
      glassline inspect model part.png
    """


for _command in (train, inspect, evaluate, gauge, sheet, check, verify, demo):
    commands.add_command(_command.command)


def main() -> None:
    """Run the command line; every error leaves by its own exit code."""
    try:
        status = commands.main(standalone_mode=False)
    except click.exceptions.Abort:
        status = INTERRUPTED
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except GlasslineError as error:
        click.echo(f"Error: {error}", err=True)
        status = error.exit_code
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away: nothing more to say to it
        status = 0
    except Exception:  # noqa: BLE001  the last door: say what happened, exit 70
        traceback.print_exc()
        status = GlasslineError.exit_code
    sys.exit(status)
