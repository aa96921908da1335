"""Loads that send messages: by REST and by MCP, on sandbox accounts, on one near its daily limit, and on Telegram."""

import asyncio
from collections.abc import Sequence
from typing import Any

from tests.system.load import Kind, Load, Request
from tests.system.seen import Row, Seen
from tests.system.stack import BY_HAND, Stack
from tests.telegram_server import TelegramServer
from tests.waiting import wait_until

RECIPIENTS = 200
DAILY_LIMIT = 25
SHOPS, ANNA = ("+15550001", "+15550003"), "+15550002"
CONNECT = """
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace
from tests.messaging.telegram.helpers import connect_account
from tests.telegram_server import PreparedSession
actor = Actor.command(Workspace.objects.get(slug="demo", live=None), "tests")
for session, user_id in {sessions!r}:
    print(connect_account(actor, PreparedSession(*session), user_id).pk)
"""


def connect(stack: Stack, server: TelegramServer, phones: Sequence[str]) -> list[int]:
    """Connect an account for each of these new users of Telegram, and wait until workers hold them."""
    users = [server.create_user(phone, username=f"shop_{phone[-1]}", first_name="Shop") for phone in phones]
    sessions = [server.authorize(phone) for phone in phones]
    rows = [
        ((session.dc_id, session.host, session.port, session.auth_key), user.id)
        for session, user in zip(sessions, users, strict=True)
    ]
    output = stack.manage("shell", "-v", "0", "-c", CONNECT.format(sessions=rows))
    wait_until(lambda: all(map(server.connected, phones)), "the workers hold the accounts", seconds=120)
    return [int(line) for line in output.split()]


class Sends(Kind):
    """Direct messages. The sandbox refuses one in twenty and answers another one."""

    name = "send"
    clients, pause_seconds = 6 if BY_HAND else 3, 1.0

    def __init__(self, stack: Stack, load: Load) -> None:
        super().__init__(stack, load)
        self.bodies: dict[str, dict[str, Any]] = {}
        self.accounts: list[int] = stack.seeded["accounts"]

    async def act(self, number: int) -> None:
        name = {7: "fail_privacy", 13: "reply"}.get(number % 20, "client")
        await self.send(self.accounts[number % len(self.accounts)], f"@{name}_{number % RECIPIENTS}")

    async def send(self, account: int, to: str) -> Request:
        body = {"account_id": account, "to": to, "text": f"hello {{first_name|there}}, {self.next_key()}"}
        self.bodies[self.next_key()] = body
        return await self.deliver(body)

    async def deliver(self, body: dict[str, Any]) -> Request:
        return await self.request("POST", "/v1/messages/send", body)

    def audit(self, seen: Seen) -> int:
        sent = [request for request in self.requests if request.status == 200]
        for request in sent:
            body, message = self.bodies[request.key], seen.take("sent", request.json()["id"])
            assert message["account_id"] == body["account_id"], message
            assert message["text"].endswith(f", {request.key}"), message
            self.audit_status(body, message)
        return len(sent)

    def written_to(self) -> set[str]:
        """The usernames of everybody who was written to."""
        return {self.bodies[request.key]["to"][1:] for request in self.requests if request.status == 200}

    def audit_status(self, body: dict[str, Any], message: Row) -> None:
        refused = body["to"].startswith("@fail_privacy")
        expected = ("failed", "privacy_restricted") if refused else ("sent", None)
        assert (message["status"], message["error"]) == expected, message


class ToolSends(Sends):
    """Direct messages that an assistant sends, by the MCP tool ``send_message``."""

    name = "mcp send"
    clients, pause_seconds = 2 if BY_HAND else 1, 1.0

    async def deliver(self, body: dict[str, Any]) -> Request:
        return await self.call_tool("send_message", body)


class SendsBeyondTheLimit(Sends):
    """Messages on an account whose daily limit they soon reach: from then on they are refused."""

    name = "daily limit"
    clients, pause_seconds = 1, 2.0
    accepted = (200, 429)

    def prepare(self) -> None:
        self.accounts = [self.stack.seeded["limited"]]
        self.stack.query(
            "UPDATE messaging_account SET daily_limit = %s WHERE id = %s RETURNING id", DAILY_LIMIT, self.accounts[0]
        )

    async def act(self, number: int) -> None:
        await self.send(self.accounts[0], f"@limited_{number % RECIPIENTS}")

    def audit_status(self, body: dict[str, Any], message: Row) -> None:
        """An attempt of which nobody knows the end keeps its slot, so that its message may have to wait for another."""
        assert message["status"] == "sent" or message["waiting_for"] == "daily_limit", message

    def audit(self, seen: Seen) -> int:
        refused = [request.json()["code"] for request in self.requests if request.status == 429]
        assert set(refused) <= {"account_daily_limit"}
        [(delivered,)] = self.stack.query(
            "SELECT count(*) FROM messaging_sandboxdelivery WHERE account_id = %s", self.accounts[0]
        )
        accepted = super().audit(seen)
        assert delivered <= accepted == min(len(self.requests), DAILY_LIMIT), (delivered, accepted)
        return accepted


class TelegramSends(Sends):
    """Messages over Telegram to one person, who now and then writes back from the phone."""

    name = "telegram send"
    clients, pause_seconds = 2, 1.0

    def __init__(self, stack: Stack, load: Load, server: TelegramServer) -> None:
        super().__init__(stack, load)
        self.written: list[str] = []
        self._server = server

    def prepare(self) -> None:
        server = self._server
        server.create_user(ANNA, username="anna_x", first_name="Anna")
        self.accounts = connect(self.stack, server, SHOPS)

    async def act(self, number: int) -> None:
        await self.send(self.accounts[number % len(self.accounts)], "@anna_x")
        if number % 5 == 0:
            text = f"answer {number}"
            self.written.append(text)
            await asyncio.to_thread(self._server.deliver, ANNA, SHOPS[number % len(SHOPS)], text)

    def audit(self, seen: Seen) -> int:
        """At the phone each message arrived once; in the CRM each answer did."""
        arrived = [message.text.rpartition(", ")[2] for message in self._server.received(ANNA)]
        assert sorted(arrived) == sorted(request.key for request in self.requests)
        received = [row for row in seen.rows["received"].values() if row["account_id"] in self.accounts]
        assert sorted(row["text"] for row in received) == sorted(self.written)
        assert self._server.crashes() == []
        return super().audit(seen) + len(received)
