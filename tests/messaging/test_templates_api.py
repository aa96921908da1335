"""Templates over the API: /v1/templates and /v1/templates/{id}."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crmsolid.api.idempotency import IdempotencyRecord
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry, Workspace
from messaging.models import Template
from tests.api.assertions import assert_problem
from tests.messaging.files.helpers import upload
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db

NO_FILE = "fil_01M8G4CXAACHKKMDJ7HSGPBW6C"
WELCOME = {"name": "Welcome", "text": "Hi **{first_name|there}**!", "format": "markdown"}


@pytest.fixture
def ours(api: Api, tenants: Tenants) -> Api:
    return api(tenants.key())


def codes(problem: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in problem["errors"]]


def stored() -> list[Any]:
    """What a refusal must not change."""
    entries = AuditEntry.unscoped.filter(action__startswith="template.").count()
    return [*Template.unscoped.order_by("pk").values(), entries, IdempotencyRecord.unscoped.count()]


def keep(workspace: Workspace, name: str, owner: Any = None) -> Template:
    template: Template = Template.unscoped.create(workspace=workspace, name=name, text="Hello", owner=owner)
    return template


# --- Read -------------------------------------------------------------------------------------------------------------
def test_templates_are_made_read_changed_and_deleted(tenants: Tenants, ours: Api) -> None:
    file = upload(tenants, b"offer", "offer.txt")
    made = ours.post("/v1/templates", WELCOME)
    assert made.status_code == 201
    template = made.json()
    assert template == {
        **WELCOME,
        "id": template["id"],
        "attachments": [],
        "created_at": template["created_at"],
        "updated_at": template["updated_at"],
    }
    path = f"/v1/templates/{template['id']}"
    assert made.headers["Location"] == path
    read = ours.get(path)
    assert (read.json(), read.headers["ETag"]) == (template, made.headers["ETag"])
    changed = ours.patch(path, {"name": "Offer", "attachments": [file.pk]})
    assert changed.json() == {
        **template,
        "name": "Offer",
        "attachments": [file.pk],
        "updated_at": changed.json()["updated_at"],
    }
    assert ours.get("/v1/templates").json() == {"data": [changed.json()], "next_cursor": None}
    assert ours.delete(path).status_code == 204
    assert_problem(ours.get(path), "not_found")
    actions = AuditEntry.unscoped.filter(action__startswith="template.").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["template.created", "template.changed", "template.deleted"]


def test_members_own_templates_and_those_of_other_workspaces_do_not_exist(tenants: Tenants, ours: Api) -> None:
    shared = keep(tenants.workspace, "Shared")
    own, foreign = keep(tenants.workspace, "Own", owner=tenants.owner), keep(tenants.other, "Foreign")
    assert [each["id"] for each in ours.get("/v1/templates").json()["data"]] == [shared.pk]
    assert ours.get("/v1/templates", {"search": "o"}).json()["data"] == [ours.get(f"/v1/templates/{shared.pk}").json()]
    before = stored()
    for template in (own, foreign):
        path = f"/v1/templates/{template.pk}"
        for answer in (ours.get(path), ours.patch(path, {"name": "Mine"}), ours.delete(path)):
            assert_problem(answer, "not_found")
    assert stored() == before


def test_templates_are_searched_and_paged_with_as_many_queries_for_all(tenants: Tenants, ours: Api) -> None:
    for number in range(6):
        keep(tenants.workspace, f"Text {number}")
    keep(tenants.workspace, "Other")
    ours.get("/v1/me")  # writes when the key was last used
    counts = []
    for limit in (2, 5):
        with CaptureQueriesContext(connection) as queries:
            first = ours.get("/v1/templates", {"search": "TEXT", "limit": limit}).json()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    second = ours.get("/v1/templates", {"search": "TEXT", "limit": 5, "cursor": first["next_cursor"]}).json()
    names = [each["name"] for each in (*first["data"], *second["data"])]
    assert sorted(names) == [f"Text {number}" for number in range(6)]
    assert (len(first["data"]), second["next_cursor"]) == (5, None)


def test_template_can_be_sent_as_it_was_read(tenants: Tenants, ours: Api) -> None:
    ours.post("/v1/templates", WELCOME)
    (template,) = ours.get("/v1/templates").json()["data"]
    body = {name: template[name] for name in ("text", "format")}
    sent = ours.post("/v1/messages/send", {"account_id": tenants.sandbox().pk, "to": "@sarah", **body})
    assert sent.status_code == 200, sent.content


# --- Write ------------------------------------------------------------------------------------------------------------
def test_template_is_made_once_however_often_the_request_is_repeated(ours: Api) -> None:
    first, again = (ours.post("/v1/templates", WELCOME, idempotency_key="one") for _ in range(2))
    assert (first.status_code, again.content) == (201, first.content)
    assert Template.unscoped.count() == 1


def test_change_replaces_what_is_given_and_nothing_else(ours: Api) -> None:
    template = ours.post("/v1/templates", WELCOME).json()
    path = f"/v1/templates/{template['id']}"
    unchanged = ours.patch(path, {})
    assert unchanged.json() == template
    assert not AuditEntry.unscoped.filter(action="template.changed").exists()
    changed = ours.patch(path, {"text": "Hi _you_"}).json()
    assert (changed["name"], changed["text"], changed["format"]) == ("Welcome", "Hi _you_", "markdown")


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"name": "A"}, [("text", "required")]),
        ({"text": "Hello"}, [("name", "required")]),
        ({"name": "", "text": "Hello"}, [("name", "blank")]),
        ({"name": "x" * 101, "text": "Hello"}, [("name", "max_length")]),
        ({"name": "A", "text": "Hello {nobody}"}, [("text", "unknown_variable")]),
        ({"name": "A", "text": "Hi *you", "format": "markdown"}, [("text", "markup_syntax")]),
        ({"name": "Welcome", "text": "Hello"}, [("name", "duplicate")]),
        ({"name": "A", "text": "", "attachments": [NO_FILE]}, [("attachments[0]", "unknown_file")]),
        ({"name": "A", "text": "Hello", "owner": 1}, [("owner", "unknown_field")]),
        ({"name": "A", "text": "Hello", "id": 1}, [("id", "read_only")]),
    ],
)  # fmt: skip
def test_wrong_template_is_refused(ours: Api, body: dict[str, Any], errors: list[tuple[str, str]]) -> None:
    ours.post("/v1/templates", WELCOME)
    before = stored()
    assert codes(assert_problem(ours.post("/v1/templates", body), "validation_failed")) == errors
    assert stored() == before


def test_name_that_another_shared_template_has_is_refused(ours: Api) -> None:
    ours.post("/v1/templates", WELCOME)
    other = ours.post("/v1/templates", {"name": "Other", "text": "Hello"}).json()
    before = stored()
    answer = ours.patch(f"/v1/templates/{other['id']}", {"name": "Welcome"})
    assert codes(assert_problem(answer, "validation_failed")) == [("name", "duplicate")]
    assert stored() == before


def test_key_that_may_only_read_changes_nothing(api: Api, tenants: Tenants, ours: Api) -> None:
    template = ours.post("/v1/templates", WELCOME).json()
    reader, path = api(tenants.key([Scope.READ_MESSAGES])), f"/v1/templates/{template['id']}"
    assert reader.get("/v1/templates").json()["data"] == [template]
    before = stored()
    for answer in (
        reader.post("/v1/templates", {"name": "A", "text": "Hello"}),
        reader.patch(path, {"name": "A"}),
        reader.delete(path),
    ):
        assert assert_problem(answer, "scope_missing")["required_scope"] == "write:messages"
    assert stored() == before


def test_key_that_may_only_write_is_answered_what_it_sent(api: Api, tenants: Tenants, ours: Api) -> None:
    template = ours.post("/v1/templates", WELCOME).json()
    writer, path = api(tenants.key([Scope.WRITE_MESSAGES])), f"/v1/templates/{template['id']}"
    changed = writer.patch(path, {"name": "Greeting"})
    assert (changed.json(), "ETag" in changed.headers) == ({"id": template["id"], "name": "Greeting"}, False)
    for address in ("/v1/templates", path):
        assert assert_problem(writer.get(address), "scope_missing")["required_scope"] == "read:messages"
