"""A backup is restored after the product went on sending, and started by somebody who does not read the page about it:
sending is held, what was sent after the backup is not sent again, and webhooks come again with their ids."""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from tests.servers import create_database
from tests.system.enrollments import CREATE
from tests.system.stack import Stack
from tests.waiting import wait_until
from tests.webhooks.receiver import Receiver

BOUND_SECONDS = 180.0
BEGIN = "2026-01-01T00:00:00Z"  # an earlier time does no harm
SEEN = "SELECT 1 FROM workspaces_heartbeat WHERE seen_at > %s"
NOW = "SELECT now()"


class Installation:
    """The product, and the receiver of its webhooks, which remembers what was sent."""

    def __init__(self, stack: Stack, receiver: Receiver) -> None:
        self.stack, self.receiver = stack, receiver
        self.token = stack.seeded["tokens"][0]
        self.account = stack.seeded["accounts"][0]

    def start(self) -> None:
        self.stack.start_web()
        self.stack.start_worker()
        self.stack.start_scheduler()

    def kill(self, *names: str) -> None:
        for name in names:
            self.stack.kill(name)

    def wait_for_a_run(self) -> None:
        """Until a worker has worked on periodic tasks again."""
        [(now,)] = self.stack.query(NOW)
        wait_until(lambda: self.stack.query(SEEN, now), "a worker works", seconds=BOUND_SECONDS)

    def post(self, path: str, body: Any = None) -> Any:
        reply = self.stack.call("POST", path, self.token, body, uuid4().hex)
        assert reply.status in (200, 201), reply.body
        return reply.json()

    def send(self, to: str, text: str) -> str:
        return str(self.post("/v1/messages/send", {"account_id": self.account, "to": to, "text": text})["id"])

    def message(self, message_id: str) -> Any:
        return self.stack.call("GET", f"/v1/messages/{message_id}", self.token).json()

    def posted(self, event: str) -> list[Any]:
        bodies = [json.loads(post.body) for post in self.receiver.posts]
        return [body for body in bodies if body["event"] == event]

    def sent(self) -> Counter[tuple[str, str]]:
        """How often each contact was sent each text; a delivery that comes again is the same event."""
        events = {body["id"]: body["data"]["message"] for body in self.posted("message.sent")}
        return Counter((message["contact_id"], message["text"]) for message in events.values())

    def postgresql(self, program: str, *arguments: str) -> None:
        subprocess.run([program, *arguments], check=True, capture_output=True, timeout=120)


@pytest.fixture
def installation() -> Iterator[Installation]:
    server = settings.DATABASE_URL.rsplit("/", 1)[0]
    stack = Stack(server, f"crmsolid_system_{os.getpid()}_restore")
    try:
        with Receiver() as receiver:
            yield Installation(stack, receiver)
    finally:
        stack.stop()


def prepare(product: Installation) -> dict[str, Any]:
    """Everything that waits in the backup: a message, a step of a sequence and a broadcast, while no worker runs."""
    product.post("/v1/webhooks", {"url": product.receiver.url(), "events": ["contact.created", "message.sent"]})
    names = ("anna", "bobby", "carol")
    people = [product.post("/v1/contacts", {"username": name, "tags": ["vip"]})["id"] for name in names]
    steps = [{"id": "hello", "text": "Step"}, {"id": "again", "delay": "P1D", "text": "Another step"}]
    definition = {"name": "Welcome", "account_ids": [product.account], "steps": steps}
    sequence = product.stack.manage("shell", "-v", "0", "-c", CREATE.format(definition=definition)).strip()
    product.post(f"/v1/sequences/{sequence}/start")
    product.post(f"/v1/sequences/{sequence}/enroll", {"contact_id": people[1]})
    message = product.send("@anna", "Direct")
    audience = {"tags": ["vip"]}
    broadcast = {"name": "News", "text": "News", "account_ids": [product.account], "audience": audience}
    return {"people": people, "message": message, "broadcast": product.post("/v1/broadcasts", broadcast)["id"]}


@pytest.mark.long
def test_a_restored_backup_sends_nothing_again(installation: Installation) -> None:
    product, stack = installation, installation.stack
    product.start()
    wait_until(lambda: stack.query("SELECT 1 FROM workspaces_installation"), "the installation", seconds=BOUND_SECONDS)
    product.kill("worker", "scheduler")
    made = prepare(product)
    ann, bob, carol = made["people"]
    dump = str(stack.folder / "dump")
    product.postgresql("pg_dump", "--format=custom", f"--file={dump}", stack.dsn)

    # It goes on after the backup: everything is sent, and somebody is erased.
    stack.start_worker()
    stack.start_scheduler()
    once = Counter([(ann, "Direct"), (bob, "Step"), *((person, "News") for person in made["people"])])
    wait_until(lambda: product.sent() == once, "everything was sent", seconds=BOUND_SECONDS)
    assert stack.call("DELETE", f"/v1/contacts/{carol}", product.token, key=uuid4().hex).status == 204
    wait_until(lambda: watermark(product) >= last_position(product), "the watermark is written", seconds=BOUND_SECONDS)
    product.kill("worker", "scheduler", "web")
    created = sorted(body["id"] for body in product.posted("contact.created"))
    assert len(created) == 3

    # Restored, and started at once.
    create_database(*stack.dsn.rsplit("/", 1))
    product.postgresql("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={stack.dsn}", dump)
    product.start()
    wait_until(lambda: broadcast_waits(product) == "held", "the broadcast waits", seconds=BOUND_SECONDS)
    later = product.send("@anna", "Accepted while sending is held")
    product.wait_for_a_run()
    assert [product.message(each)["waiting_for"] for each in (made["message"], later)] == ["held", "held"]
    ready = stack.call("GET", "/readyz", "").json()
    assert (ready["status"], ready["missing"]) == ("ready", [])
    assert ready["sending"].endswith(": the database is older than this host has seen it")
    assert product.sent() == once
    # Webhooks are delivered again, with the same ids.
    again = sorted([*created, *created])
    wait_until(lambda: sorted(body["id"] for body in product.posted("contact.created")) == again, seconds=BOUND_SECONDS)

    stack.manage("replay_erasures", "--since", BEGIN)
    waiting = json.loads(stack.manage("sending", "hold", "--reason", "held already", "--json"))
    assert (waiting["reason"], [each["messages"] for each in waiting["waiting"]["messages"]]) == ("restored", [2])
    assert [each["due"] for each in waiting["waiting"]["sequences"]] == [1]
    assert [each["remaining"] for each in waiting["waiting"]["broadcasts"]] == [2]
    released = json.loads(stack.manage("sending", "release", "--cancel-queued-before", "--json"))
    assert released["canceled"] == {"messages_canceled": 1, "sequences_paused": 1, "broadcasts_paused": 1}
    new = once + Counter([(ann, "Accepted while sending is held")])
    wait_until(lambda: product.sent() == new, "what came later is sent", seconds=BOUND_SECONDS)
    product.wait_for_a_run()
    assert product.sent() == new
    message = product.message(made["message"])
    assert (message["status"], message["error"]) == ("canceled", "sending_held")
    assert stack.call("GET", "/readyz", "").json()["sending"] == "ok"


def watermark(product: Installation) -> int:
    return int(json.loads((product.stack.folder / "data" / "watermark.json").read_text())[-1]["position"])


def last_position(product: Installation) -> int:
    return int(product.stack.query("SELECT last_position FROM events_feed")[0][0])


def broadcast_waits(product: Installation) -> str:
    return str(product.stack.query("SELECT waiting_for FROM messaging_broadcast")[0][0])
