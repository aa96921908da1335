"""/healthz, /readyz and /metrics, for load balancers and monitoring.

Length and age of every queue are counted in the database, because the rows are the queues.
"""

import hmac
import os
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from contacts.scoring.sweep import due_timers
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.core.redis import REDIS_ERRORS, build_client
from crmsolid.events.models import Event
from crmsolid.jobs.runner import due_jobs
from crmsolid.serving.interface import Receive, Scope, Send
from crmsolid.workspaces import sending_hold
from crmsolid.workspaces.models import Heartbeat
from crmsolid.workspaces.tasks import WORKER
from messaging.models import AccountKind, Message, SandboxDelivery, Status
from messaging.sending.claiming import queued_accounts
from sequences.models import Enrollment
from sequences.querysets import active_sequences, next_run_at, unhandled_runs
from webhooks.delivery.queue import next_due
from webhooks.models import Delivery

WORKER_SEEN_WITHIN = timedelta(seconds=30)
BUSY_AFTER = timedelta(seconds=10)
BUSY = "busy: "
LEAST_FREE_BYTES = 4 * 1024 * 1024  # of the data folder's disk


async def healthz(scope: Scope, receive: Receive, send: Send) -> None:
    """An ASGI application: 200 as long as the process responds.

    It runs on the event loop and uses neither a thread nor the database: a database that fails must not restart
    processes.
    """
    is_allowed, body = scope["method"] in ("GET", "HEAD"), b'{"status": "ok"}'
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    if not is_allowed:
        headers, body = [(b"allow", b"GET, HEAD")], b""
    headers += [(b"content-length", b"%d" % len(body)), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": 200 if is_allowed else 405, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 if database, broker, worker and disk are available; otherwise 503 with the names of the ``missing`` ones.

    A worker that is behind with its work is available. ``sending`` says whether sending is held, which is no failure.
    """
    database, worker = _database_and_worker()
    parts = {"database": database, "broker": _broker(), "worker": worker, "disk": _disk()}
    sending = _sending() if database == "ok" else "unknown without the database"
    missing = [name for name, state in parts.items() if state != "ok" and not state.startswith(BUSY)]
    status = "unavailable" if missing else "ready"
    content = {"status": status, "missing": missing, **parts, "sending": sending}
    response = JsonResponse(content, status=503 if missing else 200)
    response._has_been_logged = True  # type: ignore[attr-defined]  # otherwise Django logs each 503 as an error
    return response


def _database_and_worker() -> tuple[str, str]:
    try:
        if not _accepts_writes():
            connection.close()  # another session may reach a server that does
            return "accepts no writes", "unknown while the database accepts no writes"
        heartbeat = Heartbeat.objects.filter(name=WORKER).first()
        late = _late_by()
    except DatabaseError as error:
        return f"does not answer ({type(error).__name__})", "unknown without the database"
    if heartbeat is None:
        return "ok", "never seen: is a worker running, and the scheduler?"
    age = clock.now() - heartbeat.seen_at
    if age > WORKER_SEEN_WITHIN:
        return "ok", f"not seen for {int(age.total_seconds())} s: is a worker running, and the scheduler?"
    if late > BUSY_AFTER:
        return "ok", f"{BUSY}work has been due for {int(late.total_seconds())} s"
    return "ok", "ok"


def _accepts_writes() -> bool:
    """False on a replica, and in a database that was set to read-only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_read_only') = 'off'")
        return bool(cursor.fetchone()[0])


def _late_by() -> timedelta:
    """For how long the oldest message, delivery, step or outcome of a step that can be worked on now has been due."""
    now = clock.now()
    times = [account.first_eta for account in queued_accounts() if account.kind != AccountKind.TELEGRAM]
    delivery_at = next_due()
    settled_at = unhandled_runs().aggregate(first=Min("settled_at"))["first"]
    times += [at for at in (delivery_at, next_run_at(), settled_at) if at is not None]
    return max((now - at for at in times), default=timedelta(0))


def _sending() -> str:
    try:
        hold = sending_hold.current()
    except DatabaseError as error:  # it answered a moment ago
        return f"unknown without the database ({type(error).__name__})"
    return "ok" if hold is None else f"held since {rfc3339(hold.since)}: {hold.reason.label}"


def _broker() -> str:
    client = build_client(settings.REDIS_URL)
    try:
        client.ping()
    except REDIS_ERRORS as error:
        return f"does not answer ({type(error).__name__})"
    finally:
        client.close()
    return "ok"


def _disk() -> str:
    """The state of the disk with the data folder: the ledger of erasures is there."""
    try:
        status = os.statvfs(settings.DATA_DIR)
    except FileNotFoundError:
        return "ok"  # the first entry of the ledger makes the folder
    except OSError as error:
        return f"does not answer ({type(error).__name__})"
    if not os.access(settings.DATA_DIR, os.W_OK):
        return "the data folder cannot be written"
    free = status.f_bavail * status.f_frsize
    return "ok" if free >= LEAST_FREE_BYTES else f"full: {free // 1024} KiB are free in the data folder"


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text for the bearer of ``CRMSOLID_METRICS_TOKEN``. 404 if that is not set: the port is public."""
    if not settings.METRICS_TOKEN:
        raise Http404("CRMSOLID_METRICS_TOKEN is not set")
    expected = f"Bearer {settings.METRICS_TOKEN}".encode()
    if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected):
        return HttpResponse("unauthorized\n", "text/plain", 401, headers={"WWW-Authenticate": "Bearer"})
    registry, queues = REGISTRY, CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # the metrics of all processes that share this folder
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    queues.register(QueueCollector())
    return HttpResponse(generate_latest(registry) + generate_latest(queues), content_type=CONTENT_TYPE_LATEST)


def _due_messages(now: datetime) -> QuerySet[Message]:
    return Message.unscoped.filter(status=Status.QUEUED, eta__lte=now, awaits_upload=False)


def _due_enrollments(now: datetime) -> QuerySet[Enrollment]:
    """Those of paused sequences and of ended trials do not wait for a worker."""
    rows = Enrollment.unscoped.filter(status="active", next_run_at__lte=now)
    return rows.filter(sequence__in=active_sequences())


# No row is in two queues. Telegram's messages wait for the worker that holds their account, the others for any worker.
# Name, the rows that wait for a worker now, and the field that says since when they wait.
QUEUES: list[tuple[str, Callable[[datetime], QuerySet[Any]], str]] = [
    ("messages", lambda now: _due_messages(now).exclude(account__kind=AccountKind.TELEGRAM), "eta"),
    ("telegram", lambda now: _due_messages(now).filter(account__kind=AccountKind.TELEGRAM), "eta"),
    ("sandbox_answers", lambda now: SandboxDelivery.unscoped.filter(reply_pending=True), "at"),
    ("enrollments", _due_enrollments, "next_run_at"),
    ("step_outcomes", lambda now: unhandled_runs(), "settled_at"),
    ("events", lambda now: Event.unscoped.filter(position__isnull=True), "created_at"),
    ("deliveries", lambda now: Delivery.unscoped.filter(next_attempt_at__lte=now), "next_attempt_at"),
    ("jobs", lambda now: due_jobs(), "next_run_at"),
    ("scores", lambda now: due_timers(), "due_at"),
]


class QueueCollector(Collector):
    """Runs one query for each queue at each scrape, and one for the hold on sending."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        now = clock.now()
        length = GaugeMetricFamily("crmsolid_queue_length", "Rows that are due", labels=["queue"])
        age = GaugeMetricFamily("crmsolid_queue_oldest_seconds", "Age of the oldest one that is due", labels=["queue"])
        for name, due, since in QUEUES:
            totals = due(now).aggregate(count=Count("pk"), oldest=Min(since))
            waited = (now - totals["oldest"]).total_seconds() if totals["oldest"] else 0.0
            length.add_metric([name], totals["count"])
            age.add_metric([name], max(0.0, waited))
        held = GaugeMetricFamily("crmsolid_sending_held", "1 while sending is held in all workspaces, else 0")
        held.add_metric([], int(sending_hold.is_held()))
        return [length, age, held]
