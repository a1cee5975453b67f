"""The photos of a folder, in one fixed order."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from glassline.image.refusals import named, refuse

__all__ = ["is_photo", "is_system_folder", "list_images", "walk_images"]

NOT_PHOTOS = {  # what lies beside photos: notes, side-cars, systems' files, leftovers
    *(".csv", ".tsv", ".parquet", ".txt", ".json", ".jsonl", ".toml", ".md", ".pdf"),
    *(".xml", ".xmp", ".aae", ".yaml", ".yml", ".html", ".xlsx", ".xls", ".docx"),
    *(".db", ".ini", ".lnk", ".url", ".log", ".bak", ".tmp", ".part", ".crdownload"),
    *(".zip", ".rar", ".7z", ".gz", ".tar", ".onnx", ".py", ".sha256", ".md5"),
    *(".identifier", ".db:encryptable"),  # 1.png:Zone.Identifier, as Windows marks it
}
SYSTEM_FOLDERS = {  # thumbnails, waste and leftovers of systems, servers and archives
    *("@eadir", "@tmp", "@recycle", "@sharebin", "#recycle", "#snapshot"),
    *("__macosx", "__pycache__", "$recycle.bin", "system volume information"),
    *("lost+found", "thumbnails", "thumbs", "recycler", "network trash folder"),
    *("temporary items", "@recently-snapshot", "found.000"),
}
MODEL = "model.json"  # a folder that holds one is the program's own output


def list_images(folder: str | Path) -> list[Path]:
    """Everything below a folder that is to be inspected, in the order of its bytes.

    That is every entry but hidden ones (a leading dot), what is no photo by its name
    (`docs/images.md` has the list) and folders of systems. Pipes, links and files of
    another type are listed too, so that each gets a row saying why it was refused; a
    link to a folder and a folder that may not be opened are listed themselves. Links
    are not followed.

    Raises:
        ImageError: `not_found` where there is no such folder.

    Example:
        >>> list_images("no-such-folder")
        Traceback (most recent call last):
            ...
        glassline.errors.ImageError: no-such-folder: expected a folder, got none.
    """
    start = Path(folder)
    if not start.is_dir():
        raise named(refuse("not_found", "a folder", "none"), str(folder))
    return sorted(walk_images(start), key=bytes)


def is_photo(file: Path) -> bool:
    """Whether the name of a file lets it be a photo; what it is, its bytes say."""
    hidden = file.name.startswith(".")
    return not hidden and file.suffix.lower() not in NOT_PHOTOS


def is_system_folder(folder: Path) -> bool:
    """Whether a folder is of a system, an archive or this program, and not of photos."""
    name = folder.name.casefold()
    try:
        is_model = (folder / MODEL).is_file()
    except OSError:  # a folder that may not be looked into
        is_model = False
    return name.startswith(".") or name in SYSTEM_FOLDERS or is_model


def walk_images(folder: Path) -> Iterator[Path]:
    """Yield what `list_images` lists, holding the names of one folder of each level.

    In the order of the bytes of the paths; a folder that may not be opened stands where
    what is in it would.
    """
    try:
        with os.scandir(folder) as entries:
            found = sorted(
                _placed(entry)
                for entry in entries
                if _is_folder(entry) or is_photo(Path(entry.name))
            )
    except OSError:
        yield folder
        return
    for place in found:
        path = folder / os.fsdecode(place)
        if not place.endswith(b"/"):
            yield path
        elif not is_system_folder(path):
            yield from walk_images(path)


def _placed(entry: os.DirEntry[str]) -> bytes:
    """Return a name as it sorts in a whole path: what is in a folder follows a slash."""
    return os.fsencode(entry.name) + (b"/" if _is_folder(entry) else b"")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:  # a folder that may be listed, but not looked into
        return False
