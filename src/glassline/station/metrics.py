"""What Prometheus reads: counts and times of a service, named by its conventions."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

__all__ = ["MEDIA_TYPE", "Metrics"]

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0)
ENTRIES = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """The figures of one service; two services in one process do not share them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        here = self.registry
        self.requests = Counter(
            "glassline_http_requests",
            "Requests answered, by route, method and status.",
            ("route", "method", "status"),
            registry=here,
        )
        self.request_seconds = Histogram(
            "glassline_http_request_seconds",
            "From a request's headers to the end of its answer.",
            ("route",),
            buckets=SECONDS,
            registry=here,
        )
        self.inspections = Counter(
            "glassline_inspections",
            "Photos that got a verdict, by what was decided.",
            ("decision",),
            registry=here,
        )
        self.refused = Counter(
            "glassline_refused_photos",
            "Photos that were refused, by reason.",
            ("reason",),
            registry=here,
        )
        self.shed = Counter(
            "glassline_shed_requests",
            "Requests answered 503 because too much was waiting.",
            registry=here,
        )
        self.waiting = Gauge(
            "glassline_waiting_photos",
            "Photos that wait or are being read.",
            registry=here,
        )
        self.commit_seconds = Histogram(
            "glassline_commit_seconds",
            "Time of one commit to the ledger.",
            buckets=SECONDS,
            registry=here,
        )
        self.commit_entries = Histogram(
            "glassline_commit_entries",
            "Verdicts that shared one commit.",
            buckets=ENTRIES,
            registry=here,
        )
        self.lost_workers = Counter(
            "glassline_lost_workers",
            "Workers that ended over a photo and were replaced.",
            registry=here,
        )
        self.labels = Counter(
            "glassline_labels",
            "Labels given by people, by class.",
            ("label",),
            registry=here,
        )
        ProcessCollector(registry=self.registry)
        self._answered: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that was answered; routes, methods and statuses are few."""
        counts = (route, method, status)
        if counts not in self._answered:
            self._answered[counts] = (
                self.requests.labels(*counts),
                self.request_seconds.labels(route),
            )
        count, times = self._answered[counts]
        count.inc()
        times.observe(seconds)

    def page(self) -> bytes:
        """Return all figures as Prometheus reads them."""
        return bytes(generate_latest(self.registry))
