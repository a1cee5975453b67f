"""The service as a process: it listens, works, and leaves when it is told to."""

from __future__ import annotations

import contextlib
import socket
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from glassline.errors import InputError
from glassline.station.protocol import protocol
from glassline.station.settings import Settings

__all__ = ["Server", "listen", "server_of"]

BACKLOG = 1024
HEADER_BYTES = 32_768


class Server(uvicorn.Server):
    """uvicorn, that lets the station know before it stops listening.

    The first SIGTERM or SIGINT: not ready any more, new work is refused, what is under
    way is finished. A second one: it ends at once.
    """

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Leave; a second time, at once."""
        if self.should_exit:
            self.force_exit = True
        self._station.is_leaving = True
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is under way, at most as long as the settings say."""
        self._station.is_leaving = True
        await super().shutdown(sockets=sockets)

    @property
    def _station(self) -> Any:
        app: Any = self.config.app
        return app.state.station


def listen(settings: Settings) -> socket.socket:
    """Return a socket that listens where the settings say.

    Raises:
        InputError: The address is taken, or is none of this machine.
    """
    kind = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # By its number: asyncio sends at once (TCP_NODELAY) on no other, and an answer in
    # two pieces would wait 40 ms for the browser's acknowledgement.
    found = socket.socket(kind, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((settings.host, settings.port))
        found.listen(BACKLOG)
    except OSError as error:
        found.close()
        raise InputError(
            f"--host {settings.host} --port {settings.port}: expected an address of "
            f"this machine that is free, got: {error.strerror}."
        ) from error
    return found


def server_of(app: FastAPI, settings: Settings) -> Server:
    """Return a server of an application, with the time-outs of the settings."""
    config = uvicorn.Config(
        app,
        http=protocol(settings.headers_s),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        h11_max_incomplete_event_size=HEADER_BYTES,
        proxy_headers=False,  # whoever asks could write them
        timeout_keep_alive=int(settings.body_s),
        timeout_graceful_shutdown=int(settings.drain_s),
        lifespan="on",
    )
    _allow_connections()
    return Server(config)


def _allow_connections() -> None:
    """Allow as many open connections as the system lets us."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415  not on Windows

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
