"""Files damaged at random are read or refused: nothing else ever happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from backbones import tiny_backbone
from checkpoints import checkpoint

from glassline.errors import ModelError
from glassline.front.onnx.checkpoint import read_checkpoint
from glassline.front.onnx.safety import check

ROUNDS = 1_500
CHECKPOINT = checkpoint({"w": np.arange(6, dtype=np.float32).reshape(2, 3)})
NETWORK = tiny_backbone().SerializeToString()


@pytest.mark.parametrize(
    ("read", "data"),
    [
        pytest.param(read_checkpoint, CHECKPOINT, id="checkpoint"),
        pytest.param(check, NETWORK, id="onnx"),
    ],
)
def test_a_damaged_file_is_read_or_refused(
    read: Callable[[bytes, str], object], data: bytes, rng: np.random.Generator
) -> None:
    """Bits flipped, bytes changed, cut out and put in; any other error fails."""
    ended: Counter[str] = Counter()

    for _ in range(ROUNDS):
        try:
            read(_damaged(data, rng), "x")
            ended["read"] += 1
        except ModelError:
            ended["refused"] += 1

    assert ended.total() == ROUNDS
    assert ended["refused"] > ROUNDS / 2


def _damaged(data: bytes, rng: np.random.Generator) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.integers(1, 6)):
        place, length = int(rng.integers(len(damaged))), int(rng.integers(1, 8))
        match int(rng.integers(4)):
            case 0:
                damaged[place] ^= 1 << length
            case 1:
                damaged[place] = int(rng.integers(256))
            case 2:
                del damaged[place : place + length]
            case _:
                damaged[place:place] = rng.bytes(length)
    return bytes(damaged) or b"x"
