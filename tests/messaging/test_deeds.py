"""What was done with a conversation and its contact, as lines between the messages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts import services as contacts
from contacts.models import Contact, StageChange
from crmsolid.core import clock
from crmsolid.workspaces.actor import ALL_SCOPES, Actor, Subject
from crmsolid.workspaces.models import Role, User, Workspace
from messaging.models import Account, Thread
from messaging.threads.services import actions
from tests.messaging.test_crossing import actor_of, hear
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread(sandbox: Account) -> Thread:
    found: Thread = Thread.unscoped.get(pk=hear(sandbox, "Hello").thread_id)
    return found


@pytest.fixture
def ada(tenants: Tenants) -> Actor:
    User.objects.filter(pk=tenants.owner.pk).update(name="Ada")
    return actor_of(tenants, tenants.owner)


def program(workspace: Workspace, kind: str, surface: Any, name: str) -> Actor:
    return Actor(workspace, Subject(kind, "key_01", name), ALL_SCOPES, None, surface)


def lines(actor: Actor, thread: Thread, **limits: Any) -> list[str]:
    found = actions.list_deeds(actor, thread.pk, **{"since": None, "until": None, **limits})
    return [each.text for each in found]


def test_members_keys_and_assistants_are_named(tenants: Tenants, thread: Thread, ada: Actor) -> None:
    ben = tenants.member(Role.AGENT)
    key = program(tenants.workspace, "key", "rest", "Zapier")
    assistant = program(tenants.workspace, "grant", "mcp", "Claude")
    until = clock.now() + timedelta(days=2)
    acts: list[Callable[[], object]] = [
        lambda: actions.assign_thread(ada, thread.pk, user_id=tenants.owner.pk),
        lambda: actions.assign_thread(key, thread.pk, user_id=ben.pk),
        lambda: actions.snooze_thread(ada, thread.pk, until=until),
        lambda: actions.reopen_thread(assistant, thread.pk),
        lambda: actions.close_thread(key, thread.pk),
    ]
    for act in acts:
        act()
    assert lines(ada, thread) == [
        "Ada assigned this to themselves",
        f"Zapier (API) assigned this to {ben.shown_name}",
        f"Ada snoozed this until {until:%-d %b %Y %H:%M}",
        "Claude (assistant) opened this again",
        "Zapier (API) closed this",
    ]


def test_stages_that_somebody_has_changed_are_told(tenants: Tenants, thread: Thread, ada: Actor) -> None:
    contact = Contact.unscoped.get()
    assistant = program(tenants.workspace, "grant", "mcp", "Claude")
    key = program(tenants.workspace, "key", "rest", "Zapier")
    for actor, stage in ((ada, "qualified"), (key, "won"), (assistant, "lost")):
        contacts.update_contact(actor, contact.pk, {"stage": stage})
    contacts.update_contact(ada, contact.pk, {"name": "Alice"})
    at = StageChange.unscoped.get(stage="won", cause="rest").at
    expected = [each.text for each in actions.list_deeds(ada, thread.pk, since=None, until=None)]
    assert [text.partition(" changed the stage")[0] for text in expected] == ["Ada", "An API client", "An assistant"]
    assert expected[0] == "Ada changed the stage from Replied to Qualified"
    assert lines(ada, thread, since=at) == expected[1:]
    assert lines(ada, thread, until=at) == expected[:2]
    with CaptureQueriesContext(connection) as captured:
        lines(ada, thread)
    assert len(captured) == 4  # the audit log, stages, who changed them, names


def test_deeds_of_another_workspace_are_not_told(tenants: Tenants, thread: Thread, ada: Actor) -> None:
    contacts.update_contact(ada, Contact.unscoped.get().pk, {"stage": "won"})
    actions.close_thread(ada, thread.pk)
    assert len(lines(ada, thread)) == 2
    assert lines(tenants.actor(tenants.other), thread) == []
    assert lines(tenants.actor(tenants.twin), thread) == []
