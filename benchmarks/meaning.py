"""Does each measured reading follow its own cause and leave the others alone?

Run `python -m benchmarks.meaning`: one 4 x 4 table of rank correlations a surface.
"""

from __future__ import annotations

import argparse

import cv2
import numpy as np

from glassline.arrays import Values
from glassline.front.measured import Measured
from glassline.recipe import FEATURE_NAMES
from glassline.synthetic import CAUSES, SURFACES, Surface, dose_response

OWN_AT_LEAST = 0.95
OTHERS_AT_MOST = 0.25


def main() -> int:
    """Print the tables; return 1 if a number misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=24, help="parts a dose")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--surface", choices=SURFACES, action="append")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    front = Measured()
    kinds = given.surface or list(SURFACES)

    def read(photo: np.ndarray) -> Values:
        return front.read(photo.astype(np.float32) / np.float32(255)).values

    found = dose_response(
        read,
        surfaces=[Surface.typical(kind) for kind in kinds],
        repeats=given.repeats,
        rng=np.random.Generator(np.random.PCG64(given.seed)),
    )
    misses = 0
    for kind, table in zip(kinds, found.rho, strict=True):
        print(f"{kind} ({found.parts} parts)")
        print(" " * 10 + "".join(f"{name:>24}" for name in FEATURE_NAMES))
        for row, (cause, numbers) in enumerate(zip(CAUSES, table, strict=True)):
            cells = []
            for column, number in enumerate(numbers):
                is_miss = (
                    number < OWN_AT_LEAST
                    if row == column
                    else abs(number) > OTHERS_AT_MOST
                )
                misses += is_miss
                cells.append(f"{number:>+22.2f}{'  ' if not is_miss else ' !'}")
            print(f"{cause:<10}" + "".join(cells))
        print()
    print(
        f"{misses} of {found.rho.size} miss the target (own >= {OWN_AT_LEAST}, "
        f"others within {OTHERS_AT_MOST})."
    )
    return int(misses > 0)


if __name__ == "__main__":
    raise SystemExit(main())
