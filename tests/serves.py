"""`glassline serve` as a process of its own, at a port that is free."""

from __future__ import annotations

import os
import re
import subprocess
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from commands import COMMAND

WAIT_S = 60


@dataclass
class Running:
    """A service that runs in a process of its own."""

    process: subprocess.Popen[str]
    url: str = ""
    said: list[str] = field(default_factory=list)

    def get(self, path: str) -> tuple[int, bytes]:
        """Ask for something."""
        url = f"{self.url}{path}"
        with urllib.request.urlopen(url, timeout=WAIT_S) as answer:  # noqa: S310  ours
            return answer.status, answer.read()

    def ends(self) -> int:
        """Wait for its end, and return its exit code."""
        return self.process.wait(WAIT_S)


@contextmanager
def running(
    *arguments: object, before: Sequence[str] = (), **environment: str
) -> Iterator[Running]:
    """Start `glassline serve` at a port that is free, and wait for its address.

    Args:
        arguments: Of the command.
        before: What is written before the command, as `strace -f`.
        environment: Beside that of the test.
    """
    process = subprocess.Popen(
        [*before, *COMMAND, "serve", "--port", "0", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a log that nobody reads would stop it
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
    )
    found = Running(process)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found.said.append(line)
        found.url = re.sub(r"^[^h]*", "", line).strip()
        yield found
    finally:
        process.kill()
        process.communicate()
