"""The demo line: rendered parts come to a station without photos, so that it lives."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from glassline.dataset import Dataset
from glassline.errors import ConflictError, GlasslineError, OverloadedError
from glassline.model import Model
from glassline.recipe import Recipe
from glassline.render.png import as_png
from glassline.station.inspecting import Inspector
from glassline.store import Identifiers, Store, Where
from glassline.synthetic import RenderedPart, production_line, write_dataset
from glassline.synthetic.growing import GrownPart, growing_line
from glassline.training import train

__all__ = ["RATES", "WHO", "DemoLine", "State"]

RATES = (12, 60, 240)  # parts a minute
WHO = "demo line"
REASONS = ("demo line", "serve --demo")  # why a model was published that is no line's
SEED = 11
TRAINED_ON, LOT = 160, 5  # parts, and parts a lot: as many as are trained on in seconds
AUDITED = 8  # one part in so many is labelled by its inspector, whatever was decided
LOOKED_AT = 400  # of the queue
MOST_WAITING = 40  # in the queue: beyond, an inspector of the demo takes the oldest
PRIORS = {"ok": 0.9, "scratch": 0.05, "dirt": 0.05}  # as the line makes them
SIZE_HW = (240, 320)
QUIET_S = 0.5  # before a photo that was turned away is sent again


@dataclass(frozen=True)
class State:
    """Where the demo line stands.

    Attributes:
        phase: off, preparing, running, stopped or failed.
        doing: While preparing: what, as `train` names it.
        done: How far that is.
        total: Of how much.
        made: Parts since it began.
        rate: Parts a minute.
        cause: What grows now, or None.
        severity: How far it has grown, 0 to 1.
        told: Why it failed.
    """

    phase: str = "off"
    doing: str = ""
    done: int = 0
    total: int = 0
    made: int = 0
    rate: int = RATES[1]
    cause: str | None = None
    severity: float = 0.0
    told: str = ""


class _StoppedError(Exception):
    """Somebody stopped it while it was preparing."""


class DemoLine:
    """Renders parts, trains on the first, and sends the others as a machine would.

    Only on a station that has seen nothing else: what it records stays in the ledger.

    Args:
        store: Where its model and its labels go.
        inspector: Where its parts go.
        size_hw: Of its photos, pixels.

    Attributes:
        state: Where it stands.
        size_hw: As given.
    """

    def __init__(
        self, store: Store, inspector: Inspector, size_hw: tuple[int, int] = SIZE_HW
    ) -> None:
        self._store = store
        self._inspector = inspector
        self._task: asyncio.Task[None] | None = None
        self._inspectors: dict[str, RenderedPart] = {}
        self.state = State()
        self.size_hw = size_hw

    @property
    def is_on(self) -> bool:
        """Return whether it prepares or runs."""
        return self.state.phase in ("preparing", "running")

    def is_welcome(self) -> bool:
        """Return whether the station has seen no part but those of a demo line."""
        history = self._store.models()
        if history:
            return history[-1].reason in REASONS
        return not self._store.inspections(Where(), limit=1).rows

    async def start(self, rate: int) -> None:
        """Begin, or go on at another rate.

        Args:
            rate: Parts a minute.

        Raises:
            ConflictError: The station works on a real line.
        """
        if not await asyncio.to_thread(self.is_welcome):
            raise ConflictError(
                "demo line: expected a station without a line of its own, got one that "
                "has seen parts. Start another: glassline serve --store demo.db --open"
            )
        self.state = replace(self.state, rate=rate)
        if not self.is_on:
            self.state = State("preparing", rate=rate)
            self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Stop; what was recorded stays."""
        if self.is_on:
            self.state = replace(self.state, phase="stopped", cause=None, severity=0.0)
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        try:
            if await asyncio.to_thread(lambda: self._store.running_hash) is None:
                model = await asyncio.to_thread(self._train)
                await asyncio.to_thread(
                    self._store.publish, model, who=WHO, reason=REASONS[0]
                )
            await self._inspector.look_for_model()
            await self._run()
        except _StoppedError:
            return
        except GlasslineError as error:
            self.state = replace(self.state, phase="failed", told=str(error))

    def _train(self) -> Model:
        rng = _generator(SEED)
        with tempfile.TemporaryDirectory() as folder:
            parts = production_line(
                TRAINED_ON, rng=rng, lot_size=LOT, size_hw=self.size_hw
            )
            write_dataset(self._counted(parts), Path(folder))
            data = Dataset.read(Path(folder))
            recipe = Recipe(classes=("ok", "scratch", "dirt"), priors=PRIORS)
            return train(data, recipe, progress=self._progress)

    def _counted(self, parts: Iterator[RenderedPart]) -> Iterator[RenderedPart]:
        for number, part in enumerate(parts, 1):
            self._progress("rendering parts", number, TRAINED_ON)
            yield part

    def _progress(self, doing: str, done: int, total: int) -> None:
        if self.state.phase != "preparing":
            raise _StoppedError
        self.state = replace(self.state, doing=doing, done=done, total=total)

    async def _run(self) -> None:
        """Send a part every so often, until it is stopped."""
        seen = await asyncio.to_thread(self._seen_before)
        parts = growing_line(
            rng=_generator(SEED + 1 + seen), lot_size=LOT, size_hw=self.size_hw
        )
        run = f".{seen}" if seen else ""  # lots and serials of another run are others
        clock = asyncio.get_running_loop().time
        due = clock()
        if self.is_on:  # it may have been stopped meanwhile
            self.state = replace(self.state, phase="running")
        while self.state.phase == "running":
            grown = await asyncio.to_thread(next, parts)
            await self._send(grown, run)
            due = max(due + 60 / self.state.rate, clock() - 1)
            await asyncio.sleep(max(0.0, due - clock()))

    def _seen_before(self) -> int:
        """Return a number that differs where parts were seen: no line comes twice."""
        rows = self._store.inspections(Where(), limit=1, newest_first=True).rows
        return int(rows[0].record.rpartition("-")[2]) if rows else 0

    async def _send(self, grown: GrownPart, run: str) -> None:
        part = grown.part
        given = Identifiers(
            line="demo",
            camera="demo",
            lot=f"{part.lot}{run}",
            unit_serial=f"{part.serial}{run}",
        )
        photo = await asyncio.to_thread(as_png, part.image)
        try:
            noted = await self._inspector.inspect(
                photo, given, who=WHO, name=f"{part.serial}.png"
            )
        except OverloadedError:  # as a machine would: a little later, the next part
            await asyncio.sleep(QUIET_S)
            return
        made = self.state.made + 1
        self.state = replace(
            self.state, made=made, cause=grown.cause, severity=grown.severity
        )
        self._inspectors[noted.recorded.record] = part
        if made % AUDITED == 0:
            await self._label(noted.recorded.record, "audit")
        await self._shorten_queue()

    async def _shorten_queue(self) -> None:
        """Let the demo's own inspectors take what waits too long for a person."""
        queue = await asyncio.to_thread(self._store.queue, LOOKED_AT)
        waiting = {each.record for each in queue}
        own = [each.record for each in queue if each.record in self._inspectors]
        if len(own) > MOST_WAITING:  # those of an earlier run wait for a person
            await self._label(own[0], "re-judge")
        if len(self._inspectors) > 2 * MOST_WAITING:
            kept = {r: part for r, part in self._inspectors.items() if r in waiting}
            self._inspectors = kept

    async def _label(self, record: str, reason: str) -> None:
        part = self._inspectors.pop(record)
        with suppress(ConflictError):  # a person was faster
            await asyncio.to_thread(
                self._store.label,
                record,
                part.label,
                who=f"demo inspector {part.inspector}",
                reason=reason,
                version=0,
            )


def _generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))
