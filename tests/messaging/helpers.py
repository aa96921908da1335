"""Helpers of the messaging tests."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from contacts.models import Contact
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from messaging import services
from messaging.models import Account, AccountKind, Message, MessageAttempt
from messaging.sending import gateway
from messaging.sending.gateway import Delivered, Outgoing, SendError


@dataclass(frozen=True, slots=True)
class Ring:
    name: str
    queue: str | None
    after: float


def send(account: Account, to: str | int = "@alice", text: str = "hello", send_at: datetime | None = None) -> Message:
    """Accept a message through the service."""
    actor = Actor.command(account.workspace, "tests")
    return services.send_message(actor, account_id=account.pk, to=to, text=text, send_at=send_at)


def stored(message: Message) -> Message:
    """The message as it is in the database now."""
    row: Message = Message.unscoped.get(pk=message.pk)
    return row


def attempts(message: Message) -> list[tuple[int, str, str]]:
    """Number, outcome and error of each attempt, in their order."""
    rows = MessageAttempt.unscoped.filter(message=message).order_by("number")
    return list(rows.values_list("number", "outcome", "error"))


def stored_account(account: Account) -> Account:
    """The account as it is in the database now."""
    row: Account = Account.unscoped.get(pk=account.pk)
    return row


def events(*types: str) -> list[dict[str, Any]]:
    """The bodies of the events of these types (all without any), oldest first."""
    rows = Event.unscoped.filter(type__in=types) if types else Event.unscoped.all()
    return [json.loads(bytes(row.body)) for row in rows.order_by("created_at", "id")]


def counts() -> dict[str, int]:
    """The number of rows of each kind that an accepted message creates."""
    return {
        "messages": Message.unscoped.count(),
        "slots": Message.unscoped.filter(slot_at__isnull=False).count(),
        "contacts": Contact.unscoped.count(),
        "events": Event.unscoped.count(),
    }


@dataclass
class ScriptedGateway:
    """A gateway that gives the results in ``script``, one a message, and then delivers. An exception that is no
    SendError is raised, as by a bug.

    ``requests`` are the sends it was asked for, ``after`` the ids it was told were settled.
    """

    script: list[Delivered | Exception | Callable[[Outgoing], Any]] = field(default_factory=list)
    requests: list[Outgoing] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    def send(self, batch: Sequence[Outgoing]) -> dict[str, Delivered | SendError]:
        results: dict[str, Delivered | SendError] = {}
        for outgoing in batch:
            self.requests.append(outgoing)
            step = self.script.pop(0) if self.script else Delivered(1000 + len(self.requests))
            if callable(step):
                step = step(outgoing)
            if not isinstance(step, Delivered | SendError):
                raise step
            results[outgoing.message_id] = step
            if isinstance(step, SendError) and step.stops_account:
                break
        return results

    def after_sent(self, sent: Sequence[Outgoing]) -> None:
        self.after += [outgoing.message_id for outgoing in sent]

    def install(self, monkeypatch: pytest.MonkeyPatch, kind: AccountKind = AccountKind.SANDBOX) -> "ScriptedGateway":
        monkeypatch.setitem(gateway.registry, kind, self)
        return self
