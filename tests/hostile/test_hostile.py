"""Thousands of hostile photos: none crashes, none hangs, each gets its outcome."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hostile.corpus import Case, write_corpus
from hostile.damage import bases
from hostile.files import pillow, smooth, tiff

from glassline.errors import ImageError
from glassline.image import REASONS, load, read, read_header
from glassline.recipe import ImageSettings

SWEEP = Path(__file__).with_name("sweep.py")
SETTINGS = ImageSettings()
BOMB_MB = 50  # more memory than this for a bomb means that it was decoded
LIMIT_MB = 400
Row = dict[str, object]


@dataclass
class Swept:
    """A corpus, and what three sweeps made of it."""

    folder: Path
    cases: list[Case]
    first: dict[bytes, Row]
    memory: Row
    again: dict[bytes, Row]
    backwards: dict[bytes, Row]


def sweep(folder: Path, *options: str) -> tuple[dict[bytes, Row], Row]:
    """Load every photo of a folder in a process of its own."""
    command = [sys.executable, "-X", "faulthandler", SWEEP, folder, *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    *rows, memory = [json.loads(line) for line in done.stdout.splitlines()]
    return {bytes.fromhex(str(row["path"])): row for row in rows}, memory


@pytest.fixture(
    scope="module", params=["quick", pytest.param("full", marks=pytest.mark.soak)]
)
def swept(request: pytest.FixtureRequest) -> Iterator[Swept]:
    """A corpus in a folder that a user without rights can reach, and its sweeps."""
    folder = Path(tempfile.mkdtemp(prefix="glassline-hostile-"))
    folder.chmod(0o755)
    try:
        cases = write_corpus(folder, request.param)
        first, memory = sweep(folder)
        again, _ = sweep(folder)
        backwards, _ = sweep(folder, "reversed")
        yield Swept(folder, cases, first, memory, again, backwards)
    finally:
        shutil.rmtree(folder)


def test_as_many_rows_come_out_as_files_went_in(swept):
    """No file is lost, none is invented, whatever its name or kind."""
    assert sorted(swept.first) == sorted(case.path for case in swept.cases)
    assert len(swept.cases) >= 600


def test_each_file_has_an_outcome_that_is_right_for_it(swept):
    """Read, or refused for one of the reasons that fit."""
    wrong = [
        (case.path, swept.first[case.path]["outcome"], sorted(case.outcomes))
        for case in swept.cases
        if swept.first[case.path]["outcome"] not in case.outcomes
    ]

    assert wrong == []


def test_a_photo_that_is_read_shows_the_pixels_it_must(swept):
    """A cut, turned, renamed or decorated photo is the whole one, or refused."""
    wrong = [
        case.path
        for case in swept.cases
        if case.same_as is not None
        and swept.first[case.path]["outcome"] == "read"
        and swept.first[case.path]["pixels"] != swept.first[case.same_as]["pixels"]
    ]

    assert wrong == []


def test_each_refusal_has_a_documented_reason_and_a_harmless_message(swept):
    """One line of printable text, whatever the file is called."""
    rows = swept.first.values()

    assert {row["outcome"] for row in rows} <= {"read", *REASONS}
    assert [row for row in rows if not str(row["message"]).isprintable()] == []


def test_the_names_shown_are_as_many_as_the_files(swept):
    """No two names look the same once they are made harmless."""
    names = [row["message"] for row in swept.first.values() if row["outcome"] == "read"]

    assert len(set(names)) == len(names)


def test_three_sweeps_give_the_same_bits(swept):
    """Again, and backwards: no photo leaves anything behind for the next."""

    def results(rows: dict[bytes, Row]) -> dict[bytes, Row]:
        return {
            path: {key: value for key, value in row.items() if key != "seconds"}
            for path, row in rows.items()
        }

    assert results(swept.again) == results(swept.first)
    assert results(swept.backwards) == results(swept.first)


def test_good_photos_among_hostile_ones_are_as_in_a_clean_run(swept):
    """The good photos swept alone give the same bits."""
    clean, _ = sweep(swept.folder / "good")

    for_good = {
        path.removeprefix(b"good/"): row["pixels"]
        for path, row in swept.first.items()
        if path.startswith(b"good/")
    }
    assert {path: row["pixels"] for path, row in clean.items()} == for_good


def test_duplicates_have_one_fingerprint(swept):
    """The same bytes under many names share their sha256."""
    twins = {
        row["sha256"] for path, row in swept.first.items() if path.startswith(b"twin/")
    }

    assert len(twins) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_memory_stays_bounded(swept):
    """All files together, and the bombs alone."""
    _, bombs = sweep(swept.folder / "bomb")

    assert float(str(swept.memory["peak_mb"])) < LIMIT_MB
    assert float(str(bombs["peak_mb"])) - float(str(bombs["before_mb"])) < BOMB_MB


def test_the_same_seed_writes_the_same_corpus(tmp_path):
    """A find can be made again from its name."""
    one, two = tmp_path / "one", tmp_path / "two"
    cases = write_corpus(one), write_corpus(two)
    paths = [
        os.fsdecode(case.path) for case in cases[0] if case.group in {"flip", "burst"}
    ]

    assert cases[0] == cases[1]
    assert [(one / path).read_bytes() for path in paths] == [
        (two / path).read_bytes() for path in paths
    ]


class Meddler:
    """A thread that does something over and over while photos are read."""

    def __init__(self, *acts) -> None:
        self.acts = acts
        self.is_done = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        """Act until told to stop; what is not there yet is tried again."""
        while not self.is_done.is_set():
            for act in self.acts:
                with suppress(FileNotFoundError):
                    act()

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.is_done.set()
        self.thread.join()


def outcomes(path: Path, root: Path, times: int) -> set[str]:
    """What came of reading a photo many times: a fingerprint, or a reason."""
    found = set()
    for _ in range(times):
        try:
            found.add(load(path, settings=SETTINGS, root=root).sha256)
        except ImageError as error:
            found.add(error.reason)
    return found


def test_a_photo_that_is_replaced_all_the_time_is_one_of_the_two(tmp_path, rng):
    """By rename: the old photo, the new one, or a refusal; never a mixture."""
    path = tmp_path / "photo.png"
    files = [pillow(smooth(rng, 200, 300), "PNG") for _ in range(2)]
    wholes = {load(data, settings=SETTINGS).sha256 for data in files}

    def replace(data: bytes):
        def act() -> None:
            (tmp_path / "new").write_bytes(data)
            (tmp_path / "new").replace(path)

        return act

    replace(files[0])()
    with Meddler(*map(replace, files)):
        found = outcomes(path, tmp_path, 300)

    assert found <= wholes | {"changed_while_reading"}
    assert found & wholes


def test_a_photo_that_grows_is_never_read_by_halves(tmp_path, rng):
    """In place: the whole photo, or a refusal that says why."""
    path = tmp_path / "photo.png"
    data = pillow(smooth(rng, 200, 300), "PNG")
    half = len(data) // 2

    def append() -> None:
        with path.open("ab") as file:
            file.write(data[half:])

    path.write_bytes(data)
    with Meddler(lambda: path.write_bytes(data[:half]), append):
        found = outcomes(path, tmp_path, 300)

    whole = load(data, settings=SETTINGS).sha256
    assert found <= {whole, "changed_while_reading", "truncated", "empty"}


def test_a_folder_swapped_for_a_link_leads_nowhere(tmp_path):
    """While somebody exchanges folder and link, nothing outside is read."""
    root = tmp_path / "root"
    for folder, data in (("root/lot", b"inside"), ("secret", b"outside")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.jpg").write_bytes(data)
    lot, away, link = root / "lot", root / "away", root / "link"

    def swap() -> None:
        link.symlink_to(tmp_path / "secret")
        lot.rename(away)
        link.rename(lot)

    def back() -> None:
        lot.unlink()
        away.rename(lot)

    found = set()
    with Meddler(swap, back):
        for _ in range(500):
            try:
                found.add(read(lot / "a.jpg", settings=SETTINGS, root=root))
            except ImageError as error:
                found.add(error.reason)

    reasons = {"symlink", "not_found", "vanished", "changed_while_reading"}
    assert found <= {b"inside", *reasons}


def mutate(data: bytes, rng: np.random.Generator) -> bytes:
    """A few bytes changed, most of them where the structure is."""
    changed = bytearray(data)
    for _ in range(rng.integers(1, 6)):
        places = (
            rng.integers(len(changed)),
            rng.integers(min(80, len(changed))),
            len(changed) - 1 - rng.integers(min(260, len(changed))),
        )
        values = (0, 1, 127, 128, 255, rng.integers(256))
        changed[rng.choice(places)] = rng.choice(values)
    return bytes(changed)


@pytest.mark.parametrize("times", [3000, pytest.param(300_000, marks=pytest.mark.soak)])
def test_a_changed_header_is_described_or_refused(times, rng):
    """Whatever the bytes, the header check answers with a header or a reason."""
    starts = [*bases(rng).values(), tiff(smooth(rng), 1, order=">", rows_per_strip=5)]
    reasons = set()
    for number in range(times):
        data = mutate(starts[number % len(starts)], rng)
        try:
            read_header(data, settings=SETTINGS)
        except ImageError as error:
            reasons.add(error.reason)

    assert reasons <= set(REASONS)
