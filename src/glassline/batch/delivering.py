"""How others are told of a photo: a row of a CSV, a call of an address, a message."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from glassline.batch.outbox import Letter
from glassline.batch.output import csv_cells
from glassline.errors import InputError, MissingExtraError, OutputError
from glassline.files import tail

__all__ = ["Callback", "Channel", "CsvRows", "Messages"]

TIMEOUT_S = 10.0
MARK = b"\xef\xbb\xbf"  # of UTF-8; without it Excel in Taiwan reads CP950
LOOKED_BACK = 1_000_000  # bytes: more than all rows that wait at once


class Channel(Protocol):
    """One of the others that are told."""

    name: str

    def deliver(self, letters: Sequence[Letter]) -> int:
        """Tell the letters in order, and return how many were taken."""
        ...


class CsvRows:
    """Appends a row a record to a CSV that a spreadsheet opens.

    A row that stands there already, from before a crash, is not written again; half a
    row at the end, of a cut of the power, is taken away.

    Args:
        path: Made where there is none.
        columns: The first of them names the record.
    """

    name = "csv"

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._path, self._columns = path, columns

    def deliver(self, letters: Sequence[Letter]) -> int:
        """Append what is not there.

        Raises:
            OutputError: It can not be written.
            InputError: It has other columns.
        """
        try:
            with tail(self._path) as file:
                size = file.seek(0, os.SEEK_END)
                if not size:
                    file.write(MARK + _line(self._columns))
                else:
                    self._check()
                    size = self._whole(size)
                    file.truncate(size)
                there = self._there()
                rows = [each for each in letters if each.record not in there]
                data = b"".join(_line(csv_cells(each.body)) for each in rows)
                while data:
                    data = data[file.write(data) :]
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(
                f"--out {self._path}: expected a file that can be written, got: "
                f"{error.strerror}."
            ) from error
        return len(letters)

    def _check(self) -> None:
        with self._path.open("rb") as file:
            first = file.readline()
        if first != MARK + _line(self._columns):
            raise InputError(
                f"--out {self._path}: expected the columns of this model, got others. "
                "Choose another --out."
            )

    def _end(self) -> bytes:
        with self._path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - LOOKED_BACK))
            return file.read()

    def _whole(self, size: int) -> int:
        """Return where the last whole row ends."""
        end = self._end()
        return size - (len(end) - end.rfind(b"\r\n") - 2)

    def _there(self) -> set[str]:
        text = self._end().decode("utf-8", "replace")
        return {row[0] for row in csv.reader(io.StringIO(text, newline="")) if row}


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue().encode("utf-8", "backslashreplace")


class Callback:
    """Posts each letter as JSON to an address of the plant.

    Any answer of 2xx takes it. Its header Idempotency-Key is the record: a letter whose
    answer was lost comes again.

    Args:
        url: http or https.

    Raises:
        InputError: It is another.
    """

    name = "callback"

    def __init__(self, url: str) -> None:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise InputError(
                f"--callback: expected an address such as http://mes/verdicts, got {url!r}."
            )
        self._url = url

    def deliver(self, letters: Sequence[Letter]) -> int:
        """Post one after the other, until one is not taken."""
        for number, each in enumerate(letters):
            request = urllib.request.Request(  # noqa: S310  http or https, see above
                self._url,
                json.dumps(each.body).encode(),
                {"Content-Type": "application/json", "Idempotency-Key": each.record},
            )
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310
                    pass
            except (OSError, urllib.error.HTTPError):
                return number
        return len(letters)


class Messages:
    """Publishes each letter as JSON to an MQTT broker, quality of service 1.

    Args:
        url: mqtt://[user:password@]host[:port]/topic, or mqtts:// for TLS.

    Raises:
        InputError: It is no such address, or has no topic.
        MissingExtraError: aiomqtt is not installed.
    """

    name = "mqtt"

    def __init__(self, url: str) -> None:
        found = urlsplit(url)
        self._topic = unquote(found.path).lstrip("/")
        if found.scheme not in ("mqtt", "mqtts") or not (
            found.hostname and self._topic
        ):
            raise InputError(
                "--mqtt: expected an address such as mqtt://broker/line/verdicts, got "
                f"{url!r}."
            )
        try:
            import aiomqtt  # noqa: PLC0415  an optional library
        except ImportError as error:
            raise MissingExtraError.of("mqtt") from error
        self._failure = aiomqtt.MqttError
        is_tls = found.scheme == "mqtts"
        self._client: Any = lambda: aiomqtt.Client(
            str(found.hostname),
            found.port or (8883 if is_tls else 1883),
            username=unquote(found.username) if found.username else None,
            password=unquote(found.password) if found.password else None,
            timeout=TIMEOUT_S,
            tls_params=aiomqtt.TLSParameters() if is_tls else None,
        )

    def deliver(self, letters: Sequence[Letter]) -> int:
        """Publish one after the other, until one is not taken."""
        return asyncio.run(self._published(letters))

    async def _published(self, letters: Sequence[Letter]) -> int:
        done = 0
        try:
            async with self._client() as client:
                for each in letters:
                    body = json.dumps({"record": each.record, **each.body})
                    await client.publish(self._topic, body.encode(), qos=1)
                    done += 1
        except (self._failure, OSError):
            return done
        return done
