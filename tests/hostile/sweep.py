"""Load every photo of a folder and say what came of it, one JSON line each.

    python -X faulthandler tests/hostile/sweep.py FOLDER [reversed]

As root it first becomes a user without rights. A photo that takes more than ten
seconds ends the sweep with a traceback.
"""

from __future__ import annotations

import faulthandler
import hashlib
import json
import os
import sys
import time
from pathlib import Path

import cv2
import numpy as np

from glassline.errors import ImageError
from glassline.image import list_images, load
from glassline.recipe import ImageSettings

HANG_S = 10.0
NOBODY = 65534
SETTINGS = ImageSettings()


def peak_mb() -> float:
    """The largest memory of this process so far, in MB; of Linux alone."""
    lines = Path("/proc/self/status").read_bytes().splitlines()
    return next(int(line.split()[1]) for line in lines if b"VmHWM" in line) / 1000


def row(path: Path, root: Path) -> dict[str, object]:
    """What came of one photo."""
    start = time.perf_counter()
    name = os.fsencode(path.relative_to(root)).hex()
    try:
        photo = load(path, settings=SETTINGS, root=root)
    except ImageError as error:
        seconds = time.perf_counter() - start
        return {"path": name, "outcome": error.reason, "message": str(error),
                "seconds": seconds}  # fmt: skip
    seconds = time.perf_counter() - start
    pixels = hashlib.sha256(repr(photo.image.shape).encode() + photo.image.tobytes())
    return {"path": name, "outcome": "read", "message": photo.name,
            "seconds": seconds, "sha256": photo.sha256,
            "pixels": pixels.hexdigest()}  # fmt: skip


def main() -> None:
    """Sweep the folder named on the command line."""
    cv2.setNumThreads(1)
    load(np.zeros((16, 16), np.uint8), settings=SETTINGS)  # import before rights go
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    root = Path(sys.argv[1])
    paths = list_images(root)
    if sys.argv[2:] == ["reversed"]:
        paths.reverse()
    before = peak_mb()
    for path in paths:
        faulthandler.dump_traceback_later(HANG_S, exit=True)
        sys.stdout.write(json.dumps(row(path, root)) + "\n")
        sys.stdout.flush()
    faulthandler.cancel_dump_traceback_later()
    sys.stdout.write(json.dumps({"before_mb": before, "peak_mb": peak_mb()}) + "\n")


if __name__ == "__main__":
    main()
