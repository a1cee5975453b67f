"""A run: resumed anywhere, it gives the bytes that it would have given."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from unit.batch.inline import inline, rows_of

import glassline
from glassline.batch import Settings, run
from glassline.batch.output import write
from glassline.errors import InputError
from glassline.model import Model

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def photos(mixed_line: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Twelve photos, of which one is broken, in the folder we are in."""
    monkeypatch.chdir(mixed_line.parent)
    return mixed_line.name


@pytest.fixture(scope="module")
def mixed_line(line_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve photos in two lots, of which one is broken."""
    folder = tmp_path_factory.mktemp("many") / "photos"
    for number, path in enumerate(sorted(line_folder.rglob("*.png"))[:12]):
        lot = folder / f"L{number % 2}"
        lot.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, lot / f"{number:02}.png")
    (folder / "L0" / "04.png").write_bytes(b"broken")
    return folder


@pytest.fixture(scope="module")
def whole(settled: Model, mixed_line: Path) -> bytes:
    """What a run without an end gives, by processes."""
    before = Path.cwd()
    os.chdir(mixed_line.parent)
    summary = run(settled, [mixed_line.name], "whole.csv", Settings(pattern="{lot}/*"))
    os.chdir(before)
    assert summary.photos == 12
    return (mixed_line.parent / "whole.csv").read_bytes()


LOTS = "{lot}/*"


def test_a_row_says_what_inspect_says(
    settled: Model, photos: str, whole: bytes
) -> None:
    """To the last bit; a refusal is a row, what the path names a column."""
    first, *_, last = rows_of(Path("whole.csv"))
    broken = rows_of(Path("whole.csv"))[2]

    seen = glassline.inspect(settled, first["image"])
    assert [float(first[f"p_{name}"]) for name in settled.recipe.classes] == list(
        seen.probabilities
    )
    assert [float(first[f"logit_{name}"]) for name in settled.recipe.classes] == list(
        seen.logits
    )
    assert [float(first[f"x_{name}"]) for name in settled.feature_names] == list(seen.x)
    assert [float(first[f"reading_{name}"]) for name in settled.feature_names] == list(
        seen.readings
    )
    assert (first["decision"], first["reason"]) == (seen.decision, seen.reason)
    assert (first["sha256"], first["model"]) == (seen.photo.sha256, settled.sha256)
    assert (first["lot"], last["lot"]) == ("L0", "L1")
    assert (broken["image"], broken["refused"]) == (
        "photos/L0/04.png",
        "unsupported_type",
    )
    assert broken["class"] == broken["p_ok"] == ""


def test_any_number_of_workers_gives_the_same_bytes(
    settled: Model, photos: str, whole: bytes
) -> None:
    """Two processes, one, and none at all; no journal is left."""
    run(settled, [photos], "one.csv", Settings(workers=1, pattern=LOTS))
    run(settled, [photos], "none.csv", Settings(engine=inline(), pattern=LOTS))

    assert Path("one.csv").read_bytes() == Path("none.csv").read_bytes() == whole
    assert not list(Path().glob("*.journal"))


@pytest.mark.parametrize("most", range(0, 12, 2))
def test_a_run_that_died_goes_on(
    most: int, settled: Model, photos: str, whole: bytes, tmp_path: Path
) -> None:
    """After any number of photos: the same bytes, and no photo is read again."""
    out = tmp_path / "v.csv"
    with pytest.raises(KeyboardInterrupt):
        run(settled, [photos], out, Settings(engine=inline(most), pattern=LOTS))

    settings = Settings(engine=inline(12 - most), pattern=LOTS, resume=True)
    done = run(settled, [photos], out, settings)

    assert out.read_bytes() == whole
    assert (done.photos, done.resumed, done.inspected) == (12, most, 11)
    assert done.refused == {"unsupported_type": 1}


def test_parquet_holds_the_same_numbers(
    settled: Model, photos: str, whole: bytes, tmp_path: Path
) -> None:
    """Doubles to the last bit; what is not there is nothing, not a text."""
    out = tmp_path / "v.parquet"

    run(settled, [photos], out, Settings(engine=inline(), pattern=LOTS))

    found = duckdb.read_parquet(str(out))
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    plain = rows_of(Path("whole.csv"))
    assert [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in rows
    ] == plain
    assert rows[2]["p_ok"] is None


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_the_same_rows_give_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    """No time of day and no chance is in the file; its name is not either."""
    rows = [('a\n"b",.png', None, 0.1), ("刮.png", "ok", 5e-324)]
    names = ("image", "class", "p_ok")

    write(tmp_path / f"one{suffix}", names, rows)
    write(tmp_path / f"other{suffix}", names, rows)

    one, other = tmp_path / f"one{suffix}", tmp_path / f"other{suffix}"
    assert one.read_bytes() == other.read_bytes()
    assert sorted(tmp_path.iterdir()) == [one, other]


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    """Nor does a name that is no UTF-8 break the file."""
    out = tmp_path / "v.csv"

    write(out, ("image", "p_ok"), [("=cmd()", -0.5), ("\udce9", None)])

    assert out.read_bytes() == b"\xef\xbb\xbfimage,p_ok\r\n'=cmd(),-0.5\r\n\\udce9,\r\n"


@pytest.mark.parametrize(
    ("before", "settings", "message"),
    [
        pytest.param(
            {"v.csv": b"mine"},
            Settings(),
            "--out v.csv: expected no such file, got one. Choose another, or replace it "
            "with --overwrite.",
            id="done",
        ),
        pytest.param(
            {"v.csv": b"mine"},
            Settings(resume=True),
            "--out v.csv: expected no such file, got one. Choose another, or replace it "
            "with --overwrite.",
            id="done-and-resumed",
        ),
        pytest.param(
            {},
            Settings(resume=True, overwrite=True),
            "expected --resume or --overwrite, got both.",
            id="both",
        ),
    ],
)
def test_what_is_there_is_not_written_over(
    before: dict[str, bytes],
    settings: Settings,
    message: str,
    settled: Model,
    mixed_line: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Unless that is asked for; and nothing is left beside it."""
    monkeypatch.chdir(tmp_path)
    for name, data in before.items():
        Path(name).write_bytes(data)

    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        run(settled, [str(mixed_line)], "v.csv", settings)

    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param(
            Settings(),
            "--out v.csv: expected no run that ended before its time, got one with 3 "
            "photos. Go on with --resume, or begin anew with --overwrite.",
            id="not-asked",
        ),
        pytest.param(
            Settings(resume=True, lang="zh-TW"),
            "--resume: expected the lang that v.csv was begun with, got another. Call it "
            "as before, or begin anew with --overwrite.",
            id="lang",
        ),
        pytest.param(
            Settings(resume=True, pattern="{serial}.png"),
            "--resume: expected the columns that v.csv was begun with, got another. Call "
            "it as before, or begin anew with --overwrite.",
            id="columns",
        ),
    ],
)
def test_a_run_goes_on_only_as_it_began(
    changed: Settings,
    message: str,
    settled: Model,
    photos: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is kept stays."""
    source = Path(photos).resolve()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        run(settled, [str(source)], "v.csv", Settings(engine=inline(3)))
    kept = Path("v.csv.journal").read_bytes()

    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        run(settled, [str(source)], "v.csv", changed)

    assert Path("v.csv.journal").read_bytes() == kept


def test_other_photos_than_before_are_noticed(
    settled: Model, mixed_line: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is new among those that are done."""
    shutil.copytree(mixed_line, tmp_path / "photos")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        run(settled, ["photos"], "v.csv", Settings(engine=inline(3)))
    shutil.copy("photos/L0/00.png", "photos/L0/01.png")

    message = (
        "--resume: expected the photos of the run that v.csv was begun with, got "
        "photos/L0/01.png in place of photos/L0/02.png. Restore the sources, or begin "
        "anew with --overwrite."
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        run(settled, ["photos"], "v.csv", Settings(resume=True))


def test_a_second_run_on_the_same_file_is_refused(
    settled: Model, mixed_line: Path, tmp_path: Path
) -> None:
    """While the first holds it; what a dead one held is free."""
    out = tmp_path / "v.csv"
    with (tmp_path / "v.csv.journal").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        message = (
            f"--out {out}: expected nobody else to write it, got another run at it. Wait "
            "for it, or choose another --out."
        )
        with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
            run(settled, [str(mixed_line)], out, Settings(engine=inline()))

    run(settled, [str(mixed_line)], out, Settings(engine=inline()))
    assert out.exists()


def test_a_full_disk_is_named_and_what_is_done_stays(
    settled: Model, mixed_line: Path, tmp_path: Path
) -> None:
    """Where the system takes no more bytes of a file, the run says so and can go on."""
    out = tmp_path / "v.csv"
    program = (
        "import resource, signal, sys; from pathlib import Path;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000));"
        "import glassline; from glassline.batch import run, Settings;"
        "from unit.batch.inline import inline;"
        "run(glassline.load(sys.argv[1]), [sys.argv[2]], sys.argv[3], "
        "Settings(engine=inline()))"
    )
    settled.save(tmp_path / "model")

    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "model", mixed_line, out],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    told = done.stderr.splitlines()[-1]
    assert told == (
        f"glassline.errors.OutputError: --out {out}: expected a place that can be "
        "written, got: File too large. What is done stands in v.csv.journal; make room, "
        "and go on with --resume."
    )
    summary = run(
        settled, [str(mixed_line)], out, Settings(engine=inline(), resume=True)
    )
    assert summary.resumed > 3
    assert summary.photos == len(rows_of(out)) == 12


@pytest.mark.parametrize(
    ("out", "message"),
    [
        (
            "none/v.csv",
            "--out none/v.csv: expected a folder that is there, got none.",
        ),
        (
            "v.xlsx",
            "--out v.xlsx: expected a file that ends in .csv or .parquet, got '.xlsx'.",
        ),
    ],
)
def test_a_file_that_can_not_be_is_refused_before_any_work(
    out: str, message: str, settled: Model, mixed_line: Path
) -> None:
    """Its folder, and what it ends in."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        run(settled, [str(mixed_line)], out)


KILLED = """
import sys, glassline
from glassline.batch import run, Settings
from unit.batch.inline import inline
run(glassline.load(sys.argv[1]), [sys.argv[2]], sys.argv[3],
    Settings(engine=inline(), pattern="{lot}/*", resume=True))
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize(
    ("points", "least"),
    [
        pytest.param((("write", 6), ("rename", 1)), 2, id="some"),
        pytest.param(
            tuple(
                (call, number)
                for call in ("write", "fsync", "rename", "unlink", "ftruncate")
                for number in range(1, 19)
            ),
            15,
            id="all",
            marks=pytest.mark.soak,
        ),
    ],
)
def test_killed_at_a_write_it_goes_on(
    points: tuple[tuple[str, int], ...],
    least: int,
    settled: Model,
    photos: str,
    whole: bytes,
    tmp_path: Path,
) -> None:
    """By the system, at a call that changes a file: run again, the bytes are the same."""
    settled.save(tmp_path / "model")

    found = [_after_a_kill(tmp_path, photos, *point) for point in points]

    assert [data for _, data in found] == [whole] * len(points)
    assert sum(is_killed for is_killed, _ in found) >= least


def _after_a_kill(
    folder: Path, photos: str, call: str, number: int
) -> tuple[bool, bytes]:
    out = folder / f"{call}-{number}.csv"
    program = [sys.executable, "-c", KILLED, folder / "model", photos, out]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    inject = f"inject={call}:signal=SIGKILL:when={number}"
    told = ["strace", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", inject]
    done = subprocess.run([*told, *program], env=environment, check=False)
    if done.returncode:
        subprocess.run(program, env=environment, check=True)
    return done.returncode == -signal.SIGKILL, out.read_bytes()


@pytest.mark.parametrize(
    ("count", "most"),
    [
        pytest.param(4_000, 10, id="4,000"),
        pytest.param(100_000, 20, id="100,000", marks=pytest.mark.soak),
    ],
)
def test_memory_does_not_grow_with_the_photos(
    count: int, most: int, settled: Model, tmp_path: Path
) -> None:
    """Links to a few texts in one folder: 1,000 of them and many more, in MB."""
    settled.save(tmp_path / "model")

    peaks = [_peak(tmp_path, number) for number in (1000, count)]

    assert peaks[1] - peaks[0] < most


MOST_LINKS = 30_000  # to one file: file systems have a limit


def _peak(folder: Path, count: int) -> float:
    """Return the peak of a run's own memory, MB.

    As /proc tells it: the peak of `getrusage` begins at that of the process that started
    it, which is larger.
    """
    photos = folder / f"photos-{count}"
    photos.mkdir()
    for number in range(count):
        path = photos / f"{number:05}.png"
        first = path.with_stem(f"{number - number % MOST_LINKS:05}")
        path.write_text("no photo") if path == first else os.link(first, path)
    program = (
        "import re, sys, glassline; from pathlib import Path;"
        "from glassline.batch import run, Settings;"
        "run(glassline.load(sys.argv[1]), [sys.argv[2]], sys.argv[3], Settings());"
        "told = Path('/proc/self/status').read_text();"
        "print(int(re.search(r'VmHWM:\\s*(\\d+) kB', told)[1]) / 1e3)"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            program,
            folder / "model",
            photos,
            folder / f"{count}.csv",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)
