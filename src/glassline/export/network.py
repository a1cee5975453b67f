"""A verdict as an ONNX network: double precision, and operators that any runtime has."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

import glassline
from glassline.errors import MissingExtraError
from glassline.export.answers import REFUSED, Answer
from glassline.export.held import Held, check_flat
from glassline.export.probes import Probes
from glassline.export.rules import Ellipsoids, Rules, check_whole_photos
from glassline.front import Cnn
from glassline.front.cnn import GREY, fitted
from glassline.model import Model
from glassline.recipe import ACTIONS, Action

try:
    import onnx
    import onnxruntime
    from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
except ImportError as error:
    raise MissingExtraError.of("onnx") from error

__all__ = ["ask", "network", "write"]

OPSET, IR = 13, 8  # what runtimes of 2021 and later take
LEAST = -600.0  # nats: a probability of 1e-261
HALVINGS = 10  # exp(t) = exp(t / 1024) ^ 1024
DEGREE = 17  # of the Taylor sum: its rest is below 1e-17 for |t| <= 600 / 1024
BOUND = 1e-11  # of a probability: 2^10 roundings of 2^-53, and what scale and sum add
PHOTO_BOUND = 1e-3  # with a cnn front, whose readings are in single precision
QUIET = 4  # of ONNX Runtime: fatal errors alone
DOUBLES = (5,)  # OpenCV's networks keep double precision from version 5 on


def write(model: Model, name: str) -> dict[str, bytes]:
    """Return the network as the one file of the target."""
    return {name: network(model)}


def network(model: Model) -> bytes:
    """Return a network from x to class, decision and probabilities.

    Input `x`, shape (n, d), double: the features in standard units, before their clip.
    Of a cnn front it is `photo` instead, shape (n, 1, side, side), or (n, 3, side, side)
    in red, green and blue, as that front takes it, and `readings` and `maps` are outputs
    too. Outputs `probabilities` (n, k), `class` (n, 1) and `decision` (n, 1): 0 accept,
    1 reject, 2 review, and -1 for class and decision where a number is not finite; the
    probabilities are NaN there.

    Sums are written out, term by term, because a runtime may add a Gemm in any order;
    exp is a Taylor sum, because some runtimes work their own out in single precision.
    So every runtime that adds and multiplies in double precision gives the same bits.
    """
    rules = Rules.of(model)
    check_flat(rules.held, "onnx")
    if model.front.kind == "cnn":
        check_whole_photos(model, "a network")
    graph = _Graph(model)
    u = graph.start(rules)
    finite = graph.finite(u, rules.d)
    u = graph.add("Where", finite, u, graph.hold(0.0))
    x = graph.ended(rules, u)
    z = graph.add("Add", graph.product(x, rules.W), rules.b[np.newaxis])
    p = graph.softmax(z, rules.k)
    decision = graph.decision(rules, u, p)
    if rules.held is not None:
        decision = graph.held(rules, rules.held, u, z, decision)
    place = graph.node("ArgMax", [z], axis=1, keepdims=1)
    counted = graph.node("Cast", [place], to=TensorProto.DOUBLE)
    for name, value in (("class", counted), ("decision", decision)):
        said = graph.add("Where", finite, value, float(REFUSED))
        graph.node("Cast", [said], name=name, to=TensorProto.INT64)
        graph.give(name, TensorProto.INT64, 1)
    nothing = graph.hold(math.nan)
    graph.node("Where", [finite, p, nothing], name="probabilities")
    graph.give("probabilities", TensorProto.DOUBLE, rules.k)
    return graph.as_bytes(rules)


def ask(files: Mapping[str, bytes], probes: Probes) -> list[Answer]:
    """Return what ONNX Runtime answers, and OpenCV where it keeps double precision.

    Behind a cnn front the random parts are asked from the readings on, for no photo
    has them, and the photos of the data set from the photo on. OpenCV is not asked
    then: it multiplies matrices in single precision alone.
    """
    front, [data] = probes.model.front, files.values()
    if isinstance(front, Cnn):
        behind = _by_runtime(_behind_front(data), "readings", probes.readings)
        return [_with_photos(behind, data, probes, front)]
    found = [_by_runtime(data, "x", probes.unclipped)]
    if int(cv2.__version__.split(".")[0]) in DOUBLES:
        found.append(_by_opencv(data, probes.unclipped))
    return found


def _with_photos(behind: Answer, data: bytes, probes: Probes, front: Cnn) -> Answer:
    """Put what the whole network says of the photos in the place of their readings'."""
    session, names = _session(data), ["class", "decision", "probabilities", "readings"]
    rows = [
        session.run(names, {"photo": fitted(each, front.side, front.planes or GREY)})
        for each in probes.views(front.planes)
    ]
    if not rows:
        return behind
    classes, actions, p, readings = map(np.concatenate, zip(*rows, strict=True))
    n = len(rows)
    return Answer(
        behind.engine,
        np.append(classes, behind.classes[n:]),
        np.append(actions, behind.actions[n:]),
        np.vstack([p, behind.probabilities[n:]]),
        bound=PHOTO_BOUND,
        readings=readings,
        reading_bound=Cnn.tolerance,
    )


def _behind_front(data: bytes) -> bytes:
    """Return the part of a network that takes readings."""
    whole = onnx.load_from_string(data)
    names = ["class", "decision", "probabilities"]
    part = onnx.utils.Extractor(whole).extract_model(["readings"], names)
    found: bytes = part.SerializeToString()
    return found


def _by_runtime(data: bytes, name: str, given: NDArray[np.float64]) -> Answer:
    names = ["class", "decision", "probabilities"]
    classes, actions, p = _session(data).run(names, {name: given})
    engine = f"ONNX Runtime {onnxruntime.__version__}"
    return Answer(engine, classes[:, 0], actions[:, 0], p, bound=BOUND)


def _session(data: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = QUIET
    return onnxruntime.InferenceSession(
        data, options, providers=["CPUExecutionProvider"]
    )


def _by_opencv(data: bytes, x: NDArray[np.float64]) -> Answer:
    net = cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))
    net.setInput(np.ascontiguousarray(x), "x")
    classes, actions, p = net.forward(["class", "decision", "probabilities"])
    engine = f"OpenCV {cv2.__version__}"
    return Answer(
        engine,
        np.asarray(classes, np.int64)[:, 0],
        np.asarray(actions, np.int64)[:, 0],
        np.asarray(p, np.float64),
        bound=BOUND,
    )


class _Graph:
    """Nodes and constants, and what they are put behind."""

    def __init__(self, model: Model) -> None:
        self._model = model
        companion = model.front.companion if model.front.kind == "cnn" else None
        self._front = None if companion is None else onnx.load_from_string(companion)
        self._nodes: list[NodeProto] = []
        self._weights: dict[bytes, TensorProto] = {}
        self._outputs: list[Any] = []

    def start(self, rules: Rules) -> str:
        """Return the name of x before its clip, from the input or the front."""
        return "x" if self._front is None else self._scaled("readings", rules)

    def node(
        self, operator: str, inputs: Sequence[str], name: str = "", **settings: Any
    ) -> str:
        """Add a node; return the name of what it gives."""
        given = name or f"verdict_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [given], **settings))
        return given

    def add(self, operator: str, *inputs: str | float | NDArray[np.float64]) -> str:
        """Add a node of values and constants."""
        return self.node(
            operator,
            [each if isinstance(each, str) else self.hold(each) for each in inputs],
        )

    def hold(self, values: float | NDArray[Any] | Sequence[int]) -> str:
        """Add a constant, once; return its name."""
        array = np.ascontiguousarray(values)
        key = array.tobytes() + str((array.shape, array.dtype)).encode()
        if key not in self._weights:
            name = f"verdict_w{len(self._weights)}"
            self._weights[key] = numpy_helper.from_array(
                np.asarray(values, array.dtype), name
            )
        return self._weights[key].name

    def give(self, name: str, kind: int, width: int) -> None:
        """Make a value an output."""
        self._outputs.append(helper.make_tensor_value_info(name, kind, ["n", width]))

    def column(self, values: str, place: int) -> str:
        """Return one column, shape (n, 1)."""
        start, end, axis = (self.hold(np.array([v])) for v in (place, place + 1, 1))
        return self.node("Slice", [values, start, end, axis])

    def product(self, values: str, matrix: NDArray[np.float64]) -> str:
        """Return values times a matrix, added row by row from the first."""
        total = ""
        for i, row in enumerate(matrix):
            term = self.add("Mul", self.column(values, i), row[np.newaxis])
            total = self.add("Add", total, term) if total else term
        return total

    def folded(self, operator: str, values: str, width: int) -> str:
        """Return what an operator makes of all columns, from the first to the last."""
        total = self.column(values, 0)
        for i in range(1, width):
            total = self.add(operator, total, self.column(values, i))
        return total

    def finite(self, values: str, width: int) -> str:
        """Return which rows are finite, shape (n, 1): inf - inf is no number."""
        nothing = self.add("Sub", values, values)
        flags = self.add("Less", nothing, 0.5)
        ones = self.node("Cast", [flags], to=TensorProto.DOUBLE)
        return self.add("Greater", self.folded("Min", ones, width), 0.5)

    def ended(self, rules: Rules, u: str) -> str:
        """Return x: u that ends at -clip, and beyond the clip grows slowly."""
        end: str | float = rules.clip
        if rules.slope:
            above = self.add("Sub", self.add("Min", u, rules.far), rules.clip)
            end = self.add("Add", self.add("Mul", above, rules.slope), rules.clip)
        return self.add("Max", self.add("Min", u, end), -rules.clip)

    def softmax(self, z: str, k: int) -> str:
        """Return probabilities, shape (n, k)."""
        behind = self.add("Sub", z, self.folded("Max", z, k))
        t = self.add("Mul", self.add("Max", behind, LEAST), 2.0**-HALVINGS)
        e: str | float = 1.0 / math.factorial(DEGREE)
        for power in range(DEGREE - 1, -1, -1):
            e = self.add("Add", self.add("Mul", t, e), 1.0 / math.factorial(power))
        for _ in range(HALVINGS):
            e = self.add("Mul", e, e)
        return self.add("Div", e, self.folded("Add", str(e), k))

    def decision(self, rules: Rules, u: str, p: str) -> str:
        """Return the place of the action, shape (n, 1), as floats."""
        if rules.ratio is not None:
            share = rules.ratio / rules.ratio.max()
            w = self.add("Mul", p, share[np.newaxis])
            p = self.add("Div", w, self.folded("Add", w, rules.k))
        costs = self.product(p, rules.costs)
        sizes = self.add("Max", costs, self.add("Sub", 0.0, costs))
        largest = self.folded("Max", sizes, len(ACTIONS))
        slack = self.add("Mul", largest, rules.tie)
        accept, reject, review = (self.column(costs, action) for action in Action)
        by_cost = rules.good >= 0 and rules.threshold is None
        cheapest = self.add("Min", reject, review)
        if by_cost:
            cheapest = self.add("Min", cheapest, accept)
        limit = self.add("Add", cheapest, slack)
        taken: str | float = float(Action.REJECT)
        if by_cost:
            dear = self.add("Greater", reject, limit)
            taken = self.add("Where", dear, float(Action.ACCEPT), taken)
        dear = self.add("Greater", review, limit)
        taken = self.add("Where", dear, taken, float(Action.REVIEW))
        if rules.good >= 0 and rules.threshold is not None:
            below = self.add("Less", self.column(p, rules.good), rules.threshold)
            taken = self.add("Where", below, taken, float(Action.ACCEPT))
        if rules.region is not None:
            novel = self.add("Greater", self._square(rules.region, u), rules.region.cut)
            taken = self.add("Where", novel, float(Action.REVIEW), taken)
        return taken

    def held(self, rules: Rules, held: Held, u: str, z: str, taken: str) -> str:
        """Return the action, review where a reading within reach has another one.

        One class against one: the lead moves by at most limit sqrt(w S w), squared here.
        """
        clip, moves = rules.clip, self.hold(1.0)
        for above, move in (
            (self.add("Sub", u, clip), rules.slope),
            (self.add("Sub", u, rules.far), 0.0),
            (self.add("Sub", -clip, u), 0.0),
        ):
            is_beyond = self.add("Greater", above, held.reach[np.newaxis])
            moves = self.add("Where", is_beyond, move, moves)
        said = taken
        for border in held.borders:
            pull = self.product(moves, held.swing(rules.W, border))
            most = self.folded("Add", self.add("Mul", moves, pull), rules.d)
            lead = self.add(
                "Sub", *(self.column(z, c[0]) for c in (border.con, border.pro))
            )
            behind = self.add("Add", lead, border.gap)
            is_far = self.add("Greater", self.add("Mul", behind, behind), most)
            away = self.add("Sub", taken, float(border.taken))
            is_other = self.add("Greater", self.add("Mul", away, away), 0.5)
            kept = self.add("Where", is_far, said, float(Action.REVIEW))
            is_ahead = self.add("Greater", behind, 0.0)
            kept = self.add("Where", is_ahead, kept, float(Action.REVIEW))
            said = self.add("Where", is_other, said, kept)
        return said

    def _square(self, region: Ellipsoids, u: str) -> str:
        """Return the least squared distance to the centres of training."""
        squares = []
        for center, inverse in zip(region.centers, region.inverses, strict=True):
            away = self.add("Sub", u, center[np.newaxis])
            terms = self.add("Mul", away, self.product(away, inverse))
            squares.append(self.folded("Add", terms, len(center)))
        least = squares[0]
        for each in squares[1:]:
            least = self.add("Min", least, each)
        return least

    def _scaled(self, readings: str, rules: Rules) -> str:
        """Return readings in standard units; log(1 + r) keeps the digits of a small r."""
        size = self.add("Max", readings, self.add("Sub", 0.0, readings))
        more = self.add("Add", size, 1.0)
        back = self.add("Sub", more, 1.0)
        exact = self.add("Greater", back, 0.0)
        divisor = self.add("Where", exact, back, 1.0)
        ratio = self.add("Div", self.add("Mul", self.add("Log", more), size), divisor)
        curved = self.add("Where", exact, ratio, size)
        negative = self.add("Less", readings, 0.0)
        signed = self.add("Where", negative, self.add("Sub", 0.0, curved), curved)
        centred = self.add("Sub", signed, rules.center[np.newaxis])
        return self.add("Div", centred, rules.spread[np.newaxis])

    def as_bytes(self, rules: Rules) -> bytes:
        """Return the network as the bytes of an ONNX file."""
        front, weights = self._front, list(self._weights.values())
        if front is None:
            taken = [
                helper.make_tensor_value_info("x", TensorProto.DOUBLE, ["n", rules.d])
            ]
            nodes, outputs = self._nodes, self._outputs
            made = {"opset_imports": [helper.make_opsetid("", OPSET)], "ir_version": IR}
        else:
            taken, outputs = (
                list(front.graph.input),
                [*self._outputs, *front.graph.output],
            )
            nodes = [*front.graph.node, *self._nodes]
            weights = [*front.graph.initializer, *weights]
            made = {
                "opset_imports": front.opset_import,
                "ir_version": front.ir_version,
            }
        graph = helper.make_graph(nodes, "glassline", taken, outputs, weights)
        model: ModelProto = helper.make_model(graph, producer_name="glassline", **made)
        helper.set_model_props(model, _told(self._model))
        onnx.checker.check_model(model)
        data: bytes = model.SerializeToString(deterministic=True)
        return data


def _told(model: Model) -> dict[str, str]:
    """Return what the file says of itself."""
    return {
        "glassline": glassline.__version__,
        "model_sha256": model.sha256,
        "classes": json.dumps(model.recipe.classes, ensure_ascii=False),
        "features": json.dumps(model.feature_names, ensure_ascii=False),
        "actions": json.dumps(ACTIONS),
        "front": model.front.kind,
        "recipe": json.dumps(asdict(model.recipe), ensure_ascii=False),
    }
