"""The outcome of a check for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from glassline.explain.check.check import Marks
from glassline.render.words import words

__all__ = ["lines"]


def lines(marks: Marks, lang: str) -> Iterator[str]:
    """Yield how many figures follow, then two lines a wrong figure.

    Example:
        >>> list(lines(Marks(4, ()), "en"))
        ['All 4 figures follow from what is given.']
    """
    say = words(lang)["check"]
    if not marks.wrong:
        yield say["all_follow"].format(count=marks.count)
        return
    yield say["some_do_not"].format(wrong=len(marks.wrong), count=marks.count)
    for each in marks.wrong:
        place = say["place"].format(symbol=each.place, row=each.row, column=each.column)
        entry = say["entry"].format(
            place=place,
            printed=each.printed,
            correct=each.correct,
            difference=each.difference,
        )
        yield f"  {entry}"
        yield f"    {say['carried' if each.carried else 'slip']}"
