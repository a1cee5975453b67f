"""The process that workers are born of: all is imported once, a new one comes at once.

The pool asks over a socket: a fork with a pipe for the child, or how a child ended. It is
a process of its own, with one thread, so that forking is safe whatever the caller runs.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import traceback
from dataclasses import asdict
from multiprocessing.connection import Connection
from typing import Any

import cv2

from glassline.batch.worker import Orders, work
from glassline.errors import InputError

__all__ = ["Nursery", "serve"]

WORD = struct.Struct("!q")  # of every message: 0 to fork, else the child asked for
ALONE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


class Nursery:
    """Where a pool gets its workers from.

    Args:
        orders: For each of them.

    Raises:
        InputError: The system forks no processes.
    """

    def __init__(self, orders: Orders) -> None:
        if not hasattr(os, "fork"):
            raise InputError(
                "batch: expected a system that forks processes, got one that does not. "
                "On Windows, use its subsystem for Linux."
            )
        self._own, other = socket.socketpair()
        with other:
            told = [str(other.fileno()), json.dumps(asdict(orders))]
            self._process = subprocess.Popen(  # noqa: S603  this program itself
                [sys.executable, "-c", f"from {__name__} import serve; serve()", *told],
                pass_fds=[other.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, **ALONE, "PYTHONPATH": os.pathsep.join(sys.path)},
                start_new_session=True,  # Ctrl-C is for the pool, which asks the others
            )

    def born(self) -> tuple[int, Connection[Any, Any]]:
        """Return a new worker: its process, and the pipe to it."""
        here, there = socket.socketpair()
        with here, there:
            socket.send_fds(self._own, [WORD.pack(0)], [there.fileno()])
            return self._answer(), Connection(here.detach())

    def ended(self, child: int) -> int:
        """Return how a worker ended, once: its exit code, or minus its signal."""
        self._own.sendall(WORD.pack(child))
        return self._answer()

    def close(self) -> None:
        """Let it go; its children end with their pipes."""
        self._own.close()
        self._process.wait()

    def _answer(self) -> int:
        data = b""
        while len(data) < WORD.size:
            more = self._own.recv(WORD.size - len(data))
            if not more:
                raise InputError("batch: expected a process to work in, got none.")
            data += more
        return int(WORD.unpack(data)[0])


def _serve(asked: socket.socket, orders: Orders) -> None:
    """Fork and bury children until the pool is gone."""
    while True:
        data, pipes, _, _ = socket.recv_fds(asked, WORD.size, 1)
        if len(data) < WORD.size:
            return
        child = int(WORD.unpack(data)[0])
        if child:
            _, status = os.waitpid(child, 0)
            asked.sendall(WORD.pack(os.waitstatus_to_exitcode(status)))
            continue
        child = os.fork()
        if not child:
            try:
                asked.close()
                work(Connection(pipes[0]), orders)
            except BaseException:  # noqa: BLE001  a child must not go on as its parent
                traceback.print_exc()
                os._exit(70)
            os._exit(0)
        os.close(pipes[0])
        asked.sendall(WORD.pack(child))


def serve() -> None:
    """Be the process that workers are born of: called in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)  # before a fork there is one thread
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        _serve(asked, Orders(**json.loads(sys.argv[2])))
