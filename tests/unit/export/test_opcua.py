"""Results over OPC UA, read by asyncua's own client."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime
from typing import Any

import pytest

pytest.importorskip("asyncua", reason="needs asyncua")

from asyncua import Client

from glassline.dataset import Dataset
from glassline.dataset.readings import Refusal
from glassline.export.opcua import NAMESPACE, ResultState, serving
from glassline.inspection import Inspection, inspect
from glassline.model import Model

WHEN = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


def _endpoint() -> str:
    """An address of this machine that nobody else has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"opc.tcp://127.0.0.1:{probe.getsockname()[1]}/glassline"


async def _read(endpoint: str) -> dict[str, Any]:
    """Every variable of the result, as a client on the line reads it."""
    async with Client(endpoint) as client:
        space = await client.get_namespace_index(NAMESPACE)
        path = ("VisionSystem", "ResultManagement", "Results", "Result")
        result = await client.nodes.objects.get_child(
            [f"{space}:{name}" for name in path]
        )
        found = {}
        for node in await result.get_children():
            found[(await node.read_browse_name()).Name] = await node.read_value()
        return found


async def _published(seen: Inspection) -> list[dict[str, Any]]:
    """What a client reads before a result, after it, and after a refused photo."""
    endpoint = _endpoint()
    async with serving(endpoint) as results:
        found = [await _read(endpoint)]
        await results.publish(seen, part_id="part 7", job_id="job 3")
        found.append(await _read(endpoint))
        await results.publish(Refusal("part.png", "truncated", "part.png: ..."))
        found.append(await _read(endpoint))
    return found


def test_a_client_reads_the_verdict_that_inspect_gave(
    settled: Model, line: Dataset
) -> None:
    """To the last bit; of a refused photo no verdict, and nothing of the part before."""
    seen = inspect(settled, line.parts[0].path, inspected_at=WHEN)

    before, after, refused = asyncio.run(_published(seen))

    assert (before["ResultState"], before["ResultId"]) == (ResultState.UNDEFINED, "")
    assert after == {
        "ResultId": "1",
        "IsPartial": False,
        "IsSimulated": False,
        "ResultState": ResultState.COMPLETED,
        "PartId": "part 7",
        "InternalRecipeId": settled.sha256,
        "InternalConfigurationId": "measured",
        "JobId": "job 3",
        "CreationTime": WHEN,
        "Decision": seen.decision,
        "ReasonCode": seen.decided.reason.code,
        "Class": seen.predicted_class,
        "Classes": ["ok", "scratch", "dirt"],
        "Probabilities": list(seen.probabilities),
        "Features": list(settled.feature_names),
        "Readings": seen.readings.values.tolist(),
        "X": seen.x.tolist(),
    }
    empty = {name: before[name] for name in before if name != "CreationTime"}
    told = {"ResultId": "2", "ResultState": 4, "ReasonCode": "truncated"}
    assert {name: refused[name] for name in empty} == {**empty, **told}
