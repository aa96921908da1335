"""Sending to a contact by its id, and ids of ours that are given where a username belongs."""

from collections.abc import Callable
from typing import Any

import pytest

from contacts.models import Contact
from contacts.services import erase_contact
from crmsolid.core.errors import DomainError
from crmsolid.core.ids import KINDS, new_id
from crmsolid.workspaces.actor import Scope
from messaging import services
from messaging.models import Account, Message, Thread
from messaging.sending import dispatch
from tests.messaging.helpers import counts, send, stored
from tests.tenants import Api, Tenants
from tests.threads import run_together_catching

PATH = "/v1/messages/send"


def person(tenants: Tenants, **fields: Any) -> Contact:
    created: Contact = Contact.unscoped.create(workspace=tenants.workspace, **fields)
    return created


def username(text: str) -> dict[str, str]:
    return {"username": text, "username_key": text.lower()}


def problem(answer: Any) -> tuple[int, list[tuple[str, str]]]:
    return answer.status_code, [(each["field"], each["code"]) for each in answer.json().get("errors", [])]


# --- contact_id in place of to --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "address"),
    [(username("Grace_Lee"), "@Grace_Lee"), ({"telegram_id": 4711}, "4711")],
    ids=["username", "telegram_id"],
)
@pytest.mark.django_db
def test_message_to_a_contact_id_goes_to_that_contact(
    api: Api, tenants: Tenants, sandbox: Account, fields: dict[str, Any], address: str
) -> None:
    contact = person(tenants, **fields)
    thread_id = send(sandbox, to=address).thread_id
    answer = api(tenants.key([Scope.WRITE_MESSAGES])).post(
        PATH, {"account_id": sandbox.pk, "contact_id": contact.pk, "text": "hello"}
    )
    assert answer.status_code == 200
    message = Message.unscoped.get(pk=answer.json()["id"])
    assert answer.json().keys() == {"id", "status", "eta"}
    assert (message.contact_id, message.thread_id, message.recipient) == (contact.pk, thread_id, address)
    assert message.slot_at == message.eta
    assert (Contact.unscoped.count(), Thread.unscoped.count()) == (1, 1)
    dispatch.dispatch()
    assert stored(message).status == "sent"


@pytest.mark.django_db
def test_a_repeated_request_sends_once(api: Api, tenants: Tenants, sandbox: Account) -> None:
    body = {"account_id": sandbox.pk, "contact_id": person(tenants, **username("grace")).pk, "text": "hello"}
    ours = api(tenants.key())
    answers = [ours.post(PATH, body, idempotency_key="once") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Message.unscoped.count() == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [({}, "required"), ({"to": "@grace", "contact_id": "con_01KA3QY5VJ8B6M2T9XZ4R7WDEF"}, "one_of")],
    ids=["neither", "both"],
)
@pytest.mark.django_db
def test_exactly_one_of_to_and_contact_id_is_needed(
    api: Api, tenants: Tenants, sandbox: Account, given: dict[str, str], code: str
) -> None:
    answer = api(tenants.key()).post(PATH, {"account_id": sandbox.pk, "text": "hello", **given})
    assert problem(answer) == (422, [("to", code)])
    assert answer.json()["errors"][0]["detail"] == "give exactly one of these: to, contact_id"
    assert counts() == dict.fromkeys(counts(), 0)


@pytest.mark.django_db
def test_contact_that_cannot_be_written_to_is_refused(api: Api, tenants: Tenants, sandbox: Account) -> None:
    ours = api(tenants.key())

    def refused(contact_id: str) -> tuple[int, str, list[tuple[str, str]]]:
        before = counts()
        answer = ours.post(PATH, {"account_id": sandbox.pk, "contact_id": contact_id, "text": "hello"})
        assert counts() == before
        assert not Message.unscoped.exists()
        status, errors = problem(answer)
        return status, answer.json()["code"], errors

    assert refused(person(tenants, email="mail@example.com", email_key="mail@example.com").pk) == (
        422,
        "validation_failed",
        [("contact_id", "no_address")],
    )
    assert refused(person(tenants, **username("gone"), opted_out=True).pk) == (409, "contact_opted_out", [])
    theirs = Contact.unscoped.create(workspace=tenants.other, **username("theirs"))
    erased = person(tenants, **username("erased"))
    erase_contact(tenants.actor(), erased.pk)
    for contact_id in (theirs.pk, erased.pk, new_id("con"), "@grace_lee", "con_nobody", "x" * 200):
        assert refused(contact_id) == (404, "not_found", [])
    assert refused("") == (422, "validation_failed", [("contact_id", "blank")])


@pytest.mark.django_db(transaction=True)
def test_of_sends_at_once_only_as_many_as_the_limit_allows_are_accepted(tenants: Tenants) -> None:
    account, contact = tenants.sandbox(daily_limit=2), person(tenants, **username("grace"))

    def send_one() -> str:
        actor = tenants.actor()
        return services.send_message(actor, account_id=account.pk, contact_id=contact.pk, text="hello").thread_id

    ended = run_together_catching([send_one] * 5)
    refusals = [each.code for each in ended if isinstance(each, DomainError)]
    assert refusals == ["account_daily_limit"] * 3
    assert (Message.unscoped.count(), Thread.unscoped.count()) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_a_contact_who_is_erased_meanwhile_gets_nothing(tenants: Tenants) -> None:
    account = tenants.sandbox()
    for number in range(5):
        contact = person(tenants, **username(f"grace_{number}"))

        def send_one(contact_id: str = contact.pk) -> object:
            actor = tenants.actor()
            return services.send_message(actor, account_id=account.pk, contact_id=contact_id, text="hello")

        def erase(contact_id: str = contact.pk) -> None:
            erase_contact(tenants.actor(), contact_id)

        calls: list[Callable[[], object]] = [send_one, erase]
        refusals = [each for each in run_together_catching(calls) if isinstance(each, Exception)]
        assert [each.code for each in refusals if isinstance(each, DomainError)] == ["not_found"] * len(refusals)
    assert (Contact.unscoped.count(), Message.unscoped.filter(status="queued").count()) == (0, 0)


# --- An id of ours as a username ------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.django_db
def test_an_id_of_ours_is_no_recipient(api: Api, tenants: Tenants, sandbox: Account, kind: str) -> None:
    ours, before = api(tenants.key()), counts()
    text = new_id(KINDS[kind].prefix)
    for to in (text, f"@{text}", f"https://t.me/{text}", text.lower(), text[:-6], f" {text}X "):
        answer = ours.post(PATH, {"account_id": sandbox.pk, "to": to, "text": "hello"})
        assert problem(answer) == (422, [("to", "is_an_id")]), to
        detail = answer.json()["errors"][0]["detail"]
        assert detail.startswith(f"this is the id of a {kind}, not a username; give ")
        assert "`contact_id`" in detail
    assert counts() == before
    assert not Contact.unscoped.exists()


@pytest.mark.parametrize(
    "name", ["con_artist", "key_west", "con_01M8G4CXAACHKK", "seq_2026_and_a_longer_name", "msg_me"]
)
@pytest.mark.django_db
def test_a_username_that_begins_like_an_id_is_a_recipient(
    api: Api, tenants: Tenants, sandbox: Account, name: str
) -> None:
    assert (
        api(tenants.key()).post(PATH, {"account_id": sandbox.pk, "to": f"@{name}", "text": "hello"}).status_code == 200
    )
    assert Contact.unscoped.get().username == name


@pytest.mark.django_db
def test_an_id_of_ours_is_not_the_username_of_a_contact(api: Api, tenants: Tenants) -> None:
    ours, contact = api(tenants.key()), person(tenants, **username("grace"))
    assert problem(ours.post("/v1/contacts", {"username": contact.pk})) == (422, [("username", "is_an_id")])
    changed = ours.patch(f"/v1/contacts/{contact.pk}", {"username": f"@{contact.pk}"})
    assert problem(changed) == (422, [("username", "is_an_id")])
    assert list(Contact.unscoped.values_list("username", flat=True)) == ["grace"]


@pytest.mark.django_db
def test_a_contact_that_was_made_of_an_id_is_still_found_and_erased(api: Api, tenants: Tenants) -> None:
    text = new_id("msg")
    ghost = person(tenants, **username(text))
    ours = api(tenants.key())
    condition = {"field": "username", "op": "is", "value": text}
    preview = ours.post("/v1/segments/preview", {"filter": condition})
    assert preview.json()["count"] == 1
    assert ours.delete(f"/v1/contacts/{ghost.pk}").status_code == 204
