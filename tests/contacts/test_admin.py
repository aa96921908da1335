"""The panel's pages of contacts."""

import pytest
from django.test import Client

from contacts.models import Contact, OptOut
from tests.contacts.conftest import Upsert
from tests.panel import contact_form
from tests.tenants import Api, Tenants


@pytest.fixture
def panel(tenants: Tenants, client: Client) -> Client:
    client.force_login(tenants.owner)
    return client


def change_page(contact_id: str) -> str:
    return f"/panel/live/contacts/contact/{contact_id}/change/"


def test_opt_out_lifted_in_the_panel_does_not_come_back(panel: Client, ours: Api, upsert: Upsert) -> None:
    erased = upsert(username="sarah", opted_out=True)
    ours.delete(f"/v1/contacts/{erased['id']}")
    contact = upsert(username="sarah")
    assert contact["opted_out"] is True
    assert panel.post(change_page(contact["id"]), contact_form()).status_code == 302
    assert Contact.unscoped.get().opted_out is False
    assert not OptOut.unscoped.exists()
    ours.delete(f"/v1/contacts/{contact['id']}")
    assert upsert(username="sarah")["opted_out"] is False


def test_form_changes_only_the_fields_that_were_edited(panel: Client, ours: Api, upsert: Upsert) -> None:
    before = upsert(username="sarah", name="Sarah", phone="1", time_zone="Europe/Berlin", tags=["a"])
    form = contact_form(stage="won", phone="", time_zone="", opted_out="on")
    assert panel.post(change_page(before["id"]), form).status_code == 302
    after = ours.get(f"/v1/contacts/{before['id']}").json()
    changed = {name: value for name, value in after.items() if value != before[name] and name != "updated_at"}
    assert changed == {"stage": "won", "phone": None, "time_zone": None, "opted_out": True}
    assert after["updated_at"] > before["updated_at"]


def test_form_without_changes_writes_nothing(panel: Client, ours: Api, upsert: Upsert) -> None:
    contact = upsert(username="sarah")
    assert panel.post(change_page(contact["id"]), contact_form()).status_code == 302
    assert ours.get(f"/v1/contacts/{contact['id']}").json()["updated_at"] == contact["updated_at"]
