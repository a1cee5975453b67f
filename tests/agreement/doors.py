"""Every way to a verdict; a new one is one more line in `DOORS`."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
from agreement.lines import Line
from commands import rows_of, run
from services import serving

import glassline
from glassline.dataset.readings import read_parts
from glassline.export import TARGETS
from glassline.export.probes import Probes
from glassline.inspection import Inspection
from glassline.model.verdict import decide
from glassline.recipe import ACTIONS
from glassline.store import Entry, Keep, Store
from glassline.studies.evaluation import evaluate

Verdict = tuple[str, tuple[float, ...]]
"""The action, and the probability of each class to the last bit."""

Verdicts = dict[str, Verdict]
"""File name of a photo to its verdict."""


def said(inspections: Mapping[str, Inspection]) -> Verdicts:
    """What inspections say."""
    return {
        name: (seen.decision, tuple(seen.probabilities))
        for name, seen in inspections.items()
    }


def by_path(line: Line) -> Verdicts:
    """`inspect` of a path as text, with the model loaded from its folder."""
    model = glassline.load(line.saved)
    return said({each.name: glassline.inspect(model, str(each)) for each in line.paths})


def by_bytes(line: Line) -> Verdicts:
    """`inspect` of the bytes of a file."""
    return said(
        {
            each.name: glassline.inspect(line.model, each.read_bytes())
            for each in line.paths
        }
    )


def by_pixels(line: Line) -> Verdicts:
    """`inspect` of an array that another program decoded."""
    arrays = {
        each.name: np.frombuffer(each.read_bytes(), np.uint8) for each in line.paths
    }
    pixels = {
        name: cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) for name, data in arrays.items()
    }
    return said(
        {name: glassline.inspect(line.model, each) for name, each in pixels.items()}
    )


def by_supposing_nothing(line: Line) -> Verdicts:
    """`suppose` without a change."""
    return said({name: seen.suppose({}) for name, seen in line.inspected.items()})


def by_supposing_what_was_read(line: Line) -> Verdicts:
    """`suppose` with the x as read, where it lies within the clip."""
    clip, names = line.model.scale.clip, line.model.feature_names
    return said(
        {
            name: seen.suppose(
                {
                    f: x
                    for f, x in zip(names, seen.x.tolist(), strict=True)
                    if abs(x) < clip
                }
            )
            for name, seen in line.inspected.items()
        }
    )


def by_its_json(line: Line) -> Verdicts:
    """`as_json`, written and read."""
    return _of_rows(
        {**json.loads(json.dumps(seen.as_json())), "image": name}
        for name, seen in line.inspected.items()
    )


def by_its_sheet(line: Line) -> Verdicts:
    """The JSON face of the worked sum."""
    return {name: _of_sheet(seen.sheet.json()) for name, seen in line.inspected.items()}


def by_many_at_once(line: Line) -> Verdicts:
    """`decide`, as evaluation, comparison and gauge study decide."""
    found = read_parts(
        line.data,
        lambda image: line.model.front.read(image).values,
        line.model.recipe.image,
    )
    said = decide(line.model, found.values)
    return _of_arrays(line, said.actions, said.probabilities)


def by_evaluation(line: Line) -> Verdicts:
    """`evaluate`, part by part."""
    found = evaluate(line.model, line.data, with_training=True)
    return _of_arrays(line, found.actions, glassline.softmax(found.logits))


def by_command_on_a_folder(line: Line) -> Verdicts:
    """`glassline inspect MODEL FOLDER --json`."""
    return _of_rows(rows_of(run("inspect", line.saved, line.photos, "--json")))


def by_command_on_files(line: Line) -> Verdicts:
    """`glassline inspect MODEL PHOTO... --json`, another order, the other language."""
    done = run("inspect", line.saved, *line.paths[::-1], "--json", "--lang", "zh-TW")
    return _of_rows(rows_of(done))


def by_sheet_command(line: Line) -> Verdicts:
    """`glassline sheet MODEL PHOTO --format json`, for three of the photos."""
    faces = {
        each.name: run("sheet", line.saved, each, "--format", "json").stdout
        for each in line.paths[::7]
    }
    return {name: _of_sheet(face) for name, face in faces.items()}


def by_batch(line: Line) -> Verdicts:
    """`glassline batch MODEL FOLDER --out FILE.csv`, in two processes."""
    out = line.saved / "batch.csv"
    run("batch", line.saved, line.photos, "--out", out, "--overwrite")
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        Path(row["image"]).name: (
            row["decision"],
            tuple(float(row[f"p_{name}"]) for name in line.model.recipe.classes),
        )
        for row in rows
    }


def by_the_records(line: Line) -> Verdicts:
    """What `record` kept of each inspection, read back from the ledger."""
    with TemporaryDirectory() as folder, Store.open(Path(folder) / "line.db") as store:
        rows = store.record_all(
            [
                Entry(line.inspected[each.name], each.read_bytes(), who="camera 1")
                for each in line.paths
            ]
        )
        return _of_rows(
            {**store.inspection(row.record).answer, "image": each.name}
            for row, each in zip(rows, line.paths, strict=True)
        )


def by_replaying_the_records(line: Line) -> Verdicts:
    """The same, worked out again from photo and model: nothing came out otherwise."""
    with (
        TemporaryDirectory() as folder,
        Store.open(Path(folder) / "line.db", keep=Keep(accepted_share=1)) as store,
    ):
        photos = {each.name: each.read_bytes() for each in line.paths}
        store.record_all(
            [Entry(line.inspected[n], each, who="c") for n, each in photos.items()]
        )
        found = store.replay()
        same = found.holds and found.counts["same"] == len(photos)
    return said(line.inspected) if same else {}


def by_service(line: Line) -> Verdicts:
    """`POST /api/v1/inspections` to a service that runs the model."""
    with TemporaryDirectory() as folder:
        with serving(Path(folder), line.model) as service:
            answers = [service.inspect(each.read_bytes()) for each in line.paths]
        rows = zip(line.paths, answers, strict=True)
        return _of_rows({**got.json, "image": path.name} for path, got in rows)


DOORS: Mapping[str, Callable[[Line], Verdicts]] = {
    "inspect a path": by_path,
    "inspect bytes": by_bytes,
    "inspect pixels": by_pixels,
    "suppose nothing": by_supposing_nothing,
    "suppose x as read": by_supposing_what_was_read,
    "as_json": by_its_json,
    "the sheet": by_its_sheet,
    "many at once": by_many_at_once,
    "evaluate": by_evaluation,
    "command on a folder": by_command_on_a_folder,
    "command on files": by_command_on_files,
    "sheet command": by_sheet_command,
    "the records": by_the_records,
    "replaying the records": by_replaying_the_records,
    "service": by_service,
    "batch": by_batch,
}


def by_target(line: Line, target: str) -> Verdicts:
    """The first engine of an exported file, asked what was read of the photos."""
    room = import_module(f"glassline.export.{TARGETS[target]}")
    readings = np.array([list(seen.readings) for seen in line.inspected.values()])
    asked = Probes(line.model, readings, photos=(), near=0, refused=0)
    answer = room.ask(room.write(line.model, f"verdict.{target}"), asked)[0]
    return _of_arrays(line, answer.actions, answer.probabilities)


def _of_rows(rows: Iterable[Mapping[str, Any]]) -> Verdicts:
    return {
        Path(row["image"]).name: (row["decision"], tuple(row["probabilities"].values()))
        for row in rows
    }


def _of_sheet(face: str) -> Verdict:
    table = json.loads(face)
    [p] = [step["exact"][0] for step in table["steps"] if step["symbol"] == "p"]
    return table["decision"]["action"], tuple(p)


def _of_arrays(line: Line, taken: Any, p: Any) -> Verdicts:
    rows = zip(line.paths, taken.tolist(), p.tolist(), strict=True)
    return {path.name: (ACTIONS[at], tuple(row)) for path, at, row in rows}
