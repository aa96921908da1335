"""GET /v1/tags, and GET, PATCH and DELETE of one of them."""

from typing import Any
from urllib.parse import quote

import pytest

from contacts import tags
from contacts.models import ContactTag
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry
from tests.api.assertions import assert_problem
from tests.contacts.conftest import Upsert
from tests.contacts.helpers import field_errors
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db

ODD = "a/b?c=d #e%20 🚀"


def shown(name: str, contacts: int) -> dict[str, Any]:
    return {"name": name, "contacts": contacts, "contacts_is_minimum": False}


def path_of(name: str) -> str:
    return f"/v1/tags/{quote(name, safe='')}"


def stored() -> list[Any]:
    """What a call may change."""
    return [
        list(ContactTag.unscoped.order_by("pk").values_list("contact__username_key", "name")),
        list(Job.unscoped.order_by("pk").values_list("pk")),
        list(AuditEntry.unscoped.filter(action__startswith="tag.").values_list("action", "data")),
    ]


@pytest.fixture(autouse=True)
def people(upsert: Upsert, theirs: Api) -> None:
    for username, names in (("anna", ["vip", "Berlin"]), ("boris", ["vip"]), ("clara", [ODD, "Café"])):
        upsert(username=username, tags=names)
    theirs.post("/v1/contacts", {"username": "other", "tags": ["vip", "foreign"]})


def test_tags_are_listed_page_by_page_each_with_its_contacts(ours: Api, theirs: Api) -> None:
    whole = ours.get("/v1/tags").json()
    assert whole["next_cursor"] is None
    expected = [shown(name, 1) for name in (ODD, "Berlin", "Café")] + [shown("vip", 2)]
    assert sorted(whole["data"], key=lambda each: each["name"]) == sorted(expected, key=lambda each: each["name"])
    seen: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    pages = 0
    while True:
        page = ours.get("/v1/tags", {"limit": "1", **cursor}).json()
        seen, pages = [*seen, *page["data"]], pages + 1
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert (seen, pages) == (whole["data"], 4)
    assert_problem(theirs.get("/v1/tags", cursor), "invalid_cursor")
    assert_problem(ours.get("/v1/contacts", cursor), "invalid_cursor")
    assert_problem(ours.get("/v1/tags", {"cursor": "vip"}), "invalid_cursor")


def test_a_list_takes_one_statement_however_many_tags_there_are(
    ours: Api, upsert: Upsert, django_assert_num_queries: Any
) -> None:
    upsert(username="dora", tags=[f"tag {number}" for number in range(45)])
    with django_assert_num_queries(2):  # the key, the tags
        assert len(ours.get("/v1/tags").json()["data"]) == 49
    with django_assert_num_queries(2):
        ours.get("/v1/tags/vip")


def test_counting_stops_at_its_limit(ours: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for count, expected in ((10_000, (10_000, False)), (10_001, (10_000, True))):
        monkeypatch.setattr(tags, "_read", lambda *given, count=count: [("vip", count)])
        answer = ours.get("/v1/tags/vip").json()
        assert (answer["contacts"], answer["contacts_is_minimum"]) == expected


def test_tag_of_any_characters_is_renamed_and_deleted(ours: Api) -> None:
    assert ours.get(path_of(ODD)).json() == shown(ODD, 1)
    renamed = ours.patch(path_of(ODD), {"name": "  plain/er "})
    job = renamed.json()
    assert (renamed.status_code, renamed.headers["Location"]) == (202, f"/v1/jobs/{job['id']}")
    assert (job["state"], job["total"]) == ("queued", 1)
    runner.run_due()
    assert_problem(ours.get(path_of(ODD)), "not_found")
    assert ours.get("/v1/tags/plain/er").json() == shown("plain/er", 1)
    assert ours.delete(path_of("plain/er")).status_code == 202
    runner.run_due()
    assert [each["name"] for each in ours.get("/v1/tags").json()["data"] if "/" in each["name"]] == []


def test_another_form_of_the_same_letters_is_the_same_tag(ours: Api) -> None:
    assert ours.get(path_of("Cafe\u0301")).json() == shown("Café", 1)


def test_rename_to_a_tag_in_use_merges_them_and_other_workspaces_keep_theirs(
    ours: Api, theirs: Api, api: Api, tenants: Tenants
) -> None:
    twin = api(tenants.key(workspace=tenants.twin))
    twin.post("/v1/contacts", {"username": "test", "tags": ["Berlin"]})
    ours.patch("/v1/tags/Berlin", {"name": "vip"})
    runner.run_due()
    assert ours.get("/v1/tags/vip").json() == shown("vip", 2)
    assert_problem(ours.get("/v1/tags/Berlin"), "not_found")
    assert twin.get("/v1/tags").json()["data"] == [shown("Berlin", 1)]
    assert theirs.get("/v1/tags").json()["data"] == [shown("foreign", 1), shown("vip", 1)]


def test_repeated_rename_starts_one_job(ours: Api) -> None:
    first, again = (ours.patch("/v1/tags/vip", {"name": "gold"}, idempotency_key="once") for _ in range(2))
    assert (first.content, again.headers["Idempotency-Replayed"]) == (again.content, "true")
    assert Job.unscoped.count() == 1


def test_tag_that_nobody_here_has_is_not_found(ours: Api) -> None:
    before = stored()
    for name in ("foreign", "VIP", "vi", "vip/"):
        for answer in (
            ours.get(path_of(name)),
            ours.patch(path_of(name), {"name": "x"}),
            ours.delete(path_of(name)),
        ):
            assert "GET /v1/tags" in assert_problem(answer, "not_found")["detail"]
    assert stored() == before


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"name": "vip"}, "name", "duplicate"),
        ({"name": "a\tb"}, "name", "invalid_tag"),
        ({"name": "x" * 65}, "name", "max_length"),
        ({}, "name", "required"),
        ({"name": "x", "contacts": 1}, "contacts", "read_only"),
    ],
)
def test_name_that_is_no_other_tag_is_refused(ours: Api, body: dict[str, Any], field: str, code: str) -> None:
    before = stored()
    assert field_errors(ours.patch("/v1/tags/vip", body)) == [(field, code)]
    assert stored() == before


def test_if_match_fails_once_other_contacts_have_the_tag(ours: Api, upsert: Upsert) -> None:
    tag = ours.get("/v1/tags/vip").headers["ETag"]
    upsert(username="dora", tags=["vip"])
    before = stored()
    assert_problem(ours.patch("/v1/tags/vip", {"name": "gold"}, If_Match=tag), "precondition_failed")
    assert_problem(ours.delete("/v1/tags/vip", If_Match=tag), "precondition_failed")
    assert stored() == before
    now = ours.get("/v1/tags/vip").headers["ETag"]
    assert ours.patch("/v1/tags/vip", {"name": "gold"}, If_Match=now).status_code == 202
    assert ours.delete("/v1/tags/Berlin", If_Match="*").status_code == 202


def test_scopes_are_those_of_contacts(api: Api, tenants: Tenants, write_only: Api) -> None:
    before, reader = stored(), api(tenants.key([Scope.READ_CONTACTS]))
    assert reader.get("/v1/tags").status_code == reader.get("/v1/tags/vip").status_code == 200
    for client, missing in ((reader, "write:contacts"), (write_only, "read:contacts")):
        for answer in (client.patch("/v1/tags/vip", {"name": "gold"}), client.delete("/v1/tags/vip")):
            assert assert_problem(answer, "scope_missing")["required_scope"] == missing
    for path in ("/v1/tags", "/v1/tags/vip"):
        assert_problem(write_only.get(path), "scope_missing")
    assert stored() == before
