"""/v1/segments: saving, counting, previewing and explaining filters, and the contacts of a segment."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact, CustomField, Segment
from contacts.segments import services
from crmsolid.core import clock
from crmsolid.workspaces.models import AuditEntry
from tests.api.assertions import assert_problem
from tests.contacts.conftest import Upsert
from tests.contacts.helpers import without_created
from tests.tenants import Api

VIP = {"field": "tag", "op": "is", "value": "vip"}
HIGH = {"field": "score", "op": "gte", "value": 50}
UNKNOWN = "seg_01J00000000000000000000000"


def create(api: Api, filter: Any = VIP, name: str = "Vips") -> dict[str, Any]:
    response = api.post("/v1/segments", {"name": name, "filter": filter})
    assert response.status_code == 201, response.content
    return dict(response.json())


@pytest.fixture
def vips(upsert: Upsert) -> list[dict[str, Any]]:
    """Two contacts who are vips, and one who is not; the newest first, as GET shows them."""
    first, second = (without_created(upsert(username=name, tags=["vip"])) for name in ("anna", "boris"))
    upsert(username="carl")
    return [second, first]


def test_a_segment_is_created_and_read(ours: Api, vips: list[dict[str, Any]]) -> None:
    response = ours.post("/v1/segments", {"name": " Vips ", "filter": {"all": [VIP]}})
    segment = response.json()
    assert (response.status_code, response.headers["Location"]) == (201, f"/v1/segments/{segment['id']}")
    assert list(segment) == ["id", "name", "filter", "count", "count_is_estimate", "created_at", "updated_at"]
    assert (segment["name"], segment["filter"], segment["count"]) == ("Vips", {"all": [VIP]}, 2)
    read = ours.get(f"/v1/segments/{segment['id']}")
    assert (read.json(), read.headers["ETag"]) == (segment, response.headers["ETag"])
    assert ours.get("/v1/segments").json() == {"data": [segment], "next_cursor": None}


def test_a_filter_of_as_many_comparisons_as_are_allowed_selects(ours: Api, upsert: Upsert, custom_fields: None) -> None:
    upsert(username="sarah", company="Company 4999")
    upsert(username="boris", company="Another")
    names = [f"Company {number}" for number in range(5000)]
    leaves = [{"field": "custom.company", "op": "in", "value": names[at : at + 100]} for at in range(0, 5000, 100)]
    response = ours.post("/v1/segments", {"name": "Many", "filter": {"any": leaves}})
    assert (response.status_code, response.json()["count"]) == (201, 1)
    assert ours.get("/v1/segments").json()["data"][0]["count"] == 1


def test_segments_are_listed_newest_first_in_pages(ours: Api) -> None:
    ids = [create(ours, name=name)["id"] for name in "abc"]
    page = ours.get("/v1/segments", {"limit": 2}).json()
    rest = ours.get("/v1/segments", {"limit": 2, "cursor": page["next_cursor"]}).json()
    assert [each["id"] for each in page["data"] + rest["data"]] == ids[::-1]
    assert rest["next_cursor"] is None


def test_a_list_stops_counting_when_its_time_is_used_up(ours: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    segment = create(ours)
    monkeypatch.setattr(services, "COUNT_SECONDS", 0.0)
    assert ours.get("/v1/segments").json()["data"] == [{**segment, "count": None}]
    assert ours.get(f"/v1/segments/{segment['id']}").json()["count"] == 0


def test_a_segment_is_changed_where_fields_are_given(ours: Api, vips: list[dict[str, Any]]) -> None:
    segment = create(ours)
    path = f"/v1/segments/{segment['id']}"
    renamed = ours.patch(path, {"name": "Best"}).json()
    assert (renamed["name"], renamed["filter"], renamed["count"]) == ("Best", VIP, 2)
    assert renamed["updated_at"] > segment["updated_at"]
    narrowed = ours.patch(path, {"filter": {"not": VIP}}).json()
    assert (narrowed["name"], narrowed["filter"], narrowed["count"]) == ("Best", {"not": VIP}, 1)
    assert ours.patch(path, {"filter": {"not": VIP}}).json() == narrowed
    assert ours.get(path).json() == narrowed
    assert AuditEntry.unscoped.filter(action="segment.updated").count() == 2


def test_a_segment_is_deleted_and_its_contacts_stay(ours: Api, vips: list[dict[str, Any]]) -> None:
    segment = create(ours)
    path = f"/v1/segments/{segment['id']}"
    assert ours.delete(path).status_code == 204
    assert_problem(ours.get(path), "not_found")
    assert_problem(ours.delete(path), "not_found")
    assert Contact.unscoped.count() == 3


WRONG: list[tuple[Any, list[tuple[str, str]]]] = [
    ({"all": [VIP, {**VIP, "op": "like"}]}, [("filter.all[1].op", "invalid_choice")]),
    ({"any": [{**HIGH, "value": "x"}, {"not": {}}]}, [
        ("filter.any[0].value", "invalid"),
        ("filter.any[1].not.field", "required"),
        ("filter.any[1].not.op", "required"),
        ("filter.any[1].not.value", "required"),
    ]),
    ({**VIP, "field": "custom.nothing"}, [("filter.field", "unknown_field")]),
    ({"all": [{**VIP, "value": "a\0b"}]}, [("filter.all[0].value", "null_characters_not_allowed")]),
    ("tag is vip", [("filter", "invalid")]),
    (None, [("filter", "null")]),
]  # fmt: skip


@pytest.mark.parametrize(("filter", "errors"), WRONG)
def test_a_wrong_filter_is_refused_by_its_paths(ours: Api, filter: Any, errors: list[tuple[str, str]]) -> None:
    segment = create(ours)
    for response in (
        ours.post("/v1/segments", {"name": "New", "filter": filter}),
        ours.patch(f"/v1/segments/{segment['id']}", {"name": "New", "filter": filter}),
        ours.post("/v1/segments/preview", {"filter": filter}),
    ):
        problem = assert_problem(response, "validation_failed")
        assert [(error["field"], error["code"]) for error in problem["errors"]] == errors
    assert list(Segment.unscoped.values_list("name", "filter")) == [("Vips", VIP)]


def test_a_name_is_taken_once(ours: Api, theirs: Api) -> None:
    create(ours)
    other = create(ours, name="Other")
    for response in (
        ours.post("/v1/segments", {"name": "Vips", "filter": HIGH}),
        ours.patch(f"/v1/segments/{other['id']}", {"name": "Vips"}),
    ):
        [error] = assert_problem(response, "validation_failed")["errors"]
        assert (error["field"], error["code"]) == ("name", "duplicate")
    assert sorted(Segment.unscoped.values_list("name", flat=True)) == ["Other", "Vips"]
    create(theirs)


def test_a_segment_of_another_workspace_does_not_exist(ours: Api, theirs: Api, vips: list[dict[str, Any]]) -> None:
    segment = create(theirs)
    path = f"/v1/segments/{segment['id']}"
    contact = vips[0]["id"]
    for response in (
        ours.get(path),
        ours.patch(path, {"name": "Taken"}),
        ours.delete(path),
        ours.get(f"{path}/explain", {"contact_id": contact}),
        ours.post(f"{path}/tags", {"add": ["x"]}),
    ):
        assert_problem(response, "not_found")
    assert_problem(ours.get("/v1/contacts", {"segment": segment["id"]}), "invalid_parameter")
    assert_problem(theirs.get(f"{path}/explain", {"contact_id": contact}), "not_found")
    assert theirs.get(path).json() == segment
    assert segment["count"] == 0


def test_a_preview_counts_and_shows_the_ten_newest(ours: Api, upsert: Upsert) -> None:
    contacts = [without_created(upsert(username=f"user{n:02d}", tags=["vip"])) for n in range(12)]
    response = ours.post("/v1/segments/preview", {"filter": VIP})
    assert response.status_code == 200
    assert response.json() == {"count": 12, "count_is_estimate": False, "sample": contacts[:1:-1]}
    assert Segment.unscoped.count() == 0


def test_a_preview_is_replayed_until_a_person_in_it_is_erased(ours: Api, vips: list[dict[str, Any]]) -> None:
    def preview() -> Any:
        return ours.post("/v1/segments/preview", {"filter": VIP}, idempotency_key="once")

    first = preview()
    ours.post("/v1/contacts", {"username": "dora", "tags": ["vip"]})
    again = preview()
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    bystander = ours.post("/v1/segments/preview", {"filter": {"not": VIP}}, idempotency_key="other")
    ours.delete(f"/v1/contacts/{vips[1]['id']}")
    assert_problem(preview(), "erased")
    kept = ours.post("/v1/segments/preview", {"filter": {"not": VIP}}, idempotency_key="other")
    assert kept.content == bystander.content


def test_the_data_of_a_person_does_not_show_others_in_a_preview(ours: Api, vips: list[dict[str, Any]]) -> None:
    ours.post("/v1/segments/preview", {"filter": VIP})
    assert vips[0]["id"] not in json.dumps(ours.get(f"/v1/contacts/{vips[1]['id']}/data").json())


def test_a_key_that_may_only_write_learns_nothing(ours: Api, write_only: Api, vips: list[dict[str, Any]]) -> None:
    created = write_only.post("/v1/segments", {"name": "Vips", "filter": VIP}).json()
    assert created == {"id": created["id"], "name": "Vips", "filter": VIP}
    path = f"/v1/segments/{created['id']}"
    assert write_only.patch(path, {"name": "Best"}).json() == {"id": created["id"], "name": "Best"}
    for response in (
        write_only.get(path),
        write_only.get("/v1/segments"),
        write_only.post("/v1/segments/preview", {"filter": VIP}),
        write_only.get(f"{path}/explain", {"contact_id": vips[0]["id"]}),
        write_only.post(f"{path}/tags", {"add": ["x"]}),
    ):
        assert assert_problem(response, "scope_missing")["required_scope"] == "read:contacts"
    assert write_only.delete(path).status_code == 204


def test_a_key_that_may_only_write_learns_nothing_by_trying_tags(
    ours: Api, write_only: Api, vips: list[dict[str, Any]]
) -> None:
    path = f"/v1/segments/{create(ours)['id']}"
    tag = ours.get(path).headers["ETag"]
    first_part = tag.split(".")[0] + '"'
    for each in (tag, first_part):
        assert write_only.patch(path, {"name": "Vips"}, If_None_Match=each).status_code == 200
        for response in (
            write_only.patch(path, {"name": "Lost"}, If_Match=each),
            write_only.delete(path, If_Match=each),
        ):
            assert_problem(response, "precondition_failed")
    assert ours.get(path).headers["ETag"] == tag
    assert_problem(write_only.patch(path, {"name": "Lost"}, If_None_Match="*"), "precondition_failed")
    assert write_only.delete(path, If_Match="*").status_code == 204


def test_a_count_that_changes_is_answered_to_a_read_and_refuses_no_write(ours: Api, upsert: Upsert) -> None:
    path = f"/v1/segments/{create(ours)['id']}"
    tag = ours.get(path).headers["ETag"]
    upsert(username="anna", tags=["vip"])
    read = ours.get(path, If_None_Match=tag)
    assert (read.status_code, read.json()["count"]) == (200, 1)
    assert_problem(ours.patch(path, {"name": "Lost"}, If_None_Match=tag), "precondition_failed")
    renamed = ours.patch(path, {"name": "Best"}, If_Match=tag)
    assert (renamed.status_code, renamed.json()["count"]) == (200, 1)
    assert_problem(ours.delete(path, If_Match=tag), "precondition_failed")
    with CaptureQueriesContext(connection) as queries:
        assert ours.get(path, If_None_Match=renamed.headers["ETag"]).status_code == 304
        assert ours.delete(path, If_Match=renamed.headers["ETag"]).status_code == 204
    assert len([each for each in queries if "COUNT(" in each["sql"]]) == 1  # for the read


def test_a_filter_is_shown_as_written_when_it_is_read(ours: Api, custom_fields: None) -> None:
    for number, value in enumerate((-0.0, 1.0, 5e-7)):
        body = {"name": f"{number}", "filter": {"field": "custom.seats", "op": "gte", "value": value}}
        written = ours.post("/v1/segments", body)
        read = ours.get(f"/v1/segments/{written.json()['id']}")
        assert (read.content, read.headers["ETag"]) == (written.content, written.headers["ETag"])


def test_an_explanation_names_each_comparison(ours: Api, upsert: Upsert, custom_fields: None) -> None:
    filter = {
        "all": [
            {"any": [VIP, {"field": "custom.seats", "op": "in", "value": [5, 6]}]},
            {"not": {"field": "last_in_at", "op": "exists", "value": True}},
            HIGH,
        ]
    }
    contact = upsert(username="anna", tags=["VIP", "berlin"], custom_fields={"seats": 7})
    segment = create(ours, filter)
    explanation = ours.get(f"/v1/segments/{segment['id']}/explain", {"contact_id": contact["id"]}).json()
    assert explanation == {
        "contact_id": contact["id"],
        "contact": {"id": contact["id"], "name": "", "username": "anna"},
        "matches": False,
        "leaves": [
            {"path": "all[0].any[0]", **VIP, "actual": ["VIP", "berlin"], "holds": True},
            {"path": "all[0].any[1]", **filter["all"][0]["any"][1], "actual": 7, "holds": False},  # type: ignore[index]
            {"path": "all[1].not", **filter["all"][1]["not"], "actual": None, "holds": False},  # type: ignore[index]
            {"path": "all[2]", **HIGH, "actual": 0, "holds": False},
        ],
    }
    Contact.unscoped.update(score=50)
    again = ours.get(f"/v1/segments/{segment['id']}/explain", {"contact_id": contact["id"]}).json()
    assert (again["matches"], again["leaves"][3]["actual"]) == (True, 50)


def test_a_filter_that_is_one_comparison_has_an_empty_path(ours: Api, vips: list[dict[str, Any]]) -> None:
    segment = create(ours)
    explanation = ours.get(f"/v1/segments/{segment['id']}/explain", {"contact_id": vips[0]["id"]}).json()
    assert explanation["leaves"] == [{"path": "", **VIP, "actual": ["vip"], "holds": True}]
    assert explanation["matches"] is True


def test_contacts_of_a_segment_are_listed_and_exported(ours: Api, vips: list[dict[str, Any]]) -> None:
    segment = create(ours)
    assert ours.get("/v1/contacts", {"segment": segment["id"]}).json()["data"] == vips
    assert ours.get("/v1/contacts", {"segment": segment["id"], "search": "ann"}).json()["data"] == vips[1:]
    exported = ours.get("/v1/contacts/export", {"segment": segment["id"], "format": "ndjson"})
    assert [json.loads(line) for line in b"".join(exported.streaming_content).splitlines()] == vips[::-1]


@pytest.mark.parametrize("path", ["/v1/contacts", "/v1/contacts/export"])
@pytest.mark.parametrize("value", [UNKNOWN, "vips", ""])
def test_an_unknown_segment_is_an_invalid_parameter(ours: Api, path: str, value: str) -> None:
    [error] = assert_problem(ours.get(path, {"segment": value}), "invalid_parameter")["errors"]
    assert error["field"] == "segment"


def test_a_cursor_is_bound_to_the_segment_and_to_what_it_says(ours: Api, vips: list[dict[str, Any]]) -> None:
    segment, same = create(ours), create(ours, name="Same")
    query = {"segment": segment["id"], "limit": 1}
    cursor = ours.get("/v1/contacts", query).json()["next_cursor"]
    assert ours.get("/v1/contacts", {**query, "cursor": cursor}).json()["data"] == vips[1:]
    assert_problem(ours.get("/v1/contacts", {"limit": 1, "cursor": cursor}), "invalid_cursor")
    assert_problem(ours.get("/v1/contacts", {**query, "segment": same["id"], "cursor": cursor}), "invalid_cursor")
    ours.patch(f"/v1/segments/{segment['id']}", {"filter": {"any": [VIP, HIGH]}})
    assert_problem(ours.get("/v1/contacts", {**query, "cursor": cursor}), "invalid_cursor")


def test_all_pages_are_of_the_time_of_the_first(ours: Api, upsert: Upsert) -> None:
    """Somebody who wrote six days ago drops out of the segment two days later, but not between two pages."""
    recent = create(ours, {"field": "last_in_at", "op": "within_days", "value": 7})
    start = clock.now()
    for name in ("anna", "boris", "carl"):
        upsert(username=name, name=name)
    Contact.unscoped.update(last_in_at=start - timedelta(days=6))
    query = {"segment": recent["id"], "limit": 1, "sort": "name"}
    names: list[str] = []
    with clock.simulated(start) as simulated:
        page = ours.get("/v1/contacts", query).json()
        simulated.now = start + timedelta(days=2)
        while True:
            names += [contact["name"] for contact in page["data"]]
            if page["next_cursor"] is None:
                break
            page = ours.get("/v1/contacts", {**query, "cursor": page["next_cursor"]}).json()
        assert names == ["anna", "boris", "carl"]
        assert ours.get("/v1/contacts", query).json()["data"] == []


def test_a_filter_whose_custom_field_is_gone_selects_nobody(ours: Api, upsert: Upsert, custom_fields: None) -> None:
    contact = upsert(username="anna", custom_fields={"company": "Acme"})
    segment = create(ours, {"not": {"field": "custom.company", "op": "is", "value": "x"}})
    assert segment["count"] == 1
    CustomField.unscoped.filter(key="company").delete()
    path = f"/v1/segments/{segment['id']}"
    assert ours.get(path).json() == {**segment, "count": None}
    assert ours.get("/v1/segments").json()["data"] == [{**segment, "count": None}]
    problem = assert_problem(ours.get(f"{path}/explain", {"contact_id": contact["id"]}), "invalid_state")
    assert "filter.not.field: the workspace has no custom field of this key" in problem["detail"]
    assert_problem(ours.post(f"{path}/tags", {"add": ["x"]}), "invalid_state")
    [error] = assert_problem(ours.get("/v1/contacts", {"segment": segment["id"]}), "invalid_parameter")["errors"]
    assert (error["field"], error["code"]) == ("segment", "invalid_state")
    assert ours.patch(path, {"name": "Renamed"}).json()["count"] is None
    assert ours.patch(path, {"filter": VIP}).json()["count"] == 0


def test_a_choice_that_is_no_longer_offered_still_selects_those_who_have_it(
    ours: Api, upsert: Upsert, custom_fields: None
) -> None:
    upsert(username="anna", custom_fields={"size": "L"})
    segment = create(ours, {"field": "custom.size", "op": "is", "value": "L"})
    CustomField.unscoped.filter(key="size").update(choices=["S"])
    assert ours.get(f"/v1/segments/{segment['id']}").json()["count"] == 1


def test_query_counts(ours: Api, upsert: Upsert, django_assert_num_queries: Any, custom_fields: None) -> None:
    """The key each time. A list: segments, custom fields, a count each. What a filter selects has a savepoint,
    the timeout, the former timeout and a release around it."""
    contact = upsert(username="anna", tags=["vip"], custom_fields={"seats": 5})
    filter = {"all": [VIP, {"field": "custom.seats", "op": "gt", "value": 4}]}
    ids = [create(ours, filter, name)["id"] for name in ("a", "b")]
    path = f"/v1/segments/{ids[0]}"
    for number, limited, address, query in [
        (5, 2, "/v1/segments", {}),
        (4, 1, path, {}),
        (5, 0, f"{path}/explain", {"contact_id": contact["id"]}),
        (5, 1, "/v1/contacts", {"segment": ids[0]}),
    ]:
        with django_assert_num_queries(number + 4 * limited):
            assert ours.get(address, query).status_code == 200
    # Key, savepoint, custom fields, count, sample, tags, answer, release; the lock of the key, and of the sample.
    with django_assert_num_queries(18):
        ours.post("/v1/segments/preview", {"filter": filter})
    # Key, savepoint, custom fields, savepoint, segment, release, audit, count, answer, release; the lock of the key.
    with django_assert_num_queries(15):
        ours.post("/v1/segments", {"name": "c", "filter": filter})
