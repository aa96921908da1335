"""``python -m bench.growth``: how the figures grow with connections, workers, rows and Telegram accounts.

Needs PostgreSQL on 127.0.0.1:5432 (or BENCH_POSTGRES) and a Redis database of its own (BENCH_REDIS), which is emptied.

requests  the busiest requests with 1, 8, 32 and 128 connections, two web processes
workers   messages that become due at once, and events that are committed at once, with 1, 2 and 4 workers
rows      single requests and claims with 10,000 to 1,000,000 rows in each table (``--rows``)
telegram  one worker with 10, 100 and 1,000 Telegram accounts, against the test server (:mod:`bench.telegram`)

Each part prints a table, with the machine and its load above it. The databases are dropped at the end.
"""

import argparse
import contextlib
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

os.environ.setdefault("BENCH_DATABASE", "crmsolid_bench_growth")
os.environ.setdefault("BENCH_REDIS", "redis://127.0.0.1:6379/12")  # both modules below read it

from bench import growth_rows, http_load, sending, telegram, webhooks
from bench.sending import prepare, query, running, wait_until


def machine() -> str:
    [(version,)] = query("SHOW server_version")
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{os.cpu_count()} cores, load {load}; Python {platform.python_version()}, PostgreSQL {version.split()[0]}"


def print_table(title: str, columns: Sequence[str], rows: Iterator[Sequence[str]]) -> None:
    print(f"\n### {title}\n\n{machine()}\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


# --- requests ---------------------------------------------------------------------------------------------------------
def requests(options: argparse.Namespace) -> None:
    columns = ("request", "connections", "requests/s", "p50 ms", "p99 ms", "web: CPU ms", "PostgreSQL: CPU ms")
    seeded, port = prepare(), sending.free_port()
    url = f"http://127.0.0.1:{port}"
    with running(web=["web", "--port", str(port)]) as roles:
        wait_until(lambda: answers(url), "web runs")
        print_table("Requests", columns, request_rows(roles, seeded, port, options))
        print(f"\nConnections of two web processes to PostgreSQL: {connections_but_ours()}")


def answers(url: str) -> bool:
    import urllib.error
    import urllib.request

    try:
        urllib.request.urlopen(f"{url}/v1/contacts", timeout=2)
    except urllib.error.HTTPError:  # it refuses a request without a key
        return True
    except OSError:
        return False
    return True


def request_rows(
    roles: dict[str, Any], seeded: dict[str, Any], port: int, options: argparse.Namespace
) -> Iterator[Sequence[str]]:
    names = {"contacts": "POST /v1/contacts", "send": "POST /v1/messages/send", "list": "GET /v1/contacts, 50 rows"}
    account = {key: seeded[key] for key in ("token", "first_account", "accounts")}
    for kind, name in names.items():
        warm_up = http_load.Load(port=port, kind=kind, connections=8, seconds=2, run=f"{kind}w", **account)
        http_load.run(warm_up)
        query("VACUUM ANALYZE")
        for connections in (1, 8, 32, 128):
            load = http_load.Load(
                port=port,
                kind=kind,
                connections=connections,
                seconds=options.seconds,
                run=f"{kind}{connections}",
                **account,
            )
            before = sending.cpu_by_program(roles)
            result = http_load.run(load)
            cpu = {of: used - before[of] for of, used in sending.cpu_by_program(roles).items()}
            if result.errors:
                raise RuntimeError(f"{name}: of {result.requests} requests failed {result.errors}")
            each = (f"{cpu[of] / result.requests * 1000:.2f}" for of in ("web", "PostgreSQL"))
            yield name, str(connections), f"{result.rate:.0f}", f"{result.p50:.1f}", f"{result.p99:.1f}", *each


def connections_but_ours() -> int:
    statement = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    return int(query(statement)[0][0])


# --- workers ----------------------------------------------------------------------------------------------------------
def workers(options: argparse.Namespace) -> None:
    columns = (
        "workers",
        "messages sent a second",
        "workers: CPU ms a message",
        "deliveries a second",
        "workers: CPU ms a delivery",
        "connections to PostgreSQL",
    )
    prepare()
    print_table("Workers", columns, worker_rows(options))


def worker_rows(options: argparse.Namespace) -> Iterator[Sequence[str]]:
    for count in (1, 2, 4):
        drained = drain(prepare(), count, options.messages)
        prepare()
        delivered, connections = deliver(count, options.messages)
        yield str(count), *drained, *delivered, str(connections)


@contextlib.contextmanager
def running_workers(count: int) -> Iterator[list[Any]]:
    roles = {f"worker {number}": ["worker"] for number in range(count)}
    with running(scheduler=["scheduler"], **roles) as started:
        wait_until(lambda: query("SELECT count(*) FROM workspaces_heartbeat") == [(1,)], "a worker runs")
        time.sleep(5)  # the others have no heartbeat of their own
        yield [role for name, role in started.items() if name != "scheduler"]


def drain(seeded: dict[str, Any], workers: int, count: int) -> Sequence[str]:
    """Messages sent a second by these workers, and their CPU, as :func:`bench.sending.drain` for one."""
    from crmsolid.core import clock

    sending.queue_messages(seeded["first_account"], count)
    query("VACUUM ANALYZE")
    with running_workers(workers) as roles:
        cpu, due = sum(role.cpu_seconds() for role in roles), clock.now()
        query("UPDATE messaging_message SET eta = %s, slot_at = %s", due, due)
        ring(roles, "messaging.dispatch")
        sent = "SELECT count(*) FROM messaging_message WHERE status = 'sent'"
        wait_until(lambda: query(sent) == [(count,)], "all sent")
        cpu = sum(role.cpu_seconds() for role in roles) - cpu
    [(last,)] = query("SELECT max(sent_at) FROM messaging_message")
    assert query("SELECT count(*), count(DISTINCT message_id) FROM messaging_sandboxdelivery") == [(count, count)]
    return f"{count / (last - due).total_seconds():.0f}", f"{cpu / count * 1000:.2f}"


def ring(roles: Sequence[Any], task: str) -> None:
    """Wake every worker: one ring wakes one, and the queue of a task holds one signal."""
    from crmsolid.core import doorbell

    for _ in roles:
        doorbell.ring(task)
        time.sleep(2 * doorbell.PAUSE_SECONDS)


def deliver(workers: int, count: int) -> tuple[Sequence[str], int]:
    """Deliveries a second, from the commit of all events to the last 200; the workers' CPU of one; all connections."""
    from django.db import transaction

    from crmsolid.core import clock

    command = [sys.executable, "-m", "bench.webhook_receiver"]
    with subprocess.Popen(command, cwd=sending.ROOT, stdout=subprocess.PIPE, text=True) as receiver:
        try:
            ports = [int(port) for port in receiver.stdout.readline().split()]
            workspace_id = webhooks.make_endpoints(ports, hanging=False)[0].workspace_id
            webhooks.write_events(workspace_id, 1000)
            with running_workers(workers) as roles:
                wait_until(lambda: unfinished() == 0, "the warm-up is delivered")
                query("VACUUM ANALYZE")
                cpu = sum(role.cpu_seconds() for role in roles)
                with transaction.atomic():
                    webhooks.write_events(workspace_id, count)
                began = clock.now()
                ring(roles, "webhooks.pump")
                wait_until(lambda: unfinished() == 0, "all delivered")
                cpu = sum(role.cpu_seconds() for role in roles) - cpu
                connections = connections_but_ours()
        finally:
            receiver.kill()
    answered = "SELECT max(at + duration_ms * interval '1 ms'), count(*) FROM webhooks_attempt WHERE status = 200"
    [(last, done)] = query(f"{answered} AND at >= %s", began)
    rate = done / (last - began).total_seconds()
    return (f"{rate:.0f}", f"{cpu / count * 1000:.2f}"), connections


def unfinished() -> int:
    statement = """SELECT (SELECT count(*) FROM events_event WHERE position IS NULL)
        + (SELECT count(*) FROM webhooks_delivery WHERE status <> 'succeeded')"""
    return int(query(statement)[0][0])


# --- rows -------------------------------------------------------------------------------------------------------------
def rows(options: argparse.Namespace) -> None:
    sizes = [int(size) for size in options.rows.split(",")]
    seeded = prepare()
    columns = ("rows in each table", *growth_rows.CASES)
    print_table("Rows: median ms, and the 99th of 100", columns, growth_rows.measure(seeded, sizes))


# --- telegram ---------------------------------------------------------------------------------------------------------
def telegram_accounts(options: argparse.Namespace) -> None:
    prepare()  # its database becomes the test database's template name
    counts = [int(count) for count in options.accounts.split(",")]
    print_table("Telegram accounts", telegram.COLUMNS, (telegram.measure_once(count) for count in counts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", default="requests,workers,rows,telegram")
    parser.add_argument("--seconds", type=int, default=8, help="of each measurement of requests")
    parser.add_argument("--messages", type=int, default=8000, help="and deliveries, that the workers share")
    parser.add_argument("--rows", default="10000,100000,1000000")
    parser.add_argument("--accounts", default="10,100,1000")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the processes of the product are ended
    parts: dict[str, Callable[[argparse.Namespace], None]] = {
        "requests": requests,
        "workers": workers,
        "rows": rows,
        "telegram": telegram_accounts,
    }
    try:
        for part in options.parts.split(","):
            parts[part](options)
    finally:
        sending.drop_database()


if __name__ == "__main__":
    main()
