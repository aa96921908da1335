"""The page of the settings, the way from an alert to its conversation, and the service worker."""

from datetime import time
from typing import Any

import pytest
from django.test import Client

from contacts.notes import add_note
from crmsolid.workspaces.models import Membership, Role
from messaging.alerts import recording, wishes
from messaging.models import Account, Alert, AlertSettings
from tests.messaging.alerts.helpers import actor_of, hear
from tests.panel import browser, flash_messages
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db
PAGE = "/panel/live/alerts/"


@pytest.mark.parametrize("role", list(Role))
def test_every_role_chooses_what_it_is_told_of(tenants: Tenants, role: Role) -> None:
    client = browser(tenants.member(role))
    chosen = {"do": "save", "everything": "on", "quiet_from": "22:00", "quiet_until": "07:30", "email_after": "60"}
    assert client.post(PAGE, chosen).status_code == 302
    row = AlertSettings.unscoped.get()
    assert row.workspace == tenants.workspace
    assert {name: getattr(row, name) for name in wishes.FIELDS} == {
        "mine": False,
        "unassigned": False,
        "mentions": False,
        "everything": True,
        "proposals": False,
        "sound": False,
        "texts": False,
        "quiet_from": time(22),
        "quiet_until": time(7, 30),
        "email_after": 60,
    }
    never = {"do": "save", "email_after": ""}
    client.post(PAGE.replace("live", "test"), never)
    row = AlertSettings.unscoped.get()
    assert (row.email_after, row.quiet_from) == (None, None)


@pytest.mark.parametrize(
    "refused", [{"quiet_from": "22:00"}, {"quiet_until": "7:00"}, {"email_after": "7"}, {"quiet_from": "x"}]
)
def test_a_refusal_changes_nothing(tenants: Tenants, refused: dict[str, str]) -> None:
    answer = browser(tenants.owner).post(PAGE, {"do": "save", **refused})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not AlertSettings.unscoped.exists()


def test_the_page_lists_what_is_not_seen_and_marks_it(tenants: Tenants, sandbox: Account) -> None:
    hear(sandbox, "Hello <b>there</b>")
    client = browser(tenants.owner)
    shown = client.get(PAGE).content.decode()
    assert f'<a href="{PAGE}{Alert.unscoped.get().pk}/"><bdi>@alice</bdi></a>' in shown
    assert "Hello &lt;b&gt;there&lt;/b&gt;" in shown
    answer = client.post(PAGE, {"do": "seen"})
    assert flash_messages(answer) == ["All alerts are marked as seen."]
    assert "Not seen yet" not in client.get(PAGE).content.decode()


def opened(client: Client, alert: Alert) -> Any:
    return client.get(f"{PAGE}{alert.pk}/")


def test_an_alert_leads_to_its_conversation(tenants: Tenants, sandbox: Account) -> None:
    client = browser(tenants.owner)
    live, test = hear(sandbox), hear(tenants.sandbox(tenants.twin))
    for message, side in ((live, "live"), (test, "test")):
        answer = opened(client, Alert.unscoped.get(thread=message.thread_id))
        assert answer.headers["Location"] == f"/panel/{side}/inbox/{message.thread_id}/"


def test_an_alert_of_another_workspace_asks_first(tenants: Tenants, sandbox: Account) -> None:
    Membership.unscoped.create(workspace=tenants.workspace, user=tenants.stranger, role=Role.AGENT)
    message = hear(sandbox)
    alert = Alert.unscoped.get(user=tenants.stranger)
    client = browser(tenants.stranger, tenants.other)
    assert "This is in your workspace" in opened(client, alert).content.decode()
    chosen = {"workspace": tenants.workspace.pk, "next": f"/panel/live/inbox/{message.thread_id}/"}
    assert client.post("/panel/switch/", chosen).headers["Location"] == chosen["next"]


def test_an_alert_of_somebody_else_is_not_there(tenants: Tenants, sandbox: Account) -> None:
    hear(sandbox)
    alert = Alert.unscoped.get(user=tenants.owner)
    assert opened(browser(tenants.member(Role.ADMIN)), alert).status_code == 404
    assert opened(browser(tenants.stranger), alert).status_code == 404
    client = browser(tenants.owner)
    assert client.get(f"{PAGE}{2**70}/").status_code == 404
    Membership.unscoped.filter(user=tenants.owner).update(workspace=tenants.other)
    assert opened(browser(tenants.owner), alert).status_code == 404


def test_a_mention_without_a_conversation_leads_to_the_contact(tenants: Tenants, sandbox: Account) -> None:
    agent = tenants.member(Role.AGENT)
    contact_id = hear(sandbox).contact_id
    Alert.unscoped.all().delete()
    recording.mention(add_note(actor_of(tenants.owner, tenants.workspace), contact_id, text="Look"), [agent.pk])
    Alert.unscoped.update(thread=None)
    client = browser(agent)
    answer = opened(client, Alert.unscoped.get())
    assert answer.headers["Location"] == f"/panel/live/contacts/{contact_id}/"
    assert Alert.unscoped.get().seen_at is not None


def test_the_service_worker_may_open_the_pages_of_the_panel(client: Client) -> None:
    answer = client.get("/panel/service-worker.js")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/javascript")
    assert b"notificationclick" in answer.content
    assert "worker-src 'self'; manifest-src 'self'" in answer.headers["Content-Security-Policy"]
    assert client.post("/panel/service-worker.js").status_code == 405
