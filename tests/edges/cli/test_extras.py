"""Each extra in turn is not installed: one message, exit code 5, from every command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from backbones import tiny_backbone
from servers import serving

from glassline.dataset import Dataset
from glassline.errors import EXTRAS, MissingExtraError
from glassline.recipe import Recipe
from glassline.training import cnn, vlm

DOCUMENTED = (Path(__file__).resolve().parents[3] / "docs" / "errors.md").read_text()

WITHOUT = """
import contextlib, io, json, sys

LOST, COMMANDS = sys.argv[1], json.loads(sys.argv[2])

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == LOST:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Finder())
from glassline.cli import main

ends = []
for arguments in COMMANDS:
    sys.argv = ["glassline", *arguments]
    said, told = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
        try:
            main()
        except SystemExit as end:
            code = end.code
    told.seek(0)
    ends.append([code, told.read()])
print(json.dumps(ends))
"""


@dataclass(frozen=True)
class Bench:
    """Models of every front, and photos as every command takes them."""

    folder: Path
    line: Path
    measured: Path

    def arguments(self, text: str) -> list[str]:
        """Return the words of a command line, with the places filled in."""
        places = {
            "photos": self.line,
            "photo": sorted(self.line.rglob("*.png"))[0],
            "parquet": self.folder / "labels.parquet",
            "m": self.measured,
            **{
                name: self.folder / name
                for name in ("cnn", "vlm", "new", "tiny.onnx", "recipe", "costs")
            },
        }
        return [
            word.format(**{k.replace(".", "_"): v for k, v in places.items()})
            for word in text.split()
        ]


@pytest.fixture(scope="module")
def bench(
    line_folder: Path,
    line: Dataset,
    settled_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bench]:
    """With all extras; the server answers while it is trained, and remembers nothing."""
    folder = tmp_path_factory.mktemp("bench")
    os.environ["GLASSLINE_VLM_CACHE"] = str(folder / "answers")
    (folder / "tiny.onnx").write_bytes(tiny_backbone().SerializeToString())
    cnn.train(
        line, Recipe(classes=line.classes), backbone=str(folder / "tiny.onnx")
    ).save(folder / "cnn")
    (folder / "costs").write_text("[review]\nnovelty = 0.01\n")
    with serving() as stub:
        text = 'classes = ["ok", "scratch", "dirt"]\n[vlm]\nmodel = "eye"\n'
        (folder / "recipe").write_text(f'{text}endpoint = "{stub.url}"\n')
        vlm.train(line, Recipe.read(folder / "recipe")).save(folder / "vlm")
        shutil.rmtree(folder / "answers")
    duckdb.sql(
        "SELECT ? || '/' || path AS path, label FROM read_csv(?)",
        params=[str(line_folder), str(line_folder / "labels.csv")],
    ).write_parquet(str(folder / "labels.parquet"))
    yield Bench(folder, line_folder, settled_folder)
    del os.environ["GLASSLINE_VLM_CACHE"]


READ = (
    "evaluate {model} {photos}",
    "gauge {model} {photos}",
    "guarantee {model} {photos} --escape 0.5",
    "drift {model} {photos}",
    "verify {model} {photos}",
    "inspect {model} {photo}",
    "inspect {model} {photo} --json",
    "sheet {model} {photo}",
    "explain {model} {photo}",
    "labels {photos} --model {model}",
    "compare {m} {model} {photos}",
    "compare {model} {m}",
    "recost {model} --recipe {costs}",
)
NEEDS = {
    "xlsxwriter": (
        "xlsx",
        [
            "sheet {m} {photo} --out {new}.xlsx",
            "sheet {m} {photo} --suppose line_strength=0 --out {new}.xlsx",
            "sheet --example --out {new}.xlsx",
            "sheet --x 1 --W 1,2 --b 0,0 --out {new}.xlsx",
        ],
    ),
    "duckdb": (
        "analytics",
        [
            "train {parquet} --out {new}",
            "evaluate {m} {parquet}",
            "gauge {m} {parquet}",
            "guarantee {m} {parquet} --escape 0.5",
            "drift {m} {parquet}",
            "verify {m} {parquet}",
            "labels {parquet}",
            "compare {m} {m} {parquet}",
            "recipe --for {parquet}",
            "recost {m} {parquet} --recipe {costs}",
            "demo --data {parquet} --out {new}",
            "convert {parquet} --to csv --out {new}.csv",
            "batch {m} {photos} --out {new}.parquet",
            "batch {m} {parquet} --out {new}.csv",
        ],
    ),
    "onnx": (
        "cnn",
        [
            "train {photos} --out {new} --front cnn",
            "train {photos} --out {new} --front cnn --int8",
            "train {photos} --out {new} --compare",
            "train {photos} --out {new} --front cnn --backbone {tiny_onnx}",
            "verify {cnn} {photos}",
            "verify {cnn} {photos} --retrain --backbone {tiny_onnx}",
        ],
    ),
    "onnxruntime": (
        "cnn",
        [
            "train {photos} --out {new} --front cnn",
            "train {photos} --out {new} --front cnn --int8",
            "train {photos} --out {new} --compare",
            "train {photos} --out {new} --front cnn --backbone {tiny_onnx}",
            *(each.replace("{model}", "{cnn}") for each in READ),
        ],
    ),
    "aiomqtt": (
        "mqtt",
        ["watch {m} {photos} --store {new}.db --mqtt mqtt://127.0.0.1/a --once"],
    ),
    "fsspec": ("cloud", ["batch {m} memory://box --out {new}.csv"]),
    "ray": ("ray", ["batch {m} {photos} --out {new}.csv --engine ray"]),
    "httpx2": (
        "vlm",
        [
            "train {photos} --out {new} --front vlm --recipe {recipe}",
            *(each.replace("{model}", "{vlm}") for each in READ[:-2]),
        ],
    ),
}


def _ends(bench: Bench, library: str, commands: list[str]) -> list[Any]:
    """Run commands one after the other in a process that lacks the library."""
    done = subprocess.run(
        [
            *(sys.executable, "-c", WITHOUT, library),
            json.dumps([bench.arguments(each) for each in commands]),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    found: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
@pytest.mark.parametrize("library", NEEDS)
def test_every_command_says_what_to_install(bench: Bench, library: str) -> None:
    """The same words, and nothing is made."""
    extra, commands = NEEDS[library]

    ends = _ends(bench, library, commands)

    told = f"Error: {MissingExtraError.of(extra)}\n"
    assert dict(zip(commands, ends, strict=True)) == {
        command: [5, told] for command in commands
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("library", "command"),
    [
        ("xlsxwriter", "sheet --example"),
        ("fsspec", "batch {m} {photo} --out {new}.csv"),
        ("duckdb", "evaluate {m} {photos} --with-training"),
        ("onnx", "inspect {cnn} {photo}"),
        ("onnx", "evaluate {cnn} {photos} --with-training"),
        ("httpx2", "compare {m} {m}"),
        ("onnxruntime", "inspect {m} {photo}"),
    ],
)
def test_what_needs_no_extra_works_without(
    bench: Bench, library: str, command: str
) -> None:
    """A missing library is in nobody else's way."""
    ((code, told),) = _ends(bench, library, [command])

    assert (code, told) == (0, "")


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_message_is_documented(extra: str) -> None:
    """Word by word."""
    assert f"| `{extra}` | {MissingExtraError.of(extra)} |" in DOCUMENTED
