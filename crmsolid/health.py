"""/healthz, /readyz and /metrics, for load balancers and monitoring."""

import hmac
import os
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from crmsolid.core import clock
from crmsolid.core.redis import REDIS_ERRORS, build_client
from crmsolid.queue_metrics import QueueCollector
from crmsolid.workspaces.models import Heartbeat
from crmsolid.workspaces.tasks import WORKER

WORKER_SEEN_WITHIN = timedelta(seconds=30)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as the process responds. It does not use the database, whose failure must not restart processes."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 if database, broker and worker are available; otherwise 503 with the names of the ``missing`` ones."""
    database, worker = _database_and_worker()
    parts = {"database": database, "broker": _broker(), "worker": worker}
    missing = [name for name, state in parts.items() if state != "ok"]
    status = "unavailable" if missing else "ready"
    response = JsonResponse({"status": status, "missing": missing, **parts}, status=503 if missing else 200)
    response._has_been_logged = True  # type: ignore[attr-defined]  # otherwise Django logs each 503 as an error
    return response


def _database_and_worker() -> tuple[str, str]:
    try:
        heartbeat = Heartbeat.objects.filter(name=WORKER).first()
    except DatabaseError as error:
        return f"does not answer ({type(error).__name__})", "unknown without the database"
    if heartbeat is None:
        return "ok", "never seen: is a worker running, and the scheduler?"
    age = clock.now() - heartbeat.seen_at
    if age > WORKER_SEEN_WITHIN:
        return "ok", f"not seen for {int(age.total_seconds())} s: is a worker running, and the scheduler?"
    return "ok", "ok"


def _broker() -> str:
    """The state of Redis; without Redis the broker is part of this process."""
    if not settings.REDIS_URL:
        return "ok"
    client = build_client(settings.REDIS_URL)
    try:
        client.ping()
    except REDIS_ERRORS as error:
        return f"does not answer ({type(error).__name__})"
    finally:
        client.close()
    return "ok"


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text for the bearer of ``CRMSOLID_METRICS_TOKEN``. 404 if that is not set: the port is public."""
    if not settings.METRICS_TOKEN:
        raise Http404("CRMSOLID_METRICS_TOKEN is not set")
    expected = f"Bearer {settings.METRICS_TOKEN}".encode()
    if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected):
        return HttpResponse("unauthorized\n", "text/plain", 401, headers={"WWW-Authenticate": "Bearer"})
    body = generate_latest(_registry()) + generate_latest(_queues())
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    """The metrics of this process, or of all processes that share ``PROMETHEUS_MULTIPROC_DIR``."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _queues() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(QueueCollector())
    return registry
