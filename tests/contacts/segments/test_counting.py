"""What is answered where counting or listing takes too long: an estimate, or a refusal that changes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.urls import reverse

from contacts import bulk
from contacts.models import Segment
from contacts.segments import matching
from contacts.segments.conditions import parse_condition
from contacts.segments.matching import MAX_COST, cost_of
from contacts.services import count_contacts, estimate_contacts
from crmsolid.core.errors import DomainError
from crmsolid.core.postgresql.statement_timeout import StatementTimeout
from crmsolid.jobs.models import Job
from tests.contacts.conftest import Upsert
from tests.panel import browser
from tests.tenants import Api, Tenants

LITE = {"field": "tag", "op": "contains", "value": "lite"}
VIP = {"field": "tag", "op": "is", "value": "vip"}


@pytest.fixture
def three(upsert: Upsert) -> None:
    """Three contacts, two of them with a tag that contains `lite`."""
    for name, tag in {"anna": "vip-lite", "boris": "lite", "carl": "vip"}.items():
        upsert(username=name, tags=[tag])


@pytest.fixture
def nothing_in_time(three: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """No read of a filter ends in time."""

    @contextmanager
    def strike(seconds: float) -> Iterator[None]:
        raise StatementTimeout
        yield

    monkeypatch.setattr(matching, "statement_timeout", strike)


@pytest.fixture
def nothing_exact(three: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every filter without an index costs too much to be counted. All contacts are in the sample."""
    monkeypatch.setattr(matching, "MAX_COST", 0)
    monkeypatch.setattr(matching, "ORDINARY_COST", 0)


def leaves(number: int, field: str, op: str, value: Any) -> list[dict[str, Any]]:
    return [{"not": {"field": field, "op": op, "value": value}}] * number


def test_cost_grows_with_the_comparisons_unless_an_index_finds_the_contacts(
    tenants: Tenants, custom_fields: None
) -> None:
    def cost(*parts: Any) -> float:
        return cost_of([parse_condition(tenants.workspace, {"all": list(parts)})])

    million = MAX_COST / 1_000_000
    assert 0 < cost(*leaves(2, "tag", "contains", "x")) < cost(*leaves(5, "tag", "contains", "x")) < million
    assert cost(*leaves(50, "tag", "contains", "x")) > million
    assert cost(*leaves(49, "tag", "in", [f"t{n}" for n in range(100)])) > million
    assert cost(*leaves(50, "custom.company", "contains", "x")) > million
    assert cost(VIP, *leaves(49, "tag", "contains", "x")) == 0
    assert cost({"field": "custom.company", "op": "is", "value": "x"}, *leaves(49, "tag", "contains", "x")) == 0


def test_counts_that_end_in_time_are_exact(ours: Api, three: None) -> None:
    preview = ours.post("/v1/segments/preview", {"filter": LITE}).json()
    assert (preview["count"], preview["count_is_estimate"], len(preview["sample"])) == (2, False, 2)
    segment = ours.post("/v1/segments", {"name": "Lite", "filter": LITE}).json()
    assert (segment["count"], segment["count_is_estimate"]) == (2, False)


def test_what_costs_too_much_is_estimated_and_says_so(ours: Api, nothing_exact: None) -> None:
    preview = ours.post("/v1/segments/preview", {"filter": LITE}).json()
    assert (preview["count"], preview["count_is_estimate"], len(preview["sample"])) == (2, True, 2)
    segment = ours.post("/v1/segments", {"name": "Lite", "filter": LITE}).json()
    assert (segment["count"], segment["count_is_estimate"]) == (2, True)
    assert ours.get("/v1/segments").json()["data"] == [segment]
    assert ours.post("/v1/segments/preview", {"filter": VIP}).json()["count_is_estimate"] is False


def test_estimate_is_of_the_workspace_alone(ours: Api, theirs: Api, nothing_exact: None) -> None:
    theirs.post("/v1/contacts", {"username": "dora", "tags": ["lite"]})
    assert theirs.post("/v1/segments/preview", {"filter": LITE}).json()["count"] == 1
    assert ours.post("/v1/segments/preview", {"filter": LITE}).json()["count"] == 2


def test_job_does_not_take_an_estimate_for_the_number(ours: Api, tenants: Tenants, nothing_exact: None) -> None:
    segment = ours.post("/v1/segments", {"name": "Lite", "filter": LITE}).json()
    job = ours.post(f"/v1/segments/{segment['id']}/tags", {"add": ["june"]}).json()
    assert (job["state"], job["total"]) == ("queued", None)
    with pytest.raises(DomainError, match="filter_too_costly"):
        bulk.start_bulk(tenants.actor(), bulk.ERASE, {"filter": LITE}, expected=2)
    with pytest.raises(DomainError, match="filter_too_costly"):
        count_contacts(tenants.actor(), {"filter": LITE})
    assert Job.unscoped.count() == 1
    assert estimate_contacts(tenants.actor(), {"filter": LITE}, at_most=10).number == 2


def test_preview_and_list_that_take_too_long_are_refused(ours: Api, nothing_in_time: None) -> None:
    response = ours.post("/v1/segments/preview", {"filter": LITE}, idempotency_key="once")
    assert (response.status_code, response.json()["code"]) == (422, "filter_too_costly")
    segment = ours.post("/v1/segments", {"name": "Lite", "filter": LITE}).json()
    assert (segment["name"], segment["count"], segment["count_is_estimate"]) == ("Lite", None, False)
    assert ours.get(f"/v1/segments/{segment['id']}").json() == segment
    response = ours.get("/v1/contacts", {"segment": segment["id"]})
    assert (response.status_code, response.json()["code"]) == (422, "filter_too_costly")
    assert len(ours.get("/v1/contacts").json()["data"]) == 3


def test_bulk_change_that_cannot_be_counted_changes_nothing(tenants: Tenants, nothing_in_time: None) -> None:
    with pytest.raises(DomainError, match="filter_too_costly"):
        bulk.start_bulk(tenants.actor(), bulk.STAGE, {"filter": LITE}, {"stage": "won"})
    assert not Job.unscoped.exists()


def page(tenants: Tenants, name: str, *args: str, **query: str) -> str:
    response = browser(tenants.owner).get(reverse(f"admin:contacts_{name}", args=args), query)
    assert response.status_code == 200
    return str(response.content.decode())


def test_panel_says_what_takes_too_long(tenants: Tenants, ours: Api, nothing_in_time: None) -> None:
    segment = ours.post("/v1/segments", {"name": "Lite", "filter": LITE}).json()["id"]
    assert "takes too long" in page(tenants, "segment_change", segment)
    assert "takes too long" in page(tenants, "contact_changelist", segment=segment)
    assert "not counted" in page(tenants, "segment_changelist")


def test_panel_saves_a_segment_that_takes_too_long_to_count(tenants: Tenants, nothing_in_time: None) -> None:
    client, address = browser(tenants.owner), reverse("admin:contacts_segment_add")
    row = {"filter::mode": "all", "filter:0:field": "tag", "filter:0:op": "contains", "filter:0:value": "lite"}
    response = client.post(address, {**row, "do": "preview"})
    assert "takes too long" in response.content.decode() and not Segment.unscoped.exists()
    assert client.post(address, {**row, "name": "Lite", "do": "save"}).status_code == 302
    assert Segment.unscoped.get().name == "Lite"


def test_panel_says_about_how_many(tenants: Tenants, ours: Api, nothing_exact: None) -> None:
    segment = ours.post("/v1/segments", {"name": "Lite", "filter": LITE}).json()["id"]
    assert "About 2 contacts" in page(tenants, "segment_change", segment)
    assert ">about 2<" in page(tenants, "segment_changelist")
