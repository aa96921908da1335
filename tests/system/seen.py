"""What the API lists once everything has come to rest, from which each kind of load takes what is its own."""

from collections import defaultdict
from typing import Any

from tests.system.stack import Stack

Row = dict[str, Any]
LISTS = {
    "contacts": "/v1/contacts?sort=created_at",
    "sent": "/v1/messages?direction=out&sort=created_at",
    "received": "/v1/messages?direction=in&sort=created_at",
    "enrollments": "/v1/enrollments?",
    "broadcasts": "/v1/broadcasts?",
    "endpoints": "/v1/webhooks?",
}


class Seen:
    """The rows of all lists by their ids. Each can be taken once; what is left at the end nobody has asked for."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.rows = {name: {row["id"]: row for row in self.all_pages(path)} for name, path in LISTS.items()}
        self._sent_to: dict[str, list[str]] = defaultdict(list)
        for message in self.rows["sent"].values():
            self._sent_to[message["contact_id"]].append(message["id"])

    def get(self, path: str) -> Any:
        reply = self._stack.call("GET", path, self._stack.seeded["fast"][0])
        assert reply.status == 200, reply.body
        return reply.json()

    def all_pages(self, path: str) -> list[Row]:
        """The rows of all pages of a list; fails if one of them comes twice."""
        rows: list[Row] = []
        cursor = ""
        while cursor is not None:
            page = self.get(f"{path}&limit=100" + (f"&cursor={cursor}" if cursor else ""))
            rows += page["data"]
            cursor = page["next_cursor"]
        ids = [row.get("id", row.get("contact_id")) for row in rows]
        assert len(set(ids)) == len(ids), path
        return rows

    def take(self, name: str, row_id: str) -> Row:
        assert row_id in self.rows[name], f"{row_id} is not among the {name}, or was answered twice"
        return self.rows[name].pop(row_id)

    def take_sent_to(self, contact_id: str) -> list[Row]:
        """All messages to the contact that nobody has taken yet, in the order in which they were sent."""
        ids = [message_id for message_id in self._sent_to[contact_id] if message_id in self.rows["sent"]]
        messages = [self.take("sent", message_id) for message_id in ids]
        return sorted(messages, key=lambda message: str(message["sent_at"]))
