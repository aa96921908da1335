"""Webhooks while processes are killed and Redis is flushed or down: every committed event arrives, with the same bytes
each time, and nothing arrives that was not committed."""

import http.client
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import redis

from tests.system.stack import Stack
from tests.waiting import wait_until
from tests.webhooks.receiver import Post, Receiver, answering


@dataclass
class WebhookStack:
    """The stack with an endpoint, and the receiver of its deliveries."""

    stack: Stack
    receiver: Receiver
    path: str
    endpoint_id: str

    def arrived(self) -> list[Post]:
        return self.receiver.to(self.path)

    def create(self, count: int, mark: str) -> None:
        """Create contacts with REST. Requests that fail because the web process was killed are not repeated."""

        def one(number: int) -> None:
            body = {"username": f"{mark}_{number}", "name": "Мария 😀"}
            try:
                self.stack.call("POST", "/v1/contacts", self.stack.seeded["fast"][1], body, f"{mark}-{number}")
            except (OSError, http.client.HTTPException):
                return

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(one, range(count)))

    def committed(self, mark: str) -> set[str]:
        rows = self.stack.query(
            "SELECT e.id FROM events_event e JOIN contacts_contact c ON c.id = e.contact_id"
            " WHERE e.type = 'contact.created' AND c.username LIKE %s",
            f"{mark}%",
        )
        return {row[0] for row in rows}

    def expire_leases(self) -> None:
        """Do not wait 30 seconds for the leases; the sweep runs every few seconds."""
        self.stack.query("UPDATE webhooks_delivery SET lease_until = now() WHERE status = 'sending' RETURNING 1")

    def assert_all_arrive(self, mark: str, at_least: int) -> None:
        committed = self.committed(mark)
        assert len(committed) >= at_least
        wait_until(
            lambda: {post.headers["webhook-id"] for post in self.arrived()} >= committed, "all arrived", seconds=60
        )
        bodies: dict[str, set[bytes]] = {}
        for post in self.arrived():
            bodies.setdefault(post.headers["webhook-id"], set()).add(post.body)
        assert set(bodies) == committed
        assert {len(same) for same in bodies.values()} == {1}
        assert {json.loads(post.body)["id"] for post in self.arrived()} == committed
        wait_until(lambda: self._open() == 0, "all settled", seconds=60)
        twice = "SELECT 1 FROM webhooks_attempt GROUP BY delivery_id, number HAVING count(*) > 1"
        assert self.stack.query(twice) == []

    def _open(self) -> int:
        [(count,)] = self.stack.query(
            "SELECT count(*) FROM webhooks_delivery WHERE endpoint_id = %s AND status <> 'succeeded'", self.endpoint_id
        )
        return int(count)


@pytest.fixture(scope="module", autouse=True)
def scheduler(stack: Stack) -> None:
    stack.start_scheduler()


@pytest.fixture
def hooked(stack: Stack, request: pytest.FixtureRequest) -> Iterator[WebhookStack]:
    path = f"/{request.node.name}"
    token = stack.seeded["fast"][0]
    with Receiver() as receiver:
        body = {"url": receiver.url(path), "events": ["contact.created"]}
        made = stack.call("POST", "/v1/webhooks", token, body, path)
        assert made.status == 201, made.body
        yield WebhookStack(stack, receiver, path, made.json()["id"])
        assert stack.call("DELETE", f"/v1/webhooks/{made.json()['id']}", token, key=f"delete-{path}").status == 204


def test_every_event_arrives_though_the_worker_is_killed(hooked: WebhookStack) -> None:
    load = threading.Thread(target=hooked.create, args=(60, "wk"))
    load.start()
    for posts in (1, 15, 30):
        wait_until(lambda n=posts: len(hooked.arrived()) >= n, "something posted")  # type: ignore[misc]
        hooked.stack.kill("worker")
        hooked.stack.start_worker()
        hooked.expire_leases()
    load.join()
    hooked.expire_leases()
    hooked.assert_all_arrive("wk", 60)


def test_every_committed_event_arrives_though_the_web_is_killed(hooked: WebhookStack) -> None:
    load = threading.Thread(target=hooked.create, args=(60, "web"))
    load.start()
    wait_until(lambda: len(hooked.committed("web")) >= 5, "something committed")
    hooked.stack.kill("web")
    load.join()
    hooked.stack.start_web()
    hooked.expire_leases()
    hooked.assert_all_arrive("web", 5)


def test_every_event_arrives_though_the_broker_is_flushed(hooked: WebhookStack) -> None:
    hooked.stack.kill("worker")
    hooked.create(20, "flush")
    assert hooked.arrived() == []
    with redis.Redis(port=hooked.stack.redis_port) as broker:
        wait_until(lambda: broker.llen("crmsolid.webhooks.pump") > 0, "a task is queued")
        broker.flushall()
    hooked.stack.start_worker()
    hooked.expire_leases()
    hooked.assert_all_arrive("flush", 20)


def test_every_event_arrives_though_redis_is_down(hooked: WebhookStack) -> None:
    hooked.stack.kill("redis")
    hooked.create(20, "away")
    hooked.stack.start_redis()
    hooked.expire_leases()
    hooked.assert_all_arrive("away", 20)


def test_refused_request_causes_no_event_and_a_failed_delivery_is_retried(hooked: WebhookStack) -> None:
    hooked.receiver.behaviours[hooked.path] = answering(503)
    stack, token = hooked.stack, hooked.stack.seeded["fast"][0]
    assert stack.call("POST", "/v1/contacts", token, {"username": "bad name", "name": "x"}, "refused-1").status == 422
    hooked.create(5, "later")
    wait_until(lambda: len(hooked.arrived()) >= 5, "refused posts")
    hooked.receiver.behaviours.clear()
    stack.query("UPDATE webhooks_delivery SET next_attempt_at = now() WHERE status = 'failed' RETURNING 1")
    hooked.expire_leases()
    hooked.assert_all_arrive("later", 5)
