"""The network front on real images: price, meaning, control, to docs/results.md."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.document import conditions, write_section
from benchmarks.results import SETS
from glassline.dataset import Dataset
from glassline.front.onnx.backbones import DEFAULT
from glassline.recipe import Recipe
from glassline.training.cnn import choose_backbone, read_statistics
from glassline.training.concepts import Figures, assess


@dataclass(frozen=True)
class Row:
    """One set: its figures, and how long reading and assessing took."""

    name: str
    groups: int
    figures: Figures
    seconds: tuple[float, float]


def main() -> None:
    """Assess a backbone on every set found below the folder given."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("../shared/data")
    name, int8 = (sys.argv[2:3] or [DEFAULT])[0], "int8" in sys.argv[3:]
    found = [folder / each for each in SETS if (folder / each).is_dir()]
    if not found:
        sys.exit(f"{folder}: expected the folders {', '.join(SETS)}, got none of them.")
    rows = []
    for each in found:
        rows.append(assess_set(each, name, int8=int8))
        print(as_line(rows[-1]), flush=True)
    title = f"{name}, int8" if int8 else name
    write_section(f"network front, {title}", document(rows, folder, title))


def assess_set(folder: Path, name: str, *, int8: bool) -> Row:
    """Read one set through the backbone, and assess its concepts."""
    start = time.perf_counter()
    data = Dataset.read(folder)
    recipe = Recipe(classes=data.classes)
    backbone = choose_backbone(data, recipe, name, int8=int8)
    lessons = read_statistics(data, recipe, backbone)
    read = time.perf_counter()
    figures = assess(lessons.material, recipe)
    if figures is None:
        sys.exit(f"{folder}: expected at least 3 groups, got fewer.")
    seconds = (read - start, time.perf_counter() - read)
    return Row(folder.name, len(set(data.groups().tolist())), figures, seconds)


def as_line(row: Row) -> str:
    """Return one row of the table in Markdown."""
    f = row.figures
    cells = [
        f"{f.n} / {row.groups}",
        f"{f.glass:.3f}",
        f"{f.black_box:.3f}",
        f"{100 * f.price:+.1f}",
        f"{f.control:.3f}",
        f"{f.mean_meaning:.2f}",
        *(f"{each:.2f}" for each in f.meaning.values()),
    ]
    return f"| {row.name} | {' | '.join(cells)} |"


def document(rows: list[Row], folder: Path, name: str) -> str:
    """Return the section: table, conditions, what each concept carries."""
    mean = sum(row.figures.mean_meaning for row in rows) / len(rows)
    lines = [
        f"## Real images, four concepts from {name}",
        "",
        f"`make results-cnn DATA={folder} BACKBONE='{name.replace(',', '')}'`, "
        f"{conditions('glassline', 'onnxruntime', 'opencv-python-headless', 'numpy')}.",
        "5 folds by group, 3 deals of the groups; standardising, concepts, scale and head are",
        "learnt without the fold that is scored, and a figure is the mean over the deals.",
        "Balanced accuracy of the head on four concepts (*glass*), of a linear probe on all",
        "statistics of the same network (*black box*: standardised, balanced classes, C = 0.01),",
        "and of the same head on four random directions (*control*). The price is in points.",
        "Meaning: Spearman's rank correlation of a concept with its measured reading within a",
        "class, the mean over the classes; and for each concept alone.",
        "",
        "| set | parts / groups | glass | black box | price | control | meaning "
        "| line | texture | reflection | grain |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
        *[as_line(row) for row in rows],
        "",
        f"Mean of the meanings: {mean:.2f}. Where a class has few groups (mtd_osd: 8 and 14)",
        "a price of a few points either way is chance.",
        "",
        "Seconds to read a set through the network and to assess it (3 deals of 5 folds): "
        + ", ".join(f"{r.name} {r.seconds[0]:.0f} + {r.seconds[1]:.0f}" for r in rows)
        + ".",
        "",
        "Balanced accuracy of a head on each choice of concepts (L line, T texture, R",
        "reflection, G grain):",
        "",
        f"| concepts | {' | '.join(row.name for row in rows)} |",
        "|---" * (len(rows) + 1) + "|",
    ]
    for chosen in rows[0].figures.subsets:
        letters = " ".join(part[0].upper() for part in chosen.split("+") if part)
        cells = [f"{row.figures.subsets[chosen]:.3f}" for row in rows]
        lines.append(f"| {letters or 'none'} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
