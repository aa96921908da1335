"""The history of stages: every way to add a contact, or to change its stage, writes one row with its time and cause."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from contacts.models import Contact, StageChange
from crmsolid.core import clock
from crmsolid.jobs import runner
from messaging.models import Account
from messaging.sending import dispatch
from messaging.services import send_message
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from tests.contacts.conftest import Upsert
from tests.panel import stage_form
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(tenants: Tenants) -> Account:
    return Account.objects.for_workspace(tenants.twin).get()


def history(contact_id: str) -> list[tuple[str, str, bool, str]]:
    """The changes, without the stages that were reached with a later one; tests/analytics/test_funnel.py has these."""
    rows = StageChange.unscoped.filter(contact_id=contact_id).exclude(cause="implied").order_by("id")
    return [(row.from_stage, row.stage, row.is_first, row.cause) for row in rows]


def test_stages_set_by_the_api_and_in_the_panel(ours: Api, upsert: Upsert, tenants: Tenants, client: Client) -> None:
    contact = upsert(username="sarah", stage="qualified")
    ours.patch(f"/v1/contacts/{contact['id']}", {"stage": "lost"})
    ours.patch(f"/v1/contacts/{contact['id']}", {"stage": "lost", "name": "Sarah"})
    upsert(username="sarah", stage="qualified")
    client.force_login(tenants.owner)
    page = f"/panel/live/contacts/{contact['id']}/"
    assert client.post(page, stage_form("won")).status_code == 302
    assert history(contact["id"]) == [
        ("", "qualified", True, "rest"),
        ("qualified", "lost", True, "rest"),
        ("lost", "qualified", False, "rest"),
        ("qualified", "won", True, "panel"),
    ]
    row = StageChange.unscoped.get(stage="won")
    stored = Contact.unscoped.get()
    assert (row.workspace, row.entered_at, row.at) == (tenants.workspace, stored.created_at, stored.updated_at)


def test_stages_set_by_an_import(ours: Api, upsert: Upsert) -> None:
    known = upsert(username="known")
    rows = "username,stage\nknown,won\nfresh,replied\nplain,\n"
    ours.post("/v1/contacts/import", rows.encode(), Content_Type="text/csv")
    runner.run_due()
    ids = dict(Contact.unscoped.values_list("username", "id"))
    assert history(known["id"]) == [("", "new", True, "rest"), ("new", "won", True, "import")]
    assert history(ids["fresh"]) == [("", "replied", True, "import")]
    assert history(ids["plain"]) == [("", "new", True, "import")]


def test_stages_set_by_messages(tenants: Tenants, account: Account) -> None:
    send_message(tenants.actor(tenants.twin), account_id=account.pk, to="@reply_sarah", text="hello")
    dispatch.dispatch()
    contact = Contact.unscoped.get()
    expected = [
        ("", "new", True, "command"),
        ("new", "contacted", True, "message"),
        ("contacted", "replied", True, "reply"),
    ]
    assert history(contact.pk) == expected
    send_message(tenants.actor(tenants.twin), account_id=account.pk, to="@reply_sarah", text="again")
    dispatch.dispatch()
    assert history(contact.pk) == expected


def test_a_stranger_who_writes_has_replied(account: Account) -> None:
    receive(account, Incoming(1, "hi", clock.now() - timedelta(seconds=5), username="anna", telegram_id=5))
    assert history(Contact.unscoped.get().pk) == [("", "new", True, "message"), ("new", "replied", True, "reply")]


def test_history_stays_without_the_contact_when_it_is_erased(ours: Api, upsert: Upsert) -> None:
    contact = upsert(username="sarah", stage="won")
    ours.delete(f"/v1/contacts/{contact['id']}")
    assert not StageChange.unscoped.exclude(contact=None).exists()
    rows = StageChange.unscoped.order_by("id").values_list("stage", "is_first")
    assert list(rows) == [(stage, True) for stage in ("new", "contacted", "replied", "qualified", "won")]


def test_unanswered_since_is_the_first_message_without_an_answer(account: Account) -> None:
    def arrives(number: int, minutes: int, **fields: Any) -> None:
        at = start + timedelta(minutes=minutes)
        receive(account, Incoming(number, f"{number}", at, username="anna", telegram_id=5, **fields))

    def unanswered() -> int | None:
        since = Contact.unscoped.get().unanswered_since
        return None if since is None else int((since - start) / timedelta(minutes=1))

    start = clock.now() - timedelta(days=1)
    seen = []
    for number, minutes, outgoing in ((1, 0, True), (2, 10, True), (3, 20, False), (4, 5, True), (5, 30, True)):
        arrives(number, minutes, outgoing=outgoing)
        seen.append(unanswered())
    arrives(6, 40, is_automatic=True)
    arrives(7, 25)
    assert seen == [0, 0, None, None, 30]
    assert unanswered() == 30
