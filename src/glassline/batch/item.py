"""One photo of many: what it is called, and where its bytes are."""

from __future__ import annotations

from dataclasses import dataclass

from glassline.errors import ImageError
from glassline.image import read
from glassline.image.refusals import named, refuse
from glassline.recipe import ImageSettings

__all__ = ["Item", "bytes_of"]


@dataclass(frozen=True)
class Item:
    """A photo that is to be inspected; it travels to the process that does it.

    One of path, address and data says where its bytes are.

    Attributes:
        name: What its row is called.
        told: What the source says of it, in the order of the run's identifiers.
        path: A file.
        root: The folder that the file must not lie outside of.
        address: Of a file that fsspec opens, such as s3://bucket/1.png.
        data: The bytes themselves.
        sha256: What the bytes must hash to, where the source says so.
        refused: Reason and message, where it is known that there is no photo.
    """

    name: str
    told: tuple[str, ...] = ()
    path: str | None = None
    root: str | None = None
    address: str | None = None
    data: bytes | None = None
    sha256: str | None = None
    refused: tuple[str, str] | None = None


def bytes_of(item: Item, settings: ImageSettings) -> bytes:
    """Return the bytes of a photo, wherever they are.

    Raises:
        ImageError: They can not be had; `reason` says why.
    """
    if item.refused is not None:
        raise ImageError(*item.refused)
    if item.data is not None:
        return item.data
    if item.address is not None:
        return _fetched(item.address, settings)
    return read(str(item.path), settings=settings, root=item.root)


def _fetched(address: str, settings: ImageSettings) -> bytes:
    import fsspec  # noqa: PLC0415  an optional library; the source looked for it

    try:
        with fsspec.open(address, "rb") as file:
            return bytes(file.read(settings.max_bytes + 1))
    except FileNotFoundError as error:
        raise named(refuse("not_found", "a file", "no such file"), address) from error
    except PermissionError as error:
        got = "no permission to read it"
        raise named(refuse("permission_denied", "a file", got), address) from error
    except OSError as error:  # a server that is away, a connection that ended
        got = error.strerror or type(error).__name__
        raise named(refuse("vanished", "a file", got), address) from error
