"""A verdict and its worked sum as one JavaScript module, for browsers and Node."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from glassline.export.answers import Answer
from glassline.export.probes import Probes
from glassline.export.programs import answers_of, find, first_line, template
from glassline.export.rules import Rules
from glassline.files import publish
from glassline.model import Model
from glassline.render.scripts import script

__all__ = ["ask", "module", "write"]

NOTHING_HELD = """
function isHeld() {
  return false; // the model holds no decision against a gauge study
}
"""


def write(model: Model, name: str) -> dict[str, bytes]:
    """Return the module as the one file of the target."""
    return {name: module(Rules.of(model)).encode()}


def module(rules: Rules) -> str:
    """Return a module that exports `judge`, `judgeX`, `sheet` and the model's numbers.

    Its arithmetic is the one file that the pages use too (`render/static/head.js`).
    """
    numbers = json.dumps(_plain(rules), ensure_ascii=False, indent=1)
    parts = [
        template("verdict.js"),
        template("held.js") if rules.held else NOTHING_HELD,
    ]
    return "".join([f"{script('head.js')}\nexport const model = {numbers};\n", *parts])


def ask(files: Mapping[str, bytes], probes: Probes) -> list[Answer]:
    """Return what Node answers to the module.

    Raises:
        MissingExtraError: There is no Node.
    """
    node = find(("node", "nodejs"), "Checking an export to JavaScript")
    width = 2 + len(probes.model.recipe.classes)
    with tempfile.TemporaryDirectory() as folder:
        made, asking = Path(folder, "verdict.mjs"), Path(folder, "ask.mjs")
        publish(made, *files.values())
        publish(asking, template("ask.mjs").encode())
        table = answers_of([node, asking, made], probes.readings, width)
    return [Answer.of_table(f"Node {first_line([node, '--version'])}", table)]


def _plain(rules: Rules) -> dict[str, Any]:
    region, held = rules.region, rules.held
    return {
        "sha256": rules.model_sha256,
        "features": rules.features,
        "classes": rules.classes,
        "W": rules.W.tolist(),
        "b": rules.b.tolist(),
        "scale": {
            "center": rules.center.tolist(),
            "spread": rules.spread.tolist(),
            "clip": rules.clip,
            "slope": rules.slope,
            "far": rules.far,
        },
        "policy": {
            "costs": rules.costs.tolist(),
            "good": rules.good,
            "ratio": None if rules.ratio is None else rules.ratio.tolist(),
            "threshold": rules.threshold,
        },
        "region": None
        if region is None
        else {
            "centers": region.centers.tolist(),
            "inverses": region.inverses.tolist(),
            "cut": region.cut,
        },
        "held": None
        if held is None
        else {
            "limit": held.limit,
            "reach": held.reach.tolist(),
            "covariance": held.covariance.tolist(),
            "borders": [{**asdict(b), "logs": b.logs.tolist()} for b in held.borders],
        },
    }
