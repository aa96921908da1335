"""A load that creates, changes and disables endpoints of webhooks, and has events delivered again."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from tests.system.load import Kind, Load, Request
from tests.system.seen import Seen
from tests.system.stack import Stack
from tests.webhooks.receiver import Receiver

MOST = 90  # endpoints; a workspace has 100 at most


class Endpoints(Kind):
    """Each act creates an endpoint, or enables an earlier one when there are many, changes its events, sends a delivery
    of the endpoint of the test again, starts a job that delivers again what failed there, and disables its own one."""

    name = "webhook"
    pause_seconds = 6.0

    def __init__(self, stack: Stack, load: Load, receiver: Receiver, endpoint_id: str) -> None:
        super().__init__(stack, load)
        self._receiver, self._path = receiver, f"/v1/webhooks/{endpoint_id}"
        self._since = datetime.now(UTC).isoformat()
        self._own: list[str] = []  # paths of endpoints
        self.replayed: set[str] = set()  # ids of events

    async def act(self, number: int) -> None:
        path = await self._enabled(number)
        await self.request("PATCH", path, {"events": ["contact.created", "message.failed"]})
        listed = Request("GET", f"{self._path}/deliveries?status=succeeded&limit=1", "", b"")
        await self.load.call(listed)
        for delivery in listed.json()["data"]:
            await self.request("POST", f"/v1/deliveries/{delivery['id']}/replay", {})
            self.replayed.add(delivery["event_id"])
        await self.request("POST", f"{self._path}/replay", {"since": self._since})
        await self.request("PATCH", path, {"enabled": False})

    async def _enabled(self, number: int) -> str:
        if len(self._own) == MOST:
            path = self._own[number % MOST]
            await self.request("PATCH", path, {"enabled": True, "events": ["contact.created"]})
            return path
        body: dict[str, Any] = {"url": self._receiver.url(f"/changing-{number}"), "events": ["contact.created"]}
        created = await self.request("POST", "/v1/webhooks", body)
        self._own.append(f"/v1/webhooks/{created.json()['id']}")
        return self._own[-1]

    def audit(self, seen: Seen) -> int:
        created = [request.json() for request in self.requests if request.path == "/v1/webhooks"]
        for answer in created:
            endpoint = seen.take("endpoints", answer["id"])
            assert (endpoint["url"], endpoint["enabled"]) == (answer["url"], False), endpoint
            assert sorted(endpoint["events"]) == ["contact.created", "message.failed"], endpoint
        for request in self.requests:
            if request.path == f"{self._path}/replay":
                assert seen.get(f"/v1/jobs/{request.json()['id']}")["state"] == "done"
        posts = Counter(post.headers["webhook-id"] for post in self._receiver.to("/all"))
        assert {event_id for event_id in self.replayed if posts[event_id] < 2} == set()
        return len(created)
