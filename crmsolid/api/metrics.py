"""Counters of the API for /metrics."""

import time
from functools import lru_cache

from django.http import HttpRequest
from prometheus_client import Counter, Histogram

REQUESTS = Counter("crmsolid_requests_total", "API requests", ["method", "route", "status"])
SECONDS = Histogram(
    "crmsolid_request_seconds",
    "Time in the application",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


def count(request: HttpRequest, status: int, started: float) -> None:
    """Count a finished request that began at ``started`` (``time.perf_counter()``), by route: paths are too many."""
    match = request.resolver_match
    route = match.route if match is not None else "unknown"
    method = request.method if request.method in ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE") else "other"
    _counter(method, route, status).inc()
    SECONDS.observe(time.perf_counter() - started)


@lru_cache(maxsize=1024)
def _counter(method: str, route: str, status: int) -> Counter:
    return REQUESTS.labels(method, route, status)
