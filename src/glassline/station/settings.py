"""What a service is told at its start: where it listens, and how much it takes."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

__all__ = ["Settings", "is_loopback"]

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Settings:
    """Where a service listens, and the limits that it keeps.

    Attributes:
        host: The address to listen at.
        port: 0 for any that is free.
        is_open: Nobody signs in; only where `host` is this machine itself.
        workers: Processes that decode and read photos.
        most_waiting: Photos that wait or are being read; one more is answered 503.
        most_wait_s: How long a photo may be expected to wait: where photos take longer,
            fewer of them are let in.
        max_photo_bytes: Of a body with a photo or a model.
        max_json_bytes: Of any other body.
        headers_s: Time in which the headers of a request must have arrived.
        body_s: The same of its body, and of an answer's way to a slow reader.
        read_s: Time that one photo may take a worker, which is then replaced.
        drain_s: Time that what is under way has to finish once the service is stopped.
        session_s: How long a person stays signed in.
        tries_a_minute: Wrong tokens or PINs from one place before it has to wait.
        jobs: Studies that may wait or run at the same time.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    is_open: bool = False
    workers: int = 2
    most_waiting: int = 24  # at 200 a second the last of them waits 120 ms
    most_wait_s: float = 0.15
    max_photo_bytes: int = 20_000_000  # as image.max_bytes of a recipe that says none
    max_json_bytes: int = MEBIBYTE // 4
    headers_s: float = 10.0
    body_s: float = 30.0
    read_s: float = 10.0
    drain_s: float = 25.0
    session_s: int = 12 * 3600  # the longest shift
    tries_a_minute: int = 10
    jobs: int = 8


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach an address.

    Example:
        >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0")]
        [True, True, True, False]
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
