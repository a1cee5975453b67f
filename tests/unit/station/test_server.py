"""The server itself: answers leave at once."""

from __future__ import annotations

import http.client
import time

from services import Service


def test_answers_on_one_connection_do_not_wait_for_one_another(
    open_service: Service,
) -> None:
    """The quickest of thirty: with TCP's delay every one would take 40 ms."""
    line = http.client.HTTPConnection(open_service.host, open_service.port, timeout=30)
    times = []
    for _ in range(30):
        began = time.perf_counter()
        line.request("GET", "/health/live")
        line.getresponse().read()
        times.append(time.perf_counter() - began)
    line.close()

    assert min(times[1:]) < 0.03
