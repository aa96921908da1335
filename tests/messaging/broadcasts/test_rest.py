"""Broadcasts over /v1: previews, starts, reads, changes of state, and what is refused."""

from datetime import timedelta, timezone
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact, Segment
from crmsolid.jobs.models import Job
from crmsolid.workspaces.actor import Scope
from messaging.broadcasts import audience
from messaging.broadcasts.models import Broadcast, Recipient
from messaging.models import Account, Message
from tests.messaging.broadcasts.helpers import contact, contacts, counts, freeze, run_job, start, stored, work
from tests.messaging.conftest import FrozenTime
from tests.panel import later
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db

URL = "/v1/broadcasts"


@pytest.fixture
def api(tenants: Tenants) -> Api:
    return Api(tenants.key())


def body(account: Account, **members: Any) -> dict[str, Any]:
    values = {"name": "News", "text": "Hello", "account_ids": [account.pk], "audience": {"tags": ["vip"]}}
    return {**values, **members}


def nothing_stored() -> bool:
    return not (Broadcast.unscoped.exists() or Recipient.unscoped.exists() or Job.unscoped.exists())


# --- Preview and start ------------------------------------------------------------------------------------------------
def named(person: Contact) -> dict[str, str]:
    return {"id": person.pk, "name": person.name, "username": person.username}


def test_preview_counts_names_exclusions_and_stores_nothing(api: Api, account: Account) -> None:
    workspace = account.workspace
    ann, bob = contact(workspace, "annie", name="Ann"), contact(workspace, "bobby", name="Bob")
    contact(workspace, "cecil", name="Cecil", opted_out=True)
    contact(workspace, "nameless")
    Contact.objects.for_workspace(workspace).create(workspace=workspace, name="Dora", email="dora@example.com")
    response = api.post(URL, body(account, text="Hello {name}", preview=True))
    assert response.status_code == 200
    answer = response.json()
    people, eligible, definition = answer.pop("audience_hash").split("-")
    assert (len(people), eligible, len(definition)) == (64, "2", 112)
    assert answer.pop("finishes_at") is not None
    assert answer == {
        "total": 4,
        "eligible": 2,
        "excluded": {"missing_value": 1, "opted_out": 1},
        "sample": [
            {"contact_id": each.pk, "contact": named(each), "text": f"Hello {each.name}", "html": None}
            for each in (ann, bob)
        ],
    }
    assert nothing_stored()


def test_preview_shows_no_text_to_a_key_that_may_not_read_contacts(tenants: Tenants, account: Account) -> None:
    ann = contact(account.workspace, "annie", name="Ann")
    client = Api(tenants.key([Scope.WRITE_MESSAGES]))
    answer = client.post(URL, body(account, text="Hello {name}", preview=True)).json()
    assert answer["sample"] == [{"contact_id": ann.pk, "contact": None, "text": None, "html": None}]


def test_stored_preview_is_not_replayed_to_a_key_that_may_not_read_contacts(
    api: Api, tenants: Tenants, account: Account
) -> None:
    contact(account.workspace, "annie", name="Ann")
    preview = body(account, text="Hello {name}", preview=True)
    assert api.post(URL, preview, idempotency_key="preview").status_code == 200
    writing = Api(tenants.key([Scope.WRITE_MESSAGES, Scope.READ_MESSAGES]))
    response = writing.post(URL, preview, idempotency_key="preview")
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
    assert b"Ann" not in response.content


def test_stored_preview_is_emptied_when_one_of_its_people_is_erased(api: Api, account: Account) -> None:
    contact(account.workspace, "annie", name="Ann")
    erased = contact(account.workspace, "bobby", name="Bob")
    preview = body(account, text="Hello {name}", preview=True)
    assert b"Hello Bob" in api.post(URL, preview, idempotency_key="preview").content
    assert api.delete(f"/v1/contacts/{erased.pk}").status_code == 204
    replayed = api.post(URL, preview, idempotency_key="preview")
    assert (replayed.status_code, replayed.json()["code"]) == (410, "erased")


def test_start_with_the_hash_of_the_preview_sends_to_its_people(api: Api, account: Account) -> None:
    contacts(account.workspace, 3)
    preview = api.post(URL, body(account, preview=True)).json()
    response = api.post(URL, body(account, audience_hash=preview["audience_hash"]))
    assert response.status_code == 201
    answer = response.json()
    assert response["Location"] == f"{URL}/{answer['id']}"
    assert (answer["status"], answer["counts"]["pending"], answer["segment_id"]) == ("running", 0, None)
    work(Broadcast.unscoped.get())
    answer = api.get(f"{URL}/{answer['id']}").json()
    assert (answer["status"], answer["counts"]["sent"], answer["reason"]) == ("done", preview["eligible"], None)


@pytest.mark.parametrize("change", ["joins", "opts_out"])
def test_start_with_the_hash_of_another_audience_is_refused(api: Api, account: Account, change: str) -> None:
    people = contacts(account.workspace, 2)
    preview = api.post(URL, body(account, preview=True)).json()
    if change == "joins":
        contact(account.workspace, "newcomer")
    else:
        Contact.unscoped.filter(pk=people[0].pk).update(opted_out=True)
    response = api.post(URL, body(account, audience_hash=preview["audience_hash"]))
    problem = response.json()
    assert (response.status_code, problem["code"]) == (409, "audience_changed")
    assert (problem["previewed"], problem["eligible"]) == (2, 3 if change == "joins" else 1)
    assert problem["changed"] == ["audience"]
    assert nothing_stored()


# What a start says instead of the preview, and how the refusal puts it.
CHANGES: dict[str, tuple[Any, str]] = {
    "text": ("Goodbye", "the text has changed since this preview"),
    "format": ("markdown", "the format of the text has changed since this preview"),
    "send_at": (later(days=2).isoformat(), "the time has changed since this preview"),
    "per_hour": (7, "the limit of messages an hour has changed since this preview"),
    "cooldown_days": (7, "the number of days between two broadcasts has changed since this preview"),
}


@pytest.mark.parametrize("part", CHANGES)
@pytest.mark.parametrize("value", [None, "other"])
def test_start_of_something_else_than_was_previewed_is_refused(
    api: Api, account: Account, part: str, value: str | None
) -> None:
    """``None``: the preview has the part, and the start leaves it out or has the usual one."""
    contacts(account.workspace, 2)
    changed, said = CHANGES[part]
    with_part, without = body(account, **{part: changed}), body(account)
    previewed, started = (with_part, without) if value is None else (without, with_part)
    preview = api.post(URL, {**previewed, "preview": True}).json()
    response = api.post(URL, {**started, "audience_hash": preview["audience_hash"]})
    problem = response.json()
    assert (response.status_code, problem["code"], problem["changed"]) == (409, "audience_changed", [part])
    assert (problem["previewed"], problem["eligible"]) == (2, 2)
    assert problem["detail"] == f"nothing was sent: {said}"
    assert nothing_stored()
    again = api.post(URL, {**previewed, "audience_hash": preview["audience_hash"]})
    assert (again.status_code, again.json()["audience_hash"]) == (201, preview["audience_hash"])


def test_refusal_names_everything_that_differs(tenants: Tenants, api: Api, account: Account) -> None:
    contacts(account.workspace, 2)
    preview = api.post(URL, body(account, preview=True)).json()
    contact(account.workspace, "newcomer")
    both = [account.pk, tenants.sandbox().pk]
    response = api.post(URL, body(account, text="Goodbye", account_ids=both, audience_hash=preview["audience_hash"]))
    problem = response.json()
    assert (problem["code"], problem["changed"]) == ("audience_changed", ["audience", "text", "account_ids"])
    assert problem["detail"] == (
        "nothing was sent: the text and the choice of accounts have changed since this preview; "
        "in the preview it was for 2, and now it is for 3"
    )
    assert nothing_stored()


def test_what_decides_nothing_of_what_is_sent_may_differ_from_the_preview(
    tenants: Tenants, api: Api, account: Account
) -> None:
    """The name, the order of the accounts, and how the time is written."""
    contacts(account.workspace, 1)
    accounts, at = [account.pk, tenants.sandbox().pk], later(days=1).replace(microsecond=0)
    preview = api.post(URL, body(account, account_ids=accounts, send_at=at.isoformat(), preview=True)).json()
    elsewhere = at.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat()
    same = {"name": "Other", "account_ids": accounts[::-1], "send_at": elsewhere}
    response = api.post(URL, body(account, **same, audience_hash=preview["audience_hash"]))
    assert (response.status_code, response.json()["audience_hash"]) == (201, preview["audience_hash"])


def test_time_that_passes_between_preview_and_start_changes_nothing(
    api: Api, account: Account, frozen_time: FrozenTime
) -> None:
    contacts(account.workspace, 1)
    at = (frozen_time.now + timedelta(minutes=1)).isoformat()
    previews = [api.post(URL, body(account, preview=True, **members)).json() for members in ({}, {"send_at": at})]
    frozen_time.forward(minutes=5)
    for preview, members in zip(previews, ({}, {"send_at": at}), strict=True):
        answer = api.post(URL, body(account, audience_hash=preview["audience_hash"], **members))
        assert (answer.status_code, answer.json()["status"]) == (201, "running")


def test_hash_of_an_older_version_is_refused_as_a_changed_preview(api: Api, account: Account) -> None:
    """It says for whom the broadcast was, and no more."""
    contacts(account.workspace, 2)
    people = api.post(URL, body(account, preview=True)).json()["audience_hash"].rpartition("-")[0]
    for old, changed in ((people, []), (f"{'0' * 64}-1", ["audience"])):
        response = api.post(URL, body(account, audience_hash=old))
        problem = response.json()
        assert (response.status_code, problem["code"], problem["changed"]) == (409, "audience_changed", changed)
        assert (problem["previewed"], problem["eligible"]) == (int(old.partition("-")[2]), 2)
    assert nothing_stored()


def test_hash_covers_every_part_of_a_broadcast_but_its_name() -> None:
    """Whoever adds a part has it covered, and adds it here."""
    assert audience.PARTS == ("text", "account_ids", "send_at", "per_hour", "cooldown_days", "format", "attachments")


def test_same_idempotency_key_starts_one_broadcast(api: Api, account: Account) -> None:
    contacts(account.workspace, 1)
    first = api.post(URL, body(account), idempotency_key="once")
    again = api.post(URL, body(account), idempotency_key="once")
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert first.content == again.content
    assert (Broadcast.unscoped.count(), Job.unscoped.count()) == (1, 1)


def test_audience_of_a_segment_is_that_at_the_start(api: Api, account: Account) -> None:
    workspace = account.workspace
    contacts(workspace, 2)
    contact(workspace, "other", tags=["else"])
    condition = {"field": "tag", "op": "is", "value": "vip"}
    segment = Segment.unscoped.create(workspace=workspace, name="VIPs", filter=condition)
    answer = api.post(URL, body(account, audience={"segment_id": segment.pk})).json()
    assert answer["segment_id"] == segment.pk
    segment.delete()
    broadcast = Broadcast.unscoped.get()
    work(broadcast)
    assert counts(broadcast) == {"sent": 2}


def test_those_with_all_tags_get_the_message_however_rare_they_are(
    api: Api, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "CHUNK", 2)
    workspace = account.workspace
    for number in range(9):
        contact(workspace, f"person{number}", tags=["news", "vip"] if number in (3, 8) else ["news"])
    contact(workspace, "unwanted", tags=["vip"])
    answer = api.post(URL, body(account, audience={"tags": ["news", "vip"]})).json()
    broadcast = Broadcast.unscoped.get(pk=answer["id"])
    work(broadcast)
    sent_to = Recipient.unscoped.filter(broadcast=broadcast).values_list("contact__username", flat=True)
    assert sorted(sent_to) == ["person3", "person8"] and counts(broadcast) == {"sent": 2}


def test_listed_contacts_get_the_message_in_any_order_of_their_ids(
    api: Api, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "CHUNK", 2)
    ids = [person.pk for person in contacts(account.workspace, 5)]
    hashes = {
        api.post(URL, body(account, preview=True, audience={"contact_ids": listed})).json()["audience_hash"]
        for listed in (ids, ids[::-1], [*ids, ids[0]])
    }
    assert len(hashes) == 1
    answer = api.post(URL, body(account, audience={"contact_ids": ids[::-1]}, audience_hash=hashes.pop()))
    assert answer.status_code == 201
    broadcast = Broadcast.unscoped.get()
    work(broadcast)
    assert counts(broadcast) == {"sent": 5}


def test_broadcast_is_scheduled_and_its_audience_frozen_at_once(api: Api, account: Account) -> None:
    contacts(account.workspace, 2)
    at = later(days=1).isoformat().replace("+00:00", "Z")
    answer = api.post(URL, body(account, send_at=at)).json()
    assert (answer["status"], answer["starts_at"][:19]) == ("scheduled", at[:19])
    broadcast = Broadcast.unscoped.get()
    work(broadcast)
    assert (stored(broadcast).status, counts(broadcast)) == ("scheduled", {"pending": 2})
    assert api.get(f"{URL}/{broadcast.pk}").json()["waiting_for"] == "eta"
    assert not Message.unscoped.exists()


@pytest.mark.parametrize(
    ("members", "field", "code"),
    [
        ({"text": "Hello {nobody}"}, "text", "unknown_variable"),
        ({"text": "Hello {"}, "text", "template_syntax"),
        ({"account_ids": []}, "account_ids", "empty"),
        ({"audience": {}}, "audience", "one_of"),
        ({"audience": {"tags": ["vip"], "contact_ids": ["x"]}}, "audience", "one_of"),
        ({"audience": {"tags": []}}, "audience.tags", "empty"),
        ({"audience": {"tag": ["vip"]}}, "audience.tag", "unknown_field"),
        ({"per_hour": 0}, "per_hour", "min_value"),
        ({"cooldown_days": 0}, "cooldown_days", "min_value"),
        ({"audience_hash": "abc"}, "audience_hash", "pattern"),
        ({"send_at": "2999-01-01T09:00:00Z"}, "send_at", "too_far"),
        ({"sendat": None}, "sendat", "unknown_field"),
    ],
)
@pytest.mark.parametrize("preview", [True, False])
def test_what_is_wrong_is_refused(
    api: Api, account: Account, members: dict[str, Any], field: str, code: str, preview: bool
) -> None:
    response = api.post(URL, body(account, preview=preview, **members))
    assert response.status_code == 422
    assert [(error["field"], error["code"]) for error in response.json()["errors"]] == [(field, code)]
    assert nothing_stored()


def test_accounts_contacts_and_segments_of_another_workspace_are_not_found(
    api: Api, account: Account, tenants: Tenants
) -> None:
    theirs, stranger = tenants.sandbox(tenants.other), contact(tenants.other, "stranger")
    segment = Segment.unscoped.create(workspace=tenants.other, name="Theirs", filter={"all": []})
    for members in (
        {"account_ids": [theirs.pk]},
        {"audience": {"contact_ids": [stranger.pk]}},
        {"audience": {"segment_id": segment.pk}},
    ):
        response = api.post(URL, body(account, **members))
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert nothing_stored()
    other = start(theirs)
    for call in (api.get(f"{URL}/{other.pk}"), api.post(f"{URL}/{other.pk}/cancel")):
        assert call.status_code == 404
    assert stored(other).status == "running"


# --- Reads ------------------------------------------------------------------------------------------------------------
def test_recipients_are_listed_with_status_and_reason(api: Api, account: Account) -> None:
    ann = contact(account.workspace, "annie")
    bob = contact(account.workspace, "fail_privacy_bob")
    cecil = contact(account.workspace, "cecil", opted_out=True)
    broadcast = start(account)
    work(broadcast)
    page = api.get(f"{URL}/{broadcast.pk}/recipients", {"limit": "2"}).json()
    rest = api.get(f"{URL}/{broadcast.pk}/recipients", {"limit": "2", "cursor": page["next_cursor"]}).json()
    rows = [(row["contact_id"], row["status"], row["reason"]) for row in page["data"] + rest["data"]]
    assert rows == [
        (ann.pk, "sent", None),
        (bob.pk, "failed", "privacy_restricted"),
        (cecil.pk, "skipped", "opted_out"),
    ]
    assert rest["next_cursor"] is None
    [sent] = api.get(f"{URL}/{broadcast.pk}/recipients", {"status": "sent"}).json()["data"]
    assert (sent["message_id"], sent["account_id"]) == (Message.unscoped.get(contact=ann).pk, account.pk)


def test_broadcasts_are_listed_newest_first_and_by_status(api: Api, account: Account) -> None:
    first, second = start(account), start(account)
    work(first)
    work(second)
    third = start(account)
    assert [row["id"] for row in api.get(URL).json()["data"]] == [third.pk, second.pk, first.pk]
    assert [row["id"] for row in api.get(URL, {"status": "running"}).json()["data"]] == [third.pk]


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        ([Scope.READ_MESSAGES], "get", "", 200),
        ([Scope.READ_MESSAGES], "post", "", 403),
        ([Scope.WRITE_MESSAGES], "get", "", 403),
        ([Scope.WRITE_MESSAGES], "post", "", 201),
        ([Scope.WRITE_MESSAGES], "get", "/{id}/recipients", 403),
        ([Scope.READ_MESSAGES], "post", "/{id}/pause", 403),
        ([Scope.WRITE_MESSAGES], "post", "/{id}/pause", 200),
        ([Scope.READ_MESSAGES], "post", "/{id}/cancel", 403),
        ([Scope.READ_MESSAGES], "post", "/{id}/resume", 403),
        ([Scope.READ_MESSAGES], "post", "/{id}/retry-failed", 403),
    ],
)
def test_scopes(tenants: Tenants, account: Account, scopes: list[Scope], method: str, path: str, status: int) -> None:
    broadcast = start(account)
    client, url = Api(tenants.key(scopes)), URL + path.format(id=broadcast.pk)
    sent = body(account) if not path else None
    response = client.get(url) if method == "get" else client.post(url, sent)
    assert response.status_code == status


# --- Changes of state -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("before", "verb", "after"),
    [
        ("running", "pause", "paused"),
        ("paused", "resume", "running"),
        ("running", "cancel", "canceled"),
        ("paused", "cancel", "canceled"),
        ("scheduled", "cancel", "canceled"),
    ],
)
def test_changes_of_state(api: Api, account: Account, before: str, verb: str, after: str) -> None:
    contacts(account.workspace, 2)
    broadcast = start(account)
    freeze(broadcast)
    Broadcast.unscoped.update(status=before)
    response = api.post(f"{URL}/{broadcast.pk}/{verb}")
    assert (response.status_code, response.json()["status"]) == (200, after)
    assert stored(broadcast).status == after


@pytest.mark.parametrize(
    ("status", "verb"),
    [
        *((status, "pause") for status in ("draft", "scheduled", "paused", "done", "canceled")),
        *((status, "resume") for status in ("draft", "scheduled", "running", "done", "canceled")),
        *((status, "cancel") for status in ("done", "canceled")),
        *((status, "retry-failed") for status in ("draft", "scheduled", "running", "paused", "done", "canceled")),
    ],
)
def test_wrong_state_is_refused_and_nothing_changes(api: Api, account: Account, status: str, verb: str) -> None:
    contacts(account.workspace, 1)
    broadcast = start(account)
    work(broadcast)
    Broadcast.unscoped.update(status=status)
    response = api.post(f"{URL}/{broadcast.pk}/{verb}")
    assert (response.status_code, response.json()["code"]) == (409, "invalid_state")
    assert (stored(broadcast).status, counts(broadcast)) == (status, {"sent": 1})
    assert Job.unscoped.count() == 1


def test_retry_of_failed_sends_new_messages_to_those_alone(api: Api, account: Account) -> None:
    contact(account.workspace, "annie")
    bob = contact(account.workspace, "fail_privacy_bob")
    broadcast = start(account)
    work(broadcast)
    assert counts(broadcast) == {"sent": 1, "failed": 1}
    Contact.unscoped.filter(pk=bob.pk).update(username="bobby", username_key="bobby")
    answer = api.post(f"{URL}/{broadcast.pk}/retry-failed").json()
    assert (answer["status"], answer["counts"]["pending"], answer["counts"]["sent"]) == ("running", 1, 1)
    work(broadcast)
    assert (stored(broadcast).status, counts(broadcast)) == ("done", {"sent": 2})
    assert list(Message.unscoped.filter(contact=bob).order_by("id").values_list("status", flat=True)) == [
        "failed",
        "sent",
    ]
    jobs = Job.unscoped.order_by("id").values_list("state", "done", "total")
    assert list(jobs) == [("done", 2, 2), ("done", 2, 2)]


# --- What it costs ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["", "/{id}", "/{id}/recipients"])
def test_reads_cost_the_same_for_one_row_and_many(api: Api, account: Account, path: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert api.get(URL + path.format(id=broadcast.pk)).status_code == 200
        return len(captured)

    contacts(account.workspace, 1)
    broadcast = start(account)
    work(broadcast)
    queries()
    few = queries()
    contacts(account.workspace, 8)
    broadcast = start(account)
    freeze(broadcast)
    assert queries() == few


def test_start_and_chunks_cost_the_same_for_one_recipient_and_many(api: Api, account: Account) -> None:
    def queries() -> list[int]:
        with CaptureQueriesContext(connection) as starting:
            assert api.post(URL, body(account)).status_code == 201
        broadcast = Broadcast.unscoped.order_by("-created_at", "-id")[0]
        with CaptureQueriesContext(connection) as freezing:
            run_job(broadcast)
        with CaptureQueriesContext(connection) as making:
            run_job(broadcast)
        work(broadcast)
        return [len(starting), len(freezing), len(making)]

    contacts(account.workspace, 1)
    queries()
    few = queries()
    contacts(account.workspace, 9)
    assert queries() == few
