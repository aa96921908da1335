"""Making and changing sequences over REST: the documents of ``apply_config``."""

from copy import deepcopy
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from contacts.services import erase_contact
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.configuration import apply_configuration
from messaging.models import Account
from sequences.models import Sequence, SequenceVersion, Step
from tests.api.assertions import assert_problem
from tests.fuzzing import examples
from tests.messaging.files.helpers import picture, upload
from tests.sequences.helpers import actor, contact, create, definition, enroll, stored, texts, work
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db

READ_ONLY = {"id", "status", "version", "created_at", "updated_at"}


@pytest.fixture
def ours(tenants: Tenants) -> Api:
    return Api(tenants.key(rate_limit=10_000))


def rows() -> list[Any]:
    return [list(model.unscoped.order_by("pk").values()) for model in (Sequence, SequenceVersion, Step)]


def make(api: Api, document: Any) -> dict[str, Any]:
    answer = api.post("/v1/sequences", document)
    assert answer.status_code == 201, answer.content
    shown: dict[str, Any] = answer.json()
    return shown


def said(shown: dict[str, Any]) -> dict[str, Any]:
    """The document alone."""
    return {name: value for name, value in shown.items() if name not in READ_ONLY}


def test_a_new_sequence_is_a_draft_and_is_answered_as_get_answers_it(ours: Api, account: Account) -> None:
    answer = ours.post("/v1/sequences", {"name": " Welcome ", "steps": [{"text": "Hello"}]})
    path = answer.headers["Location"]
    read = ours.get(path)
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (201, read.content, read.headers["ETag"])
    assert path == f"/v1/sequences/{answer.json()['id']}"
    assert said(answer.json()) == {
        "name": "Welcome",
        "account_ids": [],
        "time_zone": "UTC",
        "window": None,
        "jitter": "PT0S",
        "stop_on": [],
        "ignore_auto_replies": False,
        "pass_on": False,
        "steps": [
            {
                "id": "step-1",
                "delay": "PT0S",
                "text": "Hello",
                "format": "plain",
                "attachments": [],
                "condition": None,
                "if_not": "skip",
            }
        ],
    }
    assert (answer.json()["status"], answer.json()["version"]) == ("draft", 1)


# --- What GET answers can be sent back --------------------------------------------------------------------------------
LEAVES = st.sampled_from(
    [
        {"field": "tag", "op": "in", "value": ["VIP", "größe"]},
        {"op": "within_days", "value": 3, "field": "created_at"},
        {"field": "score", "op": "gte", "value": 40},
        {"field": "opted_out", "op": "is", "value": False},
        {"field": "email", "op": "exists", "value": True},
    ]
)
CONDITIONS = st.none() | st.recursive(
    LEAVES,
    lambda inner: (
        st.fixed_dictionaries({"all": st.lists(inner, max_size=2)})
        | st.fixed_dictionaries({"any": st.lists(inner, max_size=2)})
        | st.fixed_dictionaries({"not": inner})
    ),
    max_leaves=3,
)
DELAYS = st.sampled_from(["PT0S", "PT5M", "P1D", "P1DT12H30M1S", "P2W", "P366D"])
TEXTS = st.sampled_from(
    [("plain", "Hi {first_name|there} 🙂 {{}}"), ("markdown", "**Größe**\n_{name}_"), ("html", "<b>a &amp; b</b>")]
)
STEPS = st.tuples(TEXTS, DELAYS, CONDITIONS, st.sampled_from(["skip", "stop"]), st.integers(0, 2))
MAIN = st.fixed_dictionaries(
    {},
    optional={
        "time_zone": st.sampled_from(["Asia/Kolkata", "UTC"]),
        "window": st.sampled_from(
            [
                None,
                {"days": ["sun", "mon"], "from": "22:00", "to": "06:00"},
                {"to": "24:00", "days": ["fri"], "from": "00:00"},
            ]
        ),
        "jitter": st.sampled_from(["PT0S", "PT90M", "P7D"]),
        "stop_on": st.lists(st.sampled_from(["reply", "tag:VIP", "tag: größe ", "stage:won"]), max_size=4),
        "ignore_auto_replies": st.booleans(),
        "pass_on": st.booleans(),
    },
)


@examples(40)
@given(MAIN, st.lists(STEPS, min_size=1, max_size=4), st.data())
def test_what_get_answers_can_be_sent_back(
    tenants: Tenants, account: Account, main: dict[str, Any], steps: Any, data: st.DataObject
) -> None:
    """All at once, and each step with a member less or more: nothing is published that was not changed."""
    with transaction.atomic():
        ours = Api(tenants.key(rate_limit=10_000))
        files = [upload(tenants, picture(), f"{number}.jpg").pk for number in range(2)]
        document = {
            **main,
            "name": "Round trip",
            "account_ids": [account.pk],
            "steps": [
                {
                    **{"format": format, "text": text, "delay": delay, "condition": condition, "if_not": if_not},
                    "attachments": files[:number],
                }
                for (format, text), delay, condition, if_not, number in steps
            ],
        }
        made = make(ours, document)
        path = f"/v1/sequences/{made['id']}"
        read = ours.get(path)
        assert read.json() == made
        assert [step["text"] for step in made["steps"]] == [step["text"] for step in document["steps"]]
        assert [step["condition"] for step in made["steps"]] == [step["condition"] for step in document["steps"]]
        before = rows()
        for again in (ours.put(path, made), ours.patch(path, said(made)), ours.put(path, said(made))):
            assert (again.status_code, again.content) == (200, read.content)
            assert again.headers["ETag"] == read.headers["ETag"]
        assert rows() == before
        changed = deepcopy(made)
        data.draw(st.sampled_from(changed["steps"]))["delay"] = "PT7M"
        answer = ours.put(path, changed, If_Match=read.headers["ETag"])
        assert answer.json() == changed | {"version": 2, "updated_at": answer.json()["updated_at"]}
        assert said(make(ours, {**said(changed), "name": "Copy"})) == {**said(changed), "name": "Copy"}
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("name", "value"),
    [("id", "seq_1"), ("status", "active"), ("version", 7), ("created_at", "2026-06-01T00:00:00Z")],
)
def test_what_no_call_changes_is_refused_if_it_differs(ours: Api, name: str, value: Any) -> None:
    made = make(ours, {"name": "Welcome", "steps": [{"text": "Hello"}]})
    before = rows()
    answer = ours.put(f"/v1/sequences/{made['id']}", {**made, "name": "Other", name: value})
    problem = assert_problem(answer, "validation_failed")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [(name, "read_only")]
    assert rows() == before


# --- Publishing -------------------------------------------------------------------------------------------------------
def test_a_change_is_the_next_version_and_those_in_it_finish_on_theirs(ours: Api, account: Account, time: Any) -> None:
    sequence, alice = create(account), contact(account.workspace)
    enrollment = enroll(sequence, alice)
    path = f"/v1/sequences/{sequence.pk}"
    document = definition(account, steps=[{"id": "hello", "text": "Good day"}])
    answer = ours.put(path, document)
    assert (answer.status_code, answer.json()["version"], answer.json()["status"]) == (200, 2, "active")
    assert [step["text"] for step in answer.json()["steps"]] == ["Good day"]
    assert stored(enrollment).version.number == 1
    work()
    assert texts(alice) == [("sent", "Hello")]


@pytest.mark.parametrize("method", ["put", "patch"])
def test_those_in_it_move_if_they_are_to(ours: Api, account: Account, time: Any, method: str) -> None:
    sequence, alice = create(account), contact(account.workspace)
    enrollment = enroll(sequence, alice)
    document = definition(account, steps=[{"id": "hello", "text": "Good day"}])
    answer = getattr(ours, method)(f"/v1/sequences/{sequence.pk}", {**document, "in_flight": "move"})
    assert (answer.status_code, stored(enrollment).version.number) == (200, 2)
    work()
    assert texts(alice) == [("sent", "Good day")]
    wrong = ours.put(f"/v1/sequences/{sequence.pk}", {**document, "in_flight": "stop"})
    assert [error["field"] for error in assert_problem(wrong, "validation_failed")["errors"]] == ["in_flight"]


def test_put_replaces_all_and_patch_keeps_what_is_absent(ours: Api, account: Account) -> None:
    made = make(ours, definition(account, jitter="PT1H", stop_on=["reply"]))
    path = f"/v1/sequences/{made['id']}"
    patched = ours.patch(path, {"stop_on": []}).json()
    assert said(patched) == said(made) | {"stop_on": []}
    renamed = ours.patch(path, {"name": "Other"}).json()
    assert (said(renamed), renamed["version"]) == (said(patched) | {"name": "Other"}, 2)  # the name is in no version
    put = ours.put(path, {"name": "Other", "steps": [{"text": "Hello"}]}).json()
    assert (put["jitter"], put["account_ids"], [step["id"] for step in put["steps"]]) == ("PT0S", [], ["hello"])


def test_a_started_sequence_keeps_an_account(ours: Api, account: Account) -> None:
    sequence = create(account)
    before = rows()
    answer = ours.patch(f"/v1/sequences/{sequence.pk}", {"account_ids": []})
    problem = assert_problem(answer, "validation_failed")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [("account_ids", "required")]
    assert rows() == before


# --- Refusals ---------------------------------------------------------------------------------------------------------
WRONG: list[dict[str, Any]] = [
    {"steps": []},
    {"steps": ["Hello"]},
    {"steps": [{"text": "Hello"}, {"text": "Hello"}, {"text": "Hello {shoe_size}"}]},
    {"steps": [{"id": "a", "text": "Hello"}, {"id": "a", "text": "Hello", "delay": "1 day"}]},
    {"steps": [{"text": "**Hello", "format": "markdown", "colour": "red", "if_not": "wait"}]},
    {"steps": [{"text": "Hello", "condition": {"all": [{"field": "shoe_size", "op": "is", "value": 1}]}}]},
    {"steps": [{"text": "Hello", "attachments": ["fil_1"]}, {"attachments": []}]},
    {"account_ids": [1.5], "time_zone": "Mars/Base", "window": {"days": ["mon"], "from": "9", "to": "18:00"}},
    {"account_ids": [999_999], "jitter": "P8D", "stop_on": ["reply", "opt_out"], "pass_on": "yes"},
]


@pytest.mark.parametrize("members", WRONG)
def test_wrong_parts_are_named_as_by_apply_config(
    ours: Api, tenants: Tenants, account: Account, members: dict[str, Any]
) -> None:
    made = make(ours, definition(account, name="Other"))
    before, document = rows(), {**definition(account), **members}
    with pytest.raises(DomainError) as refused:
        apply_configuration(actor(tenants.workspace), {"sequences": [document]})
    expected = [
        (part.field.removeprefix("sequences[0]."), part.code, "; ".join(filter(None, (part.detail, part.hint))))
        for part in refused.value.errors
    ]
    path = f"/v1/sequences/{made['id']}"
    for answer in (ours.post("/v1/sequences", document), ours.put(path, document), ours.patch(path, members)):
        errors = assert_problem(answer, "validation_failed")["errors"]
        assert [(error["field"], error["code"], error["detail"]) for error in errors] == expected
    assert rows() == before


def test_unknown_members_and_a_taken_name_are_refused(ours: Api, account: Account) -> None:
    made = make(ours, definition(account))
    other = make(ours, definition(account, name="Other"))
    before = rows()
    for answer, field, code in (
        (ours.post("/v1/sequences", definition(account)), "name", "taken"),
        (ours.put(f"/v1/sequences/{other['id']}", definition(account)), "name", "taken"),
        (ours.patch(f"/v1/sequences/{other['id']}", {"name": "Welcome"}), "name", "taken"),
        (ours.post("/v1/sequences", definition(account, tempo=1)), "tempo", "unknown_field"),
        (ours.post("/v1/sequences", made), "id", "read_only"),
        (ours.post("/v1/sequences", {"name": "A"}), "steps", "required"),
        (ours.put(f"/v1/sequences/{other['id']}", {"steps": [{"text": "Hello"}]}), "name", "required"),
    ):
        errors = assert_problem(answer, "validation_failed")["errors"]
        assert (errors[0]["field"], errors[0]["code"]) == (field, code)
    assert rows() == before


def test_accounts_of_others_are_not_there(ours: Api, tenants: Tenants, account: Account) -> None:
    """Nor those of the live workspace for its test twin."""
    theirs = tenants.sandbox(tenants.other)
    for api, account_id in ((ours, theirs.pk), (Api(tenants.key(workspace=tenants.twin)), account.pk)):
        answer = api.post("/v1/sequences", definition(account, account_ids=[account_id]))
        errors = assert_problem(answer, "validation_failed")["errors"]
        detail = f"there is no account {account_id} in this workspace; it is found with `GET /v1/accounts`"
        assert [(error["field"], error["detail"]) for error in errors] == [("account_ids[0]", detail)]
    assert not Sequence.unscoped.exists()


def test_a_repeated_call_gets_the_first_answer(ours: Api, account: Account) -> None:
    first, again = (ours.post("/v1/sequences", definition(account), idempotency_key="welcome") for _ in range(2))
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    path = f"/v1/sequences/{first.json()['id']}"
    for _ in range(2):
        assert ours.put(path, definition(account, pass_on=True), idempotency_key="put").json()["version"] == 2
    assert Sequence.unscoped.get().version == 2


def test_stored_answer_that_names_an_erased_person_is_emptied(ours: Api, account: Account) -> None:
    alice = contact(account.workspace, "alice_smith")
    condition = {"field": "username", "op": "is", "value": "@alice_smith"}
    document = definition(account, steps=[{"text": "Hello", "condition": condition}])
    assert ours.post("/v1/sequences", document, idempotency_key="hers").status_code == 201
    erase_contact(actor(account.workspace), alice.pk)
    assert_problem(ours.post("/v1/sequences", document, idempotency_key="hers"), "erased")
