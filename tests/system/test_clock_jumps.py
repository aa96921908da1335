"""The clock of the machine with the web and a worker jumps while clients send, sequences run and webhooks arrive."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings

from tests.system.enrollments import STEP_KEYS, create_sequence
from tests.system.jumping_clock import JUMPING_WORKER, JumpingStack
from tests.system.sends import assert_exactly_once, sent_once
from tests.waiting import wait_until
from tests.webhooks.receiver import Receiver

JUMPS = (7200, -7200, 10, -10, 26 * 3600)
SENDS, PEOPLE, LIMIT = 4, 3, 5
DAY_SECONDS = 86_400


@pytest.fixture
def stack() -> Iterator[JumpingStack]:
    stack = JumpingStack(settings.DATABASE_URL.rsplit("/", 1)[0], f"crmsolid_jumps_{os.getpid()}")
    try:
        stack.start_web()
        stack.start_worker(JUMPING_WORKER)
        stack.start_worker("steady worker")
        stack.start_scheduler()
        wait_until(lambda: stack.readiness() == 200, "ready", seconds=60)
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


class Client:
    """Writes with a key that expires within an hour, and keeps what it has to find in the end."""

    def __init__(self, stack: JumpingStack) -> None:
        self._stack, self.token = stack, stack.seeded["fast"][0]
        stack.query("UPDATE apikeys_apikey SET expires_at = now() + '1 hour'::interval RETURNING 1")
        accounts = stack.seeded["accounts"]  # what is left of them sends for the sequence
        self.account, self.limited, self.waiting = accounts.pop(), accounts.pop(), accounts.pop()
        self.sent = 0

    def post(self, path: str, body: Any, key: str) -> Any:
        """Make the request twice: the second answer is that of the first."""
        first, second = (self._stack.call("POST", path, self.token, body, key) for _ in range(2))
        assert first.status in (200, 201), first.body
        assert (second.status, second.body) == (first.status, first.body)
        return first.json()

    def send(self, account: int, **more: str) -> str:
        self.sent += 1
        body = {"account_id": account, "to": f"@person_{self.sent}", "text": "hello", **more}
        return str(self.post("/v1/messages/send", body, f"send-{self.sent}")["id"])

    def assert_limit_is_kept(self, key: str) -> None:
        """The account's sends of the last 24 hours are used up, by the right time."""
        body = {"account_id": self.limited, "to": "@too_many", "text": "hello"}
        refused = self._stack.call("POST", "/v1/messages/send", self.token, body, f"limited-{key}")
        assert (refused.status, refused.json()["code"]) == (429, "account_daily_limit")
        assert DAY_SECONDS - 600 < int(refused.headers["retry-after"]) <= DAY_SECONDS


def test_jumps_of_the_clock_change_nothing(stack: JumpingStack, receiver: Receiver) -> None:
    client = Client(stack)
    client.post("/v1/webhooks", {"url": receiver.url(), "events": ["message.sent"]}, "webhook")
    stack.query("UPDATE messaging_account SET daily_limit = %s WHERE id = %s RETURNING 1", LIMIT, client.limited)
    for _ in range(LIMIT):
        client.send(client.limited)
    in_an_hour = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    planned, held = (client.send(client.waiting, send_at=in_an_hour) for _ in range(2))
    hold(stack, held, "5 minutes")
    sequence = create_sequence(stack)
    sends = 0
    for jump in JUMPS:
        stack.jump(jump)
        stack.wait_for_jump(jump)
        for _ in range(SENDS):
            client.send(client.account)
        enroll(client, sequence, f"{jump}")
        client.assert_limit_is_kept(f"{jump}")
        sends += SENDS
        wait_until(partial(sent_once, stack, client.account, sends), "all sent", seconds=60)
    stack.jump(0)
    stack.wait_for_jump(0)
    assert_everything_went_on(stack, client, receiver, planned, held)


def hold(stack: JumpingStack, message_id: str, duration: str) -> None:
    """Let the message be one that a worker sends, which has a lease of this duration."""
    change = """UPDATE messaging_message SET status = 'sending', lease = 'of another worker', attempts = 1, eta = now(),
        slot_at = now(), unsettled_since = now(), lease_until = now() + %s::interval WHERE id = %s RETURNING 1"""
    assert stack.query(change, duration, message_id) == [(1,)]


def enroll(client: Client, sequence: str, mark: str) -> None:
    for number in range(PEOPLE):
        name = f"enrolled_{mark.replace('-', 'minus_')}_{number}"
        contact = client.post("/v1/contacts", {"username": name}, name)["id"]
        client.post(f"/v1/sequences/{sequence}/enroll", {"contact_id": contact}, f"enroll-{name}")


def assert_everything_went_on(stack: JumpingStack, client: Client, receiver: Receiver, planned: str, held: str) -> None:
    enrolled = len(JUMPS) * PEOPLE
    ended = "SELECT status, count(*) FROM sequences_enrollment GROUP BY status"
    wait_until(lambda: stack.query(ended) == [("completed", enrolled)], "the sequence has ended", seconds=60)
    statuses = dict(stack.query("SELECT id, status || ' ' || lease FROM messaging_message WHERE status <> 'sent'"))
    assert statuses == {planned: "queued ", held: "sending of another worker"}
    hold(stack, held, "-1 second")
    sent = len(JUMPS) * SENDS + LIMIT + enrolled * len(STEP_KEYS) + 1
    all_sent = "SELECT count(*) FROM messaging_message WHERE status = 'sent'"
    wait_until(lambda: stack.query(all_sent) == [(sent,)], "all are sent", seconds=60)
    outcomes = "SELECT outcome, count(*) FROM messaging_messageattempt GROUP BY outcome ORDER BY outcome"
    assert stack.query(outcomes) == [("lost", 1), ("sent", sent)]
    assert stack.query("SELECT count(*), count(DISTINCT message_id) FROM messaging_sandboxdelivery") == [(sent, sent)]
    assert_exactly_once(stack, client.account, len(JUMPS) * SENDS)
    assert_times_are_right(stack)
    wait_until(lambda: len({post.headers["webhook-id"] for post in receiver.posts}) == sent, "all webhooks arrived")
    ages = [
        int(post.headers["webhook-timestamp"]) - (time.time() - time.monotonic() + post.at) for post in receiver.posts
    ]
    assert max(map(abs, ages)) < 60


def assert_times_are_right(stack: JumpingStack) -> None:
    """No row has a time of a wrong clock. Each jump but two of ten seconds is longer than this test."""
    for table, column in (
        ("messaging_message", "created_at"),
        ("messaging_message", "sent_at"),
        ("messaging_messageattempt", "at"),
        ("events_event", "created_at"),
        ("contacts_contact", "created_at"),
    ):
        wrong = f"SELECT count(*) FROM {table} WHERE {column} NOT BETWEEN now() - '15 minutes'::interval AND now()"
        assert stack.query(wrong) == [(0,)], (table, column)
