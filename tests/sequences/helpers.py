"""Helpers of the sequences' tests: sequences, contacts in them, and a clock that the test moves."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contacts.models import Contact
from contacts.services import tag_contact, update_contact, upsert_contact
from crmsolid.core import clock
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace
from messaging.models import Account, Message
from messaging.sending import dispatch, sandbox
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from sequences import services
from sequences.definition import read_definition
from sequences.models import Enrollment, Sequence
from sequences.running import runner

# A Monday.
START = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)


class Clock:
    """The product's clock, which stands still until the test moves it."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def move(self, **delta: float) -> datetime:
        self.now += timedelta(**delta)
        return self.now


@contextmanager
def clock_of_test(monkeypatch: pytest.MonkeyPatch, now: datetime = START) -> Iterator[Clock]:
    moving = Clock(now)
    monkeypatch.setattr(clock, "now", lambda: moving.now)
    yield moving


def actor(workspace: Workspace) -> Actor:
    return Actor.command(workspace, "tests")


def definition(account: Account, **members: Any) -> dict[str, Any]:
    """The JSON of a sequence of two steps, the second a day after the first; ``members`` replace its members."""
    steps = [{"id": "hello", "text": "Hello"}, {"id": "again", "delay": "P1D", "text": "Hello again"}]
    return {"name": "Welcome", "account_ids": [account.pk], "steps": steps, **members}


def create(account: Account, *, start: bool = True, **members: Any) -> Sequence:
    """A sequence of the account's workspace, started unless told otherwise."""
    by = actor(account.workspace)
    sequence = services.create_sequence(by, read_definition(account.workspace, definition(account, **members)))
    return services.start_sequence(by, sequence.pk) if start else sequence


def publish(sequence: Sequence, account: Account, *, move_people: bool = False, **members: Any) -> Sequence:
    """Publish a new version."""
    data = definition(account, **members)
    data["name"] = sequence.name
    read = read_definition(sequence.workspace, data)
    return services.update_sequence(actor(sequence.workspace), sequence.pk, read, move_people=move_people)[0]


def contact(workspace: Workspace, username: str = "alice", **fields: Any) -> Contact:
    return upsert_contact(actor(workspace), {"username": username, **fields}).contact


def edit(who: Contact, **fields: Any) -> None:
    update_contact(actor(who.workspace), who.pk, fields)


def tag(who: Contact, *names: str) -> None:
    tag_contact(actor(who.workspace), who.pk, add=names)


def write_in(account: Account, who: Contact, text: str = "Hi there") -> None:
    """The contact writes to the account."""
    number = Message.unscoped.count() + 1_000_000
    at = clock.now()
    receive(account, Incoming(telegram_message_id=number, text=text, at=at, username=who.username))


def enroll(sequence: Sequence, who: Contact) -> Enrollment:
    return services.enroll_contact(actor(sequence.workspace), sequence.pk, contact_id=who.pk)


def stored(enrollment: Enrollment) -> Enrollment:
    row: Enrollment = Enrollment.unscoped.get(pk=enrollment.pk)
    return row


def state(enrollment: Enrollment) -> tuple[str, str, str]:
    """Status, reason and step, as stored."""
    row = stored(enrollment)
    return row.status, row.reason, row.step_key


def work() -> None:
    """Do everything that is due now: steps, sends, answers of the sandbox, outcomes."""
    for _ in range(20):
        # The last of them for messages that a claim canceled, which count as not tried.
        if not (runner.run_due() + dispatch.dispatch() + sandbox.send_pending_replies() + runner.run_due()):
            return
    raise AssertionError("the work does not end")


def texts(who: Contact) -> list[tuple[str, str]]:
    """Status and text of the messages to the contact, oldest first."""
    rows = Message.unscoped.filter(contact=who, direction="out").order_by("created_at", "id")
    return list(rows.values_list("status", "text"))


def events(*types: str) -> list[dict[str, Any]]:
    rows = Event.unscoped.filter(type__in=types).order_by("created_at", "id")
    return [json.loads(bytes(row.body)) for row in rows]
