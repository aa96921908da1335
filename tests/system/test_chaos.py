"""Processes are killed and frozen, and Redis and PostgreSQL die, while clients of every kind write: everything comes
back by itself, nothing that was accepted is lost, and nothing is done twice. `make chaos` runs it by hand, with more
faults, a longer freeze, and a report."""

import os
import random
import statistics
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from crmsolid.celery import app
from tests.system import invariants
from tests.system.faults import WORKERS, Faults, Monitor, frozen
from tests.system.kinds.contacts import Broadcasts, Enrollments, Imports, ToolUpserts, Upserts
from tests.system.kinds.files import TelegramFiles
from tests.system.kinds.messages import Sends, SendsBeyondTheLimit, TelegramSends, ToolSends
from tests.system.kinds.reads import ReadsBeyondTheLimit
from tests.system.kinds.webhooks import Endpoints
from tests.system.load import Arrivals, Load, Request
from tests.system.seen import Seen
from tests.system.stack import Stack
from tests.telegram_server import TelegramServer, forget_cached_config
from tests.waiting import wait_until
from tests.webhooks.receiver import Receiver

FAULTS = int(os.environ.get("CHAOS_FAULTS", "6"))
# After so many minutes no further fault is injected; 0: all of them are.
MINUTES = float(os.environ.get("CHAOS_MINUTES", "0"))
SEED = int(os.environ.get("CHAOS_SEED", random.SystemRandom().randrange(10**6)))
# How long a worker is frozen, longer than the lease of a send.
FREEZE_SECONDS = float(os.environ.get("CHAOS_FREEZE_SECONDS", "10"))
SEND_LEASE_SECONDS = 6
# How long recovery may take. Far more than it takes on an idle machine, because this must not fail on a busy one.
BOUND_SECONDS = 120.0
# How long what was accepted may take until it is done, without a hand. A post that failed three times waits 2 minutes.
FINISH_SECONDS = 300.0
ENDPOINTS = {
    "/sent": ["message.sent"],
    "/all": ["message.sent", "message.failed", "message.received", "contact.created"],
}
ENVIRONMENT = {
    "CRMSOLID_DAILY_LIMIT": "1000000",
    "CRMSOLID_SEND_LEASE_SECONDS": str(SEND_LEASE_SECONDS),
    "CRMSOLID_TELEGRAM_SEND_SECONDS": "4",
    "CRMSOLID_TELEGRAM_LEASE_SECONDS": "3",
    "CRMSOLID_TELEGRAM_GAP_SECONDS": "0",
}


class Chaos:
    """A stack with two workers, its receiver of webhooks, and the load on it."""

    def __init__(self, stack: Stack, receiver: Receiver, load: Load, sends: Sends, reads: ReadsBeyondTheLimit) -> None:
        self.stack, self.receiver, self.load, self.sends, self.reads = stack, receiver, load, sends, reads
        self.arrivals = Arrivals(receiver, "/sent")

    def recovery_seconds(self, since: float) -> float:
        """Wait until /readyz is ready, a message is accepted and sent, its event arrives, and a task of the scheduler
        has run. Returns the seconds from ``since`` to the arrival."""
        stack, heartbeat = self.stack, "SELECT 1 FROM workspaces_heartbeat WHERE seen_at > %s"
        [(now,)] = stack.query("SELECT now()")
        wait_until(lambda: stack.readiness() == 200, "/readyz is ready", seconds=BOUND_SECONDS)
        probe = self.accepted_probe(stack.seeded["accounts"][0])
        recovered_at = self.wait_for_arrival(probe)
        wait_until(lambda: stack.query(heartbeat, now), "a heartbeat", seconds=BOUND_SECONDS)
        assert stack.ended() == []
        return recovered_at - since

    def accepted_probe(self, account: int) -> Request:
        return self.load.submit(self.sends.send(account, "@probe")).result(BOUND_SECONDS)

    def wait_for_arrival(self, send: Request) -> float:
        message_id = send.json()["id"]
        what = f"arrival of message.sent of {message_id}"
        return wait_until(lambda: self.arrivals.of(message_id), what, seconds=BOUND_SECONDS)


@pytest.fixture
def chaos(tmp_path: Path) -> Iterator[Chaos]:
    with TelegramServer() as telegram, Receiver() as receiver:
        forget_cached_config()
        key = tmp_path / "telegram.pub"
        key.write_text(telegram.key.public_pem)
        more = {**ENVIRONMENT, "TELEGRAM_TEST_DC": telegram.endpoint(), "TELEGRAM_TEST_RSA_KEY": str(key)}
        server = settings.DATABASE_URL.rsplit("/", 1)[0]
        stack = Stack(server, f"crmsolid_system_{os.getpid()}_chaos", more)
        print(f"\nseed {SEED}, {FAULTS} faults; logs: {stack.folder}", flush=True)
        try:
            start(stack)
            load = Load(stack.port, stack.seeded["fast"][0], random.Random(SEED + 1))
            yield under_load(stack, receiver, telegram, load)
        finally:
            stack.stop()


def start(stack: Stack) -> None:
    stack.start_web()
    for name in WORKERS:
        stack.start_worker(name)
    stack.start_scheduler()
    wait_until(lambda: stack.readiness() == 200, "/readyz is ready", seconds=BOUND_SECONDS)


def under_load(stack: Stack, receiver: Receiver, telegram: TelegramServer, load: Load) -> Chaos:
    endpoints = {}
    for path, types in ENDPOINTS.items():
        body = {"url": receiver.url(path), "events": types}
        reply = stack.call("POST", "/v1/webhooks", stack.seeded["fast"][0], body, path)
        assert reply.status == 201
        endpoints[path] = reply.json()["id"]
    sends = Sends(stack, load)
    load.kinds = [
        sends,
        *(kind(stack, load) for kind in (ToolSends, SendsBeyondTheLimit, Upserts, ToolUpserts, Imports)),
        *(kind(stack, load) for kind in (Enrollments, Broadcasts)),
        TelegramSends(stack, load, telegram),
        TelegramFiles(stack, load, telegram),
        Endpoints(stack, load, receiver, endpoints["/all"]),
        reads := ReadsBeyondTheLimit(stack, load),
    ]
    load.start()
    return Chaos(stack, receiver, load, sends, reads)


@pytest.mark.long
def test_everything_comes_back_and_everything_accepted_is_done_once(chaos: Chaos) -> None:
    """Random faults come one after the other. Then each worker in turn is frozen while the other one works on."""
    stack = chaos.stack
    recoveries: dict[str, list[float]] = defaultdict(list)
    with Monitor(stack) as monitor:
        findings = finding(lambda: inject_faults(chaos, recoveries))
        chaos.load.stop(BOUND_SECONDS)
    print_recoveries(recoveries)
    print(f"signals: at most {monitor.most_signals}; answers of /readyz: {dict(monitor.ready)}", flush=True)
    stopped_at = time.monotonic()
    findings += finding(lambda: invariants.wait_until_finished(stack, FINISH_SECONDS))
    print(f"everything was done {time.monotonic() - stopped_at:.1f} s after the last request", flush=True)
    findings += [*chaos.load.wrong, *audit(chaos)]
    assert not findings, "\n\n".join(findings)
    app.loader.import_default_modules()
    assert monitor.most_signals <= sum(not name.startswith("celery.") for name in app.tasks)  # one for each task


def audit(chaos: Chaos) -> list[str]:
    """What is wrong, judged first by what the API lists, then by the rows and by what arrived at the receivers."""
    stack, seen = chaos.stack, Seen(chaos.stack)
    checks = (
        lambda: assert_nothing_is_left(chaos, seen),
        lambda: invariants.assert_each_message_is_delivered_once(stack),
        lambda: invariants.assert_each_message_has_one_event(stack),
        lambda: invariants.assert_each_answer_was_received_once(stack),
        lambda: invariants.assert_positions_have_no_gaps(stack),
        lambda: invariants.assert_each_event_arrived(stack, chaos.receiver, ENDPOINTS),
        lambda: invariants.assert_nothing_is_locked(stack, BOUND_SECONDS),
    )
    return [*audit_kinds(chaos, seen), *(wrong for check in checks for wrong in finding(check))]


def inject_faults(chaos: Chaos, recoveries: dict[str, list[float]]) -> None:
    faults, ends_at = Faults(chaos.stack, random.Random(SEED)), time.monotonic() + 60 * MINUTES
    number = 0
    while number < FAULTS and (not MINUTES or time.monotonic() < ends_at):
        number, began = number + 1, time.monotonic()
        print(f"{number:3} {faults.inject()}", end="", flush=True)
        if "redis" in faults.kind:
            chaos.reads.redis_away.append((began, faults.ended_at))
        seconds = chaos.recovery_seconds(faults.ended_at)
        print(f": recovered after {seconds:.2f} s", flush=True)
        recoveries[faults.kind].append(seconds)
    print(f"{number} faults injected")
    for worker in WORKERS:
        recovered = stand_still(chaos, worker)
        recoveries["freeze_for_long"].append(recovered)


def stand_still(chaos: Chaos, worker: str) -> float:
    """While one worker is frozen, the messages of every account are sent and delivered, those also that the frozen one
    was working on once its leases have ended."""
    began = time.monotonic()
    with frozen(chaos.stack, worker):
        probes = [chaos.accepted_probe(account) for account in chaos.stack.seeded["accounts"]]
        waits = [chaos.wait_for_arrival(probe) - probe.began_at for probe in probes]
        time.sleep(max(0.0, FREEZE_SECONDS - (time.monotonic() - began)))
        ended = time.monotonic()
    gap = chaos.arrivals.longest_gap(began, ended)
    recovered = chaos.recovery_seconds(ended)
    print(f"    {worker} frozen for {ended - began:.1f} s: longest gap between arrivals {gap:.2f} s", end="")
    print(f", slowest account {max(waits):.2f} s, recovered after {recovered:.2f} s", flush=True)
    return recovered


def print_recoveries(recoveries: dict[str, list[float]]) -> None:
    everything = [seconds for each in recoveries.values() for seconds in each]
    print(f"{'recovery':>26} {'count':>6} {'median s':>9} {'longest s':>9}")
    for kind, seconds in [*sorted(recoveries.items()), *([("all", everything)] if everything else [])]:
        print(f"{kind:>26} {len(seconds):6} {statistics.median(seconds):9.2f} {max(seconds):9.2f}", flush=True)


def finding(check: Callable[[], object]) -> list[str]:
    """What the check has found. A long run says everything that is wrong, and not only the first of it."""
    try:
        check()
    except Exception:
        return [traceback.format_exc()[-2000:]]
    return []


def audit_kinds(chaos: Chaos, seen: Seen) -> list[str]:
    """Whatever was accepted is listed by the API once, and as it should be. Returns what is wrong."""
    findings: list[str] = []
    print(f"{'kind':>16} {'requests':>9} {'retried':>8} {'repeated':>9} {'audited':>8}")
    for kind in chaos.load.kinds:
        requests, audited = kind.requests, [0]
        findings += finding(lambda kind=kind, audited=audited: audited.append(kind.audit(seen)))  # type: ignore[misc]
        findings += [] if requests else [f"{kind.name} made no request"]
        retried = sum(each.tries > 1 + each.repeats for each in requests)
        repeated = sum(each.repeats for each in requests)
        print(f"{kind.name:>16} {len(requests):9} {retried:8} {repeated:9} {audited[-1]:8}", flush=True)
    return findings


def assert_nothing_is_left(chaos: Chaos, seen: Seen) -> None:
    """The API lists nothing that nobody has asked for."""
    left = {name: rows for name, rows in seen.rows.items() if name not in ("contacts", "received")}
    assert {row["url"] for row in left.pop("endpoints").values()} == {chaos.receiver.url(path) for path in ENDPOINTS}
    assert left == {"sent": {}, "enrollments": {}, "broadcasts": {}}
    written_to = set().union(*(kind.written_to() for kind in chaos.load.kinds if isinstance(kind, Sends)))
    assert sorted(row["username"] for row in seen.rows["contacts"].values()) == sorted(written_to)
