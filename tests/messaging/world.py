"""What the tests of messaging do again and again."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import pytest
from django.db import connection, connections

from contacts.models import Contact
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from messaging import services
from messaging.models import Account, AccountKind, Message, MessageAttempt
from messaging.sending import gateway
from messaging.sending.gateway import Delivered, Outgoing, SendError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ring:
    name: str
    queue: str | None
    after: float


def send(account: Account, to: str | int = "@alice", text: str = "hello", send_at: datetime | None = None) -> Message:
    """Accept a message through the service, as the workspace's own tests."""
    actor = Actor.command(account.workspace, "tests")
    return services.send_message(actor, account_id=account.pk, to=to, text=text, send_at=send_at)


def again(message: Message) -> Message:
    """The message as it is stored now."""
    found: Message = Message.unscoped.get(pk=message.pk)
    return found


def attempts(message: Message) -> list[tuple[int, str, str]]:
    """Number, outcome and error of each, in their order."""
    rows = MessageAttempt.unscoped.filter(message=message).order_by("number")
    return list(rows.values_list("number", "outcome", "error"))


def account_now(account: Account) -> Account:
    found: Account = Account.unscoped.get(pk=account.pk)
    return found


def events(*types: str) -> list[dict[str, Any]]:
    """The bodies of the events of these types (all without any), oldest first."""
    rows = Event.unscoped.filter(type__in=types) if types else Event.unscoped.all()
    return [json.loads(bytes(row.body)) for row in rows.order_by("created_at", "id")]


def counts() -> dict[str, int]:
    """How many rows there are of all that an accepted message would leave behind."""
    return {
        "messages": Message.unscoped.count(),
        "slots": Message.unscoped.filter(slot_at__isnull=False).count(),
        "contacts": Contact.unscoped.count(),
        "events": Event.unscoped.count(),
    }


def needs_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: SQLite has one writer at a time")


def at_once(calls: Sequence[Callable[[], T]]) -> list[T | BaseException]:
    """Every call in a thread of its own, all started together; what each answered or raised, in their order."""
    start, found = threading.Barrier(len(calls)), list[Any]([None] * len(calls))

    def run(place: int, call: Callable[[], T]) -> None:
        try:
            start.wait(20)
            found[place] = call()
        except BaseException as error:
            found[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a call hangs"
    return found


@dataclass
class Scripted:
    """A gateway that answers what the script says, then delivers; it remembers what it was asked."""

    script: list[Delivered | Exception | Callable[[Outgoing], Any]] = field(default_factory=list)
    own_queue: str | None = None
    asked: list[Outgoing] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    @property
    def has_owners(self) -> bool:
        return self.own_queue is not None

    def queue(self, account_id: int) -> str | None:
        return self.own_queue

    def send(self, outgoing: Outgoing) -> Delivered:
        self.asked.append(outgoing)
        step = self.script.pop(0) if self.script else Delivered(1000 + len(self.asked))
        if callable(step):
            step = step(outgoing)
        if isinstance(step, Exception):
            raise step
        return step

    def after_sent(self, outgoing: Outgoing) -> None:
        self.after.append(outgoing.message_id)

    def install(self, monkeypatch: pytest.MonkeyPatch, kind: AccountKind = AccountKind.SANDBOX) -> "Scripted":
        monkeypatch.setitem(gateway._gateways, kind, self)
        return self


__all__ = ["Delivered", "Ring", "Scripted", "SendError", "again", "at_once", "counts", "events", "send"]
