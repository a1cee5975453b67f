"""Results over OPC UA: the newest verdict as an object that any client reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

from glassline.dataset.readings import Refusal
from glassline.errors import MissingExtraError
from glassline.inspection import Inspection

try:
    from asyncua import ua
    from asyncua.server.server import Server
except ImportError as error:
    raise MissingExtraError.of("opcua") from error

__all__ = ["NAMESPACE", "ResultState", "Results", "serving"]

NAMESPACE = "urn:glassline:results"


class ResultState(IntEnum):
    """State of a result, as OPC 40100-1 numbers them."""

    UNDEFINED = 0
    COMPLETED = 1
    PROCESSING = 2
    ABORTED = 3
    FAILED = 4


NOTHING = ua.DateTime(1970, 1, 1)
FIRST: dict[str, tuple[Any, ua.VariantType]] = {
    "ResultId": ("", ua.VariantType.String),
    "IsPartial": (False, ua.VariantType.Boolean),
    "IsSimulated": (False, ua.VariantType.Boolean),
    "ResultState": (int(ResultState.UNDEFINED), ua.VariantType.Int32),
    "PartId": ("", ua.VariantType.String),
    "InternalRecipeId": ("", ua.VariantType.String),
    "InternalConfigurationId": ("", ua.VariantType.String),
    "JobId": ("", ua.VariantType.String),
    "CreationTime": (NOTHING, ua.VariantType.DateTime),
    "Decision": ("", ua.VariantType.String),
    "ReasonCode": ("", ua.VariantType.String),
    "Class": ("", ua.VariantType.String),
    "Classes": ([], ua.VariantType.String),
    "Probabilities": ([], ua.VariantType.Double),
    "Features": ([], ua.VariantType.String),
    "Readings": ([], ua.VariantType.Double),
    "X": ([], ua.VariantType.Double),
}
"""Each variable with what it holds before the first result; the content comes last."""


@dataclass
class Results:
    """The object that holds the newest result.

    Attributes:
        nodes: Name to variable.
        count: How many results were published.
    """

    nodes: dict[str, Any] = field(default_factory=dict)
    count: int = 0

    async def publish(
        self,
        seen: Inspection | Refusal,
        *,
        part_id: str = "",
        job_id: str = "",
    ) -> str:
        """Put a result in the place of the last one; return its id.

        ResultId is written last: a client that is told of it reads a whole result.

        Args:
            seen: What `inspect` or `attempt` says. Of a refused photo the state is
                FAILED, the reason's code that of the refusal, and all else is empty.
            part_id: Of the part, as the line knows it.
            job_id: Of the job, as the line knows it.
        """
        self.count += 1
        result_id = f"{self.count}"
        told = _told(seen) | {"PartId": part_id, "JobId": job_id, "ResultId": result_id}
        for name in [*(n for n in FIRST if n != "ResultId"), "ResultId"]:
            value, kind = told.get(name, FIRST[name][0]), FIRST[name][1]
            await self.nodes[name].write_value(_variant(value, kind))
        return result_id


@asynccontextmanager
async def serving(endpoint: str) -> AsyncIterator[Results]:
    """Serve the object VisionSystem / ResultManagement / Results / Result.

    The names and meanings are those of OPC 40100-1 (ResultManagementType, ResultType);
    ids are plain strings, and the content is a variable each. The namespace is
    `NAMESPACE`: it does not claim to be a server of the companion specification, whose
    methods and state machine are not here.

    Args:
        endpoint: Such as "opc.tcp://0.0.0.0:4840/glassline".
    """
    server = Server()
    await server.init()
    server.set_endpoint(endpoint)
    server.set_server_name("glassline")
    space = await server.register_namespace(NAMESPACE)
    place = server.nodes.objects
    for name in ("VisionSystem", "ResultManagement", "Results", "Result"):
        place = await place.add_object(space, name)
    results = Results()
    for name, (value, kind) in FIRST.items():
        variant = _variant(value, kind)
        results.nodes[name] = await place.add_variable(space, name, variant)
    async with server:
        yield results


def _told(seen: Inspection | Refusal) -> dict[str, Any]:
    if isinstance(seen, Refusal):
        return {
            "ResultState": int(ResultState.FAILED),
            "ReasonCode": seen.reason,
            "CreationTime": datetime.now(UTC).replace(tzinfo=None),
        }
    model = seen.model
    provenance = seen.provenance
    when = provenance.inspected_at if provenance else datetime.now(UTC)
    return {
        "ResultState": int(ResultState.COMPLETED),
        "InternalRecipeId": model.sha256,
        "InternalConfigurationId": model.front.kind,
        "CreationTime": when.astimezone(UTC).replace(tzinfo=None),
        "Decision": seen.decision,
        "ReasonCode": seen.decided.reason.code,
        "Class": seen.predicted_class,
        "Classes": list(model.recipe.classes),
        "Probabilities": list(seen.probabilities),
        "Features": list(model.feature_names),
        "Readings": seen.readings.values.tolist(),
        "X": seen.x.tolist(),
    }


def _variant(value: Any, kind: ua.VariantType) -> ua.Variant:
    return ua.Variant(value, kind, is_array=isinstance(value, list))
