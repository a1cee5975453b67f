"""Listing a folder: everything that needs a row, in one order."""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from glassline.errors import ImageError
from glassline.image import list_images
from glassline.image.folder import walk_images


def test_every_photo_is_listed_in_byte_order(tmp_path):
    """Capitals before small letters, folders where their name puts them."""
    for name in ["b.jpg", "a/2.png", "a/10.png", "B.JPG", "a.png", "é.bmp"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    found = [str(path.relative_to(tmp_path)) for path in list_images(tmp_path)]

    assert found == ["B.JPG", "a.png", "a/10.png", "a/2.png", "b.jpg", "é.bmp"]


def test_notes_and_hidden_files_are_left_out(tmp_path):
    """What lies beside photos is no photo; a file without a suffix may be one."""
    names = [".DS_Store", ".git/x.jpg", "m.csv", "s.TXT", "r.toml", "x.json", "R.md"]
    for name in [*names, "photo", "photo.gif"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    assert [path.name for path in list_images(tmp_path)] == ["photo", "photo.gif"]


def test_what_will_be_refused_is_listed_too(tmp_path):
    """Pipes and links get a row; links are not followed."""
    (tmp_path / "lot").mkdir()
    (tmp_path / "lot" / "x.jpg").touch()
    (tmp_path / "linked").symlink_to("lot")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "gone.jpg").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.jpg")

    found = [str(path.relative_to(tmp_path)) for path in list_images(tmp_path)]

    assert found == ["gone.jpg", "linked", "loop", "lot/x.jpg", "pipe.jpg"]


def test_names_that_are_no_utf8_are_listed(tmp_path):
    """Every name leads back to its file."""
    (tmp_path / os.fsdecode(b"\xff.jpg")).write_bytes(b"1")

    (path,) = list_images(str(tmp_path))

    assert path.read_bytes() == b"1"


@pytest.mark.parametrize("name", ["absent", "file"])
def test_without_a_folder_there_is_nothing_to_list(name, tmp_path, monkeypatch):
    """A slip in the folder's name is not an empty lot."""
    monkeypatch.chdir(tmp_path)
    Path("file").touch()

    with pytest.raises(
        ImageError, match=f"^{name}: expected a folder, got none.$"
    ) as e:
        list_images(name)

    assert e.value.reason == "not_found"


def test_a_folder_that_may_not_be_opened_gets_a_row(tmp_path, monkeypatch):
    """A closed folder is listed itself, so that the gap is seen."""
    (tmp_path / "closed").mkdir()
    true_scandir = os.scandir

    def scandir(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return true_scandir(path)

    monkeypatch.setattr(os, "scandir", scandir)

    assert list_images(tmp_path) == [tmp_path / "closed"]


@pytest.mark.bad_shape
def test_a_folder_that_may_not_be_looked_into_gets_rows(tmp_path, monkeypatch):
    """Where even the kind of an entry is secret, the entry is listed."""
    monkeypatch.setattr(os, "scandir", lambda _: nullcontext([Secret("x.jpg")]))

    assert list_images(tmp_path) == [tmp_path / "x.jpg"]


@dataclass(frozen=True)
class Secret:
    """An entry whose kind the system does not tell."""

    name: str

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Refuse, as where a folder may be listed but not looked into."""
        raise PermissionError(13, f"Permission denied: {follow_symlinks}")


def test_the_walk_goes_in_the_order_of_the_bytes_of_the_paths(tmp_path):
    """A slash sorts between a full stop and a letter, wherever a folder ends."""
    names = ["a.jpg", "a/z.jpg", "a/b/c.jpg", "a-b/c.jpg", "a0.jpg", "b.jpg", "é.jpg"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    found = list(walk_images(tmp_path))

    assert found == sorted((tmp_path / name for name in names), key=bytes)
