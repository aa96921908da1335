"""Opt-outs that outlive an erased contact."""

from typing import Any

import pytest

from contacts.lookup import find_or_create
from contacts.models import OptOut
from crmsolid.core.unit_of_work import unit_of_work
from tests.contacts.conftest import Upsert
from tests.tenants import Api, Tenants


def erase_opted_out_contact(ours: Api, upsert: Upsert, **identities: str) -> None:
    contact = upsert(**identities, opted_out=True)
    assert ours.delete(f"/v1/contacts/{contact['id']}").status_code == 204


@pytest.mark.parametrize(
    "identities", [{"username": "SARAH"}, {"email": "s@EXAMPLE.com"}, {"username": "x_sarah", "email": "s@example.com"}]
)
def test_erased_person_is_still_opted_out_when_added_again(
    ours: Api, upsert: Upsert, identities: dict[str, str]
) -> None:
    erase_opted_out_contact(ours, upsert, username="sarah", email="s@example.com")
    assert OptOut.unscoped.count() == 2
    added = upsert(**identities, opted_out=False)
    assert (added["created"], added["opted_out"]) == (True, True)
    assert ours.get(f"/v1/contacts/{added['id']}").json()["opted_out"] is True
    assert upsert(username="somebody")["opted_out"] is False


def test_opt_out_does_not_hold_in_another_workspace(ours: Api, theirs: Api, upsert: Upsert) -> None:
    erase_opted_out_contact(ours, upsert, username="sarah")
    assert theirs.post("/v1/contacts", {"username": "sarah"}).json()["opted_out"] is False


def test_contact_that_gets_the_identity_of_an_erased_person_is_opted_out(ours: Api, upsert: Upsert) -> None:
    erase_opted_out_contact(ours, upsert, email="s@example.com")
    upsert(username="sarah")
    assert upsert(username="sarah", email="S@example.com")["opted_out"] is True


def test_lifting_the_opt_out_by_patch_deletes_what_was_kept(ours: Api, upsert: Upsert) -> None:
    erase_opted_out_contact(ours, upsert, email="s@example.com")
    contact = upsert(username="sarah", email="s@example.com")
    lifted = ours.patch(f"/v1/contacts/{contact['id']}", {"opted_out": False}).json()
    assert lifted["opted_out"] is False and not OptOut.unscoped.exists()


def test_contact_created_for_a_message_is_opted_out_too(ours: Api, tenants: Tenants, upsert: Upsert) -> None:
    erase_opted_out_contact(ours, upsert, username="sarah")
    with unit_of_work():
        assert find_or_create(tenants.workspace, username="Sarah").opted_out is True
        assert find_or_create(tenants.workspace, username="other").opted_out is False


def test_opt_out_survives_a_new_secret_key(ours: Api, upsert: Upsert, settings: Any) -> None:
    erase_opted_out_contact(ours, upsert, username="sarah")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert upsert(username="sarah")["opted_out"] is True
