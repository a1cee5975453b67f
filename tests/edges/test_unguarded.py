"""A system whose ways to open a file have no guards, as Windows: they are taken away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import run

from glassline.errors import ImageError
from glassline.image import opening
from glassline.recipe import ImageSettings

ROOT = Path(__file__).resolve().parents[2]
GUARDS = "('O_NOFOLLOW', 'O_NONBLOCK', 'O_CLOEXEC', 'O_DIRECTORY')"

AGAIN = "Read it again when the camera is done."

# What test_read says of every name, link, folder and change, said again of the door that
# was imported without guards. Only of a socket it can say more: what it is.
SAME_TESTS = f"""
import os, sys
kept = {{name: vars(os).pop(name) for name in {GUARDS}}}
from glassline.image import opening
vars(os).update(kept)  # for the tests themselves
assert not opening.IS_GUARDED
import pytest
sys.exit(pytest.main([
    "-q", "-p", "no:cacheprovider", "tests/unit/image/test_read.py", "-k", "not socket",
]))
"""

# No flag, no lock, no opening from a folder's handle or of a folder.
WITHOUT = f"""
import os, sys
[vars(os).pop(name) for name in {GUARDS}]
sys.modules["fcntl"] = None
true_open = os.open
def windows_open(path, flags, mode=0o777, *, dir_fd=None):
    assert dir_fd is None and flags >= 0
    if os.path.isdir(path):
        raise PermissionError(13, "Permission denied", path)
    return true_open(path, flags, mode)
os.open = windows_open
from glassline.cli import main
main()
"""


def test_the_door_refuses_the_same_without_guards() -> None:
    """Links, pipes, folders, paths that lead out, files that change: all as before."""
    done = subprocess.run(
        [sys.executable, "-c", SAME_TESTS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert done.returncode == 0, done.stdout


def test_the_program_says_the_same_without_guards(
    settled_folder: Path, line_folder: Path, tmp_path: Path
) -> None:
    """Photos of a folder are inspected, and a table is written, to the last byte."""
    asked = ("inspect", settled_folder, line_folder / "scratch", "--csv")

    done = subprocess.run(
        [
            sys.executable,
            "-c",
            WITHOUT,
            *map(str, asked),
            str(tmp_path / "windows.csv"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    there = run(*asked, tmp_path / "here.csv")
    assert (done.returncode, done.stdout) == (0, there.stdout)
    assert done.stderr == there.stderr
    assert (tmp_path / "windows.csv").read_bytes() == (
        tmp_path / "here.csv"
    ).read_bytes()


def test_a_link_that_takes_a_photo_s_place_is_noticed_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked at, swapped for a link, opened through it: the bytes are not given."""
    (tmp_path / "secret").write_bytes(b"secret")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"photo")
    true_open = os.open

    def swapped_open(path: str, flags: int) -> int:
        photo.unlink()
        photo.symlink_to("secret")
        return true_open(path, flags)

    monkeypatch.setattr(opening, "IS_GUARDED", False)
    monkeypatch.setattr(opening, "FILE", os.O_RDONLY)
    monkeypatch.setattr(os, "open", swapped_open)

    with pytest.raises(ImageError, match=r"^.*photo.jpg: expected a .*$") as refused:
        opening.read(photo, settings=ImageSettings())

    assert refused.value.reason == "changed_while_reading"
    assert str(refused.value).endswith(", got another file of its name. " + AGAIN)
