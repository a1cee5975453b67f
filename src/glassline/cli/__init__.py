"""The command line: one file a command group, one place where errors become exits."""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
import warnings
from typing import TextIO

import click

import glassline
from glassline.cli import (
    batch,
    check,
    compare,
    convert,
    demo,
    drift,
    evaluate,
    explain,
    export,
    gauge,
    guarantee,
    inspect,
    labels,
    learn,
    recipe,
    recost,
    serve,
    sheet,
    store,
    train,
    verify,
    watch,
)
from glassline.cli.output import harmless, show_warning
from glassline.errors import GlasslineError

__all__ = ["commands", "main"]

INTERRUPTED = 130
UNWRITTEN = 74  # EX_IOERR of sysexits.h
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)  # of a disk or a device
CLOSED_PIPE = 141  # as a shell counts a program that a closed pipe ended


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


for _command in (
    recipe,
    convert,
    train,
    inspect,
    batch,
    watch,
    evaluate,
    guarantee,
    recost,
    gauge,
    drift,
    labels,
    compare,
    explain,
    export,
    sheet,
    learn,
    check,
    verify,
    serve,
    demo,
    store,
):
    commands.add_command(_command.command)


def main() -> None:
    """Run the command line; every error leaves by its own exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a letter that it lacks is escaped
            stream.reconfigure(errors="backslashreplace")
    warnings.showwarning = show_warning
    try:
        status = _run()
        if sys.stdout is not None:  # as it is after >&-
            sys.stdout.flush()
    except BrokenPipeError:  # nobody reads the error message either
        _drop(sys.stderr)
        status = CLOSED_PIPE
    except OSError as error:
        status = _unwritten(error)
    sys.exit(status)


def _run() -> int:
    stdout = sys.stdout
    try:
        return commands.main(standalone_mode=False) or 0
    except SystemExit as leaving:  # click wraps the streams once their reader is gone
        return CLOSED_PIPE if sys.stdout is not stdout else int(leaving.code or 0)
    except click.exceptions.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        click.echo(harmless(shown.getvalue()), err=True, nl=False)
        return error.exit_code
    except GlasslineError as error:
        click.echo(f"Error: {harmless(str(error))}", err=True)
        return error.exit_code
    except OSError:
        raise
    except Exception:  # noqa: BLE001  the last door: say what happened, exit 70
        return _fault()


def _unwritten(error: OSError) -> int:
    """Say that standard output takes no more; any other such error is our fault."""
    if error.filename is not None or error.errno not in FULL:
        return _fault()
    _drop(sys.stdout)
    click.echo(
        f"Error: standard output: expected room, got: {error.strerror}.", err=True
    )
    return UNWRITTEN


def _fault() -> int:
    """Print the traceback of what nobody foresaw."""
    click.echo(harmless(traceback.format_exc()), err=True, nl=False)
    return GlasslineError.exit_code


def _drop(stream: TextIO) -> None:
    """Send what a stream still holds nowhere, so that leaving does not fail over it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
