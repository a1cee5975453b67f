"""Work on many photos at the same time, answers in the order of the questions."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

__all__ = ["WORKERS", "in_order"]

WORKERS = 2  # decoding and OpenCV leave the interpreter free; more only where asked
AHEAD = 8  # items a worker may run ahead, so that memory stays flat

T = TypeVar("T")
R = TypeVar("R")


def in_order(
    work: Callable[[T], R], items: Iterable[T], workers: int = WORKERS
) -> Generator[R]:
    """Yield work(item) of each item, in order, however many threads work at it.

    At most 8 items a worker are under way or wait to be taken, so `items` may be
    endless. Close the generator to stop early.

    Args:
        work: Called in a thread of its own; what it raises is raised here.
        items: What to work on.
        workers: Threads; with 1, no thread is started.

    Example:
        >>> list(in_order(abs, [-3, 1, -2], workers=2))
        [3, 1, 2]
    """
    if workers == 1:
        yield from map(work, items)
        return
    pool = ThreadPoolExecutor(workers)
    try:
        waiting = iter(items)
        queue = [pool.submit(work, item) for item in islice(waiting, workers * AHEAD)]
        while queue:
            done = queue.pop(0)
            queue.extend(pool.submit(work, item) for item in islice(waiting, 1))
            yield done.result()
    finally:
        pool.shutdown(cancel_futures=True)  # on Ctrl-C nobody waits for the rest
