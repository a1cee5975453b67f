"""What a person waits for at the station, in a real browser: docs/results.md.

Run: make bench-station
"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from browsers import chromium, visitor
from services import Service, serving

from benchmarks.document import conditions, write_section
from glassline.dataset import Dataset
from glassline.inspection import inspect
from glassline.model import Model
from glassline.recipe import ClassCosts, Recipe
from glassline.store import Entry, Identifiers
from glassline.synthetic import production_line, write_dataset
from glassline.training import train

PARTS, SIZE_HW = 120, (480, 640)
CONFIRMED, MOVED, OPENED = 40, 60, 10
MOVE = """async (x) => {
  const inputs = [...document.querySelectorAll("#sliders input")];
  inputs.forEach((input, at) => { input.value = x[at]; });
  const judged = document.querySelector("#judged");
  const changed = new Promise((done) => {
    const seen = new MutationObserver(() => { seen.disconnect(); done(); });
    seen.observe(judged, { childList: true });
  });
  const began = performance.now();
  inputs[0].dispatchEvent(new Event("input", { bubbles: true }));
  await changed;
  await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
NEXT = "performance.getEntriesByName('next part').map((each) => each.duration)"


def main() -> None:
    """Measure, print a row a figure, and write the section."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        model, line = _line(Path(folder))
        with (
            serving(Path(folder), model) as service,
            chromium() as browser,
            visitor(browser, service.url) as page,
        ):
            _record(service, model, line)
            for name, goal, times in (
                ("re-judge: key to the next part", "100", _next_part(page)),
                ("inspect: slider to verdict", "50", _slider(page, service)),
                ("inspect: first paint of a part", "", _paint(page, service)),
            ):
                rows.append(_row(name, goal, times))
                print(rows[-1])
        shown = f"Chromium {browser.version}"
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    write_section(
        "station",
        "\n".join(
            [
                "## What a person waits for at the station",
                "",
                "`make bench-station`: server and browser on the same machine, "
                f"{PARTS} rendered parts of {SIZE_HW[1]} x {SIZE_HW[0]} px. "
                f"{conditions('fastapi', 'numpy')}, {shown}, {os.cpu_count()} cores "
                f"shared with other work ({load:.1f} processes waiting for each; nice "
                f"{os.nice(0)}).",
                "",
                "| what | n | median, ms | 19 of 20 within, ms | wanted |",
                "|---|--:|--:|--:|--:|",
                *rows,
                "",
                "A key to the next part: from the key down to the frame that shows the "
                "next photo, decoded. Slider: from the input to the frame with verdict, "
                "sum and costs, as the server decided.",
            ]
        ),
    )


def _line(folder: Path) -> tuple[Model, Dataset]:
    """Return a model that sends nearly all to a person, and the parts."""
    rng = np.random.Generator(np.random.PCG64(5))
    parts = production_line(PARTS, rng=rng, size_hw=SIZE_HW, lot_size=5)
    write_dataset(parts, folder / "line")
    line = Dataset.read(folder / "line")
    costs = {name: ClassCosts(20, 5, review=0.001) for name in line.classes}
    return train(line, Recipe(classes=line.classes, costs=costs)), line


def _record(service: Service, model: Model, line: Dataset) -> None:
    entries = []
    for number, part in enumerate(line.parts):
        photo = part.path.read_bytes()
        given = Identifiers(unit_serial=f"SN{number:04d}")
        seen = inspect(model, photo)
        entries.append(Entry(seen, photo, given, "camera", is_kept=True))
    service.store.record_all(entries)


def _next_part(page: Any) -> list[float]:
    """From the key that confirms to the frame with the next photo decoded."""
    page.goto("/rejudge")
    page.wait_for_selector("article.part:not([hidden])")
    for _ in range(CONFIRMED):
        page.wait_for_timeout(400)  # a person is slower still: photos are loaded ahead
        page.keyboard.press("NumpadEnter")
    page.wait_for_timeout(400)
    return list(page.evaluate(NEXT))


def _slider(page: Any, service: Service) -> list[float]:
    """From the input event to the frame with verdict, sum and costs."""
    record = service.store.inspections(limit=9).rows[-1].record
    page.goto(f"/inspections/{record}")
    page.wait_for_selector(".ways li")
    rng = np.random.Generator(np.random.PCG64(1))
    return [page.evaluate(MOVE, x) for x in rng.uniform(-3, 3, (MOVED, 4)).tolist()]


def _paint(page: Any, service: Service) -> Iterator[float]:
    """First contentful paint of the page of one part."""
    for each in service.store.inspections(limit=OPENED).rows[1:]:
        page.goto(f"/inspections/{each.record}")
        page.wait_for_selector("#judged .verdict")
        page.wait_for_timeout(200)
        yield page.evaluate(PAINTED)


def _row(name: str, goal: str, times: Iterable[float]) -> str:
    taken = sorted(times)
    within = taken[min(len(taken) - 1, int(0.95 * len(taken)))]
    middle = statistics.median(taken)
    return f"| {name} | {len(taken)} | {middle:.0f} | {within:.0f} | {goal} |"


if __name__ == "__main__":
    main()
