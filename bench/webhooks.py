"""Deliveries per second of the pump, of a Celery task per delivery, and of bare aiohttp, in interleaved rounds.

``python -m bench.webhooks [--deliveries N] [--rounds R]``. Needs PostgreSQL on 127.0.0.1:5432 (BENCH_POSTGRES) and
Redis (BENCH_REDIS). There are ten endpoints and one delivery per event, to a receiver in another process that answers
at once. The time of the pump and of the tasks starts before the first event is written and ends when the last healthy
delivery is committed as succeeded with its rows; bare aiohttp uses no database at all. A process that does not deliver
writes the events while the deliveries run. In ``events first`` the pump's own process writes them before it starts.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import databases

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432")
DATABASE = os.environ.get("BENCH_DATABASE", "crmsolid_bench_webhooks")
os.environ.update(
    DJANGO_SETTINGS_MODULE="crmsolid.settings",
    DATABASE_URL=f"{POSTGRES}/{DATABASE}",
    REDIS_URL=os.environ.get("BENCH_REDIS", "redis://127.0.0.1:6379/13"),
    CRMSOLID_DATA=os.environ.get("CRMSOLID_DATA", "/tmp/crmsolid-bench"),
    CRMSOLID_WEBHOOK_ALLOW_PRIVATE="true",
    LOG_LEVEL="ERROR",
    PYTHONPATH=str(ROOT),
)
BARE_CONNECTIONS = 200
WAKE_UP_SECONDS = 0.005  # from a commit to the pump, through Redis
# The least deliveries a second of the pump, as a multiple of another sender's in the same run.
MINIMUM_RATIOS = (("pump", "task each, prefork 2", 15.0), ("pump", "bare aiohttp", 0.25))
TYPES = [
    "message.sent",
    "message.received",
    "message.failed",
    "contact.created",
    "contact.tagged",
    "lead.scored",
    "sequence.started",
    "sequence.paused",
    "sequence.completed",
    "job.completed",
]
DATA = {"contact": {"id": "con_01HKQ9R2X3AAAAAAAAAAAAAAAA", "name": "Мария 😀", "tags": ["lead"], "note": "x" * 300}}


def prepare() -> None:
    """A fresh database with its tables."""
    databases.create(POSTGRES, DATABASE)
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, check=True)


def drop_database() -> None:
    from django.db import connection

    connection.close()
    databases.drop(POSTGRES, DATABASE)


def warm_up(ports: Sequence[int], count: int) -> None:
    """A round that is not counted, then ANALYZE, because a new database has no statistics."""
    from django.db import connection

    pump_round(ports, count)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def make_endpoints(ports: Sequence[int], *, hanging: bool) -> list[Any]:
    """Ten new endpoints, each for one type; the first one can hang.

    Earlier endpoints are disabled but keep their deliveries, because the planner takes an emptied table for small.
    """
    from crmsolid.core import clock
    from crmsolid.workspaces.actor import Actor
    from crmsolid.workspaces.models import User, Workspace
    from crmsolid.workspaces.services import create_workspace
    from webhooks.endpoint_health import cancel_queue
    from webhooks.models import Endpoint
    from webhooks.services import create_endpoint

    for earlier in Endpoint.unscoped.filter(deleted_at=None):
        cancel_queue(earlier.id, "endpoint_deleted")
    now = clock.now()
    Endpoint.unscoped.update(enabled=False, disabled_reason="manual", deleted_at=now)
    if not Workspace.objects.exists():
        create_workspace(slug="bench", name="Bench", owner=User.objects.create_user("o@bench.example"), plan="pro")
    actor = Actor.command(Workspace.objects.get(slug="bench"), "bench")
    paths = ["/hang" if hanging and not number else "/hook" for number in range(10)]
    return [
        create_endpoint(actor, url=f"http://127.0.0.1:{port}{path}", events=[type]).endpoint
        for port, path, type in zip(ports, paths, TYPES, strict=True)
    ]


def write_events(workspace_id: int, count: int) -> list[str]:
    """Events in transactions of 100."""
    from django.db import transaction

    from crmsolid.events.catalogue import event_type
    from crmsolid.events.publishing import NewEvent, publish_all

    event_ids: list[str] = []
    for start in range(0, count, 100):
        with transaction.atomic():
            event_ids += publish_all(
                workspace_id, [NewEvent(event_type(TYPES[n % 10]), DATA) for n in range(start, min(count, start + 100))]
            )
    return event_ids


def start_producer() -> "subprocess.Popen[str]":
    """Start a process that writes events on request, and wait until it is ready."""
    command = [sys.executable, "-m", "bench.webhook_producer"]
    producer = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert producer.stdout is not None
    producer.stdout.readline()
    return producer


def pump_round(
    ports: Sequence[int], count: int, producer: "subprocess.Popen[str] | None" = None, *, hanging: bool = False
) -> float:
    """Healthy deliveries per second of the pump; the events come from ``producer``, or are written first."""
    from webhooks.delivery.pump import Pump

    endpoints = make_endpoints(ports, hanging=hanging)
    expected = count * 9 // 10 if hanging else count
    done = 0

    class Done(Exception):
        """The last healthy delivery is committed."""

    class Watched(Pump):
        def step(self, results: Any) -> int:
            nonlocal done
            settled = super().step(results)
            done += sum(1 for result in results if result.attempts and result.attempts[-1].response.status == 200)
            if done >= expected:
                raise Done
            return settled

    started = time.perf_counter()
    if producer is None:
        write_events(endpoints[0].workspace_id, count)
    else:
        assert producer.stdin is not None
        producer.stdin.write(f"{endpoints[0].workspace_id} {count}\n")
        producer.stdin.flush()
    with contextlib.suppress(Done):
        while True:  # a pump ends when nothing is due; the next commit wakes the next one
            Watched(seconds=600).run()
            time.sleep(WAKE_UP_SECONDS)
            assert producer is None or producer.poll() is None
    seconds = time.perf_counter() - started
    from webhooks.models import Attempt, Delivery

    deliveries = Delivery.unscoped.filter(endpoint__in=endpoints, status="succeeded")
    assert deliveries.count() == Attempt.unscoped.filter(delivery__in=deliveries, status=200).count() >= expected
    return expected / seconds


def task_round(ports: Sequence[int], count: int, *, pool: str) -> float:
    """Deliveries per second with a Celery task for each, with the workers started before."""
    from bench.webhook_tasks import deliver
    from webhooks.models import Delivery

    endpoints = make_endpoints(ports, hanging=False)
    options = ["--pool=prefork", "-c2"] if pool == "prefork" else ["--pool=threads", "-c20"]
    command = [sys.executable, "-m", "celery", "-A", "bench.webhook_tasks", "worker", "-Q", "bench", "-lERROR"]
    worker = subprocess.Popen([*command, *options, "--without-gossip", "--without-mingle"], cwd=ROOT)
    try:
        _await_rows(lambda: _warmed(endpoints[0].pk, deliver), 60)
        deliveries = Delivery.unscoped.filter(endpoint__in=endpoints, status="succeeded")
        before = deliveries.count()
        started = time.perf_counter()
        events = write_events(endpoints[0].workspace_id, count)
        for number, event_id in enumerate(events):
            deliver.delay(event_id, endpoints[number % 10].pk)
        _await_rows(lambda: deliveries.count() >= before + count, 600)
        return count / (time.perf_counter() - started)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(30)


def _warmed(endpoint_id: str, deliver: Any) -> bool:
    from webhooks.models import Delivery, Endpoint

    deliveries = Delivery.unscoped.filter(endpoint=endpoint_id)
    if not deliveries.exists():
        [event_id] = write_events(Endpoint.unscoped.get(pk=endpoint_id).workspace_id, 1)
        deliver.delay(event_id, endpoint_id)
        time.sleep(0.5)
    return bool(deliveries.filter(status="succeeded").exists())


def _await_rows(reached: Any, limit: float) -> None:
    ends = time.monotonic() + limit
    while not reached():
        if time.monotonic() > ends:
            raise TimeoutError("the workers were too slow")
        time.sleep(0.02)


def bare_round(ports: Sequence[int], count: int) -> float:
    """Posts per second of aiohttp alone."""
    return asyncio.run(_bare(ports, count))


async def _bare(ports: Sequence[int], count: int) -> float:
    import aiohttp

    body = json.dumps({"event": "contact.created", "data": DATA}, ensure_ascii=False).encode()
    urls = [f"http://127.0.0.1:{port}/hook" for port in ports]
    left = iter(range(count))

    async def work() -> None:
        for number in left:
            async with session.post(urls[number % 10], data=body) as response:
                await response.read()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        started = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(BARE_CONNECTIONS)))
        return count / (time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--deliveries", type=int, default=5000)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    prepare()
    import django

    django.setup()
    receiver = subprocess.Popen(
        [sys.executable, "-m", "bench.webhook_receiver"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert receiver.stdout is not None
    ports = [int(port) for port in receiver.stdout.readline().split()]
    warm_up(ports, options.deliveries)
    producer = start_producer()
    kinds = {
        "bare aiohttp": lambda: bare_round(ports, options.deliveries),
        "pump": lambda: pump_round(ports, options.deliveries, producer),
        "pump, one of ten hangs": lambda: pump_round(ports, options.deliveries, producer, hanging=True),
        "pump, events first": lambda: pump_round(ports, options.deliveries),
        "task each, prefork 2": lambda: task_round(ports, options.tasks, pool="prefork"),
        "task each, 20 threads": lambda: task_round(ports, options.tasks, pool="threads"),
    }
    try:
        figures: dict[str, list[float]] = {name: [] for name in kinds}
        for _ in range(options.rounds):
            for name, run in kinds.items():
                figures[name].append(run())
                print(f"{name:24} {figures[name][-1]:8.0f}", flush=True)
    finally:
        for process in (producer, receiver):
            process.terminate()
            process.wait(10)
    print("median deliveries per second")
    for name, rates in figures.items():
        print(f"{name:24} {statistics.median(rates):8.0f}   {min(rates):6.0f} … {max(rates):6.0f}")
    print("\n| deliveries | ratio | minimum | |\n|---|---|---|---|")
    for name, other, minimum in MINIMUM_RATIOS:
        ratio = statistics.median(figures[name]) / statistics.median(figures[other])
        print(f"| {name} to {other} | {ratio:.2f} | {minimum:.2f} | {'PASS' if ratio >= minimum else 'FAIL'} |")
    drop_database()


if __name__ == "__main__":
    main()
