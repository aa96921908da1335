"""Loads that are about contacts: upserts by REST and by MCP, imports, enrollments into a sequence, and broadcasts."""

from typing import Any

from tests.system.enrollments import STEP_KEYS, create_sequence
from tests.system.load import Kind, Request
from tests.system.seen import Seen
from tests.system.stack import BY_HAND

IMPORTED_ROWS = 20
AUDIENCE = 10


class Upserts(Kind):
    """Each act creates a contact and then changes it, both by the upsert."""

    name = "upsert"
    clients, pause_seconds = 2 if BY_HAND else 1, 1.0

    async def act(self, number: int) -> None:
        username = f"{self.name}_{number}".replace(" ", "_")
        await self.upsert({"username": username, "name": "New", "tags": ["first"]})
        await self.upsert({"username": username, "name": f"Changed {number}", "tags": ["second"]})

    async def upsert(self, body: dict[str, Any]) -> Request:
        return await self.request("POST", "/v1/contacts", body)

    def audit(self, seen: Seen) -> int:
        """A client makes its two requests one after the other, so the requests of a contact are in this order."""
        ids: dict[str, list[bool]] = {}
        for request in self.requests:
            answer = request.json()
            ids.setdefault(answer["id"], []).append(answer["created"])
        for contact_id, created in ids.items():
            contact = seen.take("contacts", contact_id)
            assert created == [True, False], contact
            assert contact["name"] == f"Changed {contact['username'].rpartition('_')[2]}", contact
            assert sorted(contact["tags"]) == ["first", "second"], contact
        return len(ids)


class ToolUpserts(Upserts):
    """The same by the MCP tool ``upsert_contact``."""

    name = "mcp upsert"
    clients = 1

    async def upsert(self, body: dict[str, Any]) -> Request:
        return await self.call_tool("upsert_contact", body)


class Imports(Kind):
    """CSV files of new contacts."""

    name = "import"
    pause_seconds = 15.0

    async def act(self, number: int) -> None:
        rows = [f"import_{number}_{row},imported" for row in range(IMPORTED_ROWS)]
        await self.request("POST", "/v1/contacts/import", "\n".join(["username,tags", *rows]).encode())

    def audit(self, seen: Seen) -> int:
        for request in self.requests:
            job = seen.get(f"/v1/jobs/{request.json()['id']}")
            assert (job["state"], job["done"]) == ("done", IMPORTED_ROWS), job
            assert job["result"]["created"] == IMPORTED_ROWS, job
        ids = [row["id"] for row in seen.rows["contacts"].values() if row["tags"] == ["imported"]]
        usernames = sorted(seen.take("contacts", contact_id)["username"] for contact_id in ids)
        numbers = range(len(self.requests))
        assert usernames == sorted(f"import_{number}_{row}" for number in numbers for row in range(IMPORTED_ROWS))
        return len(usernames)


class Enrollments(Kind):
    """Each act creates a contact and enrolls it into a sequence of five steps."""

    name = "enrollment"
    pause_seconds = 2.0

    def prepare(self) -> None:
        self._path = f"/v1/sequences/{create_sequence(self.stack)}/enroll"

    async def act(self, number: int) -> None:
        contact = await self.request("POST", "/v1/contacts", {"username": f"enrolled_{number}"})
        await self.request("POST", self._path, {"contact_id": contact.json()["id"]})

    def audit(self, seen: Seen) -> int:
        enrolled = [request.json() for request in self.requests if request.path == self._path]
        for answer in enrolled:
            enrollment = seen.take("enrollments", answer["id"])
            assert enrollment["status"] == "completed", enrollment
            seen.take("contacts", answer["contact_id"])
            steps = seen.take_sent_to(answer["contact_id"])
            texts = [(step["status"], step["text"].partition(" ")[0]) for step in steps]
            assert texts == [("sent", key) for key in STEP_KEYS], (enrollment, steps)
        return len(enrolled)


class Broadcasts(Kind):
    """Broadcasts to the same few people, one of whom cannot be written to."""

    name = "broadcast"
    pause_seconds = 20.0

    def prepare(self) -> None:
        names = ["fail_privacy_broadcast", *(f"reader_{number}" for number in range(1, AUDIENCE))]
        token = self.stack.seeded["fast"][0]
        replies = [
            self.stack.call("POST", "/v1/contacts", token, {"username": name}, f"prepare-{name}") for name in names
        ]
        self._audience = [reply.json()["id"] for reply in replies]

    async def act(self, number: int) -> None:
        body = {
            "name": f"Broadcast {number}",
            "text": f"news {number}",
            "account_ids": self.stack.seeded["accounts"],
            "audience": {"contact_ids": self._audience},
        }
        preview = await self.request("POST", "/v1/broadcasts", {**body, "preview": True})
        await self.request("POST", "/v1/broadcasts", {**body, "audience_hash": preview.json()["audience_hash"]})

    def audit(self, seen: Seen) -> int:
        started = [request.json()["id"] for request in self.requests if request.status == 201]
        for broadcast_id in started:
            broadcast = seen.take("broadcasts", broadcast_id)
            counts = {status: count for status, count in broadcast["counts"].items() if count}
            assert (broadcast["status"], counts) == ("done", {"sent": AUDIENCE - 1, "failed": 1}), broadcast
            recipients = seen.all_pages(f"/v1/broadcasts/{broadcast_id}/recipients?")
            assert sorted(row["contact_id"] for row in recipients) == sorted(self._audience)
            for row in recipients:
                message = seen.take("sent", row["message_id"])
                assert (message["contact_id"], message["status"]) == (row["contact_id"], row["status"]), message
                assert message["text"] == f"news {broadcast['name'].partition(' ')[2]}", message
        for contact_id in self._audience:
            seen.take("contacts", contact_id)
        return len(started) * AUDIENCE
