"""Why a photo is refused: one stable code each, and how the refusal is worded."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from types import MappingProxyType

from glassline.errors import ImageError

__all__ = ["REASONS", "named", "printable", "refuse", "shell_name"]

WHERE_LIMIT_CHARS = 80  # a name longer than a line hides the message behind it

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "not_found": "There is no file of this name.",
        "not_regular_file": "The name is a folder, pipe, socket or device.",
        "symlink": "The name, or a folder on the way from the root, is a link.",
        "outside_root": "The path leads out of the folder that may be read.",
        "permission_denied": "The file may not be read by this user.",
        "vanished": "The file went away, or its disk failed, while it was read.",
        "changed_while_reading": "The file was written or replaced while it was read.",
        "hash_mismatch": "The bytes are not those that the dataset's table names.",
        "empty": "The file holds no bytes.",
        "too_many_bytes": "The file is larger than image.max_bytes.",
        "unsupported_type": "The bytes are no JPEG, PNG, WebP, BMP or TIFF.",
        "unsupported_depth": "A pixel is stored in a number format that is not read.",
        "unsupported_coding": "The file uses a rare coding of its type.",
        "truncated": "The file ends before its picture does.",
        "undecodable": "The file contradicts itself or fails its own checksum.",
        "too_many_pixels": "The picture is larger than image.max_pixels.",
        "too_small": "The picture, or what is looked at of it, is below 16 x 16 pixels.",
        "too_complex": "The file has more parts than any camera writes.",
        "animated": "The file holds several pictures, and which one is not said.",
        "outside_region": "The recipe's region or mask does not fit the picture.",
        "unaligned": "The picture does not match the recipe's golden photo.",
    }
)


def refuse(reason: str, expected: str, got: str, fix: str = "") -> ImageError:
    """Word a refusal; the boundary puts the photo's name before it."""
    return ImageError(reason, f"expected {expected}, got {got}.{fix and ' '}{fix}")


def named(error: ImageError, name: str) -> ImageError:
    """Return the same refusal with the photo's name in front."""
    where = printable(name)
    if len(where) > WHERE_LIMIT_CHARS:
        where = "..." + where[3 - WHERE_LIMIT_CHARS :]
    return ImageError(error.reason, f"{where}: {error}")


def printable(name: str) -> str:
    r"""Write a file name so that a terminal, log or page shows it harmlessly.

    Control characters, bytes that are no UTF-8, marks that turn the writing
    direction and the backslash are written as Python escapes, so two different
    names never look the same and the name can be recovered.

    Example:
        >>> print(printable("part\n7.jpg"))
        part\n7.jpg
        >>> print(printable("刮傷-01.jpg"))
        刮傷-01.jpg
        >>> print(printable("part\udce9.jpg"))
        part\xe9.jpg
    """
    return "".join(map(_shown, name))


def _shown(letter: str) -> str:
    if "\udc80" <= letter <= "\udcff":  # one byte of a name that is no UTF-8
        return f"\\x{ord(letter) - 0xDC00:02x}"
    if letter.isprintable() and letter != "\\":
        return letter
    return repr(letter)[1:-1]


def shell_name(name: str, suffix: str | None = None) -> str:
    """Quote a name for a command line that a person may paste."""
    if suffix is not None:
        stem, dot, _ = name.rpartition(".")
        name = f"{stem if dot and '/' not in _ else name}{suffix}"
    return shlex.quote(printable(name))
