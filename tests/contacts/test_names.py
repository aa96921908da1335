"""A contact's ``name``, ``first_name`` and ``last_name``: what is absent, and when the name follows the other two."""

from typing import Any

import pytest

from crmsolid.core import clock
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from tests.contacts.conftest import Upsert
from tests.tenants import Api, Tenants


def names(contact: dict[str, Any]) -> tuple[str, str, str]:
    return contact["name"], contact["first_name"], contact["last_name"]


def patched(client: Api, contact_id: str, **fields: Any) -> tuple[str, str, str]:
    """The names that the PATCH answers; GET shows the same ones, and search finds them."""
    response = client.patch(f"/v1/contacts/{contact_id}", fields)
    assert response.status_code == 200, response.content
    shown = names(response.json())
    assert names(client.get(f"/v1/contacts/{contact_id}").json()) == shown
    if shown[0]:
        found = client.get("/v1/contacts", {"search": shown[0]}).json()["data"]
        assert [each["id"] for each in found] == [contact_id]
    return shown


def of_a_send(client: Api, tenants: Tenants) -> str:
    """The id of a contact that a send to somebody unknown has made."""
    body = {"account_id": tenants.sandbox().pk, "to": "@ada_l", "text": "Hi"}
    message = client.get(f"/v1/messages/{client.post('/v1/messages/send', body).json()['id']}").json()
    return str(message["contact_id"])


def test_absent_names_are_empty_whoever_makes_the_contact(ours: Api, tenants: Tenants, upsert: Upsert) -> None:
    assert names(upsert(username="sarah")) == ("", "", "")
    assert names(upsert(username="sarah", last_name=None)) == ("", "", "")
    assert names(ours.get(f"/v1/contacts/{of_a_send(ours, tenants)}").json()) == ("", "", "")


def test_the_name_of_a_contact_made_by_a_send_follows(ours: Api, tenants: Tenants) -> None:
    contact_id = of_a_send(ours, tenants)
    assert patched(ours, contact_id, first_name="Ada", last_name="Byron") == ("Ada Byron", "Ada", "Byron")
    assert patched(ours, contact_id, last_name="Lovelace") == ("Ada Lovelace", "Ada", "Lovelace")
    assert patched(ours, contact_id, first_name="Augusta Ada") == ("Augusta Ada Lovelace", "Augusta Ada", "Lovelace")
    assert patched(ours, contact_id, last_name=None) == ("Augusta Ada", "Augusta Ada", "")


@pytest.mark.parametrize(
    ("name", "last_name", "before", "after"),
    [
        ("Ada Byron", "Byron", ("Ada Byron", "Ada", "Byron"), ("Ada Lovelace", "Ada", "Lovelace")),
        ("A. M. Byron", "Byron", ("A. M. Byron", "A. M.", "Byron"), ("A. M. Lovelace", "A. M.", "Lovelace")),
        ("Ada", "", ("Ada", "Ada", ""), ("Ada Lovelace", "Ada", "Lovelace")),
        # Somebody whose first name on Telegram says more than that.
        ("Ada | Engines", "", ("Ada | Engines", "Ada", ""), ("Ada | Engines", "Ada", "Lovelace")),
    ],
)  # fmt: skip
def test_the_name_that_telegram_has_follows(
    ours: Api, tenants: Tenants, name: str, last_name: str, before: Any, after: Any
) -> None:
    seen = Incoming(1, "hi", clock.now(), username="ada_l", telegram_id=5, name=name, last_name=last_name)
    message = receive(tenants.sandbox(), seen)
    assert message is not None
    assert names(ours.get(f"/v1/contacts/{message.contact_id}").json()) == before
    assert patched(ours, str(message.contact_id), last_name="Lovelace") == after


def test_a_name_that_says_more_stays(ours: Api, upsert: Upsert) -> None:
    contact_id = upsert(username="sarah", name="Dr. Sarah Miller")["id"]
    assert patched(ours, contact_id, first_name="Sarah", last_name="Jones") == ("Dr. Sarah Miller", "Sarah", "Jones")
    assert patched(ours, contact_id, name="S. J.", first_name="Sally") == ("S. J.", "Sally", "Jones")
    assert patched(ours, contact_id, first_name="") == ("S. J.", "S.", "Jones")


def test_first_and_last_name_alone_make_the_name(ours: Api, upsert: Upsert) -> None:
    assert names(upsert(username="sarah", first_name="Sarah", last_name="Miller")) == (
        "Sarah Miller",
        "Sarah",
        "Miller",
    )
    assert names(upsert(username="sarah", last_name="Jones")) == ("Sarah Jones", "Sarah", "Jones")
    # A last name is nobody's first name.
    assert names(upsert(username="bob_j", last_name="Jones")) == ("", "", "Jones")
    assert names(upsert(username="long_one", first_name="f" * 100, last_name="l" * 100))[0] == f"{'f' * 100} {'l' * 99}"
