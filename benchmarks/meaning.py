"""Does each measured reading follow its own cause and leave the others alone?

Run `python -m benchmarks.meaning`: one 4 x 4 table of rank correlations a surface.
With `--candidates`, of every setting that training may choose: those that hear another
cause than their own, in the mean of the surfaces. With `--besides`, what each reading hears
of what is no defect: the part's edges, a rim, brushing, a tint.
"""

from __future__ import annotations

import argparse

import cv2
import numpy as np

from glassline.front import Measured
from glassline.image import load
from glassline.recipe import FEATURE_NAMES, ImageSettings
from glassline.synthetic import BESIDES, CAUSES, SURFACES, Surface, dose_response
from glassline.synthetic.meaning import DoseResponse
from glassline.training.candidates import Candidates

OWN_AT_LEAST = 0.95
OTHERS_AT_MOST = 0.25


def main() -> int:
    """Print the tables; return 1 if a number misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=24, help="parts a dose")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--surface", choices=SURFACES, action="append")
    parser.add_argument("--candidates", action="store_true")
    parser.add_argument("--besides", action="store_true")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    candidates = Candidates()
    front = Measured()
    read = candidates.read if given.candidates else front.values
    kinds = given.surface or list(SURFACES)
    found = dose_response(
        lambda photo: read(load(photo, settings=ImageSettings()).view),
        surfaces=[Surface.typical(kind) for kind in kinds],
        repeats=given.repeats,
        rng=np.random.Generator(np.random.PCG64(given.seed)),
        besides=given.besides,
    )
    if given.besides:
        print_besides(kinds, found)
        return 0
    if given.candidates:
        print_hearing(candidates, found)
        return 0
    return int(print_tables(kinds, found) > 0)


def print_tables(kinds: list[str], found: DoseResponse) -> int:
    """Print a table a surface; return how many numbers miss their target."""
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
    return misses


def print_besides(kinds: list[str], found: DoseResponse) -> None:
    """Print what each reading hears of what is no defect, a table a surface."""
    print(f"| surface | besides | {' | '.join(FEATURE_NAMES)} |")
    print("|---|---|" + "---|" * len(FEATURE_NAMES))
    for kind, table in zip(kinds, found.rho, strict=True):
        for name, numbers in zip(BESIDES, table, strict=True):
            cells = " | ".join(f"{number:+.2f}" for number in numbers)
            print(f"| {kind} | {name} | {cells} |")


def print_hearing(candidates: Candidates, found: DoseResponse) -> None:
    """Print the settings that hear another cause above the target, as a table."""
    rho = found.rho.mean(axis=0)
    print("| setting | its own cause | others above 0.25 |\n|---|---|---|")
    for own, (feature, columns) in enumerate(candidates.columns.items()):
        for column in columns:
            others = ", ".join(
                f"{cause} {rho[row, column]:+.2f}"
                for row, cause in enumerate(CAUSES)
                if row != own and abs(rho[row, column]) > OTHERS_AT_MOST
            )
            if others:
                values = candidates.settings(feature, column).values()
                said = " ".join(map(str, values))
                print(f"| {feature}: {said} | {rho[own, column]:+.2f} | {others} |")
    low = min(
        (rho[own, column], feature, candidates.settings(feature, column))
        for own, (feature, columns) in enumerate(candidates.columns.items())
        for column in columns
    )
    print(f"\nLeast of its own cause: {low[1]} {low[2]}: {low[0]:+.2f}")


if __name__ == "__main__":
    raise SystemExit(main())
