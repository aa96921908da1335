"""What a key that is narrowed to a segment, or to some accounts, sees and does."""

from typing import Any

import pytest

from apikeys.models import ApiKey
from contacts.models import Contact, ContactTag, Segment
from crmsolid.core.errors import DomainError
from crmsolid.events.models import Event
from crmsolid.workspaces.limits import Approval
from messaging.models import Message, Thread
from tests.limits.edge_world import OTHER, OUTSIDE, TAG, World, make_world
from tests.mcp.helpers import call
from tests.tenants import Api, Tenants

SEND = "/v1/messages/send"


@pytest.fixture
def world(tenants: Tenants) -> World:
    return make_world(tenants)


@pytest.fixture
def by_segment(api: Api, tenants: Tenants, world: World) -> Api:
    return api(tenants.key(segment_id=world.segment.pk))


@pytest.fixture
def by_account(api: Api, tenants: Tenants, world: World) -> Api:
    return api(tenants.key(account_ids=[world.accounts["own"].pk]))


def ids(answer: Any) -> set[Any]:
    assert answer.status_code == 200, answer.json()
    return {row["id"] for row in answer.json()["data"]}


# --- A segment --------------------------------------------------------------------------------------------------------
def test_contact_outside_is_in_no_list_and_no_search(by_segment: Api, world: World) -> None:
    inside = {world.contacts["inside"].pk}
    assert ids(by_segment.get("/v1/contacts")) == inside
    assert ids(by_segment.get("/v1/contacts", {"search": "person"})) == inside
    assert ids(by_segment.get("/v1/contacts", {"search": OUTSIDE})) == set()
    assert ids(by_segment.get("/v1/contacts", {"sort": "name"})) == inside
    assert [tag["name"] for tag in by_segment.get("/v1/tags").json()["data"]] == [TAG]


def test_contact_outside_answers_as_one_that_does_not_exist(by_segment: Api, world: World) -> None:
    outside = world.contacts["outside"]
    answers = [by_segment.get(f"/v1/contacts/{each}") for each in (outside.pk, "con_" + "0" * 26)]
    bodies = [{**answer.json(), "request_id": "", "instance": ""} for answer in answers]
    assert bodies[0] == bodies[1]
    assert answers[0].status_code == 404


def test_message_to_somebody_outside_is_refused_by_name_as_by_id(by_segment: Api, world: World) -> None:
    outside, before = world.contacts["outside"], Message.unscoped.count()
    body = {"account_id": world.accounts["own"].pk, "text": "hello"}
    answers = [
        by_segment.post(SEND, body | to)
        for to in (
            {"to": f"@{outside.username}"},
            {"to": outside.telegram_id},
            {"contact_id": outside.pk},
            {"to": "@nobody_here"},
            {"to": 999_999},
        )
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 5
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert Message.unscoped.count() == before
    assert Contact.unscoped.count() == 2
    assert by_segment.post(SEND, body | {"to": f"@{world.contacts['inside'].username}"}).status_code == 200
    assert Message.unscoped.count() == before + 1


def test_upsert_of_somebody_outside_changes_nothing(by_segment: Api, world: World) -> None:
    outside = world.contacts["outside"]
    for identity in ({"username": outside.username}, {"email": outside.email}):
        answer = by_segment.post("/v1/contacts", {**identity, "name": "Taken", "tags": [TAG]})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert outside.pk not in answer.content.decode()
    outside.refresh_from_db()
    assert outside.name == f"{OUTSIDE} Person"
    assert not ContactTag.unscoped.filter(contact=outside, name=TAG).exists()
    assert Contact.unscoped.count() == 2


def test_contact_that_it_makes_must_be_in_the_segment(by_segment: Api, world: World) -> None:
    events = Event.unscoped.count()
    answer = by_segment.post("/v1/contacts", {"username": "new_person", "tags": ["other"]})
    assert (answer.status_code, answer.json()["code"]) == (403, "outside_limits")
    assert (Contact.unscoped.count(), Event.unscoped.count()) == (2, events)
    made = by_segment.post("/v1/contacts", {"username": "new_person", "tags": [TAG]})
    assert made.status_code == 201, made.json()
    assert made.json()["id"] in ids(by_segment.get("/v1/contacts"))


def test_identity_of_somebody_outside_cannot_be_given_to_another(by_segment: Api, world: World) -> None:
    inside, outside = world.contacts["inside"], world.contacts["outside"]
    answer = by_segment.patch(f"/v1/contacts/{inside.pk}", {"email": outside.email})
    assert answer.status_code == 404
    assert outside.pk not in answer.content.decode()


def test_leaving_and_entering_the_segment_count_from_the_next_call(by_segment: Api, world: World) -> None:
    inside, outside = world.contacts["inside"], world.contacts["outside"]
    gone = by_segment.post(f"/v1/contacts/{inside.pk}/tags", {"remove": [TAG]}, idempotency_key="leave")
    assert gone.status_code == 200, gone.json()
    assert by_segment.get(f"/v1/contacts/{inside.pk}").status_code == 404
    assert by_segment.get(f"/v1/threads/{world.rows['inside', 'own', 'thread'].pk}").status_code == 404
    again = by_segment.post(f"/v1/contacts/{inside.pk}/tags", {"remove": [TAG]}, idempotency_key="leave")
    assert again.status_code == 404
    ContactTag.unscoped.create(workspace=outside.workspace, contact=outside, name=TAG, folded=TAG)
    assert by_segment.get(f"/v1/contacts/{outside.pk}").status_code == 200
    assert by_segment.get(f"/v1/threads/{world.rows['outside', 'own', 'thread'].pk}").status_code == 200


def test_threads_messages_and_events_of_contacts_outside_do_not_exist(by_segment: Api, world: World) -> None:
    rows = world.rows
    threads = {rows["inside", of, "thread"].pk for of in ("own", "other")}
    assert ids(by_segment.get("/v1/threads")) == threads
    assert ids(by_segment.get("/v1/threads", {"search": "question"})) == threads
    assert all(
        row["contact_id"] == world.contacts["inside"].pk for row in by_segment.get("/v1/messages").json()["data"]
    )
    found = by_segment.get("/v1/messages", {"search": OUTSIDE, "direction": "in"})
    assert ids(found) == set()
    events = {rows["inside", of, "event of a message"].pk for of in ("own", "other")}
    assert ids(by_segment.get("/v1/events")) == events | {rows["inside", "", "event"].pk}
    assert by_segment.get(f"/v1/events/{rows['outside', '', 'event'].pk}").status_code == 404
    for kind in ("message", "thread", "file"):
        assert by_segment.get(f"/v1/{kind}s/{rows['outside', 'own', kind].pk}").status_code == 404
    enrollments = {rows["inside", of, "enrollment"].pk for of in ("own", "other")}
    assert ids(by_segment.get("/v1/enrollments")) == enrollments
    sequence = rows["", "", "sequence"].pk
    assert ids(by_segment.get(f"/v1/sequences/{sequence}/enrollments")) == enrollments


def test_counts_of_segments_are_not_told(by_segment: Api, world: World) -> None:
    assert [row["count"] for row in by_segment.get("/v1/segments").json()["data"]] == [None]
    assert by_segment.get(f"/v1/segments/{world.segment.pk}").json()["count"] is None
    everybody = {"filter": {"field": "created_at", "op": "exists", "value": True}}
    preview = by_segment.post("/v1/segments/preview", everybody).json()
    assert (preview["count"], [each["id"] for each in preview["sample"]]) == (1, [world.contacts["inside"].pk])


@pytest.mark.parametrize("broken", ["deleted", "does not fit"])
def test_nothing_exists_for_a_key_whose_segment_is_broken(by_segment: Api, world: World, broken: str) -> None:
    if broken == "deleted":
        world.segment.delete()
    else:
        Segment.unscoped.update(filter={"field": "custom.gone", "op": "is", "value": 1})
    assert ids(by_segment.get("/v1/contacts")) == set()
    assert ids(by_segment.get("/v1/threads")) == set()
    inside = world.contacts["inside"]
    assert by_segment.get(f"/v1/contacts/{inside.pk}").status_code == 404
    assert by_segment.post("/v1/contacts", {"username": "new_person", "tags": [TAG]}).status_code == 403
    assert Contact.unscoped.count() == 2


def test_segment_that_narrows_a_working_key_cannot_be_deleted(api: Api, tenants: Tenants, world: World) -> None:
    tenants.key(segment_id=world.segment.pk, name="Trial bot")
    everything = api(tenants.key())
    path = f"/v1/segments/{world.segment.pk}"
    answer = everything.delete(path)
    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_state")
    assert "Trial bot" in answer.json()["detail"]
    assert Segment.unscoped.filter(pk=world.segment.pk).exists()
    ApiKey.unscoped.filter(segment_id=world.segment.pk).update(revoked_at=world.segment.created_at)
    assert everything.delete(path).status_code == 204


def test_narrowed_key_cannot_change_its_own_segment(by_segment: Api, world: World) -> None:
    path = f"/v1/segments/{world.segment.pk}"
    answer = by_segment.patch(path, {"filter": {"field": "created_at", "op": "exists", "value": True}})
    assert (answer.status_code, answer.json()["code"]) == (403, "outside_limits")
    world.segment.refresh_from_db()
    assert world.segment.filter == {"field": "tag", "op": "is", "value": TAG}


def test_stored_answer_of_another_key_is_not_replayed_to_a_narrowed_one(
    api: Api, tenants: Tenants, by_segment: Api, world: World
) -> None:
    body = {"username": world.contacts["outside"].username, "name": "New name"}
    assert api(tenants.key()).post("/v1/contacts", body, idempotency_key="shared").status_code == 200
    answer = by_segment.post("/v1/contacts", body, idempotency_key="shared")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


# --- Accounts ---------------------------------------------------------------------------------------------------------
def test_other_accounts_do_not_exist_and_contacts_stay_visible(by_account: Api, world: World) -> None:
    own, other, rows = world.accounts["own"], world.accounts["other"], world.rows
    assert ids(by_account.get("/v1/accounts")) == {own.pk}
    answer = by_account.get(f"/v1/accounts/{other.pk}")
    assert answer.status_code == 404
    assert OTHER not in answer.content.decode()
    assert ids(by_account.get("/v1/contacts")) == {contact.pk for contact in world.contacts.values()}
    assert ids(by_account.get("/v1/threads")) == {rows[name, "own", "thread"].pk for name in world.contacts}
    assert {row["account_id"] for row in by_account.get("/v1/messages").json()["data"]} == {own.pk}
    of_messages = {rows[name, "own", "event of a message"].pk for name in world.contacts}
    assert ids(by_account.get("/v1/events")) == of_messages | {rows[name, "", "event"].pk for name in world.contacts}


def test_sending_from_another_account_is_refused(by_account: Api, world: World) -> None:
    before, threads = Message.unscoped.count(), Thread.unscoped.count()
    body = {"account_id": world.accounts["other"].pk, "to": "@nobody_here", "text": "hello"}
    answer = by_account.post(SEND, body)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert OTHER not in answer.content.decode()
    assert (Message.unscoped.count(), Thread.unscoped.count(), Contact.unscoped.count()) == (before, threads, 2)
    assert by_account.post(SEND, {**body, "account_id": world.accounts["own"].pk}).status_code == 200


def test_sequence_that_sends_from_another_account_is_not_for_it(by_account: Api, world: World) -> None:
    from sequences.models import Enrollment, SequenceVersion

    Enrollment.unscoped.all().delete()
    path = f"/v1/sequences/{world.rows['', '', 'sequence'].pk}/enroll"
    body = {"contact_id": world.contacts["inside"].pk}
    assert by_account.post(path, body).status_code == 201
    Enrollment.unscoped.all().delete()
    SequenceVersion.unscoped.update(account_ids=[account.pk for account in world.accounts.values()])
    answer = by_account.post(path, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "outside_limits")
    assert not Enrollment.unscoped.exists()


def test_many_cannot_be_enrolled_at_once(by_segment: Api, world: World) -> None:
    from crmsolid.jobs.models import Job

    path = f"/v1/sequences/{world.rows['', '', 'sequence'].pk}/enroll"
    for body in ({"segment_id": world.segment.pk}, {"contact_ids": [world.contacts["outside"].pk]}):
        answer = by_segment.post(path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "outside_limits")
    assert Job.unscoped.count() == 1


# --- What others pay --------------------------------------------------------------------------------------------------
def test_workspace_of_an_ordinary_key_has_no_edge(tenants: Tenants) -> None:
    from apikeys.authentication import authenticate

    credentials = authenticate(tenants.key())
    actor = credentials.actor("rest", None)
    assert actor.workspace is credentials.workspace
    assert actor.workspace.edge is None


def test_narrowed_actor_does_not_narrow_the_workspace_of_others(tenants: Tenants, world: World) -> None:
    from apikeys.authentication import authenticate
    from contacts import repository

    credentials = authenticate(tenants.key(segment_id=world.segment.pk))
    narrowed = credentials.actor("rest", None).workspace
    assert (narrowed.edge is None, credentials.workspace.edge) == (False, None)
    with pytest.raises(DomainError, match="contact"):
        repository.get(narrowed, world.contacts["outside"].pk)
    assert repository.get(credentials.workspace, world.contacts["outside"].pk)


# --- What was answered before -----------------------------------------------------------------------------------------
def test_identity_of_a_contact_outside_is_answered_as_to_who_creates_it(
    by_segment: Api, world: World, tenants: Tenants
) -> None:
    inside, outside = world.contacts["inside"], world.contacts["outside"]
    for column in ("email", "username"):
        taken = {column: getattr(outside, column)}
        created = by_segment.post("/v1/contacts", taken)
        changed = by_segment.patch(f"/v1/contacts/{inside.pk}", taken)
        assert (created.status_code, changed.status_code) == (404, 404)
        assert changed.json()["detail"] == created.json()["detail"]
    inside.refresh_from_db()
    assert inside.email == "inside_person@example.com"


def test_stored_proposal_does_not_exist_once_its_contact_is_outside(api: Api, tenants: Tenants, world: World) -> None:
    key, contact = api(tenants.key(segment_id=world.segment.pk, approval=Approval.ALL)), world.contacts["inside"]
    body = {"account_id": world.accounts["own"].pk, "contact_id": contact.pk, "text": "hello"}
    assert [key.post(SEND, body, idempotency_key="once").status_code for _ in range(2)] == [202, 202]
    ContactTag.unscoped.filter(contact=contact).delete()
    answer = key.post(SEND, body, idempotency_key="once")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_stored_proposal_is_not_the_answer_to_another_key(api: Api, tenants: Tenants, world: World) -> None:
    limited, free = api(tenants.key(approval=Approval.ALL)), api(tenants.key())
    body = {"account_id": world.accounts["own"].pk, "contact_id": world.contacts["inside"].pk, "text": "hello"}
    assert limited.post(SEND, body, idempotency_key="once").status_code == 202
    for other in (free, api(tenants.key(approval=Approval.ALL))):
        answer = other.post(SEND, body, idempotency_key="once")
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert free.post(SEND, body, idempotency_key="another").json()["status"] == "queued"


def test_tool_does_not_answer_again_what_is_beyond_limits_that_were_narrowed(tenants: Tenants, world: World) -> None:
    token = tenants.key()
    arguments: dict[str, Any] = {"account_id": world.accounts["other"].pk, "contact_id": world.contacts["inside"].pk}
    sent = [call(token, "send_message", **arguments, text="hello", idempotency_key="once") for _ in range(2)]
    assert [each["isError"] for each in sent] == [False, False]
    ApiKey.unscoped.update(account_ids=[world.accounts["own"].pk])
    again = call(token, "send_message", **arguments, text="hello", idempotency_key="once")
    assert again["structuredContent"]["code"] == "idempotency_key_reused"


def test_proposals_of_other_accounts_do_not_exist_once_a_key_is_narrowed(
    api: Api, tenants: Tenants, world: World
) -> None:
    key, rows = api(tenants.key(approval=Approval.ALL)), world.rows
    made: dict[str, set[str]] = {}
    for name, account in world.accounts.items():
        answers = [
            key.post(SEND, {"account_id": account.pk, "contact_id": world.contacts["inside"].pk, "text": "hello"}),
            key.patch(f"/v1/threads/{rows['inside', name, 'thread'].pk}", {"state": "closed"}),
            key.post(f"/v1/messages/{rows['inside', name, 'queued'].pk}/cancel", {}),
        ]
        assert [answer.status_code for answer in answers] == [202, 202, 202], [each.json() for each in answers]
        made[name] = {answer.json()["id"] for answer in answers}
    tagged = key.post(f"/v1/contacts/{world.contacts['inside'].pk}/tags", {"add": ["vip"]})
    assert ids(key.get("/v1/proposals")) == {*made["own"], *made["other"], tagged.json()["id"]}
    ApiKey.unscoped.update(account_ids=[world.accounts["own"].pk])
    assert ids(key.get("/v1/proposals")) == {*made["own"], tagged.json()["id"]}
    assert {key.get(f"/v1/proposals/{each}").status_code for each in made["other"]} == {404}
