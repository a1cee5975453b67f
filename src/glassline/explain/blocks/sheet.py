"""The blocks of the sheet in order: what every face shows, whatever its form."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

import numpy as np

from glassline.explain.blocks.block import Block, Table
from glassline.explain.blocks.decision import band, beside
from glassline.explain.blocks.evidence import pointing
from glassline.explain.blocks.wording import Wording
from glassline.explain.evidence import Evidence
from glassline.explain.sheet.worked_sum import Scaling
from glassline.features.scale import curve, uncurve
from glassline.render.layout import MAX_ROWS, window
from glassline.render.numbers import column, number

__all__ = ["INTUITIONS", "blocks", "intuition"]

CHINESE = "[\u4e00-\u9fff]"
BORDER = re.compile(rf"(?<=[A-Za-z0-9])(?={CHINESE})|(?<={CHINESE})(?=[A-Za-z0-9])")
INTUITIONS = (0.9, 0.1)  # a true class that is clear, and one that is missed


def intuition(p: float) -> str:
    """Print the loss, in nats, of a true class that was given probability p.

    Example:
        >>> intuition(0.5)
        '0.6931'
    """
    return number(-math.log(p))


def blocks(wording: Wording) -> Iterator[Block]:
    """Yield the blocks of a sheet, from what is given to where on the photo."""
    sheet, say = wording.sheet, wording.say
    yield _figures(wording, "given")
    if sheet.parts:
        yield _measured(wording)
    if sheet.scaling is not None:
        yield _scaling(wording, sheet.scaling)
    yield _figures(wording, "linear")
    yield _figures(wording, "softmax")
    yield _log_odds(wording)
    if sheet.label is None:
        yield Block("loss", say["loss"], remark=say["no_label"])
    else:
        sure, unsure = map(intuition, INTUITIONS)
        remark = say["intuition"].format(sure=sure, unsure=unsure)
        yield _figures(wording, "loss", remark)
        yield _learning(wording)
    if sheet.decision is None:
        yield Block("decision", say["decision"], remark=say["no_decision"])
    else:
        yield _figures(wording, "decision", _spaced(band(sheet.decision, wording)))
        yield from beside(sheet.decision, wording)
    if sheet.evidence is not None:
        yield _evidence(wording, sheet.evidence)


def _figures(wording: Wording, key: str, remark: str = "") -> Block:
    return Block(key, wording.say[key], wording.sheet.block(key), remark=remark)


def _learning(wording: Wording) -> Block:
    sheet = wording.sheet
    before, after = (sheet.figures[k].printed[0][0] for k in ("L", "L_new"))
    remark = wording.say["taught"].format(
        rate=f"{sheet.learning_rate:g}", before=before, after=after
    )
    return _figures(wording, "learning", remark)


def _log_odds(wording: Wording) -> Block:
    odds, say = wording.sheet.log_odds, wording.say
    best, second = wording.classes[odds.best], wording.classes[odds.second]
    *adds, bias, total = column((*odds.adds, odds.bias, odds.total))
    columns = [wording.features, _x(wording), column(odds.differences), adds]
    table = Table(
        (say["feature"], "x", f"W({second}) - W({best})", say["adds"]),
        _elided(wording, columns),
        ((say["bias"], "", "", bias), (say["sum"], "", "", total)),
    )
    title = _spaced(say["why"].format(best=best, second=second))
    remark = say["nats_verdict"].format(total=total, best=best, second=second)
    return Block("why", title, table=table, remark=_spaced(remark))


def _scaling(wording: Wording, scaling: Scaling) -> Block:
    say, scale = wording.say, scaling.scale
    columns = [
        wording.short_features(),
        column(scaling.readings),
        wording.units(),
        column(scaling.curved),
        column(scale.center),
        column(scale.spread),
        _x(wording),
    ]
    keys = ("feature", "reading", "unit", "curved", "typical", "spread")
    table = Table((*(say[key] for key in keys), "x"), _elided(wording, columns))
    ends = {name: f"{getattr(scale, name):g}" for name in ("clip", "slope", "far")}
    note = say["scaling_soft" if scale.slope else "scaling_note"].format(**ends)
    return Block("scaling", say["scaling"], table=table, remark=note)


def _measured(wording: Wording) -> Block:
    """How the reading of a feature comes from its measurements: their products, added."""
    say = wording.say
    features = dict(zip(wording.sheet.features, wording.short_features(), strict=True))
    rows = []
    for name, parts in wording.sheet.parts.items():
        curved = [float(curve(np.array(reading))) for reading, _ in parts]
        adds = [s * weight for s, (_, weight) in zip(curved, parts, strict=True)]
        figures = [
            column((*(reading for reading, _ in parts), float(uncurve(np.sum(adds))))),
            [*column(curved), ""],
            [*column([weight for _, weight in parts]), ""],
            column((*adds, sum(adds))),
        ]
        names = [f"{features[name]} {at}" for at in range(1, len(parts) + 1)]
        rows += list(zip((*names, features[name]), *figures, strict=True))
    keys = ("feature", "reading", "curved", "weight", "product")
    table = Table(tuple(say[key] for key in keys), tuple(rows))
    return Block("measured", say["measured"], table=table, remark=say["measured_note"])


def _evidence(wording: Wording, evidence: Evidence) -> Block:
    say = wording.catalogue["evidence"]
    rows = [pointing(evidence, name, wording.lang) for name in wording.sheet.features]
    columns = [wording.short_features(), *zip(*rows, strict=True)]
    keys = ("place", "size", "amount", "count")
    header = (wording.say["feature"], *(say[key] for key in keys))
    table = Table(header, _elided(wording, columns))
    return Block("evidence", say["where"], table=table, remark=say["where_note"])


def _elided(
    wording: Wording, columns: Sequence[Sequence[str]]
) -> tuple[tuple[str, ...], ...]:
    """Turn columns into rows; rows beyond the limit become one remark."""
    count = len(columns[0])
    more = wording.say["more_rows"].format(count=count - MAX_ROWS + 1)
    return tuple(
        (more, *[""] * (len(columns) - 1))
        if place is None
        else tuple(each[place] for each in columns)
        for place in window(count)
    )


def _x(wording: Wording) -> list[str]:
    return column(wording.sheet.figures["x"].value[0])


def _spaced(text: str) -> str:
    """Put a space between Latin letters and Chinese, as Taiwan's print does."""
    return BORDER.sub(" ", text)
