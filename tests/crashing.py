"""A station that is killed, or whose disk fails, at a chosen system call.

Run as a program: it loads what a station needs once, then forks one for each trial that
it reads, a line of JSON each, and says what that one acknowledged.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from glassline.errors import StoreError
from glassline.inspection import attempt
from glassline.model import load
from glassline.store import Entry, Keep, Store, engine

CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "rename")
"""What a station does to its disk."""

ATTACHED_S = 10.0


@contextmanager
def stations(model: Path, photos: list[Path]) -> Iterator[Any]:
    """Give a function that makes a station of a trial and returns what became of it."""
    command = [sys.executable, __file__, str(model), *map(str, photos)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None

        def trial(**wanted: Any) -> dict[str, Any]:
            running.stdin.write(json.dumps(wanted) + "\n")  # type: ignore[union-attr]
            running.stdin.flush()  # type: ignore[union-attr]
            return dict(json.loads(running.stdout.readline()))  # type: ignore[union-attr]

        yield trial
        running.stdin.close()


def can_attach() -> bool:
    """Return whether strace is there and may attach to a process."""
    if shutil.which("strace") is None:
        return False
    with subprocess.Popen(["sleep", "60"]) as sleeping:
        found = subprocess.run(
            ["timeout", "0.3", "strace", "-o", os.devnull, "-p", str(sleeping.pid)],
            check=False,
            capture_output=True,
        )
        sleeping.kill()
    return b"attached" in found.stderr


def main() -> None:
    """Make a station for each line that is read."""
    model = load(sys.argv[1])
    photos = [Path(each).read_bytes() for each in sys.argv[2:]]
    seen = [(photo, attempt(model, photo)) for photo in photos]
    for line in sys.stdin:
        wanted = json.loads(line)
        chosen = seen[: wanted.get("photos", len(seen))]
        sys.stdout.write(json.dumps(_tried(wanted, model, chosen)) + "\n")
        sys.stdout.flush()


def _tried(wanted: dict[str, Any], model: Any, seen: list[Any]) -> dict[str, Any]:
    """Make a station, or several of `names` that work at the same time."""
    names = wanted.get("names", [wanted.get("name")])
    begun = [_begun({**wanted, "name": name}, model, seen) for name in names]
    ended = [end() for end in begun]
    return {
        "killed": any(each["killed"] for each in ended),
        "said": [line for each in ended for line in each["said"]],
    }


def _begun(
    wanted: dict[str, Any], model: Any, seen: list[Any]
) -> Callable[[], dict[str, Any]]:
    """Let a station begin, and return what waits for its end."""
    told, tell = os.pipe()
    begin, start = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(told)
        try:
            os.read(begin, 1)
            _station(wanted, model, seen, tell)
        finally:
            os._exit(0)
    os.close(tell)
    tracer = _traced(pid, wanted["inject"]) if wanted.get("inject") else None
    os.write(start, b"x")
    if wanted.get("kill_after_s"):
        time.sleep(wanted["kill_after_s"])
        os.kill(pid, signal.SIGKILL)
    os.close(begin)
    os.close(start)

    def end() -> dict[str, Any]:
        with os.fdopen(told, encoding="utf-8") as lines:
            said = [json.loads(line) for line in lines if line.endswith("\n")]
        _, status = os.waitpid(pid, 0)
        if tracer is not None:
            tracer.wait(timeout=ATTACHED_S)
        return {"killed": os.WIFSIGNALED(status), "said": said}

    return end


def _traced(pid: int, inject: str) -> subprocess.Popen[bytes]:
    options = ["-qq", "-o", os.devnull, "-e", f"inject={inject}", "-p", str(pid)]
    tracer = subprocess.Popen(["strace", *options], stderr=subprocess.DEVNULL)
    end = time.monotonic() + ATTACHED_S
    status = Path(f"/proc/{pid}/status")
    while "TracerPid:\t0\n" in status.read_text() and time.monotonic() < end:
        time.sleep(0.001)
    return tracer


def _station(wanted: dict[str, Any], model: Any, seen: list[Any], tell: int) -> None:
    """Record, label, publish and read; say what was acknowledged, or which error came."""

    def say(what: str, **more: Any) -> None:
        os.write(tell, (json.dumps({"what": what, **more}) + "\n").encode())

    if wanted.get("journal"):
        engine.journal_mode = lambda *_, **__: wanted["journal"]  # type: ignore[assignment]
    if wanted.get("most_bytes"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (wanted["most_bytes"],) * 2)
    try:
        with Store.open(wanted["store"], keep=Keep(accepted_share=1)) as store:
            for turn in range(wanted.get("turns", 1)):
                _turn(store, model, seen, f"{wanted['name']} {turn}", say)
            say("read", rows=len(store.inspections(limit=1000).rows))
    except StoreError as error:
        say("error", code=error.code)


def _turn(store: Store, model: Any, seen: list[Any], name: str, say: Any) -> None:
    entries = [
        Entry(found, photo, who="camera 1", key=f"{name} {place}")
        for place, (photo, found) in enumerate(seen)
    ]
    for what, work in (
        ("recorded", lambda: [each.record for each in store.record_all(entries)]),
        (
            "labelled",
            lambda: store.label("station-1", "ok", who="bo", reason=name).record,
        ),
        ("noted", lambda: store.note(name, who="bo").record),
    ):
        try:
            say(what, rows=work())
        except StoreError as error:
            say("error", code=error.code)


if __name__ == "__main__":
    main()
