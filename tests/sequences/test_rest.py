"""The REST API of sequences and enrollments."""

from datetime import timedelta
from typing import Any

import pytest

from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.core.ids import new_id
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Scope
from messaging.models import Account
from sequences.models import Enrollment, Sequence
from tests.api.assertions import assert_problem
from tests.sequences.helpers import START, Clock, contact, create, enroll, events, publish, stored, texts, work
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(tenants: Tenants) -> Api:
    return Api(tenants.key())


def shown(sequence: Sequence) -> dict[str, Any]:
    """The sequence as lists and events show it."""
    sequence.refresh_from_db()
    return {
        "id": sequence.pk,
        "name": sequence.name,
        "status": sequence.status,
        "version": sequence.version,
        "created_at": rfc3339(sequence.created_at),
        "updated_at": rfc3339(sequence.updated_at),
    }


# --- Sequences --------------------------------------------------------------------------------------------------------
def test_a_sequence_is_answered_with_the_steps_of_its_latest_version(ours: Api, account: Account) -> None:
    sequence = create(
        account,
        time_zone="Europe/Berlin",
        window={"days": ["mon", "fri"], "from": "09:00", "to": "24:00"},
        jitter="PT10M",
        stop_on=["reply", "tag:VIP", "stage:won"],
        steps=[{"id": "hello", "text": "Hello"}],
    )
    steps: list[dict[str, Any]] = [
        {"id": "hello", "text": "Hello", "condition": {"field": "tag", "op": "is", "value": "VIP"}},
        {
            "id": "again",
            "delay": "P1DT12H",
            "text": "Again, _{first_name|you}_",
            "format": "markdown",
            "attachments": [],
            "if_not": "stop",
        },
    ]
    window = {"days": ["mon"], "from": "22:00", "to": "06:00"}
    publish(sequence, account, window=window, jitter="PT1H", ignore_auto_replies=True, pass_on=True, steps=steps)
    answer = ours.get(f"/v1/sequences/{sequence.pk}")
    assert answer.status_code == 200
    assert answer.json() == shown(sequence) | {
        "version": 2,
        "account_ids": [account.pk],
        "time_zone": "UTC",
        "window": window,
        "jitter": "PT1H",
        "stop_on": [],
        "ignore_auto_replies": True,
        "pass_on": True,
        "steps": [
            {**steps[0], "delay": "PT0S", "format": "plain", "attachments": [], "if_not": "skip"},
            {**steps[1], "condition": None},
        ],
    }


def test_sequences_are_listed_newest_first_in_pages(ours: Api, tenants: Tenants, account: Account) -> None:
    made = [create(account, name=f"Number {number}") for number in range(5)]
    create(tenants.sandbox(tenants.other), name="Theirs")
    first = ours.get("/v1/sequences", {"limit": 3}).json()
    assert first["data"] == [shown(sequence) for sequence in (made[4], made[3], made[2])]
    rest = ours.get("/v1/sequences", {"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [row["id"] for row in rest["data"]] == [made[1].pk, made[0].pk]
    assert rest["next_cursor"] is None
    assert_problem(ours.get("/v1/sequences", {"cursor": "x"}), "invalid_cursor")
    assert_problem(ours.get("/v1/sequences", {"state": "active"}), "invalid_parameter")


def test_a_sequence_is_started_paused_and_resumed(ours: Api, account: Account) -> None:
    sequence = create(account, start=False)
    path = f"/v1/sequences/{sequence.pk}"
    for verb, status in (("start", "active"), ("pause", "paused"), ("resume", "active")):
        answer = ours.post(f"{path}/{verb}")
        assert (answer.status_code, answer.json()) == (200, shown(sequence))
        assert answer.json()["status"] == status
    paused = events("sequence.paused")
    assert [event["data"]["enrollment"] for event in paused] == [None]
    assert paused[0]["data"]["sequence"]["status"] == "paused"


@pytest.mark.parametrize(
    ("status", "verb"), [("draft", "pause"), ("draft", "resume"), ("active", "start"), ("active", "resume")]
)
def test_a_sequence_in_another_state_stays_as_it_is(ours: Api, account: Account, status: str, verb: str) -> None:
    sequence = create(account, start=status == "active")
    before = shown(sequence)
    assert_problem(ours.post(f"/v1/sequences/{sequence.pk}/{verb}"), "invalid_state")
    assert shown(sequence) == before
    assert events("sequence.paused") == []


def test_a_sequence_without_an_account_cannot_be_started(ours: Api, account: Account) -> None:
    sequence = create(account, start=False, account_ids=[])
    problem = assert_problem(ours.post(f"/v1/sequences/{sequence.pk}/start"), "validation_failed")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [("account_ids", "required")]
    assert shown(sequence)["status"] == "draft"


@pytest.mark.parametrize(
    ("mode", "due_at"),
    [
        (None, START + timedelta(days=1)),
        ("keep_dates", START + timedelta(days=1)),
        ("restart_delay", START + timedelta(days=8)),
        ("only_active_time", START + timedelta(days=8)),
    ],
)
def test_resuming_takes_a_mode(ours: Api, account: Account, time: Clock, mode: str | None, due_at: Any) -> None:
    """Paused at once for a week, with a day to wait: the date stays, or the day begins after the pause."""
    sequence = create(account)
    enrollment = enroll(sequence, contact(account.workspace))
    work()
    ours.post(f"/v1/sequences/{sequence.pk}/pause")
    time.move(days=7)
    body = None if mode is None else {"mode": mode}
    assert ours.post(f"/v1/sequences/{sequence.pk}/resume", body).status_code == 200
    if due_at > time.now:
        work()
    assert stored(enrollment).next_run_at == due_at


def test_a_change_of_the_contact_during_the_pause_delays_no_step(ours: Api, account: Account, time: Clock) -> None:
    """A delay of three days, of which one had passed at the pause and two are left after it."""
    sequence = create(account, steps=[{"id": "hello", "delay": "P3D", "text": "Hello"}])
    alice = contact(account.workspace)
    enrollment = enroll(sequence, alice)
    time.move(days=1)
    ours.post(f"/v1/sequences/{sequence.pk}/pause")
    time.move(days=6)
    ours.patch(f"/v1/contacts/{alice.pk}", {"name": "Alice"})
    time.move(days=1)
    ours.post(f"/v1/sequences/{sequence.pk}/resume", {"mode": "only_active_time"})
    work()
    assert (texts(alice), stored(enrollment).next_run_at) == ([], START + timedelta(days=10))
    time.move(days=2)
    work()
    assert texts(alice) == [("sent", "Hello")]


@pytest.mark.parametrize("mode", ["later", "", 1, ["keep_dates"]])
def test_an_unknown_mode_resumes_nothing_and_the_error_names_the_modes(ours: Api, account: Account, mode: Any) -> None:
    sequence = create(account)
    ours.post(f"/v1/sequences/{sequence.pk}/pause")
    problem = assert_problem(ours.post(f"/v1/sequences/{sequence.pk}/resume", {"mode": mode}), "validation_failed")
    detail = "give one of: keep_dates, restart_delay, only_active_time"
    assert problem["errors"] == [{"field": "mode", "code": "invalid_choice", "detail": detail}]
    assert shown(sequence)["status"] == "paused"


def test_a_call_without_fields_says_that_it_knows_none(ours: Api, account: Account) -> None:
    sequence = create(account)
    problem = assert_problem(ours.post(f"/v1/sequences/{sequence.pk}/pause", {"mode": "x"}), "validation_failed")
    detail = "there is no field of this name; known are: none"
    assert problem["errors"] == [{"field": "mode", "code": "unknown_field", "detail": detail}]
    assert shown(sequence)["status"] == "active"


# --- Preview ----------------------------------------------------------------------------------------------------------
PREVIEWED: list[dict[str, Any]] = [
    {"id": "hello", "text": "Hello {first_name}"},
    {"id": "vip", "text": "For you", "condition": {"field": "tag", "op": "is", "value": "vip"}},
    {"id": "again", "delay": "P1D", "text": "We write to {email}"},
]


def test_a_preview_has_the_planned_time_and_the_text_of_each_step(ours: Api, account: Account, time: Clock) -> None:
    window = {"days": ["mon", "wed"], "from": "09:00", "to": "18:00"}
    sequence = create(account, steps=PREVIEWED, window=window)
    alice = contact(account.workspace, name="Alice Smith")
    answer = ours.post(f"/v1/sequences/{sequence.pk}/preview", {"contact_id": alice.pk})
    assert answer.status_code == 200
    assert answer.json() == {
        "steps": [
            {
                "step": "hello",
                "planned_at": "2026-06-01T10:00:00Z",
                "reason": None,
                "text": "Hello Alice",
                "html": None,
            },
            {"step": "vip", "planned_at": None, "reason": "condition", "text": None, "html": None},
            {
                "step": "again",
                "planned_at": "2026-06-03T09:00:00Z",
                "reason": "missing_value",
                "text": None,
                "html": None,
            },
        ]
    }
    assert not Enrollment.unscoped.exists()
    assert texts(alice) == []


def test_the_delay_of_a_step_that_is_left_out_counts_in_the_preview_as_it_does_for_the_contact(
    ours: Api, account: Account, time: Clock
) -> None:
    steps = [
        {"id": "hello", "text": "Hello"},
        {**PREVIEWED[1], "delay": "P2D"},
        {"id": "again", "delay": "P1D", "text": "Hello again"},
    ]
    sequence, alice = create(account, steps=steps), contact(account.workspace)
    preview = ours.post(f"/v1/sequences/{sequence.pk}/preview", {"contact_id": alice.pk}).json()["steps"]
    assert [(step["step"], step["planned_at"]) for step in preview] == [
        ("hello", "2026-06-01T10:00:00Z"),
        ("vip", None),
        ("again", "2026-06-04T10:00:00Z"),
    ]
    enrollment = enroll(sequence, alice)
    work()
    time.move(days=2)
    work()
    assert (stored(enrollment).step_key, stored(enrollment).next_run_at) == ("again", START + timedelta(days=3))


def test_a_preview_without_read_contacts_has_no_text(tenants: Tenants, account: Account, time: Clock) -> None:
    sequence = create(account, steps=PREVIEWED)
    alice = contact(account.workspace, name="Alice Smith")
    client = Api(tenants.key([Scope.MANAGE_SEQUENCES]))
    answer = client.post(f"/v1/sequences/{sequence.pk}/preview", {"contact_id": alice.pk})
    assert [step["text"] for step in answer.json()["steps"]] == [None, None, None]
    assert answer.json()["steps"][0]["planned_at"] == "2026-06-01T10:00:00Z"
    assert b"Alice" not in answer.content


def test_stored_preview_is_not_replayed_without_read_contacts(
    ours: Api, tenants: Tenants, account: Account, time: Clock
) -> None:
    path, alice = (
        f"/v1/sequences/{create(account, steps=PREVIEWED).pk}/preview",
        contact(account.workspace, name="Alice"),
    )
    assert ours.post(path, {"contact_id": alice.pk}, idempotency_key="preview").status_code == 200
    managing = Api(tenants.key([Scope.MANAGE_SEQUENCES]))
    answer = managing.post(path, {"contact_id": alice.pk}, idempotency_key="preview")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert b"Alice" not in answer.content


# --- Enrolling --------------------------------------------------------------------------------------------------------
def test_enrolling_takes_the_id_of_a_contact_alone(ours: Api, account: Account, time: Clock) -> None:
    sequence, alice = create(account), contact(account.workspace)
    answer = ours.post(f"/v1/sequences/{sequence.pk}/enroll", {"contact_id": alice.pk}, X_Request_Id="call-1")
    enrollment = Enrollment.unscoped.get()
    expected = {
        "id": enrollment.pk,
        "sequence_id": sequence.pk,
        "version": 1,
        "contact_id": alice.pk,
        "status": "active",
        "reason": "delay",
        "step": "hello",
        "next_run_at": "2026-06-01T10:00:00Z",
        "created_at": "2026-06-01T10:00:00Z",
        "ended_at": None,
    }
    expected["contact"] = {"id": alice.pk, "name": alice.name, "username": "alice"}
    (started,) = events("sequence.started")
    assert started["data"] == {"sequence": shown(sequence), "enrollment": expected}
    assert (answer.status_code, answer.json()) == (201, expected)
    assert answer.headers["Location"] == f"/v1/enrollments/{enrollment.pk}"
    assert ours.get(f"/v1/enrollments/{enrollment.pk}").json() == expected
    assert Event.unscoped.get(type="sequence.started").request_id == "call-1"
    work()
    assert texts(alice) == [("sent", "Hello")]
    assert ours.get(f"/v1/enrollments/{enrollment.pk}").json() == expected | {
        "step": "again",
        "next_run_at": "2026-06-02T10:00:00Z",
    }


def test_a_retry_of_an_enrollment_gets_the_first_answer(ours: Api, account: Account) -> None:
    sequence, alice = create(account), contact(account.workspace)
    path, body = f"/v1/sequences/{sequence.pk}/enroll", {"contact_id": alice.pk}
    first, retry = (ours.post(path, body, idempotency_key="enroll-alice") for _ in range(2))
    assert (retry.status_code, retry.content) == (201, first.content)
    assert retry.headers["Location"] == first.headers["Location"]
    assert retry.headers["Idempotency-Replayed"] == "true"
    assert (Enrollment.unscoped.count(), len(events("sequence.started"))) == (1, 1)
    assert_problem(ours.post(path, body), "already_enrolled")
    assert (Enrollment.unscoped.count(), len(events("sequence.started"))) == (1, 1)


@pytest.mark.parametrize("status", ["draft", "paused"])
def test_nobody_is_enrolled_in_a_sequence_that_is_not_active(ours: Api, account: Account, status: str) -> None:
    sequence, alice = create(account, start=False), contact(account.workspace)
    paused_at = clock.now() if status == "paused" else None
    Sequence.unscoped.update(status=status, paused_at=paused_at)
    answer = ours.post(f"/v1/sequences/{sequence.pk}/enroll", {"contact_id": alice.pk})
    assert_problem(answer, "sequence_not_active")
    assert (Enrollment.unscoped.exists(), events("sequence.started")) == (False, [])


def test_a_contact_who_has_opted_out_is_not_enrolled(ours: Api, account: Account) -> None:
    sequence, alice = create(account), contact(account.workspace, opted_out=True)
    answer = ours.post(f"/v1/sequences/{sequence.pk}/enroll", {"contact_id": alice.pk})
    assert_problem(answer, "contact_opted_out")
    assert (Enrollment.unscoped.exists(), events("sequence.started")) == (False, [])


def test_erasing_the_contact_empties_the_stored_answers_about_it(ours: Api, account: Account) -> None:
    sequence, alice = create(account), contact(account.workspace, name="Alice")
    body = {"contact_id": alice.pk}
    enroll_path, preview_path = (f"/v1/sequences/{sequence.pk}/{verb}" for verb in ("enroll", "preview"))
    enrollment = ours.post(enroll_path, body, idempotency_key="enroll").json()
    ours.post(preview_path, body, idempotency_key="preview")
    pause_path = f"/v1/enrollments/{enrollment['id']}/pause"
    ours.post(pause_path, idempotency_key="pause")
    assert ours.delete(f"/v1/contacts/{alice.pk}").status_code == 204
    assert_problem(ours.post(enroll_path, body, idempotency_key="enroll"), "erased")
    assert_problem(ours.post(preview_path, body, idempotency_key="preview"), "erased")
    assert_problem(ours.post(pause_path, idempotency_key="pause"), "erased")
    left = ours.get(f"/v1/enrollments/{enrollment['id']}").json()
    assert (left["contact_id"], left["status"], left["reason"], left["next_run_at"]) == (
        None,
        "stopped",
        "erased",
        None,
    )
    assert left["ended_at"] is not None
    assert events_with_content() == 0


def events_with_content() -> int:
    return Event.unscoped.filter(type__startswith="sequence.").exclude(body=b"").count()


# --- Enrollments ------------------------------------------------------------------------------------------------------
def test_an_enrollment_is_paused_resumed_and_stopped(ours: Api, account: Account, time: Clock) -> None:
    sequence, alice = create(account), contact(account.workspace)
    enrollment = enroll(sequence, alice)
    work()
    path = f"/v1/enrollments/{enrollment.pk}"
    before = ours.get(path).json()
    assert_problem(ours.post(f"{path}/resume"), "invalid_state")
    paused = ours.post(f"{path}/pause")
    assert (paused.status_code, paused.json()) == (200, before | {"status": "paused", "reason": None})
    (event,) = events("sequence.paused")
    assert event["data"] == {"sequence": shown(sequence), "enrollment": paused.json()}
    time.move(days=3)
    work()
    assert texts(alice) == [("sent", "Hello")]
    resumed = ours.post(f"{path}/resume", {"mode": "restart_delay"})
    assert (resumed.status_code, resumed.json()) == (200, before | {"next_run_at": "2026-06-05T10:00:00Z"})
    stopped = ours.post(f"{path}/stop")
    expected = before | {"status": "stopped", "reason": "manual", "next_run_at": None, "ended_at": rfc3339(time.now)}
    assert (stopped.status_code, stopped.json()) == (200, expected)
    for verb in ("pause", "resume", "stop"):
        assert_problem(ours.post(f"{path}/{verb}"), "invalid_state")
    assert ours.get(path).json() == expected
    assert len(events("sequence.paused")) == 1


def test_enrollments_are_listed_newest_first_and_by_status_and_contact(
    ours: Api, tenants: Tenants, account: Account, time: Clock
) -> None:
    sequence, made = create(account), []
    for username in ("alice", "bobby", "carol"):
        made.append(enroll(sequence, contact(account.workspace, username)))
        time.move(seconds=1)
    enroll(create(account, name="Another"), contact(account.workspace, "alice"))
    ours.post(f"/v1/enrollments/{made[1].pk}/stop")
    path = f"/v1/sequences/{sequence.pk}/enrollments"

    def ids(query: dict[str, Any]) -> list[str]:
        return [row["id"] for row in ours.get(path, query).json()["data"]]

    assert ids({}) == [made[2].pk, made[1].pk, made[0].pk]
    assert ids({"status": "active"}) == [made[2].pk, made[0].pk]
    assert ids({"status": "stopped"}) == [made[1].pk]
    assert ids({"contact_id": str(made[0].contact_id)}) == [made[0].pk]
    assert ids({"contact_id": new_id("con")}) == []
    first = ours.get(path, {"limit": 1, "status": "active"}).json()
    assert first["data"] == [ours.get(f"/v1/enrollments/{made[2].pk}").json()]
    assert ids({"limit": 1, "status": "active", "cursor": first["next_cursor"]}) == [made[0].pk]
    assert_problem(ours.get(path, {"cursor": first["next_cursor"]}), "invalid_cursor")
    other = Sequence.unscoped.get(name="Another")
    query = {"status": "active", "cursor": first["next_cursor"]}
    assert_problem(ours.get(f"/v1/sequences/{other.pk}/enrollments", query), "invalid_cursor")
    assert_problem(ours.get(path, {"status": "waiting"}), "invalid_parameter")


def test_enrollments_of_all_sequences_are_listed(ours: Api, tenants: Tenants, account: Account, time: Clock) -> None:
    theirs = enroll(create(tenants.sandbox(tenants.other)), contact(tenants.other))
    welcome, offer, made = create(account), create(account, name="Offer"), []
    for sequence, username in ((welcome, "alice"), (offer, "alice"), (welcome, "bobby")):
        made.append(enroll(sequence, contact(account.workspace, username)))
        time.move(seconds=1)
    ours.post(f"/v1/enrollments/{made[0].pk}/stop")

    def ids(**query: Any) -> list[str]:
        return [row["id"] for row in ours.get("/v1/enrollments", query).json()["data"]]

    assert ids() == [made[2].pk, made[1].pk, made[0].pk]
    assert ids(status="active") == [made[2].pk, made[1].pk]
    assert ids(contact_id=made[0].contact_id) == [made[1].pk, made[0].pk]
    assert ids(sequence_id=welcome.pk) == [made[2].pk, made[0].pk]
    assert ids(sequence_id=welcome.pk, contact_id=made[0].contact_id, status="stopped") == [made[0].pk]
    assert ids(contact_id=theirs.contact_id) == []
    for sequence_id in (theirs.sequence_id, new_id("seq"), "seq_x"):
        assert_problem(ours.get("/v1/enrollments", {"sequence_id": sequence_id}), "not_found")
    first = ours.get("/v1/enrollments", {"limit": 2}).json()
    assert first["data"][0] == ours.get(f"/v1/enrollments/{made[2].pk}").json()
    assert ids(limit=2, cursor=first["next_cursor"]) == [made[0].pk]
    assert_problem(ours.get("/v1/enrollments", {"status": "active", "cursor": first["next_cursor"]}), "invalid_cursor")
    of_one = ours.get(f"/v1/sequences/{welcome.pk}/enrollments", {"limit": 1}).json()
    assert_problem(ours.get("/v1/enrollments", {"cursor": of_one["next_cursor"]}), "invalid_cursor")


def test_the_data_of_a_contact_has_the_enrollments(ours: Api, account: Account, time: Clock) -> None:
    sequence, alice = create(account), contact(account.workspace)
    enrollment = enroll(sequence, alice)
    work()
    data = ours.get(f"/v1/contacts/{alice.pk}/data").json()
    step = {"step": "hello", "outcome": "sent", "at": "2026-06-01T10:00:00Z"}
    shown = ours.get(f"/v1/enrollments/{enrollment.pk}").json()
    assert data["enrollments"] == [shown | {"steps": [step]}]


# --- Every call -------------------------------------------------------------------------------------------------------
Call = tuple[str, str, dict[str, str] | None]

SEQUENCE_CALLS: list[Call] = [
    ("get", "/v1/sequences/{sequence}", None),
    ("post", "/v1/sequences/{sequence}/start", {}),
    ("post", "/v1/sequences/{sequence}/pause", {}),
    ("post", "/v1/sequences/{sequence}/resume", {}),
    ("post", "/v1/sequences/{sequence}/preview", {"contact_id": "{contact}"}),
    ("post", "/v1/sequences/{sequence}/enroll", {"contact_id": "{contact}"}),
    ("get", "/v1/sequences/{sequence}/enrollments", None),
]
ENROLLMENT_CALLS: list[Call] = [
    ("get", "/v1/enrollments/{enrollment}", None),
    ("post", "/v1/enrollments/{enrollment}/pause", {}),
    ("post", "/v1/enrollments/{enrollment}/resume", {}),
    ("post", "/v1/enrollments/{enrollment}/stop", {}),
]


def call(client: Api, method: str, path: str, body: Any, **ids: str) -> Any:
    """Call with these ids in the path and in the body."""
    if method == "get":
        return client.get(path.format(**ids))
    return client.post(path.format(**ids), {name: str(value).format(**ids) for name, value in body.items()})


def prepared(account: Account) -> dict[str, str]:
    """The ids of an active sequence, of a contact who is not in it, and of the enrollment of another one."""
    sequence = create(account)
    enrollment = enroll(sequence, contact(account.workspace, "enrolled"))
    alice = contact(account.workspace)
    return {"sequence": sequence.pk, "enrollment": enrollment.pk, "contact": alice.pk}


def content() -> list[Any]:
    return [list(model.unscoped.order_by("pk").values()) for model in (Sequence, Enrollment, Event)]


@pytest.mark.parametrize(("method", "path", "body"), [*SEQUENCE_CALLS, *ENROLLMENT_CALLS])
def test_what_belongs_to_another_workspace_is_not_found(
    tenants: Tenants, account: Account, method: str, path: str, body: Any
) -> None:
    ids, theirs = prepared(account), prepared(tenants.sandbox(tenants.other))
    before = content()
    ours = Api(tenants.key())
    for unknown in (
        theirs,
        {"sequence": new_id("seq"), "enrollment": new_id("enr")},
        {"sequence": "1", "enrollment": "x"},
    ):
        assert_problem(call(ours, method, path, body, **ids | unknown | {"contact": ids["contact"]}), "not_found")
    assert_problem(call(Api(tenants.key(workspace=tenants.twin)), method, path, body, **ids), "not_found")
    assert content() == before


@pytest.mark.parametrize("verb", ["enroll", "preview"])
def test_a_contact_of_another_workspace_is_not_found(tenants: Tenants, account: Account, verb: str) -> None:
    ids, theirs = prepared(account), prepared(tenants.sandbox(tenants.other))
    before = content()
    ours = Api(tenants.key())
    for contact_id in (theirs["contact"], new_id("con"), "con_x"):
        answer = ours.post(f"/v1/sequences/{ids['sequence']}/{verb}", {"contact_id": contact_id})
        assert_problem(answer, "not_found")
    assert content() == before


@pytest.mark.parametrize("verb", ["enroll", "preview"])
def test_the_contact_is_required(ours: Api, account: Account, verb: str) -> None:
    ids = prepared(account)
    for body in ({}, {"contact_id": None}, {"contact_id": 7}, {"contact_id": ""}):
        problem = assert_problem(ours.post(f"/v1/sequences/{ids['sequence']}/{verb}", body), "validation_failed")
        assert [error["field"] for error in problem["errors"]] == ["contact_id"]
    assert Enrollment.unscoped.count() == 1


def test_contact_who_opted_out_has_no_preview(ours: Api, account: Account) -> None:
    sequence, alice = create(account), contact(account.workspace, opted_out=True)
    answer = ours.post(f"/v1/sequences/{sequence.pk}/preview", {"contact_id": alice.pk})
    assert (answer.status_code, answer.json()["code"]) == (409, "contact_opted_out")
