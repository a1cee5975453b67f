"""The lines of bench_head as a section of docs/results.md; passes them on."""

from __future__ import annotations

import json
import os
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
        f"`make bench-head`, {conditions(*packages)}, {os.cpu_count()} cores; load",
        f"average at the end {os.getloadavg()[0]:.1f} (1 is this benchmark alone).",
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
        "From Parquet on disk, a block at a time (`fit_blocks`), the fastest of three:",
        "",
        "| parts | seconds | passes | µs a part | memory above the import |",
        "|---|---|---|---|---|",
    ]
    streams = [row for row in rows if row["name"] == "fit-parquet"]
    lines += [
        f"| {row['n']:,} | {row['ours_s']:.2f} | {row['passes']} "
        f"| {1e6 * row['ours_s'] / row['n']:.3f} "
        f"| {row['memory_mb_above_import']:.0f} MB |"
        for row in streams
    ]
    if len(streams) > 1:
        change = _a_part(streams[-1]) / _a_part(streams[-2]) - 1
        lines += [
            "",
            f"Per part, {streams[-1]['n']:,} parts take {change:+.0%} against "
            f"{streams[-2]['n']:,}, and {_a_part(streams[-1]) / _a_part(streams[0]) - 1:+.0%} "
            f"against {streams[0]['n']:,}:",
            "the start on a sample is paid once, whatever the number of parts.",
        ]
    return "\n".join(lines)


def _a_part(row: dict[str, Any]) -> float:
    return float(row["ours_s"]) / float(row["n"])


if __name__ == "__main__":
    main()
