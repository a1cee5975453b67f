"""Plain text in columns: widths of Chinese, wrapped lines, bracketed matrices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len, set_cell_size

__all__ = [
    "MAX_ROWS",
    "WIDTH",
    "brackets",
    "columns",
    "headed",
    "spread",
    "window",
    "wrap",
]

WIDTH = 80  # terminal cells
MAX_ROWS = 12  # of a matrix in print: more is nobody's hand calculation
NAME_CELLS = 12  # of a class name above its column
LABEL_CELLS = 34  # of a feature name beside its row
CLOSING = "，。；：、）」！？,.;:)!?"  # never at the start of a line


def headed(title: str, rows: Iterable[str]) -> Iterator[str]:
    """Yield a section of a text: an empty line, its title underlined, its rows."""
    yield ""
    yield title
    yield "-" * WIDTH
    yield from rows


def spread(left: str, right: str, width: int = WIDTH) -> str:
    """Put one text at each end of a line; on two lines if they do not fit."""
    gap = width - cell_len(left) - cell_len(right)
    if gap < 1:
        return f"{left}\n{' ' * (width - cell_len(right))}{right}"
    return f"{left}{' ' * gap}{right}"


def wrap(text: str, indent: int = 0, width: int = WIDTH) -> list[str]:
    """Break a text into lines of at most `width` cells; a Chinese character is two.

    Example:
        >>> wrap("a bb ccc", width=5)
        ['a bb', 'ccc']
        >>> wrap("列與行，列", width=6)
        ['列與', '行，列']
    """
    lines, line = [], ""
    for piece in _pieces(text):
        if line and cell_len(line + piece.rstrip()) > width - indent:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [" " * indent + part for part in (*lines, line.rstrip())]


def _pieces(text: str) -> Iterator[str]:
    """Yield what stays on one line: a word, or a Chinese character with its comma."""
    piece = ""
    for place, character in enumerate(text):
        piece += character
        after = text[place + 1 : place + 2]
        wide = cell_len(character) > 1 or cell_len(after) > 1
        if after and after not in CLOSING and (character == " " or wide):
            yield piece
            piece = ""
    yield piece


def brackets(
    rows: Sequence[Sequence[str]],
    header: Sequence[str] = (),
    labels: Sequence[str] = (),
    width: int = WIDTH,
) -> list[str]:
    r"""Draw a matrix in brackets, its columns named above and rows beside it.

    Rows beyond the limit and columns beyond the width are left out, with dots.

    Args:
        rows: The printed entries.
        header: A name for each column, or none.
        labels: A name for each row, or none.
        width: Cells to fit into.

    Example:
        >>> print("\n".join(brackets([["0.5", "-1.0"]], ["OK", "dirt"], ["x1"])))
             OK  dirt
        [   0.5  -1.0 ]  x1
    """
    count = len(rows[0])
    widest = max(cell_len(entry) for row in rows for entry in row)
    room = width - 4 - count * (widest + 2)  # beside brackets and every column
    # Every column comes before the names of rows; where both are lost, the names stay.
    beside = [
        _cut(label, LABEL_CELLS if room < 0 else min(LABEL_CELLS, room))
        for label in labels
    ]
    taken = max((cell_len(label) + 2 for label in beside if label), default=0)
    spare = (width - 2 - taken) // count - 2
    names = [_cut(name, max(widest, min(NAME_CELLS, spare))) for name in header]
    cell = max((widest, *map(cell_len, names)))
    if count * (cell + 2) > width - 2 - taken:
        cell = max(cell, len("..."))
        places = window(count, max(3, (width - 2 - taken) // (cell + 2)))
    else:
        places = window(count, count)

    def line(row: Sequence[str]) -> str:
        shown = ("..." if place is None else row[place] for place in places)
        return "  ".join(_right(entry, cell) for entry in shown)

    drawn = [f"  {line(names)}"] if names else []
    for place in window(len(rows)):
        row = [":".rjust(widest)] * count if place is None else rows[place]
        label = beside[place] if beside and place is not None else ""
        drawn.append(f"[ {line(row)} ]  {label}".rstrip())
    return drawn


def columns(rows: Sequence[Sequence[str]], width: int = WIDTH) -> list[str]:
    r"""Set rows in columns, the first to the left, the others to the right.

    Example:
        >>> print("\n".join(columns([("feature", "x"), ("x1 line", "0.6")])))
        feature    x
        x1 line  0.6
    """
    first = max(_cells(row[0]) for row in rows)
    widths = [max(cell_len(row[c]) for row in rows) for c in range(1, len(rows[0]))]
    first = min(first, width - sum(widths) - 2 * len(widths))
    return [
        "  ".join(
            (
                set_cell_size(_cut(row[0], first), first),
                *(
                    _right(cell, size)
                    for cell, size in zip(row[1:], widths, strict=True)
                ),
            )
        ).rstrip()
        for row in rows
    ]


def _cells(text: str) -> int:
    return min(cell_len(text), LABEL_CELLS)


def _right(text: str, width: int) -> str:
    return " " * (width - cell_len(text)) + text


def _cut(text: str, width: int) -> str:
    """Shorten a text to `width` cells, with a tilde; to nothing below 4 cells."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "~" if width > 3 else ""


def window(count: int, limit: int = MAX_ROWS) -> list[int | None]:
    """Return which of `count` rows to print; None stands for those left out.

    Example:
        >>> window(3), window(9, limit=5)
        ([0, 1, 2], [0, 1, 2, None, 8])
    """
    if count <= limit:
        return list(range(count))
    return [*range(limit - 2), None, count - 1]
