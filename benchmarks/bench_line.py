"""How soon Line is painted over 100,000 inspections, in a real browser: docs/results.md.

    PYTHONPATH=tests python -m benchmarks.bench_line

The records are written into the tables that questions are asked of, as many as a busy line
makes in a day; the ledger's rows are left out, for nothing here reads them.
"""

from __future__ import annotations

import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np
from browsers import chromium
from services import serving
from sqlalchemy import insert

from benchmarks.document import conditions, write_section
from glassline.dataset import Dataset
from glassline.model import Model
from glassline.recipe import Recipe
from glassline.recipe.recipe import Setting
from glassline.station.station import Station
from glassline.store import Store
from glassline.store.ledger import stamp
from glassline.store.tables import inspections, streams
from glassline.synthetic import production_line, write_dataset
from glassline.training import train

PARTS = 100_000
LOT = 100
VISITS = 10
AT_ONCE = 5_000
DECLARED: dict[str, dict[str, Setting]] = {  # a training that searches nothing is quick
    "line_strength": {"polarity": "either"},
    "texture_change": {"share": 0.2},
    "reflection_unevenness": {"fields": 16},
    "grain_noise": {"width_px": 6},
}
PAINT = """() => new Promise((told) => new PerformanceObserver((list) =>
  told(list.getEntriesByName("first-contentful-paint")[0].startTime),
).observe({type: "paint", buffered: true}))"""


def main() -> None:
    """Fill a store, visit Line, and write the section."""
    with tempfile.TemporaryDirectory() as folder:
        model = _trained(Path(folder) / "photos")
        with Store.open(Path(folder) / "line.db") as store:
            store.publish(model, who="benchmark", reason="a benchmark")
            _fill(store, model)
        with serving(Path(folder), None, workers=1) as service, chromium() as browser:
            begun = time.monotonic()
            count = len(service.station.recent.columns())
            loaded = time.monotonic() - begun
            service.station.lookout.look()
            shown = browser.new_page(viewport={"width": 1366, "height": 768})
            paints, drifts = [], []
            for _ in range(VISITS):
                shown.goto(f"{service.url}/line")
                paints.append(shown.evaluate(PAINT))
                begun = time.monotonic()
                shown.wait_for_selector("#drift .drift", timeout=60_000)
                drifts.append(1000 * (time.monotonic() - begun))
            server = _server_ms(service.station)
    rows = [
        ("first paint of the page", *_spread(paints)),
        ("processor time of the sums behind it", *_spread(server)),
        ("until the answer on drift stands on it", *_spread(drifts)),
    ]
    for row in rows:
        print(*row)
    write_section("line", _section(count, loaded, rows))


def _section(count: int, loaded: float, rows: list[tuple[str, float, float]]) -> str:
    lines = [
        "## What Line costs over 100,000 inspections",
        "",
        f"{count:,} inspections in lots of {LOT}, all of them on the page: rates with "
        "intervals by lot, charts of every feature, tables by lot, shift and camera.",
        "",
        "| ms | median | worst |",
        "|---|---|---|",
        *(f"| {name} | {middle:.0f} | {worst:.0f} |" for name, middle, worst in rows),
        "",
        f"A station reads them once when it starts, in the background, in {loaded:.1f} s; "
        "from then on only what came since.",
        "",
        f"`PYTHONPATH=tests python -m benchmarks.bench_line`: {VISITS} visits, 2 shared "
        f"cores with a load of {os.getloadavg()[0]:.0f}; {conditions('numpy', 'sqlalchemy')}.",
    ]
    return "\n".join(lines)


def _spread(values: list[float]) -> tuple[float, float]:
    return median(values), max(values)


def _server_ms(station: Station) -> list[float]:
    from glassline.station.overview import View  # noqa: PLC0415
    from glassline.station.pages.line import _overview  # noqa: PLC0415

    found = []
    for _ in range(VISITS):
        begun = time.thread_time()
        _overview(station, View())
        found.append(1000 * (time.thread_time() - begun))
    return found


def _trained(folder: Path) -> Model:
    rng = np.random.default_rng(5)  # noqa: TID251  a benchmark's own line
    parts = production_line(60, rng=rng, size_hw=(120, 160), lot_size=5)
    write_dataset(parts, folder)
    data = Dataset.read(folder)
    return train(data, Recipe(classes=data.classes, features=DECLARED))


def _fill(store: Store, model: Model) -> None:
    """Write inspections as a line makes them: a part every 0.8 s, lot by lot."""
    rng = np.random.default_rng(1)  # noqa: TID251
    d, classes = len(model.feature_names), model.recipe.classes
    x = rng.normal(size=(PARTS, d)) + np.repeat(
        rng.normal(0, 0.3, (PARTS // LOT, d)), LOT, axis=0
    )
    seen = model.head.logits(x).argmax(axis=1)
    readings = np.array([model.scale.reading(row) for row in x])
    decisions = rng.choice(["accept", "reject", "review"], PARTS, p=[0.85, 0.05, 0.1])
    is_labelled = rng.random(PARTS) < 0.1
    start = datetime(2026, 11, 29, tzinfo=UTC)
    rows = [
        {
            "stream": "line",
            "seq": place + 1,
            "at": stamp(start + timedelta(seconds=0.8 * place)),
            "image": "photo",
            "sha256": "0" * 64,
            "photo_bytes": 1,
            "photo_kept": False,
            "predicted_class": classes[seen[place]],
            "decision": str(decisions[place]),
            "reason_code": "cheapest",
            "model": model.sha256,
            "readings": readings[place].tobytes(),
            "label": classes[seen[place]] if is_labelled[place] else None,
            "version": int(is_labelled[place]),
            "lot": f"L{place // LOT:04}",
            "shift": "day" if place // 36_000 % 2 == 0 else "night",
            "camera": f"C{place % 2 + 1}",
        }
        for place in range(PARTS)
    ]
    with store.core.engine.begin() as connection:
        for first in range(0, PARTS, AT_ONCE):
            connection.execute(insert(inspections), rows[first : first + AT_ONCE])
        head = {"stream": "line", "seq": PARTS, "hash": "0" * 64}
        connection.execute(insert(streams).values(**head))


if __name__ == "__main__":
    main()
