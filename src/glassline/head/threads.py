"""One thread for matrix products, so that sums have the same bits on any machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from math import inf

from threadpoolctl import ThreadpoolController

__all__ = ["one_thread"]

ALONE = 65_536  # a quarter of what OpenBLAS gives to one thread anyway


class _Inside:
    """How many threads of this process are inside `one_thread`, and what to restore."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count = 0
        self.limits = None

    @contextmanager
    def entered(self) -> Iterator[None]:
        with self.lock:
            if not self.count:
                self.limits = _controller().limit(limits=1)
            self.count += 1
        try:
            yield
        finally:
            with self.lock:
                self.count -= 1
                if not self.count and self.limits is not None:
                    self.limits.restore_original_limits()


@contextmanager
def one_thread(multiplications: float = inf) -> Iterator[None]:
    """Let BLAS work in one thread: how it cuts a product among several shows in bits.

    It may be entered from several threads at once; the limit is lifted by the last.
    Entering takes about 0.1 ms, and is left out where no product is large enough to
    be cut.

    Args:
        multiplications: Of the largest product inside.
    """
    if multiplications <= ALONE:
        yield
        return
    with _INSIDE.entered():
        yield


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


_INSIDE = _Inside()
