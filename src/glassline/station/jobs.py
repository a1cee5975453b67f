"""Studies that take a while: one at a time, with progress, and they can be called off."""

from __future__ import annotations

import asyncio
import multiprocessing
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from glassline.errors import (
    ConflictError,
    GlasslineError,
    NotFoundError,
    OverloadedError,
    show,
)
from glassline.model import Model
from glassline.station.studies import Failed, Order, Result, run

__all__ = ["STATES", "Job", "Jobs"]

STATES = ("waiting", "running", "done", "failed", "cancelled")
KEPT = 100  # jobs that are remembered
POLL_S = 0.1


@dataclass(eq=False)
class Job:
    """One study.

    Attributes:
        id: What it is called.
        order: What it shall do.
        who: Who asked for it.
        at: When, UTC.
        state: One of `STATES`.
        progress: What is being done, how far, of how many.
        result: What was found, once it is done.
        failed: Why nothing was, where it failed.
    """

    id: str
    order: Order
    who: str
    at: datetime
    state: str = "waiting"
    progress: tuple[str, int, int] = ("", 0, 0)
    result: Result | None = None
    failed: Failed | None = None
    process: Any = field(default=None, repr=False)

    @property
    def is_over(self) -> bool:
        """Return whether nothing more will come of it."""
        return self.state in ("done", "failed", "cancelled")

    @property
    def model(self) -> Model | None:
        """Return the model that it made, if it did."""
        return self.result.model if self.result else None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        stage, done, total = self.progress
        return {
            "id": self.id,
            "kind": self.order.kind,
            "state": self.state,
            "who": self.who,
            "at": self.at.isoformat(timespec="seconds"),
            "model": self.order.model.sha256,
            "parts": len(self.order.parts),
            "progress": {"stage": stage, "done": done, "total": total},
            "found": self.result.found if self.result else None,
            "new_model": self.model.sha256 if self.model else None,
            "code": self.failed.code if self.failed else None,
            "detail": self.failed.detail if self.failed else None,
        }


class Jobs:
    """The studies of one service, in memory: what they make is kept in the store.

    Args:
        most: That may wait or run at one time.
        keep: Called with a model that a study made, to keep it by its hash.
    """

    def __init__(self, most: int, keep: Callable[[Model], None]) -> None:
        self._most = most
        self._keep = keep
        self._jobs: dict[str, Job] = {}
        self._waiting: asyncio.Queue[Job] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._context = multiprocessing.get_context("forkserver")

    async def start(self) -> None:
        """Begin to work at what is asked for."""
        self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Call off whatever is not done."""
        for each in self._jobs.values():
            if not each.is_over:
                self._call_off(each)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def ask(self, order: Order, who: str) -> Job:
        """Ask for a study, and return it as it waits.

        Raises:
            OverloadedError: As many wait or run as there may be.
        """
        if sum(not each.is_over for each in self._jobs.values()) >= self._most:
            raise OverloadedError(
                f"expected at most {self._most} studies at a time. Wait for one of "
                "them, or call one off.",
                retry_after_s=10,
            )
        job = Job(secrets.token_hex(4), order, who, datetime.now(UTC))
        self._jobs[job.id] = job
        over = [each.id for each in self._jobs.values() if each.is_over]
        for oldest in over[: max(0, len(self._jobs) - KEPT)]:
            del self._jobs[oldest]
        self._waiting.put_nowait(job)
        return job

    def all(self) -> list[Job]:
        """Return those that are remembered, the newest first."""
        return [*self._jobs.values()][::-1]

    def one(self, job_id: str) -> Job:
        """Return a study by its id.

        Raises:
            NotFoundError: There is none.
        """
        if job_id not in self._jobs:
            raise NotFoundError(
                f"study: expected one that is known, got {show(job_id)}."
            )
        return self._jobs[job_id]

    def cancel(self, job_id: str) -> Job:
        """Call a study off.

        Raises:
            NotFoundError: There is none.
            ConflictError: It is over.
        """
        job = self.one(job_id)
        if job.is_over:
            raise ConflictError(
                f"study {job.id}: expected one that waits or runs, got {job.state}."
            )
        self._call_off(job)
        return job

    @staticmethod
    def _call_off(job: Job) -> None:
        job.state = "cancelled"
        if job.process is not None:
            job.process.kill()

    async def _work(self) -> None:
        while True:
            job = await self._waiting.get()
            if job.state == "waiting":
                await self._run(job)

    async def _run(self, job: Job) -> None:
        here, there = self._context.Pipe()
        process = self._context.Process(
            target=run, args=(there, job.order), daemon=True
        )
        await asyncio.to_thread(process.start)
        there.close()
        job.process = process
        if job.state == "waiting":
            job.state = "running"
        try:
            await self._listen(job, here)
        finally:
            here.close()
            job.process = None
            process.kill()
            await asyncio.shield(asyncio.to_thread(process.join))
            process.close()

    async def _listen(self, job: Job, told: Any) -> None:
        """Take what the process says until it has said all."""
        while not job.is_over:
            try:
                if not told.poll():
                    await asyncio.sleep(POLL_S)
                    continue
                said = await asyncio.to_thread(told.recv)
            except (EOFError, OSError):
                if not job.is_over:
                    job.state = "failed"
                    job.failed = Failed("fault", "The process that worked at it ended.")
                return
            if job.is_over:
                return
            if isinstance(said, Result):
                await self._done(job, said)
            elif isinstance(said, Failed):
                job.failed, job.state = said, "failed"
            else:
                job.progress = said

    async def _done(self, job: Job, result: Result) -> None:
        """Keep what a study made before anybody hears of it."""
        try:
            if result.model is not None:
                await asyncio.to_thread(self._keep, result.model)
        except GlasslineError as error:
            job.failed, job.state = Failed(error.code, str(error)), "failed"
        else:
            job.result, job.state = result, "done"
