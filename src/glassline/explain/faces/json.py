"""The sheet as JSON: the same structure as a hand calculation, in full precision."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from glassline.decide import Decision
from glassline.explain.blocks.sheet import INTUITIONS, intuition
from glassline.explain.blocks.wording import Wording
from glassline.explain.sheet.figure import BLOCKS, Figure
from glassline.explain.sheet.worked_sum import WorkedSum
from glassline.recipe import ACTIONS
from glassline.render.words import LANGUAGES

__all__ = ["face"]

FORMAT = 1
STEPS = ("linear", "softmax", "loss", "learning", "decision")
STATED = ("costs", "ratio")  # in the decision block, but given


def face(sheet: WorkedSum) -> str:
    """Return the sheet as strict JSON, as `glassline.explain.check.check` reads it.

    `given` and `steps` hold every matrix with its shape; `exact` and `value` are
    doubles in the shortest form that reads back to the same bits, `printed` the
    texts of the other faces. Both languages are in it.
    """
    wordings = {lang: Wording(sheet, lang) for lang in LANGUAGES}
    table = {
        "format": FORMAT,
        "front": sheet.front,
        "classes": _named(
            sheet.classes, {lang: w.classes for lang, w in wordings.items()}
        ),
        "features": [
            {"symbol": f"x{place}", **entry}
            for place, entry in enumerate(
                _named(sheet.features, {lang: w.named for lang, w in wordings.items()}),
                start=1,
            )
        ],
        "given": _given(sheet),
        "steps": [
            _step(figure, block, wordings)
            for block in STEPS
            for figure in sheet.block(block)
            if figure.key not in STATED
        ],
        "log_odds": _log_odds(sheet),
    }
    if sheet.label is not None:
        table["intuition_check"] = [
            {"p_true": p, "printed": intuition(p)} for p in INTUITIONS
        ]
    if sheet.provenance is not None:
        at = sheet.provenance.inspected_at.isoformat()
        table["provenance"] = {**vars(sheet.provenance), "inspected_at": at}
    if sheet.supposed is not None:
        table["supposed"] = vars(sheet.supposed)
    if sheet.source:
        table["source"] = dict(sheet.source)
    if sheet.scaling is not None:
        scaling = sheet.scaling
        table["scaling"] = {
            "readings": scaling.readings,
            "curved": scaling.curved,
            **scaling.scale.as_json(),
            **_parts(sheet),
        }
    if sheet.decision is not None:
        table["actions"] = _named(
            ACTIONS, {lang: w.axis("actions") for lang, w in wordings.items()}
        )
        table["decision"] = _decision(sheet.decision)
    if sheet.evidence is not None:
        table["evidence"] = sheet.evidence.as_json()
    return json.dumps(table, ensure_ascii=False, allow_nan=False, indent=1)


def _parts(sheet: WorkedSum) -> dict[str, Any]:
    """Return the measurements of features that are read as several, if there are."""
    if not sheet.parts:
        return {}
    named = {
        name: [{"reading": reading, "weight": weight} for reading, weight in parts]
        for name, parts in sheet.parts.items()
    }
    return {"parts": named}


def _named(ids: tuple[str, ...], words: Any) -> list[dict[str, str]]:
    return [
        {"id": name, **{lang: words[lang][place] for lang in LANGUAGES}}
        for place, name in enumerate(ids)
    ]


def _given(sheet: WorkedSum) -> dict[str, Any]:
    keys = (*BLOCKS["given"], *STATED)
    figures = [sheet.figures[key] for key in keys if key in sheet.figures]
    given = {
        figure.kind.symbol: {
            "shape": figure.shape,
            "axes": (figure.kind.rows, figure.kind.columns),
            "value": figure.value.tolist(),
        }
        for figure in figures
    }
    if sheet.label is not None:
        given["y"]["label"] = sheet.label
        given["eta"] = {"shape": (1, 1), "value": [[sheet.learning_rate]]}
    return given


def _step(figure: Figure, block: str, wordings: dict[str, Wording]) -> dict[str, Any]:
    return {
        "symbol": figure.kind.symbol,
        "is": figure.kind.formula,
        "block": block,
        "name": {lang: w.name(figure) for lang, w in wordings.items()},
        "purpose": {lang: w.purpose(figure) for lang, w in wordings.items()},
        "shape": figure.shape,
        "axes": (figure.kind.rows, figure.kind.columns),
        "printed": figure.printed,
        "exact": figure.value.tolist(),
    }


def _log_odds(sheet: WorkedSum) -> dict[str, Any]:
    odds = sheet.log_odds
    return {
        **vars(odds),
        "best": sheet.classes[odds.best],
        "second": sheet.classes[odds.second],
    }


def _decision(decision: Decision) -> dict[str, Any]:
    kept = decision.policy.guarantee
    return {
        "action": decision.action,
        "currency": decision.policy.currency,
        "reason": {
            "code": decision.reason.code,
            "params": dict(decision.reason.params),
            **{lang: decision.reason.text(lang) for lang in LANGUAGES},
        },
        "novelty": asdict(decision.stand) if decision.stand else None,
        "gauge": asdict(decision.nearby) if decision.nearby else None,
        "possible": asdict(decision.possible) if decision.possible else None,
        "guarantee": asdict(kept) if kept else None,
    }
