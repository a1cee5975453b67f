"""Models of readings in shards: all parts count, whoever holds how many of them."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from glassline.batch.output import write
from glassline.dataset.readings import Readings
from glassline.errors import DatasetError
from glassline.model import Model, load
from glassline.training import pieces, train_on
from glassline.training.candidates import Candidates
from glassline.training.kept import COLUMNS, about, candidate_columns, read_kept
from glassline.training.shards import train_shards
from glassline.training.text import lines

SOFT = {1: '{"ok": 0.7, "dirt": 0.3}', 2: '{"OK": 0.1, "dirt": 0.9}'}
PARTS = 400


def backwards(call, tasks):
    """Let the last shard answer first."""
    return map(call, tasks[::-1])


def kept_rows(rng: np.random.Generator) -> list[tuple[str | float | None, ...]]:
    """Parts of 80 lots with all that may be said of one; some copied, some refused."""
    rows = []
    for at in range(PARTS):
        label = ("ok", "dirt", "", "OK")[min(at % 7, 3)]
        shares = SOFT.get(at % 9, "")
        said = ("" if shares else label, f"lot {at // 5}", repr(1.0 + at % 2 * 0.3))
        values = rng.gamma(2 + 2 * (label == "dirt"), 1, 4)
        photo, pixels = f"{at:016x}" * 4, f"{at:032x}" * 2
        if at % 50 == 49:  # the pixels of a part of another lot
            pixels = f"{at - 20:032x}" * 2
        where = (shares, "", f"t.csv line {at + 2}", None, None, pixels)
        rows.append((f"{at}.png", photo, *said, *where, *values.tolist()))
    broken = ("b.png", None, "ok", "lot 3", "1.0", "", "", "t.csv line 9", "truncated")
    rows.insert(77, (*broken, "b.png: cut.", None, *[None] * 4))
    return rows


@pytest.fixture(scope="module")
def shards(settled: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three files of unlike lengths, the third of which sorts behind the second."""
    folder = tmp_path_factory.mktemp("shards")
    names = (*COLUMNS, *candidate_columns(Candidates(settled.recipe.features)))
    rows = kept_rows(np.random.default_rng(4))  # noqa: TID251  once a module
    for name, part in (("p1", rows[:30]), ("p9", rows[30:260]), ("p10", rows[260:])):
        write(folder / f"{name}.parquet", names, part, about(settled))
    return folder


pytestmark = pytest.mark.filterwarnings("ignore:.*one class in 2 spellings")


@pytest.fixture(scope="module")
def whole(shards: Path) -> tuple[Readings, Model]:
    """All in one memory, and the model of that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kept = read_kept(shards)
        return kept.readings, train_on(kept.readings, kept.recipe(None)).model


def test_pieces_give_the_model_of_one_memory(
    shards: Path, whole: tuple[Readings, Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six pieces, summed from the last: every byte of the model is the same."""
    monkeypatch.setattr(pieces, "ROWS", 90)
    readings, expected = whole

    found = train_shards(shards, run=backwards)

    assert len(readings.copies) == 8
    assert found.record == expected.record
    assert found.sha256 == expected.sha256


def test_of_more_than_the_sample_scale_and_head_are_those_of_all(
    shards: Path,
    whole: tuple[Readings, Model],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """What is chosen is chosen on whole groups, and the record and the words say so."""
    monkeypatch.setattr(pieces, "ROWS", 100)
    readings, expected = whole

    found = train_shards(shards, sample=120)

    record, told = found.record, found.record.sampled
    assert found.scale == expected.scale
    assert found.optimum.W.tobytes() == expected.optimum.W.tobytes()
    assert found.certificate == expected.certificate
    assert found.training_mix == expected.training_mix
    assert found.recipe == expected.recipe
    assert record.data_sha256 == expected.record.data_sha256
    assert (record.n, record.counts) == (expected.record.n, expected.record.counts)
    assert (record.refused, record.copies) == (
        expected.record.refused,
        expected.record.copies,
    )
    assert told is not None
    assert told.of == len(readings.data)
    assert 110 < told.parts <= 120
    groups = [part.group for part in readings.data.parts]
    chosen = {
        group
        for group, photo in zip(groups, readings.sha256, strict=True)
        if photo[:16] in record.photos
    }
    assert sum(group in chosen for group in groups) == told.parts
    assert len(chosen) == told.groups
    assert load(found.save(tmp_path / "m")).record.sampled == told
    assert any(
        f"{told.parts} of {told.of} parts" in line for line in lines(found, "en")
    )
    assert any(
        f"{told.of} 件中的 {told.parts} 件" in line for line in lines(found, "zh-TW")
    )


def test_nothing_labelled_is_refused(
    settled: Model, rng: np.random.Generator, tmp_path: Path
) -> None:
    """As of photos."""
    names = (*COLUMNS, *candidate_columns(Candidates(settled.recipe.features)))
    rows = [(*row[:2], "", *row[3:5], "", *row[6:]) for row in kept_rows(rng)[:10]]
    write(tmp_path / "r.parquet", names, rows, about(settled))
    message = f"{tmp_path}: expected at least one labelled part, got none."

    with pytest.raises(DatasetError, match=f"^{re.escape(message)}$"):
        train_shards(tmp_path, recipe=settled.recipe, run=backwards)


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("sha256", "ab", "{file} row 2: sha256: expected a hash, got 'ab'."),
        ("pixels", None, "{file} row 2: pixels: expected a hash, got None."),
        ("weight", "-1", "{file} row 2: weight: expected a number >= 0, got '-1'."),
        (
            "candidate_grain_noise_0",
            None,
            "{file} row 2: candidate_grain_noise_0: expected a finite number, got None.",
        ),
        ("soft", "[0.5]", "t.csv line 3: expected shares, got '[0.5]'."),
        ("image", 0, "{file}: expected a column image, got none."),
    ],
)
def test_a_file_that_something_happened_to_is_named(
    column: str,
    cell: str | float | None,
    message: str,
    settled: Model,
    rng: np.random.Generator,
    tmp_path: Path,
) -> None:
    """File, row and column, before anything rests on it; the second file of two."""
    names = [*COLUMNS, *candidate_columns(Candidates(settled.recipe.features))]
    rows = [list(row) for row in kept_rows(rng)[:20]]
    write(tmp_path / "p1.parquet", names, map(tuple, rows[:1]), about(settled))
    place = names.index(column)
    rows[1][place] = cell
    called = [f"not_{each}" if cell == 0 and each == column else each for each in names]
    file = tmp_path / "p2.parquet"
    write(file, called, map(tuple, rows), about(settled))

    again = r"( Read the photos of this file again\.)?"
    with pytest.raises(
        DatasetError, match=f"^{re.escape(message.format(file=file))}{again}$"
    ):
        train_shards(tmp_path, run=backwards)


WATCHED = """
import sys
import warnings
from pathlib import Path
from glassline.training.shards import train_shards
train_shards(*map(Path, sys.argv[1:]), sample=1000)
status = Path("/proc/self/status").read_text()
print(status.split("VmHWM:")[1].split()[0])
"""


def peak_mb(files: list[Path]) -> float:
    """What a process of its own takes at the most."""
    command = [sys.executable, "-W", "ignore", "-c", WATCHED, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout) / 1000


@pytest.mark.soak
def test_memory_does_not_grow_with_the_shards(
    settled: Model, rng: np.random.Generator, tmp_path: Path
) -> None:
    """60,000 parts take within 20 MB of what 15,000 take."""
    names = (*COLUMNS, *candidate_columns(Candidates(settled.recipe.features)))
    values = rng.gamma(2, 1, (5_000, 4)).tolist()
    for shard in range(12):
        rows = (
            (
                *(f"{shard}-{at}.png", f"{at:064x}", ("ok", "dirt")[at % 2]),
                *(f"lot {shard}-{at // 20}", "1.0", "", "", "t.csv", None, None),
                f"{shard * 5_000 + at:064x}",
                *each,
            )
            for at, each in enumerate(values)
        )
        write(tmp_path / f"p{shard}.parquet", names, rows, about(settled))
    files = [tmp_path / f"p{shard}.parquet" for shard in range(12)]

    few, many = (peak_mb(files[:count]) for count in (3, 12))

    assert many < few + 20
