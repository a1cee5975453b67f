"""The server's side of a connection: time-outs of headers, one shape of refusals."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from glassline.station.guards import HEADERS
from glassline.station.problems import MEDIA_TYPE, problem_text

__all__ = ["Timed", "protocol"]

LINGER_S = 1.0  # in which who still sends can read why it is refused
LINGER_BYTES = 1 << 25  # of what is thrown away meanwhile
MALFORMED = "request: expected HTTP/1.1, got something else."


class Timed(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with a clock.

    uvicorn waits for ever for the rest of a request line or of its headers, so that
    a thousand half requests hold a thousand connections.
    """

    headers_s = 10.0
    clock: asyncio.TimerHandle | None = None
    thrown_bytes: int | None = None

    def connection_made(self, transport: Any) -> None:
        """Wait for the headers of the first request, but not for ever."""
        super().connection_made(_Lingering(transport, self))  # type: ignore[arg-type]
        self._wind()

    def data_received(self, data: bytes) -> None:
        """Take what came; once headers have begun, the rest must follow in time."""
        if self.thrown_bytes is not None:
            self.thrown_bytes += len(data)
            if self.thrown_bytes > LINGER_BYTES:
                self.transport.abort()
            return
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop()
        elif self.clock is None and self.conn.trailing_data[0]:
            self._wind()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop()
        super().connection_lost(exc)

    def leave(self, transport: asyncio.Transport) -> None:
        """Close; but whoever still sends a body may read the answer first.

        Closed at once, the system would tell her that the connection broke, and throw
        the answer away.
        """
        is_sending = self.conn.their_state in (h11.SEND_BODY, h11.ERROR)
        if not is_sending or transport.is_closing():
            transport.close()
        elif self.thrown_bytes is None:
            self.thrown_bytes = 0
            transport.write_eof()
            transport.resume_reading()
            self.loop.call_later(LINGER_S, transport.close)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP in the shape of all errors, and close."""
        body = problem_text("request", 400, MALFORMED).encode()
        fields = {
            **HEADERS,
            "content-type": MEDIA_TYPE,
            "content-length": str(len(body)),
            "cache-control": "no-store",
            "connection": "close",
        }
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            answer = h11.Response(status_code=400, headers=list(fields.items()))
            for event in (answer, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _wind(self) -> None:
        self._stop()
        self.clock = self.loop.call_later(self.headers_s, self._late)

    def _stop(self) -> None:
        if self.clock is not None:
            self.clock.cancel()
            self.clock = None

    def _late(self) -> None:
        self.clock = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()


class _Lingering:
    """A transport that its protocol closes."""

    def __init__(self, transport: asyncio.Transport, protocol: Timed) -> None:
        self._transport = transport
        self._protocol = protocol

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def close(self) -> None:
        """Leave as the protocol leaves."""
        self._protocol.leave(self._transport)


def protocol(headers_s: float) -> type[Timed]:
    """Return a protocol that ends connections whose headers take longer than this."""
    return type("Timed", (Timed,), {"headers_s": headers_s})
