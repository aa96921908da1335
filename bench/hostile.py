"""How much six hostile endpoints delay four healthy ones, with thousands of deliveries queued for one that hangs.

``python -m bench.hostile [--queued N] [--rounds N]``. Needs PostgreSQL as :mod:`bench.webhooks` does. The hostile ones
hang for ever, answer 500, send a byte per second, send 1 GB, send a gzip bomb, and have a self-signed certificate.
The pump runs as in a worker, with the product's own deadline of 10 s; events for all ten are published while it runs.
"""

import argparse
import contextlib
import os
import resource
import subprocess
import sys
import threading
import time
from typing import Any

from bench.webhooks import DATA, ROOT, TYPES, drop_database, prepare

KINDS = ["hang", "500", "drip", "gigabyte", "bomb", "tls"]
PAUSE = 0.1  # seconds between two publications of one event for each endpoint


def make_endpoints(plain: int, tls: int) -> dict[str, Any]:
    from crmsolid.workspaces.actor import Actor
    from crmsolid.workspaces.models import User, Workspace
    from crmsolid.workspaces.services import create_workspace
    from webhooks.services import create_endpoint

    create_workspace(slug="bench", name="Bench", owner=User.objects.create_user("o@bench.example"), plan="pro")
    actor = Actor.command(Workspace.objects.get(slug="bench"), "bench")
    names = [*KINDS, *(f"healthy{n}" for n in range(10 - len(KINDS)))]
    urls = {name: f"http://127.0.0.1:{plain}/{name.rstrip('0123456789') or name}" for name in names}
    urls["tls"] = f"https://127.0.0.1:{tls}/tls"
    return {
        name: create_endpoint(actor, url=urls[name], events=[type]).endpoint
        for name, type in zip(names, TYPES, strict=True)
    }


def queue(workspace_id: int, count: int) -> None:
    """Queue deliveries for the endpoint that hangs."""
    from django.db import transaction

    from crmsolid.events.catalogue import event_type
    from crmsolid.events.positions import assign_positions
    from crmsolid.events.publishing import NewEvent, publish_all

    for _ in range(0, count, 500):
        with transaction.atomic():
            publish_all(workspace_id, [NewEvent(event_type(TYPES[0]), DATA)] * min(500, count))
    while assign_positions():
        pass


def publish_for(workspace_id: int, rounds: int) -> None:
    from django.db import connections, transaction

    from crmsolid.events.catalogue import event_type
    from crmsolid.events.publishing import NewEvent, publish_all

    try:
        for _ in range(rounds):
            with transaction.atomic():
                publish_all(workspace_id, [NewEvent(event_type(name), DATA) for name in TYPES])
            time.sleep(PAUSE)
    finally:
        connections.close_all()


def pump_until(done: threading.Event, peaks: list[int]) -> None:
    """Run one pump after the other, as a worker does."""
    from webhooks.delivery.pump import run_pump

    while not done.is_set():
        run_pump()
        peaks.append(_memory())
        time.sleep(0.05)


def _memory() -> int:
    """Resident memory in bytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def report(endpoints: dict[str, Any], before: int, peak: int) -> None:
    from webhooks.models import Attempt, Delivery

    print(f"{'endpoint':10}{'made':>6}{'tried':>7}{'longest':>13}{'p50':>7}{'p95':>7}{'last':>7} s  outcomes")
    for name, endpoint in endpoints.items():
        attempts = list(
            Attempt.unscoped.filter(delivery__endpoint=endpoint).values_list(
                "delivery__created_at", "at", "duration_ms", "status", "error"
            )
        )
        # From the event to the end of an attempt at it.
        ended = sorted((at - made).total_seconds() + ms / 1000 for made, at, ms, _, _ in attempts) or [0.0]
        longest = max((ms for _, _, ms, _, _ in attempts), default=0) / 1000
        parts = [longest, ended[len(ended) // 2], ended[min(len(ended) - 1, len(ended) * 95 // 100)], ended[-1]]
        made = Delivery.unscoped.filter(endpoint=endpoint).count()
        outcomes = ", ".join(sorted({error or str(status) for *_, status, error in attempts}))
        figures = f"{parts[0]:13.2f}{parts[1]:7.2f}{parts[2]:7.2f}{parts[3]:7.2f}"
        print(f"{name:10}{made:6}{len(attempts):7}{figures}    {outcomes}")
    print(f"memory: {before / 2**20:.0f} MiB before, {peak / 2**20:.0f} MiB at most")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--queued", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=400, help="publications of one event for each endpoint")
    options = parser.parse_args()
    prepare()
    import django

    django.setup()
    receiver = subprocess.Popen(
        [sys.executable, "-m", "bench.hostile_receiver"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert receiver.stdout is not None
    plain, tls = (int(port) for port in receiver.stdout.readline().split())
    done, peaks = threading.Event(), [0]
    try:
        endpoints = make_endpoints(plain, tls)
        workspace_id = endpoints["hang"].workspace_id
        queue(workspace_id, options.queued)
        before = _memory()
        pump = threading.Thread(target=pump_until, args=(done, peaks), daemon=True)
        watch = threading.Thread(target=_watch, args=(done, peaks), daemon=True)
        pump.start()
        watch.start()
        publish_for(workspace_id, options.rounds)
        time.sleep(3)
        done.set()
        pump.join(60)
        report(endpoints, before, max(peaks))
    finally:
        done.set()
        receiver.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            receiver.wait(10)
        drop_database()


def _watch(done: threading.Event, peaks: list[int]) -> None:
    while not done.wait(0.2):
        peaks.append(_memory())


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
