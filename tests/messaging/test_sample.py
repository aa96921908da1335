"""The conversation with which somebody tries the product in the test workspace."""

from functools import partial

import pytest
from django.urls import reverse

from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership, Role, Workspace
from messaging.models import Account, Message, Thread
from messaging.sandbox.answers import SAMPLE_ANSWER
from messaging.sandbox.sample import begin_sample
from messaging.tasks import dispatch_messages
from messaging.threads.services.answering import reply
from tests.panel import browser
from tests.tenants import Tenants
from tests.threads import run_together


def actor(tenants: Tenants, role: Role, workspace: Workspace) -> Actor:
    return Actor.member(Membership.unscoped.get(user=tenants.member(role)), workspace, "127.0.0.1")


def test_the_customer_asks_once_and_answers_what_a_member_writes(tenants: Tenants) -> None:
    agent = actor(tenants, Role.AGENT, tenants.twin)
    thread = begin_sample(agent)
    assert (thread.unread_count, thread.waiting_since is not None, str(thread.contact)) == (1, True, "Mia Sample")
    assert begin_sample(agent).pk == thread.pk
    for text in ("From 20 a month, today.", "Anything else?"):
        reply(agent, thread.pk, text=text)
        dispatch_messages()
    said = list(Message.objects.for_workspace(tenants.twin).order_by("created_at", "id").values_list("text", flat=True))
    assert said[1:] == ["From 20 a month, today.", SAMPLE_ANSWER, "Anything else?", "You said: Anything else?"]
    assert begin_sample(agent).pk == thread.pk
    assert Message.unscoped.filter(thread=thread).count() == 5


def test_only_an_admin_can_make_the_account_that_is_missing(tenants: Tenants) -> None:
    Account.unscoped.all().delete()
    with pytest.raises(DomainError) as refused:
        begin_sample(actor(tenants, Role.AGENT, tenants.twin))
    assert (refused.value.code, Thread.unscoped.count()) == ("forbidden", 0)
    thread = begin_sample(actor(tenants, Role.ADMIN, tenants.twin))
    assert thread.account.workspace == tenants.twin


@pytest.mark.parametrize(
    ("role", "side", "code"), [(Role.VIEWER, "twin", "scope_missing"), (Role.OWNER, "workspace", "invalid_state")]
)
def test_viewers_and_the_live_workspace_are_refused(tenants: Tenants, role: Role, side: str, code: str) -> None:
    tenants.sandbox()
    with pytest.raises(DomainError) as refused:
        begin_sample(actor(tenants, role, getattr(tenants, side)))
    assert (refused.value.code, Thread.unscoped.count()) == (code, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_account", [True, False])
def test_clicks_at_once_open_one_conversation_with_one_question(tenants: Tenants, has_account: bool) -> None:
    if not has_account:
        Account.unscoped.all().delete()
    admin = actor(tenants, Role.ADMIN, tenants.twin)
    found = {thread.pk for thread in run_together([partial(begin_sample, admin)] * 4)}
    assert (len(found), Message.unscoped.count(), Thread.unscoped.get().unread_count) == (1, 1, 1)
    assert Account.objects.for_workspace(tenants.twin).count() == 1


def test_the_conversation_says_how_far_it_has_come(tenants: Tenants) -> None:
    thread, client = begin_sample(tenants.actor(tenants.twin)), browser(tenants.owner, tenants.twin)
    page = reverse("admin:inbox_thread", args=[thread.pk], current_app="test")
    assert "This is a sample customer." in client.get(page).content.decode()
    reply(tenants.actor(tenants.twin), thread.pk, text="Today.")
    dispatch_messages()
    text = client.get(page).content.decode()
    assert "It works." in text and "This is a sample customer." not in text
