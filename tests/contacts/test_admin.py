"""A contact's page in the panel."""

import pytest
from django.test import Client

from contacts.models import Contact, OptOut
from tests.cast import Api, Cast
from tests.contacts.conftest import Add
from tests.panel import contact_form


@pytest.fixture
def panel(cast: Cast, client: Client) -> Client:
    client.force_login(cast.owner)
    return client


def page(contact_id: str) -> str:
    return f"/panel/contacts/contact/{contact_id}/change/"


def test_lifting_an_opt_out_by_hand_lifts_it_for_good(panel: Client, ours: Api, add: Add) -> None:
    first = add(username="sarah", opted_out=True)
    ours.delete(f"/v1/contacts/{first['id']}")
    second = add(username="sarah")
    assert second["opted_out"] is True
    assert panel.post(page(second["id"]), contact_form()).status_code == 302
    assert Contact.unscoped.get().opted_out is False
    assert not OptOut.unscoped.exists()
    ours.delete(f"/v1/contacts/{second['id']}")
    assert add(username="sarah")["opted_out"] is False


def test_what_is_changed_by_hand_is_changed_and_nothing_else(panel: Client, ours: Api, add: Add) -> None:
    made = add(username="sarah", name="Sarah", phone="1", time_zone="Europe/Berlin", tags=["a"])
    answer = panel.post(page(made["id"]), contact_form(stage="won", phone="", time_zone="", opted_out="on"))
    assert answer.status_code == 302
    found = ours.get(f"/v1/contacts/{made['id']}").json()
    changed = {name for name in found if found[name] != made[name]}
    assert changed == {"stage", "phone", "time_zone", "opted_out", "updated_at"}
    assert (found["stage"], found["phone"], found["time_zone"], found["opted_out"]) == ("won", None, None, True)


def test_a_form_that_changes_nothing_writes_nothing(panel: Client, ours: Api, add: Add) -> None:
    made = add(username="sarah")
    assert panel.post(page(made["id"]), contact_form()).status_code == 302
    assert ours.get(f"/v1/contacts/{made['id']}").json()["updated_at"] == made["updated_at"]
