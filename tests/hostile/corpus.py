"""A seeded folder of hostile photos, each with the outcomes that are right for it.

    python tests/hostile/corpus.py FOLDER [quick|full] [seed]

writes one to look at.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

__all__ = ["Case", "Corpus", "write_corpus"]

SEED = 20261122
READ = "read"
PARTS = 5  # the quick corpus has a fifth of the full one


@dataclass(frozen=True)
class Case:
    """One file of the corpus.

    Attributes:
        path: Below the corpus, in bytes, because names may be anything.
        group: The kind of hostility, the first folder of the path.
        outcomes: What may come of it: `read`, or reasons of refusal.
        same_as: Where it is read, the file whose pixels it must show.
    """

    path: bytes
    group: str
    outcomes: frozenset[str]
    same_as: bytes | None = None


@dataclass
class Corpus:
    """A folder that fills with cases.

    Attributes:
        folder: Where it lies.
        scale: `quick`, or `full` for five times as many.
        rng: The one source of randomness.
        cases: What was written so far.
    """

    folder: Path
    scale: str
    rng: np.random.Generator
    cases: list[Case] = field(default_factory=list)

    def count(self, full: int) -> int:
        """How many of a kind to write, given the number at full scale."""
        return full if self.scale == "full" else -(-full // PARTS)

    def place(self, group: str, name: bytes | str) -> bytes:
        """The whole path of a new file, its folder made."""
        folder = self.folder / group
        folder.mkdir(parents=True, exist_ok=True)
        return os.path.join(os.fsencode(folder), os.fsencode(name))  # noqa: PTH118

    def expect(
        self,
        group: str,
        name: bytes | str,
        outcomes: Iterable[str],
        same_as: bytes | None = None,
    ) -> bytes:
        """Note what must come of a file that was made by other means."""
        path = os.path.join(os.fsencode(group), os.fsencode(name))  # noqa: PTH118
        self.cases.append(Case(path, group, frozenset(outcomes), same_as))
        return path

    def add(
        self,
        group: str,
        name: bytes | str,
        data: bytes,
        outcomes: Iterable[str],
        same_as: bytes | None = None,
    ) -> bytes:
        """Write a file and note what must come of it; return its path."""
        with open(self.place(group, name), "wb") as file:  # noqa: PTH123  bytes
            file.write(data)
        return self.expect(group, name, outcomes, same_as)


def write_corpus(folder: Path, scale: str = "quick", seed: int = SEED) -> list[Case]:
    """Fill a folder, the same for the same scale and seed."""
    from hostile import contents, damage, names, structure  # noqa: PLC0415  a circle

    rng = np.random.default_rng(seed)  # noqa: TID251  no test, so no fixture
    corpus = Corpus(folder, scale, rng)
    for module in (damage, structure, contents, names):
        module.write(corpus)
    return corpus.cases


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    target, *more = sys.argv[1:]
    made = write_corpus(Path(target), *more[:1], *map(int, more[1:]))
    sys.stdout.write(f"{len(made)} files in {target}\n")
