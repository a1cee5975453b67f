"""Parquet, read by DuckDB: what becomes of its errors."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from glassline.dataset.parquet import engine

LONG = "SELECT count(*) FROM range(9000000000) AS n WHERE n.range % 7 = 3"


def _ask_until_ctrl_c() -> None:
    """Ask for longer than anybody waits, and be stopped meanwhile."""
    ctrl_c = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    with engine("a.parquet") as opened:
        opened.execute("SELECT 1").fetchall()  # what it loads first hears no Ctrl-C
        ctrl_c.start()
        opened.execute(LONG).fetchall()


def test_ctrl_c_within_a_query_is_ctrl_c() -> None:
    """It ended as a fault of the program."""
    with pytest.raises(KeyboardInterrupt):
        _ask_until_ctrl_c()


def test_another_fault_is_left_as_it_is() -> None:
    """It is not DuckDB's."""
    with pytest.raises(RuntimeError, match=r"^other$"), engine("a.parquet"):
        raise RuntimeError("other")
