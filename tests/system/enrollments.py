"""Contacts who go through a sequence of five steps while processes are killed. Some reply, some opt out, some cannot be
written to: their usernames say which, and the sandbox does what they say."""

import http.client
import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tests.system.stack import Reply, Stack
from tests.waiting import wait_until

DELAYS = ("PT0S", "PT1S", "PT0S", "PT1S", "PT1S")
STEP_KEYS = tuple(f"step-{number}" for number in range(1, len(DELAYS) + 1))
# Who a contact is, by the last part of its number; all others get every step.
KINDS = {
    1: "optout",  # opts out after some of the steps
    3: "reply",  # answers each message at once
    4: "answer",  # answers after some of the steps
    5: "early_answer",  # answers when its first message is queued
    6: "autoreply",  # answers with an auto-reply, which does not stop the sequence
    9: "fail_privacy",  # cannot be written to
    11: "flood_wait_1",  # the first attempt at each message pauses the account for a second
    12: "optout",
    14: "answer",
    15: "early_optout",
    16: "autoreply",
    18: "answer",
}
# The reason for which these kinds of people stop.
STOPPED_BY = {
    "reply": "reply",
    "answer": "reply",
    "early_answer": "reply",
    "optout": "opted_out",
    "early_optout": "opted_out",
}
GETS_EVERY_STEP = ("plain", "autoreply", "flood_wait_1")
ENROLLING_THREADS = 4
REQUEST_SECONDS = 5.0

CREATE = """
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace
from sequences import services
from sequences.definition import read_definition
workspace = Workspace.objects.get(slug="demo", live=None)
sequence = services.create_sequence(Actor.command(workspace, "tests"), read_definition(workspace, {definition!r}))
print(sequence.pk)
"""
# What a worker does that dies once its messages are queued; then some of the contacts write.
MAKE_AND_ANSWER = """
import time
from crmsolid.core import clock
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from messaging.models import Message
from sequences.running import runner
queued = Message.unscoped.filter(status="queued", contact_id__in={contact_ids!r})
while queued.count() < len({contact_ids!r}):  # an account may be paused for a moment
    runner.run_due()
    time.sleep(0.1)
for message in queued.filter(contact_id__in={answering!r}).select_related("account", "contact"):
    receive(message.account, Incoming(1, "Not now", clock.now(), username=message.contact.username))
"""


@dataclass(slots=True)
class Person:
    """A contact in the sequence; the ids are empty until it is enrolled. ``acts_after`` is the number of messages after
    which the person opts out or answers; 0 if never."""

    number: int
    kind: str
    acts_after: int
    contact_id: str = ""
    enrollment_id: str = ""

    @property
    def username(self) -> str:
        return f"{self.kind}_{self.number}"


def people(count: int, chance: random.Random) -> list[Person]:
    """People of all kinds, in a random order."""
    kinds = [KINDS.get(number % 20, "plain") for number in range(count)]
    everybody = [
        Person(number, kind, chance.randint(1, len(DELAYS) - 1) if kind in ("optout", "answer") else 0)
        for number, kind in enumerate(kinds)
    ]
    return chance.sample(everybody, count)


def create_sequence(stack: Stack) -> str:
    """Create and start a sequence that all accounts of the stack share. Returns its id."""
    steps = [
        {"id": key, "delay": delay, "text": f"{key} for {{first_name|you}}"}
        for key, delay in zip(STEP_KEYS, DELAYS, strict=True)
    ]
    definition = {
        "name": "Chaos",
        "account_ids": stack.seeded["accounts"],
        "stop_on": ["reply"],
        "ignore_auto_replies": True,
        "steps": steps,
    }
    sequence_id = stack.manage("shell", "-v", "0", "-c", CREATE.format(definition=definition)).strip()
    assert until_answered(stack, "POST", f"/v1/sequences/{sequence_id}/start", {}, "start").status == 200
    return sequence_id


def until_answered(stack: Stack, method: str, path: str, body: Any, key: str) -> Reply:
    """Make the request, and repeat it with its key after a lost connection, a timeout, a 5xx, or while the first
    request with the key is still running."""

    def answer() -> Reply | None:
        try:
            reply = stack.call(method, path, stack.seeded["fast"][0], body, key, seconds=REQUEST_SECONDS)
        except (OSError, http.client.HTTPException):
            return None
        is_final = reply.status < 500 and (reply.status != 409 or reply.json()["code"] != "idempotency_in_progress")
        return reply if is_final else None

    return wait_until(answer, f"an answer to {method} {path}", seconds=120)


class Enrollments:
    """Enrolls people by REST, and in a thread lets those opt out and answer who have got enough messages."""

    def __init__(self, stack: Stack, sequence_id: str) -> None:
        self.answers = 0
        self._stack, self._sequence_id = stack, sequence_id
        self._acting: dict[str, Person] = {}
        self._everybody_is_enrolled = threading.Event()
        self._thread = ThreadPoolExecutor(1)
        self._end = self._thread.submit(self._act)

    def enroll(self, group: Sequence[Person]) -> None:
        with ThreadPoolExecutor(ENROLLING_THREADS) as pool:
            list(pool.map(self._enroll, group))

    def _enroll(self, person: Person) -> None:
        body = {"username": person.username}
        created = until_answered(self._stack, "POST", "/v1/contacts", body, f"contact-{person.number}")
        assert created.status == 201, created.body
        person.contact_id = created.json()["id"]
        path, body = f"/v1/sequences/{self._sequence_id}/enroll", {"contact_id": person.contact_id}
        enrolled = until_answered(self._stack, "POST", path, body, f"enroll-{person.number}")
        assert enrolled.status == 201, enrolled.body
        person.enrollment_id = enrolled.json()["id"]
        if person.acts_after:
            self._acting[person.contact_id] = person

    def answer_and_opt_out_before_the_claim(self, group: Sequence[Person]) -> None:
        """Enroll the group, queue its first messages, and let everybody in it answer or opt out. No worker may live."""
        self.enroll(group)
        contact_ids = [person.contact_id for person in group]
        answering = [person.contact_id for person in group if person.kind == "early_answer"]
        script = MAKE_AND_ANSWER.format(contact_ids=contact_ids, answering=answering)
        self._stack.manage("shell", "-v", "0", "-c", script)
        self.answers += len(answering)
        for person in group:
            if person.kind == "early_optout":
                self._opt_out(person)

    def finish(self, seconds: float) -> None:
        """Wait until everybody who opts out or answers has done so. Everybody must be enrolled."""
        self._everybody_is_enrolled.set()
        self._end.result(seconds)
        self._thread.shutdown()

    def _act(self) -> None:
        sent = "SELECT contact_id, count(*) FROM messaging_message WHERE status = 'sent' GROUP BY contact_id"
        while self._acting or not self._everybody_is_enrolled.is_set():
            for contact_id, count in self._stack.query(sent):
                person = self._acting.get(contact_id)
                if person is not None and count >= person.acts_after:
                    del self._acting[contact_id]
                    self._act_as(person)
            time.sleep(0.1)

    def _act_as(self, person: Person) -> None:
        if person.kind == "answer":
            self._answer(person)
        else:
            self._opt_out(person)

    def _opt_out(self, person: Person) -> None:
        path = f"/v1/contacts/{person.contact_id}"
        changed = until_answered(self._stack, "PATCH", path, {"opted_out": True}, f"optout-{person.number}")
        assert changed.status == 200, changed.body

    def _answer(self, person: Person) -> None:
        """Let the sandbox answer the last message of the person, as it does for ``@reply`` by itself."""
        last = """SELECT d.id FROM messaging_sandboxdelivery d JOIN messaging_message m ON m.id = d.message_id
            WHERE m.contact_id = %s AND m.status = 'sent' ORDER BY d.id DESC LIMIT 1"""
        update = f"UPDATE messaging_sandboxdelivery SET reply_pending = true WHERE id = ({last}) RETURNING id"
        self.answers += len(self._stack.query(update, person.contact_id))
