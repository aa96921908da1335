"""Workers, web and scheduler are killed while contacts go through a sequence, reply and opt out: each step is sent once
and in order, and nobody is lost. `make chaos` runs it by hand with 1,000 contacts."""

import os
import random
import time
from collections.abc import Iterator, Sequence

import pytest
from django.conf import settings

from tests.system import invariants, sequence_invariants
from tests.system.enrollments import DELAYS, GETS_EVERY_STEP, Enrollments, Person, create_sequence, people
from tests.system.faults import KILLS, WORKERS, Faults
from tests.system.sequence_invariants import Audit
from tests.system.stack import Stack
from tests.threads import in_background
from tests.waiting import wait_until
from tests.webhooks.receiver import Receiver

CONTACTS = int(os.environ.get("CHAOS_CONTACTS", "60"))
FAULTS = int(os.environ.get("CHAOS_FAULTS", "4"))
SEED = int(os.environ.get("CHAOS_SEED", random.SystemRandom().randrange(10**6)))
# Far more than it takes on an idle machine, because this must not fail on a busy one.
BOUND_SECONDS = 300.0
ENDPOINTS = {"/sequences": ["sequence.started", "sequence.completed"]}
# Workers are killed most often: they do most of the work.
KINDS = (*KILLS, "kill_worker", "kill_worker")
ENVIRONMENT = {
    "CRMSOLID_DAILY_LIMIT": "1000000",
    "CRMSOLID_SEND_LEASE_SECONDS": "6",
    "CRMSOLID_TELEGRAM_SEND_SECONDS": "4",
}


@pytest.fixture
def stack() -> Iterator[Stack]:
    server = settings.DATABASE_URL.rsplit("/", 1)[0]
    stack = Stack(server, f"crmsolid_system_{os.getpid()}_sequences", ENVIRONMENT)
    print(f"\nseed {SEED}, {FAULTS} faults, {CONTACTS} contacts; logs: {stack.folder}", flush=True)
    try:
        stack.start_web()
        for name in WORKERS:
            stack.start_worker(name)
        stack.start_scheduler()
        wait_until(lambda: stack.readiness() == 200, "/readyz is ready", seconds=BOUND_SECONDS)
        yield stack
    finally:
        stack.stop()


@pytest.mark.long
def test_each_step_is_sent_once_and_nobody_is_lost(stack: Stack) -> None:
    """At each kill a group of contacts is at a random point of the sequence; those of the groups before may still be in
    it too."""
    chance, began = random.Random(SEED), time.monotonic()
    everybody = people(CONTACTS, chance)
    with Receiver() as receiver, Audit(stack):
        for path, types in ENDPOINTS.items():
            body = {"url": receiver.url(path), "events": types}
            assert stack.call("POST", "/v1/webhooks", stack.seeded["fast"][0], body, path).status == 201
        faults, enrollments = Faults(stack, chance, KINDS), Enrollments(stack, create_sequence(stack))
        early = [person for person in everybody if person.kind.startswith("early")]
        others = [person for person in everybody if person not in early]
        for number in range(FAULTS):
            kill_in_the_middle(stack, faults, enrollments, others[number::FAULTS], chance)
        stop_workers_between_making_and_claim(stack, enrollments, early)
        enrollments.finish(BOUND_SECONDS)
        invariants.wait_until_finished(stack, BOUND_SECONDS)
    assert stack.ended() == []
    ends = sequence_invariants.assert_everybody_ended_as_they_should(stack, everybody)
    report(stack, ends, time.monotonic() - began)
    sequence_invariants.assert_steps_were_delivered_once_and_in_order(stack)
    sequence_invariants.assert_outcomes_are_those_of_the_messages(stack)
    sequence_invariants.assert_nothing_was_claimed_after_a_reply_or_an_opt_out(stack)
    sequence_invariants.assert_each_enrollment_has_its_events(stack, everybody)
    invariants.assert_each_message_has_one_event(stack)
    invariants.assert_each_answer_was_received_once(stack, enrollments.answers)
    invariants.assert_positions_have_no_gaps(stack)
    invariants.assert_each_event_arrived(stack, receiver, ENDPOINTS)
    invariants.assert_nothing_is_locked(stack, BOUND_SECONDS)


def kill_in_the_middle(
    stack: Stack, faults: Faults, enrollments: Enrollments, group: Sequence[Person], chance: random.Random
) -> None:
    """Enroll the group, and inject a fault when it has done a random number of its steps."""
    wanted = chance.randrange(max(1, sum(person.kind in GETS_EVERY_STEP for person in group) * len(DELAYS)))
    count = "SELECT count(*) FROM sequences_steprun WHERE enrollment_id = ANY(%s)"

    def steps_done() -> bool:
        [(done,)] = stack.query(count, [person.enrollment_id for person in group])
        return bool(done >= wanted)

    with in_background(lambda: enrollments.enroll(group), seconds=BOUND_SECONDS):
        wait_until(steps_done, f"{wanted} steps of {len(group)} contacts", seconds=BOUND_SECONDS)
        print(f"after {wanted:3} steps of {len(group)} contacts: {faults.inject()}", flush=True)


def stop_workers_between_making_and_claim(stack: Stack, enrollments: Enrollments, group: Sequence[Person]) -> None:
    """The group answers and opts out while its messages are queued and no worker lives."""
    for name in WORKERS:
        stack.kill(name)
    enrollments.answer_and_opt_out_before_the_claim(group)
    for name in WORKERS:
        stack.start_worker(name)


def report(stack: Stack, ends: dict[tuple[str, str, str], int], seconds: float) -> None:
    for (kind, status, reason), count in sorted(ends.items()):
        print(f"{kind:>14} {status:>10} {reason:<12} {count:5}")
    [(messages, delivered, attempts)] = stack.query("""SELECT
        (SELECT count(*) FROM messaging_message WHERE direction = 'out'),
        (SELECT count(*) FROM messaging_sandboxdelivery), (SELECT count(*) FROM audit_claim)""")
    outcomes = dict(stack.query("SELECT outcome, count(*) FROM messaging_messageattempt GROUP BY 1 ORDER BY 1"))
    print(f"{messages} messages, {delivered} delivered, {attempts} claims; attempts: {outcomes}; {seconds:.0f} s")
