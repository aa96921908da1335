"""Beside the id of a contact or an account stands its name, for those who may read it, by one query for a list."""

from copy import deepcopy
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact, ContactNote, Segment
from crmsolid.core.ids import new_id
from crmsolid.workspaces.actor import ALL_SCOPES, Scope
from messaging.broadcasts.models import Broadcast, Recipient
from messaging.models import Account, Message, Thread
from sequences.models import Enrollment, Sequence
from tests.panel import Belongings, furnish
from tests.tenants import Api, Tenants

ROWS = 5


@pytest.fixture
def made(tenants: Tenants) -> Belongings:
    made = furnish(tenants.workspace, "ours")
    for number in range(1, ROWS):
        contact = Contact.unscoped.create(workspace=tenants.workspace, name=f"Person {number}", username=f"p{number}")
        account = Account.unscoped.create(workspace=tenants.workspace, name=f"Account {number}", kind="sandbox")
        thread = Thread.unscoped.create(workspace=tenants.workspace, contact=contact, account=account)
        message = again(made.of(Message), contact=contact, account=account, thread=thread)
        again(made.of(Recipient), contact=contact, account=account, message=message)
        again(made.of(Enrollment), contact=contact, account=account)
        again(made.of(ContactNote))
    return made


def again(row: Any, **fields: Any) -> Any:
    """Another row like this one, with these fields."""
    copy = deepcopy(row)
    copy.pk = new_id(row.pk.partition("_")[0]) if isinstance(row.pk, str) else None
    if isinstance(row, Message):
        fields["random_id"] = row.random_id + 1 + Message.unscoped.count()
    for name, value in fields.items():
        setattr(copy, name, value)
    copy.save(force_insert=True)
    return copy


def lists(made: Belongings) -> dict[str, str]:
    return {
        "messages": "/v1/messages",
        "enrollments": "/v1/enrollments",
        "enrollments of a sequence": f"/v1/sequences/{made.of(Sequence).pk}/enrollments",
        "recipients": f"/v1/broadcasts/{made.of(Broadcast).pk}/recipients",
        "notes": f"/v1/contacts/{made.of(Contact).pk}/notes",
        "threads": "/v1/threads",
    }


NAMES = ("messages", "enrollments", "enrollments of a sequence", "recipients", "notes", "threads")


@pytest.mark.parametrize("name", NAMES)
def test_names_are_those_of_the_ids(api: Api, tenants: Tenants, made: Belongings, name: str) -> None:
    rows = api(tenants.key()).get(lists(made)[name]).json()["data"]
    assert len(rows) == ROWS
    for row in rows:
        contact = Contact.unscoped.get(pk=row["contact_id"])
        assert row["contact"] == {"id": contact.pk, "name": contact.name, "username": contact.username or None}
        if "account_id" in row:
            account = Account.unscoped.get(pk=row["account_id"])
            assert row["account"] == {"id": account.pk, "name": account.name}


@pytest.mark.parametrize("name", NAMES)
def test_a_list_takes_as_many_queries_for_one_row_as_for_many(
    api: Api, tenants: Tenants, made: Belongings, name: str
) -> None:
    client, path = api(tenants.key()), lists(made)[name]
    client.get(path)  # writes when the key was last used
    with CaptureQueriesContext(connection) as one:
        assert len(client.get(path, {"limit": 1}).json()["data"]) == 1
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(path, {"limit": 50}).json()["data"]) == ROWS
    assert len(many) == len(one)


@pytest.mark.parametrize("name", ["enrollments", "enrollments of a sequence", "recipients"])
def test_a_key_that_may_not_read_contacts_is_told_their_ids_alone(
    api: Api, tenants: Tenants, made: Belongings, name: str
) -> None:
    rows = api(tenants.key(ALL_SCOPES - {Scope.READ_CONTACTS})).get(lists(made)[name]).json()["data"]
    assert [row["contact"] for row in rows] == [None] * ROWS
    assert all(row["contact_id"].startswith("con_") for row in rows)


def test_writes_answer_names_to_those_who_may_read_them(api: Api, tenants: Tenants, made: Belongings) -> None:
    whole, blind = api(tenants.key()), api(tenants.key(ALL_SCOPES - {Scope.READ_CONTACTS}))
    contact = made.of(Contact)
    named = {"id": contact.pk, "name": "ours Person", "username": None}
    enrollment, notes = f"/v1/enrollments/{made.of(Enrollment).pk}", f"/v1/contacts/{contact.pk}/notes"
    assert whole.post(f"{enrollment}/pause").json()["contact"] == named
    assert blind.post(f"{enrollment}/resume").json()["contact"] is None
    assert whole.get(enrollment).json()["contact"] == named
    written = whole.post(notes, {"text": "Called"})
    assert (written.json()["contact"], blind.post(notes, {"text": "Called"}).json()["contact"]) == (named, None)
    read = whole.get(f"/v1/notes/{written.json()['id']}")
    assert (read.json(), read.headers["ETag"]) == (written.json(), written.headers["ETag"])


def test_who_was_erased_has_no_name(api: Api, tenants: Tenants, made: Belongings) -> None:
    client = api(tenants.key())
    assert client.delete(f"/v1/contacts/{made.of(Contact).pk}").status_code == 204
    rows = client.get(lists(made)["recipients"]).json()["data"]
    assert [row["contact"] for row in rows if row["contact_id"] is None] == [None]


def test_explanations_and_previews_name_the_contacts(api: Api, tenants: Tenants, made: Belongings) -> None:
    client, contact = api(tenants.key()), made.of(Contact)
    named = {"id": contact.pk, "name": "ours Person", "username": None}
    explained = client.get(f"/v1/segments/{made.of(Segment).pk}/explain", {"contact_id": contact.pk})
    assert explained.json()["contact"] == named
    Contact.unscoped.filter(pk=contact.pk).update(username="ours_person", username_key="ours_person")
    body = {
        "name": "June",
        "text": "Hi",
        "account_ids": [made.of(Account).pk],
        "audience": {"contact_ids": [contact.pk]},
    }
    [shown] = client.post("/v1/broadcasts/preview", body).json()["sample"]
    assert shown["contact"] == {**named, "username": "ours_person"}
    blind = api(tenants.key(ALL_SCOPES - {Scope.READ_CONTACTS}))
    [hidden] = blind.post("/v1/broadcasts/preview", body).json()["sample"]
    assert (hidden["contact_id"], hidden["contact"], hidden["text"]) == (contact.pk, None, None)
