"""The photos of a folder, in one fixed order."""

from __future__ import annotations

from pathlib import Path

from glassline.image.refusals import named, refuse

__all__ = ["is_photo", "is_system_folder", "list_images"]

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
    return sorted(_below(start), key=bytes)


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


def _below(start: Path) -> list[Path]:
    found, waiting = [], [start]
    while waiting:
        folder = waiting.pop()
        try:
            entries = list(folder.iterdir())
        except OSError:
            found.append(folder)
            continue
        for entry in entries:
            if not _is_folder(entry):
                found.extend([entry] if is_photo(entry) else [])
            elif not is_system_folder(entry):
                waiting.append(entry)
    return found


def _is_folder(entry: Path) -> bool:
    try:
        return entry.is_dir() and not entry.is_symlink()
    except OSError:  # a folder that may be listed, but not looked into
        return False
