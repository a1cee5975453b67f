"""The lines of bench_head as a section of docs/results.md; passes them on."""

from __future__ import annotations

import json
import sys
from typing import Any

from benchmarks.document import conditions, write_section

CASES = {
    "fit-small": "n = 600, d = 4, k = 3",
    "fit-million": "n = 1,000,000, d = 4, k = 3",
    "fit-wide": "n = 1,300, d = 1,568, k = 3",
}


def main() -> None:
    """Read JSON lines from standard input, echo them, write the section."""
    rows = []
    for line in sys.stdin:
        sys.stdout.write(line)
        rows.append(json.loads(line))
    write_section("the head", document(rows))


def document(rows: list[dict[str, Any]]) -> str:
    """Return the section in Markdown."""
    packages = ("glassline", "numpy", "scikit-learn", "duckdb")
    lines = [
        "## The head against scikit-learn",
        "",
        f"`make bench-head`, {conditions(*packages)}, 2 cores.",
        "",
        "Same objective (scikit-learn is given the constant column, so that it penalises",
        "all numbers as we do), each at the loosest of its tolerances that reaches the best",
        "objective within 1e-10 of it; the fastest of the repeats, taken in turns; wall",
        "seconds. A ratio of 0.5 is twice as fast.",
        "",
        "| case | solver | ours | theirs | ratio |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {CASES[row['name']]} | {row['peer']} | {row['ours_s'] * 1e3:.2f} ms "
        f"| {row['peer_s'] * 1e3:.2f} ms | {row['ratio']:.3f} |"
        for row in rows
        if row["name"] in CASES
    ]
    lines += [
        "",
        "From Parquet on disk, a block at a time (`fit_blocks`):",
        "",
        "| parts | seconds | passes | µs a part and pass | memory above the import |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['n']:,} | {row['ours_s']:.2f} | {row['passes']} "
        f"| {row['microseconds_a_part_and_pass']:.3f} "
        f"| {row['memory_mb_above_import']:.0f} MB |"
        for row in rows
        if row["name"] == "fit-parquet"
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
