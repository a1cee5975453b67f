"""Parquet, read by DuckDB: what becomes of its errors."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from glassline.dataset.parquet import engine

LONG = "SELECT count(*) FROM range(9000000000) AS n WHERE n.range % 7 = 3"


ASK = f"""
from glassline.dataset.parquet import engine
with engine("a.parquet") as opened:
    opened.execute("SELECT 1").fetchall()
    print("asked", flush=True)
    opened.execute({LONG!r}).fetchall()
"""


def test_ctrl_c_within_a_query_is_ctrl_c() -> None:
    """It ended as a fault of the program. What the engine does first may not hear it."""
    asking = subprocess.Popen(
        [sys.executable, "-c", ASK],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert asking.stdout is not None
        asking.stdout.readline()
        deadline = time.monotonic() + 20
        while asking.poll() is None and time.monotonic() < deadline:
            asking.send_signal(signal.SIGINT)
            time.sleep(0.25)
        _, said = asking.communicate(timeout=60)
    finally:
        asking.kill()

    assert said.rstrip().endswith("KeyboardInterrupt")


def test_another_fault_is_left_as_it_is() -> None:
    """It is not DuckDB's."""
    with pytest.raises(RuntimeError, match=r"^other$"), engine("a.parquet"):
        raise RuntimeError("other")
