"""What a key was used for: exact counts by call and refusal, on the page of the key."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils.html import strip_tags

from apikeys import uses
from apikeys.models import ApiKey, KeyUse
from apikeys.services import rotate_key
from apikeys.uses import UseCounter, UseWriter, hour_began, requests_by_hour, use_counter, uses_of
from crmsolid.core import clock
from crmsolid.workspaces.actor import ALL_SCOPES, Scope
from crmsolid.workspaces.models import Role
from tests.mcp.helpers import call
from tests.panel import browser
from tests.tenants import Api, Tenants

ME = "GET /v1/me"


@pytest.fixture(autouse=True)
def _half_past() -> Iterator[None]:
    """Counts are kept by the hour, so no hour may begin during a test."""
    with clock.simulated(clock.now().replace(minute=30, second=0, microsecond=0)):
        yield


def key_of(token: str) -> ApiKey:
    return ApiKey.unscoped.get(prefix=token.rsplit("_", 1)[0])


def stored() -> list[tuple[str, str, int]]:
    """Call, code and requests of all rows, once the counts of this process are written."""
    use_counter().write()
    return sorted(KeyUse.unscoped.values_list("call", "code", "requests"))


def page_text(tenants: Tenants, key: ApiKey) -> str:
    html = browser(tenants.owner).get(reverse("admin:apikeys_apikey_change", args=[key.pk])).content.decode()
    return re.sub(r"\s+", " ", strip_tags(re.sub(r"(</?(td|th|tr|div|p|h2)\b)", r" \1", html)))


def test_requests_are_counted_by_call(tenants: Tenants, api: Api) -> None:
    caller = api(tenants.key())
    for _ in range(3):
        caller.get("/v1/me")
    contact = caller.post("/v1/contacts", {"email": "ada@example.com"}).json()["id"]
    caller.get(f"/v1/contacts/{contact}")
    caller.get("/v1/contacts/con_00000000000000000000000000")
    assert stored() == [
        ("GET /v1/contacts/{contact_id}", "", 1),
        ("GET /v1/contacts/{contact_id}", "not_found", 1),
        (ME, "", 3),
        ("POST /v1/contacts", "", 1),
    ]


def test_refusals_are_counted_by_their_code(tenants: Tenants, api: Api) -> None:
    caller = api(tenants.key([Scope.WRITE_CONTACTS], rate_limit=4))
    caller.get("/v1/contacts")
    caller.post("/v1/contacts", {"name": 1})
    caller.get("/v1/nothing")
    caller.get("/v1/me")
    caller.get("/v1/me")
    assert stored() == [
        ("GET /v1/contacts", "scope_missing", 1),
        (ME, "", 1),
        (ME, "rate_limited", 1),
        ("GET an unknown address", "not_found", 1),
        ("POST /v1/contacts", "validation_failed", 1),
    ]


def test_a_key_that_is_refused_itself_is_counted(tenants: Tenants, api: Api) -> None:
    elsewhere, revoked = tenants.key(allowed_networks=["203.0.113.0/24"]), tenants.key()
    ApiKey.unscoped.filter(pk=key_of(revoked).pk).update(revoked_at=clock.now())
    for token in (elsewhere, revoked, "cs_live_abcd_unknown", None):
        assert api(token).get("/v1/me").status_code in (401, 403)
    assert stored() == [(ME, "ip_not_allowed", 1), (ME, "token_revoked", 1)]


def test_tools_are_counted_by_their_name(tenants: Tenants) -> None:
    token = tenants.key([Scope.READ_CONTACTS])
    call(token, "whoami")
    call(token, "list_contacts")
    call(token, "send_message")
    assert stored() == [("MCP list_contacts", "", 1), ("MCP send_message", "scope_missing", 1), ("MCP whoami", "", 1)]


def test_two_processes_add_up_to_one_row(tenants: Tenants) -> None:
    key = key_of(tenants.key())
    first, second = UseCounter(), UseCounter()
    for counter, requests in ((first, 2), (second, 3)):
        for _ in range(requests):
            counter.count(key.pk, ME, "")
        counter.write()
    first.count(key.pk, ME, "")
    first.write()
    first.write()
    assert list(KeyUse.unscoped.values_list("key_id", "workspace_id", "hour", "requests")) == [
        (key.pk, tenants.workspace.pk, hour_began(), 6)
    ]


def test_counts_wait_while_the_database_is_away(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(uses, "MAX_WAITING", 2)
    key = key_of(tenants.key())
    for each in (ME, "GET /v1/tags", "GET /v1/stages"):  # the third is beyond what may wait
        use_counter().count(key.pk, each, "")
    with connection.execute_wrapper(fail), pytest.raises(DatabaseError):
        use_counter().write()
    use_counter().count(key.pk, ME, "")
    assert stored() == [(ME, "", 2), ("GET /v1/tags", "", 1)]


def test_a_key_that_is_gone_does_not_hold_up_the_others(tenants: Tenants) -> None:
    use_counter().count("key_00000000000000000000000000", ME, "")
    use_counter().count(key_of(tenants.key()).pk, ME, "")
    assert stored() == [(ME, "", 1)]


def test_each_key_of_a_rotation_has_its_own(tenants: Tenants) -> None:
    old = key_of(tenants.key())
    new = rotate_key(tenants.actor(), old.pk, overlap=timedelta(hours=1)).key
    use_counter().count(old.pk, ME, "")
    use_counter().count(new.pk, "GET /v1/tags", "")
    use_counter().write()
    assert [[use.call for use in uses_of(key)] for key in (old, new)] == [[ME], ["GET /v1/tags"]]


def test_the_page_shows_this_hour_the_last_day_and_refusals(tenants: Tenants) -> None:
    key = key_of(tenants.key())
    for hours, code, requests in [
        (0, "", 2),
        (0, "rate_limited", 3),
        (24, "", 10),
        (24, "422", 1),
        (25, "", 1000),
        (1, "scope_missing", 4),
    ]:
        hour = hour_began() - timedelta(hours=hours)
        KeyUse.unscoped.create(workspace=tenants.workspace, key=key, hour=hour, call=ME, code=code, requests=requests)
    since = f"{hour_began():%H:%M}"
    text = page_text(tenants, key)
    assert f"Since {since} Last day Refused" in text
    assert f"{ME} 5 20 Scope missing: 4 Rate limited: 3, 3 since {since} Status 422: 1" in text


def test_the_page_of_an_unused_key_says_so(tenants: Tenants) -> None:
    text = page_text(tenants, key_of(tenants.key()))
    assert "It has not been used since" in text
    assert "A request appears here after up to 10 seconds." in text


def test_the_list_shows_the_requests_of_each_hour_of_a_day(tenants: Tenants) -> None:
    """Also while a process whose clock is ahead has written the next hour already."""
    key, unused = key_of(tenants.key()), key_of(tenants.key())
    for hours, path, requests in ((1, "a", 7), (0, "a", 1), (0, "b", 2), (-23, "a", 4), (-24, "a", 9)):
        hour = hour_began() + timedelta(hours=hours)
        KeyUse.unscoped.create(workspace=tenants.workspace, key=key, hour=hour, call=path, code="", requests=requests)
    assert requests_by_hour([key, unused]) == {key.pk: [4, *[0] * 22, 3], unused.pk: [0] * 24}
    page = browser(tenants.owner).get(reverse("admin:apikeys_apikey_changelist")).content.decode()
    assert page.count("<rect") == 2 and "</svg>7</span>" in page and "</svg>0</span>" in page


def test_only_those_who_see_keys_see_their_uses(tenants: Tenants) -> None:
    key = key_of(tenants.key())
    use_counter().count(key.pk, ME, "")
    use_counter().write()
    address = reverse("admin:apikeys_apikey_change", args=[key.pk])
    seen = {role: browser(tenants.member(role)).get(address).status_code for role in Role}
    assert seen == {Role.OWNER: 200, Role.ADMIN: 200, Role.AGENT: 403, Role.VIEWER: 403}
    assert browser(tenants.stranger).get(address).status_code == 404


def test_uses_older_than_two_days_are_deleted(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uses, "PURGED_TOGETHER", 2)
    key = key_of(tenants.key(ALL_SCOPES))
    now = datetime(2026, 6, 4, 12, 30, tzinfo=UTC)
    for hours in (46, 47, 48, 49, 50, 51):
        hour = now.replace(minute=0) - timedelta(hours=hours)
        KeyUse.unscoped.create(workspace=tenants.workspace, key=key, hour=hour, call=ME, code="", requests=1)
    with clock.simulated(now):
        assert uses.purge() == 4
    kept = list(KeyUse.unscoped.order_by("-hour").values_list("hour", flat=True))
    assert kept == [now.replace(minute=0) - timedelta(hours=hours) for hours in (46, 47)]


@pytest.mark.django_db(transaction=True)
def test_what_was_counted_is_written_when_the_server_stops() -> None:
    key = key_of(Tenants().key())
    writer = UseWriter()
    writer.start()
    use_counter().count(key.pk, ME, "")
    assert writer.stop()
    assert list(KeyUse.unscoped.values_list("call", "requests")) == [(ME, 1)]
