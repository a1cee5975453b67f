"""How far exp and log1p of a JavaScript engine lie from NumPy's: docs/results.md."""

from __future__ import annotations

import json
import subprocess

import numpy as np
from numpy.typing import NDArray

from benchmarks.document import conditions, write_section

DRAWN = 200_000
RANGES = {"exp": (-40.0, 0.0), "log1p": (0.0, 40.0)}


def main() -> None:
    """Measure both and write the section."""
    rng = np.random.default_rng(1)  # noqa: TID251  a benchmark's own draw
    rows = []
    for name, (low, high) in RANGES.items():
        values = rng.uniform(low, high, DRAWN)
        ours = getattr(np, name)(values)
        apart = np.abs(_in_node(name, values) - ours) / np.spacing(ours)
        rows.append(
            f"| {name} | {low:g} to {high:g} | {100 * (apart > 0).mean():.1f} % "
            f"| {apart.max():.0f} |"
        )
        print(rows[-1])
    version = subprocess.run(
        ["node", "--version"],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    write_section(
        "engines",
        "\n".join(
            [
                "## The head in JavaScript",
                "",
                "Sums, products and comparisons have the same bits in every engine that "
                "keeps IEEE 754, so logits, class and the order of actions are those of "
                "Python. exp and log1p are each library's own:",
                "",
                "| function | drawn evenly from | differ from NumPy's | by at most, units "
                "in the last place |",
                "|---|---|---|---|",
                *rows,
                "",
                f"`python -m benchmarks.engines`: {DRAWN:,} arguments each; node "
                f"{version}, {conditions('numpy')}.",
            ]
        ),
    )


def _in_node(name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    code = (
        "const v = JSON.parse(require('fs').readFileSync(0));"
        f"process.stdout.write(JSON.stringify(v.map(Math.{name})));"
    )
    done = subprocess.run(  # noqa: S603
        ["node", "-e", code],  # noqa: S607
        input=json.dumps(values.tolist()),
        capture_output=True,
        text=True,
        check=True,
    )
    return np.array(json.loads(done.stdout))


if __name__ == "__main__":
    main()
