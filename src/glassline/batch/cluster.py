"""A run on Ray: the same function, the same rows, on one machine or many."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from glassline.batch.item import Item
from glassline.batch.judging import Row
from glassline.batch.pool import Limits, Pool
from glassline.batch.settings import Engine, MakesEngine, Settings
from glassline.errors import MissingExtraError
from glassline.head.shards import Run
from glassline.model import Model, load
from glassline.training.candidates import Candidates

__all__ = ["Actor", "anywhere", "local", "on_ray", "summing"]

WINDOW = 4096  # photos a data set of Ray: what is known of them is in its memory
BATCH = 16  # photos an actor is handed at once
STORE_BYTES = 200_000_000  # of a Ray that is started here; photos do not stay in it


def on_ray(address: str | None = None) -> MakesEngine:
    """Return what runs a batch on Ray Data.

    Args:
        address: Of a cluster, as `ray.init` takes it; left out, Ray on this machine, for
            the length of the run. One that the caller started already is used as it is.

    Raises:
        MissingExtraError: Ray is not installed.
    """
    try:
        import ray  # noqa: PLC0415  an optional library
        import ray.data  # noqa: F401, PLC0415
    except ImportError as error:
        raise MissingExtraError.of("ray") from error

    def make(
        model: Model, settings: Settings, candidates: Candidates | None
    ) -> AbstractContextManager[Engine]:
        return _opened(address, model, settings, candidates)

    return make


def anywhere(call: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Any]:
    """Call a function on each task, on the Ray that was started; the first to end first.

    What `glassline.head.fit_shards` takes as `run`.

    Raises:
        MissingExtraError: Ray is not installed.
    """
    try:
        import ray  # noqa: PLC0415  an optional library
    except ImportError as error:
        raise MissingExtraError.of("ray") from error
    remote = ray.remote(call)
    waiting = [remote.remote(task) for task in tasks]
    while waiting:
        done, waiting = ray.wait(waiting)
        yield from ray.get(done)


@contextmanager
def summing(address: str | None, workers: int) -> Iterator[Run]:
    """Start Ray, or join a cluster, and yield `anywhere` for as long.

    Args:
        address: Of a cluster; left out, Ray on this machine.
        workers: Processes of a Ray that is started here.

    Raises:
        MissingExtraError: Ray is not installed.
    """
    try:
        import ray  # noqa: F401, PLC0415  an optional library
    except ImportError as error:
        raise MissingExtraError.of("ray") from error
    with _started(address, workers):
        yield anywhere


@contextmanager
def _started(address: str | None, workers: int) -> Iterator[None]:
    """Start Ray here or join a cluster, and leave it; one that runs is used as it is."""
    import ray  # noqa: PLC0415

    if ray.is_initialized():
        yield
        return
    ray.init(
        address=address,
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
        **({} if address else local(workers)),
    )
    try:
        yield
    finally:
        ray.shutdown()


@contextmanager
def _opened(
    address: str | None, model: Model, settings: Settings, candidates: Candidates | None
) -> Iterator[Engine]:
    import ray  # noqa: PLC0415

    logging.getLogger("ray.data").setLevel(logging.ERROR)  # the run tells of itself
    with _started(address, settings.workers):
        context = ray.data.DataContext.get_current()
        before = context.execution_options.preserve_order, context.enable_progress_bars
        context.execution_options.preserve_order = True
        context.enable_progress_bars = False
        try:
            yield _Ray(model, settings, candidates)
        finally:
            context.execution_options.preserve_order = before[0]
            context.enable_progress_bars = before[1]


def local(workers: int) -> dict[str, Any]:
    """Return how Ray is started here; its workers find what this process found."""
    path = os.pathsep.join(sys.path)
    return {
        "num_cpus": workers + 1,  # one for what feeds the actors
        "object_store_memory": STORE_BYTES,
        "runtime_env": {"env_vars": {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}},
    }


class _Ray:
    """Actors that each keep a model, and shield themselves by a process of their own."""

    replaced = 0

    def __init__(
        self, model: Model, settings: Settings, candidates: Candidates | None
    ) -> None:
        self._settings, self._is_stopping = settings, False
        with TemporaryDirectory(prefix="glassline-") as folder:
            path = model.save(folder)
            files = {each.name: each.read_bytes() for each in path.parent.iterdir()}
        self._told = {
            "files": files,
            "lang": settings.lang,
            "limits": settings.limits,
            "searched": candidates.searched if candidates else None,
        }

    def rows(self, items: Iterable[Item]) -> Iterator[list[Row]]:
        """Yield the row of each photo, in their order, as many as are known at once."""
        import ray  # noqa: PLC0415

        waiting = iter(items)
        while window := list(islice(waiting, 0 if self._is_stopping else WINDOW)):
            found = ray.data.from_items(
                [{"item": each} for each in window]
            ).map_batches(
                Actor,
                fn_constructor_kwargs=self._told,
                batch_size=BATCH,
                batch_format="numpy",
                compute=ray.data.ActorPoolStrategy(size=self._settings.workers),
                num_cpus=1,
            )
            for batch in found.iter_batches(batch_size=BATCH, batch_format="numpy"):
                yield [tuple(row) for row in batch["row"].tolist()]
                if self._is_stopping:
                    return

    def stop(self) -> None:
        """Take no more rows."""
        self._is_stopping = True


class Actor:
    """Keeps a pool of one worker: a photo that kills it is a row, not an actor less."""

    def __init__(
        self,
        files: dict[str, bytes],
        lang: str,
        limits: Limits,
        searched: tuple[str, ...] | None,
    ) -> None:
        with TemporaryDirectory(prefix="glassline-") as folder:
            for name, data in files.items():
                _place(Path(folder) / name, data)
            model = load(folder)
        candidates = (
            None if searched is None else Candidates(model.recipe.features, searched)
        )
        self._pool = Pool(
            model, workers=1, limits=limits, lang=lang, candidates=candidates
        )

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Return the row of each photo, in their order."""
        import numpy as np  # noqa: PLC0415

        found = [
            row for some in self._pool.rows(batch["item"].tolist()) for row in some
        ]
        rows = np.empty(len(found), object)
        rows[:] = found
        return {"row": rows}

    def close(self) -> None:
        """End the process that reads."""
        self._pool.close()


def _place(path: Path, data: bytes) -> None:
    from glassline.files import publish  # noqa: PLC0415

    publish(path, data)
