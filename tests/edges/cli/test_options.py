"""No option is silently ignored: each one of each command, and what it does or is told."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner
from unit.batch.inline import inline

from glassline.batch import Settings, run
from glassline.cli import commands
from glassline.dataset import Dataset
from glassline.inspection import attempt
from glassline.model import Model
from glassline.recipe import Recipe
from glassline.store import Entry, Store
from glassline.synthetic import production_line, write_dataset
from glassline.training import train

CHEAP = """
classes = ["ok", "scratch", "dirt"]
[features.line_strength]
polarity = "either"
[features.texture_change]
share = 0.2
[features.reflection_unevenness]
fields = 16
[features.grain_noise]
width_px = 6
"""

ELSEWHERE = {"--store": "empty.db", "--files": "elsewhere"}

# A call of each command, and what an option changes of what it prints, writes or answers.
# `<` starts another call, where the first one leaves an option nothing to change.
EFFECTS: dict[str, tuple[str, dict[str, str]]] = {
    "train": (
        "photos --out new --recipe cheap.toml",
        {
            "--out": "other",
            "--recipe": "costs.toml",
            "--good": "dirt < photos --out new",
            "--like": "model < photos --out new",
        },
    ),
    "inspect": (
        "model part.png",
        {
            "--strict": "< model part.png broken.png",
            "--csv": "table.csv",
            "--append": "< model part.png --csv there.csv",
            "--set": "photos",
            "--miss": "90% < model part.png --set photos",
        },
    ),
    "convert": (
        "photos --to csv --out new.csv",
        {"--to": "coco", "--out": "other.csv"},
    ),
    "batch": (
        "model new-photos --out new.csv",
        {
            "--out": "other.csv",
            "--resume": "< model photos --out begun.csv",
            "--overwrite": "< model photos --out there.csv",
            "--pattern": "{lot}/*",
            "--readings": "readings.parquet < model photos --out new.csv",
            "--store": "line.db",
            "--files": "kept < model photos --out new.csv --store line.db",
        },
    ),
    "evaluate": (
        "model new-photos",
        {"--subsets": "", "--seed": "3 < model new-photos --subsets"}
        | {"--with-training": "< model photos", "--out": "report.html"},
    ),
    "guarantee": (
        "model photos --escape 90%",
        {"--escape": "1%", "--confidence": "60%", "--by": "photo", "--out": "new"},
    ),
    "recost": ("model --recipe costs.toml", {"--recipe": "cheap.toml", "--out": "new"}),
    "gauge": (
        "model photos --parts 8 --without jpeg",
        {"--parts": "9", "--without": "turn", "--save": ""},
    ),
    "drift": (
        "model new-photos",
        {"--reference": "new-photos", "--false-alarms": "40%"},
    ),
    "labels": (
        "wrong.csv --model model",
        {
            "--model": "model < wrong.csv",
            "--good": "dirt < wrong.csv",
            "--margin": "9",
            "--top": "1",
            "--out": "labels.html",
        },
    ),
    "recipe": ("--for photos", {"--for": "two", "--good": "dirt"}),
    "compare": (
        "model other photos",
        {"--strict": "< other model photos", "--seen": ""},
    ),
    "explain": (
        "model part.png",
        {"--between": "ok dirt", "--freeze": "line_strength"},
    ),
    "export": (
        "sql model --out verdict.sql --parts 1000",
        {"--out": "other.sql", "--check": "photos", "--seed": "1", "--parts": "1004"},
    ),
    "sheet": (
        "model part.png",
        {
            "--label": "ok",
            "--format": "html",
            "--evidence": "part.svg",
            "--suppose": "line_strength=0",
            "--who": "me",
            "--set": "photos",
            "--miss": "90% < model part.png --set photos",
            "--out": "part.xlsx",
        },
    ),
    "learn": (
        "--out learn.html",
        {"--from": "numbers.csv", "--label": "dirt", "--out": "other.html"},
    ),
    "check": ("sums.json", {}),
    "verify": ("model photos", {"--retrain": ""}),
    "demo": ("--data photos", {"--out": "there", "--good": "dirt"}),
    "store verify": (
        "--store line.db",
        {**ELSEWHERE, "--no-photos": "", "--head": f"station-9={'0' * 64}"},
    ),
    "store replay": (
        "--store line.db",
        {**ELSEWHERE, "--stream": "other", "--after": "station-2", "--limit": "1"},
    ),
    "store info": ("--store line.db", ELSEWHERE),
    "store backup": ("--store line.db --out copy.db", {**ELSEWHERE, "--out": "b.db"}),
    "store rebuild": ("--store line.db", {"--store": "empty.db"}),
    "store export": (
        "--store line.db --out a.csv",
        {
            "--store": "empty.db",
            "--out": "b.csv",
            "--decision": "refused",
            "--label": "ok",
            "--where": "lot=A",
            "--since": "2100-01-01",
            "--until": "2000-01-01",
        },
    ),
}

# Where an option would do nothing, or what shows that it was read: what is said.
PHOTO = "expected MODEL and PHOTO with it."
ALONE = "expected MODEL and PHOTO, or --example, or --from FILE, or --x, --W and --b."
SET = "expected --set DATA with it."
DATA = "expected DATA with it."
CNN = "--backbone and --int8: expected --front cnn or --compare with them."
READINGS = "expected readings with it, got photos."
SAID = [
    ("train photos --out new --backbone x", CNN),
    ("train photos --out new --int8", CNN),
    (
        "train photos --out new --front vlm --compare",
        "--compare: expected --front measured or cnn, got vlm.",
    ),
    (
        "train photos --out new --front cnn --backbone no.onnx",
        "no.onnx: expected an ONNX file",
    ),
    (
        "train photos --out new --recipe cheap.toml --good ok",
        "expected --recipe or --good",
    ),
    ("train photos --out new --like model --front cnn", "--front: expected no --like"),
    ("train photos two --out new", "DATA: expected one folder or table of photos"),
    ("train photos --out new --sample 9", f"--sample: {READINGS}"),
    ("train photos --out new --engine ray", f"--engine: {READINGS}"),
    ("train photos --out new --address auto", f"--address: {READINGS}"),
    ("inspect model part.png --append", "--append: expected --csv FILE with it."),
    ("inspect model part.png --miss 1%", f"--miss: {SET}"),
    ("inspect model part.png --by-class", f"--by-class: {SET}"),
    ("batch model there.csv --out new.csv --encoding none", "unknown encoding: none"),
    ("batch model photos --out new.csv --engine no", "'no' is not one of"),
    (
        "batch model photos --out new.csv --address auto",
        "--address: expected --engine ray with it.",
    ),
    ("batch model photos --out new.csv --timeout 0", "0.0 is not in the range"),
    ("batch model photos --out new.csv --memory 1", "1 is not in the range"),
    ("evaluate model photos --seed 3", "--seed: expected --subsets with it."),
    (
        "evaluate model photos --subsets --with-training",
        "--with-training: expected without --subsets, which scores out of fold.",
    ),
    (
        "export sql model --out v.sql --encoding utf-8",
        "--encoding: expected --check with it.",
    ),
    (
        "export sql model --out v.sql --workers 1",
        "--workers: expected --check with it.",
    ),
    ("recost model --recipe costs.toml --encoding utf-8", f"--encoding: {DATA}"),
    ("recost model --recipe costs.toml --workers 1", f"--workers: {DATA}"),
    ("labels photos --model model --good ok", "expected --model or --good"),
    ("compare model other --encoding utf-8", f"--encoding: {DATA}"),
    ("compare model other --workers 1", f"--workers: {DATA}"),
    ("compare model other --seen", f"--seen: {DATA}"),
    ("sheet model part.png --example", ALONE),
    ("sheet model part.png --from numbers.csv", ALONE),
    ("sheet model part.png --x 1", ALONE),
    ("sheet model part.png --W 1", ALONE),
    ("sheet model part.png --b 1", ALONE),
    ("sheet --example --evidence part.svg", f"--evidence: {PHOTO}"),
    ("sheet --example --suppose line_strength=0", f"--suppose: {PHOTO}"),
    ("sheet --example --who me", f"--who: {PHOTO}"),
    ("sheet --example --set photos", f"--set: {PHOTO}"),
    ("sheet --example --miss 1%", f"--miss: {PHOTO}"),
    ("sheet --example --by-class", f"--by-class: {PHOTO}"),
    ("sheet --example --json --format html", "--format: expected none with --json."),
    (
        "sheet --example --out a.xlsx --format html",
        "--format: expected none with --out, which writes a spreadsheet.",
    ),
    (
        "sheet --example --out a.xlsx --json",
        "--json: expected none with --out, which writes a spreadsheet.",
    ),
    ("verify model photos --backbone x", "--backbone: expected a model with a network"),
    ("demo --data nowhere", "nowhere: expected "),
    (
        "store export --store line.db --out a.csv --files elsewhere",
        "model: expected the hash of a model in this store",
    ),
]
UNKNOWN = "encoding: expected one that Python knows"
ENCODED = [
    "convert photos --to csv --out new.csv",
    *(
        "train photos --out new",
        "evaluate model photos",
        "guarantee model photos --escape 9%",
    ),
    *("recost guaranteed photos --recipe costs.toml", "gauge model photos"),
    *("drift model photos", "labels photos", "recipe --for photos"),
    *("compare model other photos", "verify model photos"),
]
SAID += [(f"{call} --encoding nothing", UNKNOWN) for call in ENCODED]

ANSWERS = (1, 6, 8)  # no; done, with photos refused; records that do not hold
ENDLESS = {"serve", "watch"}  # run until stopped: test_serve.py, test_watching.py
TIMES = re.compile(
    r'每?秒? ?[\d.]+ (a second|張，)[^;\n]*|"[a-z_]*second[a-z]*": [\d.]+'
)
OWN = {("recipe", "--golden")}  # writes pictures: test_recipe_golden.py holds it
SPEED = "--workers"  # changes no word of the answer, only when it comes
SHARED = {"--lang": "zh-TW", "--json": ""}


def _options(name: str) -> set[str]:
    assert isinstance(commands, click.Group)
    command: click.Command = commands
    for word in name.split():
        assert isinstance(command, click.Group)
        command = command.commands[word]
    params = command.params
    return {each.opts[0] for each in params if isinstance(each, click.Option)}


EVERY = [(name, each) for name in EFFECTS for each in sorted(_options(name))]
CHANGING = [
    (name, option, words)
    for name, (_, effects) in EFFECTS.items()
    for option, words in {**effects, **SHARED}.items()
    if option in _options(name)
]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that the calls name."""
    folder = tmp_path_factory.mktemp("bench")
    rng = np.random.default_rng(8)  # noqa: TID251  a line of its own
    for name, classes in (
        ("photos", ("ok", "scratch", "dirt")),
        ("new-photos", ("ok", "scratch", "dirt")),
        ("two", ("ok", "scratch")),
    ):
        parts = production_line(
            24, rng=rng, size_hw=(96, 128), lot_size=2, classes=classes
        )
        write_dataset(parts, folder / name)
    photos = sorted(folder.glob("photos/*/*.png"))
    rows = [
        f"{path},{('ok', 'dirt', 'scratch')[i % 3]}" for i, path in enumerate(photos)
    ]
    (folder / "wrong.csv").write_text("\n".join(["path,label", *rows]))
    costs = "[costs.scratch]\naccept = 99\nreject = 0\nreview = 1\n"
    (folder / "numbers.csv").write_text("feature,x,ok,dirt\nline,2,0.5,0\nb,,0,1\n")
    (folder / "cheap.toml").write_text(CHEAP)
    (folder / "costs.toml").write_text('classes = ["ok", "scratch", "dirt"]\n' + costs)
    model = train(Dataset.read(folder / "photos"), Recipe.read(folder / "cheap.toml"))
    model.save(folder / "model")
    part = min((folder / "photos" / "scratch").iterdir())
    shutil.copy(part, folder / "part.png")
    (folder / "broken.png").write_bytes(part.read_bytes()[:500])
    _record(model, [part.read_bytes(), photos[0].read_bytes()], folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        runner = CliRunner()
        for call in (
            "recost model --recipe costs.toml --out other",
            "guarantee model photos --escape 90% --out guaranteed",
            "inspect model part.png --csv there.csv",
        ):
            assert runner.invoke(commands, call.split()).exit_code == 0, call
        with pytest.raises(KeyboardInterrupt):
            run(model, ["photos"], "begun.csv", Settings(engine=inline(3)))
        sums = runner.invoke(commands, ["sheet", "--example", "--json"])
        (folder / "sums.json").write_bytes(sums.stdout_bytes)
    return folder


def _record(model: Model, photos: list[bytes], folder: Path) -> None:
    """Write an empty store, and one with a model that runs and what it saw."""
    Store.open(folder / "empty.db").close()
    with Store.open(folder / "line.db") as store:
        store.publish(model, who="anna", reason="first")
        store.record_all([Entry(attempt(model, e), e, who="camera 1") for e in photos])


Outcome = tuple[int, str, dict[str, bytes]]


@pytest.fixture(scope="module")
def call(
    bench: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Outcome]:
    """Type a line in a fresh copy of the bench: its exit code, words, and files."""

    @cache
    def typed(line: str) -> Outcome:
        here = tmp_path_factory.mktemp("call") / "bench"
        shutil.copytree(bench, here)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(here)
            done = CliRunner().invoke(commands, line.split())
        said = TIMES.sub("", done.output + str(done.exception or ""))
        files = {str(each.relative_to(here)): each for each in here.rglob("*")}
        written = {
            name: each.read_bytes() for name, each in files.items() if each.is_file()
        }
        code = getattr(done.exception, "exit_code", done.exit_code)
        return code, said, written

    return typed


def test_every_command_stands_in_the_table() -> None:
    """A new command brings its rows."""
    assert isinstance(commands, click.Group)
    every = [
        f"{name} {each}" if each else name
        for name, command in commands.commands.items()
        for each in getattr(command, "commands", {"": command})
    ]
    assert set(EFFECTS) == set(every) - ENDLESS


@pytest.mark.parametrize(("name", "option"), EVERY)
def test_every_option_stands_in_the_table(name: str, option: str) -> None:
    """It changes something, or something is said of it."""
    changed = {each for command, each, _ in CHANGING if command == name}
    said = {
        word
        for line, _ in SAID
        if f"{line} ".startswith(f"{name} ")
        for word in line.split()
    }

    assert option in changed | said | {SPEED} or (name, option) in OWN


@pytest.mark.parametrize(("name", "option", "words"), CHANGING)
def test_an_option_changes_what_is_printed_written_or_answered(
    name: str, option: str, words: str, call: Callable[[str], Outcome]
) -> None:
    """The same call with and without it, in folders alike."""
    added, _, other = words.partition("<")
    base = f"{name} {other.strip() or EFFECTS[name][0]}"

    without, with_it = call(base), call(f"{base} {option} {added.strip()}".strip())

    assert with_it[0] in (0, *ANSWERS)
    assert with_it != without


@pytest.mark.parametrize(("typed", "message"), SAID)
def test_an_option_that_would_do_nothing_is_refused(
    typed: str, message: str, call: Callable[[str], Outcome]
) -> None:
    """By its name, and what it is expected with; or it is read, and told wrong."""
    code, said, _ = call(typed)

    assert code != 0
    assert message in said
