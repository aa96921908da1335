"""``python -m bench.sending``: how fast queued messages are sent, and how long a message takes under a steady load.

Needs PostgreSQL on 127.0.0.1:5432 (or BENCH_POSTGRES) and a Redis database of its own (BENCH_REDIS), which is emptied.

drain   ``--messages`` on 20 sandbox accounts become due at the same moment, with one worker and a scheduler
load    ``--rate`` sends a second for ``--seconds``, with two web processes, two workers, a scheduler and a webhook
        endpoint; requests start by the clock, whether or not earlier ones have been answered. Several rates, separated
        by commas, are measured one after the other, each with a new database.

In *load* a message is followed from the POST's commit to the receiver's 200 for its ``message.sent``. The client
knows of the commit when it has the answer, so it counts from there; the receiver notes when it has written its 200.

At the end the figures are compared with what the product is held to; a FAIL does not fail the command.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench import databases

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432")
DATABASE = os.environ.get("BENCH_DATABASE", "crmsolid_bench_sending")
REDIS = os.environ.get("BENCH_REDIS", "redis://127.0.0.1:6379/12")
os.environ.update(
    DJANGO_SETTINGS_MODULE="crmsolid.settings",
    DATABASE_URL=f"{POSTGRES}/{DATABASE}",
    REDIS_URL=REDIS,
    CRMSOLID_DATA=os.environ.get("CRMSOLID_DATA", "/tmp/crmsolid-bench"),
    CRMSOLID_WEBHOOK_ALLOW_PRIVATE="true",
    CRMSOLID_WEB_PROCESSES="2",
    LOG_LEVEL="ERROR",
    PYTHONPATH=str(ROOT),
)
ACCOUNTS, CONTACTS = 20, 500
TEXT = "Hey {first_name|there}, your invite is ready"
TICK = os.sysconf("SC_CLK_TCK")
WAIT_SECONDS = 600.0
READY_SECONDS = 2.0  # /readyz counts as red if it takes longer

DRAIN_RATE, QUEUE_LENGTH, P99_MS = 400, 10, 250
# Those of our database, and those of the server as a whole.
POSTGRES_PROCESSES = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() OR datname IS NULL"
HELD_TO_RATE = 100  # sends a second; the goals of *load* are for at most this many

WITHOUT = ("--without-gossip", "--without-mingle", "--without-heartbeat")
COMMANDS = {
    "web": ["-m", "crmsolid.serving"],
    "worker": ["-m", "celery", "-A", "crmsolid", "worker", *WITHOUT],
    "scheduler": ["-m", "celery", "-A", "crmsolid", "beat"],
}

# A figure: its name, its value, and whether it is good enough; None if nothing is required of it.
Row = tuple[str, str, bool | None]
VERDICTS = {True: "PASS", False: "FAIL", None: ""}


class Role:
    """One role of the product: its process and the children of that."""

    def __init__(self, role: str, *arguments: str) -> None:
        command = [sys.executable, *COMMANDS[role], *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)

    def cpu_seconds(self) -> float:
        return sum(ticks(pid) for pid in [self.process.pid, *self._children()]) / TICK

    def _children(self) -> list[int]:
        return [int(p) for p in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()]

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()


def ticks(pid: int) -> int:
    """The CPU time of a process so far, in units of 1 / TICK seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


@contextlib.contextmanager
def running(**roles: list[str]) -> Iterator[dict[str, Role]]:
    """Processes of the product by name, each with its role and arguments."""
    started = {name: Role(*arguments) for name, arguments in roles.items()}
    try:
        yield started
    finally:
        for role in started.values():
            role.stop()


def prepare() -> dict[str, Any]:
    """A fresh database with a key and accounts, and an empty Redis. Sets up Django for this process."""
    databases.create(POSTGRES, DATABASE)
    command = [sys.executable, "-m", "bench.seed"]
    seeded = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout)
    import django
    import redis

    django.setup()
    from django.db import connection

    connection.close()  # that of an earlier case has ended with its database
    redis.Redis.from_url(REDIS).flushdb()
    return seeded


def drop_database() -> None:
    """Drop the database of :func:`prepare` and empty Redis."""
    import redis
    from django.db import connection

    connection.close()
    databases.drop(POSTGRES, DATABASE)
    redis.Redis.from_url(REDIS).flushdb()


def query(statement: str, *params: object) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


def wait_until(condition: Callable[[], bool], what: str, *, seconds: float = WAIT_SECONDS, every: float = 0.1) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(every)


# --- drain ------------------------------------------------------------------------------------------------------------
def drain(seeded: dict[str, Any], count: int) -> list[Row]:
    """Send ``count`` messages that become due at once. The worker's CPU includes its events and heartbeats."""
    from crmsolid.core import clock, doorbell

    queue_messages(seeded["first_account"], count)
    query("VACUUM ANALYZE")
    with running(worker=["worker"], scheduler=["scheduler"]) as roles:
        wait_until(lambda: query("SELECT count(*) FROM workspaces_heartbeat") == [(1,)], "the worker runs")
        cpu, due = roles["worker"].cpu_seconds(), clock.now()
        query("UPDATE messaging_message SET eta = %s, slot_at = %s", due, due)
        doorbell.ring("messaging.dispatch")
        sent = "SELECT count(*) FROM messaging_message WHERE status = 'sent'"
        wait_until(lambda: query(sent) == [(count,)], "all sent")
        cpu = roles["worker"].cpu_seconds() - cpu
    [(first, last)] = query("SELECT min(sent_at), max(sent_at) FROM messaging_message")
    assert query("SELECT count(*), count(DISTINCT message_id) FROM messaging_sandboxdelivery") == [(count, count)]
    rate = count / (last - due).total_seconds()
    return [
        ("drain: messages/s of one worker", f"{rate:.0f} (at least {DRAIN_RATE})", rate >= DRAIN_RATE),
        ("drain: first message sent, ms after it is due", f"{(first - due).total_seconds() * 1000:.0f}", None),
        ("drain: CPU ms of the worker a message", f"{cpu / count * 1000:.2f}", None),
    ]


def queue_messages(first_account: int, count: int) -> None:
    """Accept messages for tomorrow; nothing is due until the clock of :func:`drain` starts."""
    from datetime import timedelta

    from crmsolid.core import clock
    from crmsolid.workspaces.actor import Actor
    from crmsolid.workspaces.models import Workspace
    from messaging.services import send_message

    actor, tomorrow = Actor.command(Workspace.objects.get(slug="bench"), "bench"), clock.now() + timedelta(days=1)
    for number in range(count):
        account, to = first_account + number % ACCOUNTS, f"@bench_{number % CONTACTS}"
        send_message(actor, account_id=account, to=to, text=TEXT, send_at=tomorrow)


# --- load -------------------------------------------------------------------------------------------------------------
@dataclass
class Sent:
    """The requests: when each should have started and when it was answered, by message id, in seconds since 1970; and
    the errors."""

    due_at: dict[str, float] = field(default_factory=dict)
    answered_at: dict[str, float] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    latest_start: float = 0.0  # seconds behind the schedule, at worst


@dataclass
class Samples:
    queue_length: int = 0
    ready: int = 0
    red: Counter[str] = field(default_factory=Counter)


def load(seeded: dict[str, Any], rate: int, seconds: int) -> list[Row]:
    """Send at a constant rate and follow each message to the webhook's receiver."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    roles = {"worker 1": ["worker"], "worker 2": ["worker"], "scheduler": ["scheduler"]}
    with receiving() as receiver, running(web=["web", "--port", str(port)], **roles) as started:
        wait_until(lambda: is_ready(url), "ready")
        create_endpoint(url, seeded["token"], int(receiver.stdout.readline()))
        asyncio.run(send_at_rate(url, seeded, rate, min(5, seconds), "warm"))
        query("ANALYZE")
        before, began = cpu_by_program(started), time.monotonic()
        sent, samples = asyncio.run(send_at_rate(url, seeded, rate, seconds, "load"))
        with contextlib.suppress(TimeoutError):  # what is missing is counted below
            wait_until(lambda: open_deliveries() == 0, "all delivered", seconds=60)
        took = time.monotonic() - began
        cpu = {name: used - before[name] for name, used in cpu_by_program(started).items()}
        arrivals = json.loads(receiver.communicate()[0])
    a_message = ", ".join(f"{name} {used / (rate * seconds) * 1000:.2f}" for name, used in cpu.items())
    of_a_core = ", ".join(f"{name} {used / took * 100:.0f}" for name, used in cpu.items())
    rows = [
        *compare(sent, samples, arrivals, rate, seconds),
        ("CPU ms a message", a_message, None),
        ("CPU, % of a core", of_a_core, None),
    ]
    return [(f"load {rate}/s: {name}", figure, passed) for name, figure, passed in rows]


def cpu_by_program(roles: dict[str, Role]) -> dict[str, float]:
    """Seconds of CPU so far, of each role, of this process, and of PostgreSQL (on this machine) and Redis."""
    import redis

    info = redis.Redis.from_url(REDIS).info("cpu")
    return {
        **{name: role.cpu_seconds() for name, role in roles.items()},
        "client": time.process_time(),
        "PostgreSQL": sum(postgres_cpu_seconds(pid) for [pid] in query(POSTGRES_PROCESSES)),
        "Redis": info["used_cpu_sys"] + info["used_cpu_user"],
    }


def postgres_cpu_seconds(pid: int) -> float:
    try:
        name = Path(f"/proc/{pid}/comm").read_text()
        return ticks(pid) / TICK if name.startswith("postgres") else 0.0
    except FileNotFoundError:  # it has just ended, or the server runs elsewhere
        return 0.0


@contextlib.contextmanager
def receiving() -> Iterator[Any]:
    """A process of :mod:`bench.sending_receiver`."""
    command = [sys.executable, "-m", "bench.sending_receiver"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as receiver:
        try:
            yield receiver
        finally:
            receiver.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5):
            return True
    except OSError:  # also the HTTPError of a 503
        return False


def create_endpoint(url: str, token: str, port: int) -> None:
    body = json.dumps({"url": f"http://127.0.0.1:{port}/hook", "events": ["message.sent"]}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": "endpoint"}
    urllib.request.urlopen(urllib.request.Request(f"{url}/v1/webhooks", body, headers), timeout=10)


def open_deliveries() -> int:
    statement = """SELECT (SELECT count(*) FROM messaging_message WHERE status IN ('queued', 'sending'))
        + (SELECT count(*) FROM events_event WHERE position IS NULL)
        + (SELECT count(*) FROM webhooks_delivery WHERE status <> 'succeeded')"""
    return int(query(statement)[0][0])


async def send_at_rate(url: str, seeded: dict[str, Any], rate: int, seconds: int, mark: str) -> tuple[Sent, Samples]:
    """Start request n at n / rate seconds. Returns when each has been answered."""
    import aiohttp

    sent, samples = Sent(), Samples()
    headers = {"Authorization": f"Bearer {seeded['token']}"}
    connector = aiohttp.TCPConnector(limit=200)
    # /readyz is asked over connections of its own: it must not wait here behind sends.
    async with (
        aiohttp.ClientSession(url, connector=connector, headers=headers) as session,
        aiohttp.ClientSession(url) as of_sampler,
    ):
        ended = asyncio.Event()
        sampler = asyncio.create_task(sample(of_sampler, samples, ended))
        tasks, began, clock_at_start = [], time.monotonic(), time.time()
        for number in range(rate * seconds):
            behind = time.monotonic() - began - number / rate
            sent.latest_start = max(sent.latest_start, behind)
            if behind < 0:
                await asyncio.sleep(-behind)
            due_at = clock_at_start + number / rate
            tasks.append(asyncio.create_task(post(session, sent, seeded["first_account"], mark, number, due_at)))
        await asyncio.gather(*tasks)
        ended.set()
        await sampler
    return sent, samples


async def post(session: Any, sent: Sent, first_account: int, mark: str, number: int, due_at: float) -> None:
    import aiohttp

    account, to = first_account + number % ACCOUNTS, f"@bench_{number % CONTACTS}"
    body, key = {"account_id": account, "to": to, "text": TEXT}, f"{mark}-{number}"
    try:
        async with session.post("/v1/messages/send", json=body, headers={"Idempotency-Key": key}) as response:
            answer = await response.json()
            if response.status == 200:
                sent.due_at[answer["id"]], sent.answered_at[answer["id"]] = due_at, time.time()
            else:
                sent.errors[str(response.status)] += 1
    except (aiohttp.ClientError, TimeoutError) as error:
        sent.errors[type(error).__name__] += 1


async def sample(session: Any, samples: Samples, ended: asyncio.Event) -> None:
    """Read the length of all queues of signals four times a second, and /readyz once a second. It is told to
    end, not cancelled, so that it is never in the middle of a command of Redis."""
    import aiohttp
    import redis.asyncio

    client, number = redis.asyncio.Redis.from_url(REDIS), 0
    while not ended.is_set():
        names = [key async for key in client.scan_iter("crmsolid*", _type="list")]
        samples.queue_length = max(samples.queue_length, sum([await client.llen(name) for name in names]))
        if number % 4 == 0:
            try:
                async with session.get("/readyz", timeout=aiohttp.ClientTimeout(READY_SECONDS)) as response:
                    missing = (await response.json())["missing"]
            except (aiohttp.ClientError, TimeoutError) as error:
                missing = [type(error).__name__]
            if missing:
                samples.red[", ".join(missing)] += 1
            samples.ready += not missing
        number += 1
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), 0.25)


def compare(sent: Sent, samples: Samples, arrivals: list[list[Any]], rate: int, seconds: int) -> list[Row]:
    """The rows of the report. Messages of the warm-up do not count."""
    expected, held = rate * seconds, rate <= HELD_TO_RATE
    times: dict[str, list[float]] = {}
    for message_id, created_at, confirmed_at in arrivals:
        if message_id in sent.answered_at:
            times.setdefault(message_id, [created_at]).append(confirmed_at)
    once = sum(len(each) == 2 for each in times.values())
    answer = milliseconds_between((sent.due_at[each], at) for each, at in sent.answered_at.items())
    from_event = milliseconds_between((each[0], each[1]) for each in times.values())
    from_commit = milliseconds_between((sent.answered_at[message_id], each[1]) for message_id, each in times.items())
    p99, queued = percentile(from_event, 0.99), samples.queue_length
    goals = (f" (p99 at most {P99_MS})", f" (at most {QUEUE_LENGTH})") if held else ("", "")
    return [
        ("accepted, arrived exactly once", f"{len(sent.answered_at)}, {once} of {expected}", once == expected),
        ("requests that failed", str(dict(sent.errors) or 0), not sent.errors),
        ("ms from the request to the answer", spread(answer), None),
        ("ms from the POST's commit to the receiver's 200", spread(from_commit), None),
        ("ms from message.sent to the receiver's 200", spread(from_event) + goals[0], p99 <= P99_MS if held else None),
        ("messages that waited at once, at most", waiting(sent, times), None),
        ("signals in all queues", f"max {queued}{goals[1]}", queued <= QUEUE_LENGTH if held else None),
        ("/readyz ready, not ready", f"{samples.ready}, {dict(samples.red) or 0}", not samples.red),
        ("latest start of a request, ms", f"{sent.latest_start * 1000:.0f}", None),
    ]


def milliseconds_between(times: Iterable[tuple[float, float]]) -> list[float]:
    return sorted((end - start) * 1000 for start, end in times)


def waiting(sent: Sent, times: dict[str, list[float]]) -> str:
    """How many messages at most waited for each step at the same time: that of the step which saturates is long."""
    stages = {
        "for the answer": [(sent.due_at[each], at) for each, at in sent.answered_at.items()],
        "to be sent": [(sent.answered_at[message_id], each[0]) for message_id, each in times.items()],
        "to be posted": [(each[0], each[1]) for each in times.values()],
    }
    return ", ".join(f"{name} {most_at_once(spans)}" for name, spans in stages.items())


def most_at_once(spans: Iterable[tuple[float, float]]) -> int:
    """How many of these spans of time overlap at most. One that ends before it starts counts for nothing."""
    changes = sorted(change for start, end in spans if end > start for change in ((start, 1), (end, -1)))
    most = now = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most


def percentile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("inf")


def spread(ordered: list[float]) -> str:
    shares = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    return ", ".join(f"{name} {percentile(ordered, share):.0f}" for name, share in shares.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", default="drain,load")
    parser.add_argument("--messages", type=int, default=4000)
    parser.add_argument("--rate", default="100", help="sends a second; several, separated by commas")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--web", default="2", help="web processes")
    options = parser.parse_args()
    os.environ["CRMSOLID_WEB_PROCESSES"] = options.web
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the processes of the product are ended
    rates = [int(rate) for rate in options.rate.split(",")]
    cases = {
        "drain": [lambda seeded: drain(seeded, options.messages)],
        "load": [partial(load, rate=rate, seconds=options.seconds) for rate in rates],
    }
    print("| | | |\n|---|---|---|", flush=True)
    try:
        for case in options.cases.split(","):
            for measure in cases[case]:
                for name, figure, passed in measure(prepare()):
                    print(f"| {name} | {figure} | {VERDICTS[passed]} |", flush=True)
    finally:
        drop_database()


if __name__ == "__main__":
    main()
