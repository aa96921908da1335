"""Processes are killed and frozen under load: everything comes back by itself, no message is lost and none is sent
twice. `make chaos` runs it by hand, with more faults, a longer freeze, and a report of the times."""

import os
import random
import statistics
import time
from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.system import invariants
from tests.system.faults import WORKERS, Faults, Monitor, frozen
from tests.system.load import Arrivals, Load, Send
from tests.system.stack import Stack
from tests.waiting import wait_until
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.usefixtures("services")

FAULTS = int(os.environ.get("CHAOS_FAULTS", "15"))
SEED = int(os.environ.get("CHAOS_SEED", random.SystemRandom().randrange(10**6)))
# How long a worker is frozen, longer than the lease of a send.
FREEZE_SECONDS = float(os.environ.get("CHAOS_FREEZE_SECONDS", "20"))
SEND_LEASE_SECONDS = 6
# How long recovery may take. Far more than it takes on an idle machine, because this must not fail on a busy one.
BOUND_SECONDS = 60.0
# One signal for each task, and as many tasks as there are.
MOST_SIGNALS = 10
ENDPOINTS = {
    "/sent": ["message.sent"],
    "/all": ["message.sent", "message.failed", "message.received", "contact.created"],
}
ENVIRONMENT = {
    "CRMSOLID_DAILY_LIMIT": "1000000",
    "CRMSOLID_SEND_LEASE_SECONDS": str(SEND_LEASE_SECONDS),
    "CRMSOLID_TELEGRAM_SEND_SECONDS": "4",
}


class Chaos:
    """A stack with two workers, its receiver of webhooks, and the load on it."""

    def __init__(self, stack: Stack, receiver: Receiver, load: Load) -> None:
        self.stack, self.receiver, self.load = stack, receiver, load
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

    def accepted_probe(self, account: int) -> Send:
        return self.load.probe(account).result(BOUND_SECONDS)

    def wait_for_arrival(self, send: Send) -> float:
        what = f"arrival of message.sent of {send.message_id}"
        return wait_until(lambda: self.arrivals.of(send.message_id), what, seconds=BOUND_SECONDS)


@pytest.fixture
def chaos() -> Iterator[Chaos]:
    if "postgres" not in settings.DATABASE_URL or not settings.REDIS_URL:
        pytest.skip("needs PostgreSQL and Redis: several processes")
    server = settings.DATABASE_URL.rsplit("/", 1)[0]
    stack = Stack(server, f"crmsolid_system_{os.getpid()}_chaos", ENVIRONMENT)
    print(f"\nseed {SEED}, {FAULTS} faults; logs: {stack.folder}", flush=True)
    try:
        with Receiver() as receiver:
            stack.start_supervised_web()
            for name in WORKERS:
                stack.start_worker(name)
            stack.start_scheduler()
            wait_until(lambda: stack.readiness() == 200, "/readyz is ready", seconds=BOUND_SECONDS)
            token = stack.seeded["fast"][0]
            for path, types in ENDPOINTS.items():
                body = {"url": receiver.url(path), "events": types}
                assert stack.call("POST", "/v1/webhooks", token, body, path).status == 201
            load = Load(stack.port, token, stack.seeded["accounts"], random.Random(SEED + 1))
            load.start()
            yield Chaos(stack, receiver, load)
    finally:
        stack.stop()


@pytest.mark.long
def test_everything_comes_back_and_every_message_is_sent_once(chaos: Chaos) -> None:
    """Random faults come one after the other. Then each worker in turn is frozen while the other one works on."""
    faults, stack = Faults(chaos.stack, random.Random(SEED)), chaos.stack
    with Monitor(stack) as monitor:
        recoveries = [recover_from_one(chaos, faults, number) for number in range(1, FAULTS + 1)]
        for worker in WORKERS:
            recoveries.append(stand_still(chaos, worker))
        chaos.load.stop(BOUND_SECONDS)
    print(f"recovery: median {statistics.median(recoveries):.2f} s, longest {max(recoveries):.2f} s")
    print(f"signals: at most {monitor.most_signals}; answers of /readyz: {dict(monitor.ready)}")
    print(f"sends: {len(chaos.load.sends)}; {sum(send.tries > 1 for send in chaos.load.sends)} of them retried")

    assert chaos.load.wrong == []
    invariants.wait_until_finished(stack, 2 * BOUND_SECONDS)
    invariants.assert_each_send_is_one_message(stack, chaos.load.sends)
    invariants.assert_each_message_is_delivered_once(stack)
    invariants.assert_each_message_has_one_event(stack)
    invariants.assert_each_answer_was_received_once(stack)
    invariants.assert_positions_have_no_gaps(stack)
    invariants.assert_each_event_arrived(stack, chaos.receiver, ENDPOINTS)
    invariants.assert_nothing_is_locked(stack, BOUND_SECONDS)
    assert monitor.most_signals <= MOST_SIGNALS


def recover_from_one(chaos: Chaos, faults: Faults, number: int) -> float:
    print(f"{number:3} {faults.inject()}", end="", flush=True)
    seconds = chaos.recovery_seconds(faults.ended_at)
    print(f": recovered after {seconds:.2f} s", flush=True)
    return seconds


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
