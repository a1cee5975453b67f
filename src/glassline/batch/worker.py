"""The process that reads photos: it may die of one, and nobody else does."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from glassline.batch.judging import Judge, Read, Row
from glassline.model import load
from glassline.training.candidates import Candidates

__all__ = ["OUT_OF_MEMORY", "Orders", "work"]

OUT_OF_MEMORY = 75  # the exit code of a worker that a photo takes too much of


@dataclass(frozen=True)
class Orders:
    """What a worker is told before its first photo.

    Attributes:
        model: Folder of the model.
        lang: Of the reasons.
        timeout_s: What one photo may take.
        memory_bytes: What one photo may take beyond what the worker has before it.
        searched: The planes of colour, besides the grey, on which every candidate is
            read too; None where none is wanted.
    """

    model: str
    lang: str
    timeout_s: float
    memory_bytes: int
    searched: tuple[str, ...] | None = None


def work(told: Connection[Any, Any], orders: Orders) -> None:
    """Answer lists of photos with lists of rows, until nobody asks any more.

    A list is answered in part, in its order, once the process was asked to stop (by
    SIGTERM): the photo under way is finished. Whoever takes too long is ended by the
    alarm clock of the system, in whatever code it is.
    """
    stopping = _Stopping()
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # the terminal tells all; the pool says
    signal.signal(signal.SIGTERM, stopping.ask)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the one who loaded the model first told them
        model = load(orders.model)
    candidates = (
        None
        if orders.searched is None
        else Candidates(model.recipe.features, orders.searched)
    )
    judge = Judge(model, orders.lang, candidates)
    _limit_memory(orders.memory_bytes)
    try:
        while True:
            items = told.recv()
            found: list[Read | Row] = []
            for item in items:
                signal.setitimer(signal.ITIMER_REAL, orders.timeout_s)
                found.append(judge.read(item))
                if stopping.is_asked:
                    break
            signal.setitimer(signal.ITIMER_REAL, 0)
            told.send(judge.told(found))
    except (EOFError, OSError):  # the pool is gone
        return
    except MemoryError:  # what a photo left behind might be in the way of the next one
        os._exit(OUT_OF_MEMORY)


class _Stopping:
    """Whether the worker was asked to stop."""

    is_asked = False

    def ask(self, *_: object) -> None:
        """Stop after the photo under way."""
        self.is_asked = True


def _limit_memory(more: int) -> None:
    if sys.platform != "linux":
        return
    import resource  # noqa: PLC0415  not there on every system

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    size = pages * os.sysconf("SC_PAGE_SIZE") + more
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = size if hard == resource.RLIM_INFINITY else min(size, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
