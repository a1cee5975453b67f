"""Photos in a tar archive, plain or compressed, read from its beginning to its end."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from glassline.batch.item import Item
from glassline.batch.sources.source import Asked, told
from glassline.errors import ImageError
from glassline.image.folder import is_photo
from glassline.image.refusals import named, refuse

__all__ = ["ENDINGS", "Archive"]

ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
DAMAGED = (tarfile.TarError, EOFError, OSError, ValueError)


@dataclass(frozen=True)
class Archive:
    """The photos of an archive, in the order in which they lie there.

    An archive that ends before its time, or is damaged, gives the photos before that, and
    one row more that says so.

    Attributes:
        opened: Opens it at its beginning.
    """

    name: str
    asked: Asked
    opened: Callable[[], BinaryIO]
    identifiers: tuple[str, ...] = ()

    def count(self) -> int | None:
        """Return None: an archive has no table of what is in it."""
        return None

    def items(self, identifiers: Sequence[str]) -> Iterator[Item]:
        """Yield every photo: members by their names, none that is no plain file."""

        class Header(tarfile.TarInfo):
            """A header; one of zeros, which ends an archive, is noted."""

            is_end = False

            @classmethod
            def frombuf(
                cls, buf: bytes | bytearray, encoding: str, errors: str
            ) -> Self:
                Header.is_end = len(buf) == tarfile.BLOCKSIZE and not any(buf)
                return super().frombuf(buf, encoding, errors)

        try:
            with (
                self.opened() as file,
                tarfile.open(fileobj=file, mode="r|*", tarinfo=Header) as archive,
            ):
                for member in archive:
                    if member.isfile() and is_photo(Path(member.name)):
                        yield self._item(archive, member, identifiers)
            if not Header.is_end:  # cut between two members: tarfile says nothing of it
                raise tarfile.ReadError("unexpected end of data")
        except DAMAGED as error:
            why = refuse("truncated", "a whole archive", f"an end: {error}")
            yield self._refused(self.name, identifiers, why)

    def _item(
        self, archive: tarfile.TarFile, member: tarfile.TarInfo, known: Sequence[str]
    ) -> Item:
        name = f"{self.name}/{member.name.removeprefix('./')}"
        if member.size > self.asked.max_bytes:
            limit = f"at most {self.asked.max_bytes:,} bytes"
            why = refuse("too_many_bytes", limit, f"{member.size:,}")
            return self._refused(name, known, why)
        held = archive.extractfile(member)
        data = held.read() if held else b""
        if len(data) != member.size:
            raise tarfile.ReadError("unexpected end of data")
        return Item(name, told(known, name, self.asked), data=data)

    def _refused(self, name: str, known: Sequence[str], why: ImageError) -> Item:
        said = told(known, name, self.asked)
        return Item(name, said, refused=(why.reason, str(named(why, name))))
