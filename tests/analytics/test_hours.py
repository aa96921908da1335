"""GET /v1/analytics/hours: when people write."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contacts.models import Contact
from contacts.services import erase_contact
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import Workspace
from messaging.models import Account
from tests.analytics.test_reports import time as time  # a fixture
from tests.api.assertions import assert_problem
from tests.sequences.helpers import Clock, contact, write_in
from tests.tenants import Api, Tenants

PATH = "/v1/analytics/hours"
# The second is a Monday in Berlin, and a Sunday in UTC.
TIMES = [datetime(2026, 6, 5, 9, 59, tzinfo=UTC), datetime(2026, 6, 7, 22, 30, tzinfo=UTC)]
SPAN = {"from": "2026-06-01", "to": "2026-06-08"}


@pytest.fixture
def account(tenants: Tenants, time: Clock) -> Account:
    Workspace.objects.filter(pk=tenants.workspace.pk).update(time_zone="Europe/Berlin")
    account, other = tenants.sandbox(), tenants.sandbox(tenants.other)
    for at in TIMES:
        time.now = at
        write_in(account, contact(tenants.workspace, f"writer_{at:%d}"))
        write_in(other, contact(tenants.other, f"theirs_{at:%d}"))
    write_in(account, contact(tenants.workspace, "writer_05x"))
    return account


def day(weekday: str, hour: int, number: int) -> dict[str, Any]:
    hours = [number if each == hour else 0 for each in range(24)]
    return {"weekday": weekday, "received": number, "hours": hours}


def test_messages_are_counted_by_weekday_and_hour_of_the_time_zone(
    api: Api, tenants: Tenants, account: Account
) -> None:
    answer = api(tenants.key([Scope.READ_ANALYTICS])).get(PATH, {**SPAN, "interval": "week", "compare": "true"}).json()
    assert answer["data"] == [day("mon", 0, 2), day("fri", 11, 1)]
    assert [part["data"] for part in answer["series"]] == [[day("fri", 11, 1)], [day("mon", 0, 2)]]
    assert answer["before"]["data"] == []
    assert "backlog" not in answer


def test_number_of_statements_does_not_grow_with_the_periods(
    api: Api, tenants: Tenants, account: Account, django_assert_num_queries: Any
) -> None:
    client = api(tenants.key())
    for query in ({}, {"interval": "day"}):
        client.get(PATH)  # writes when the key was last used
        with django_assert_num_queries(2):  # the key, the messages
            assert client.get(PATH, {**SPAN, **query}).status_code == 200


def test_messages_of_erased_contacts_are_missing(api: Api, tenants: Tenants, account: Account) -> None:
    erase_contact(tenants.actor(), Contact.unscoped.get(username="writer_05x").pk)
    assert api(tenants.key()).get(PATH, SPAN).json()["data"] == [day("mon", 0, 1), day("fri", 11, 1)]


def test_hours_need_the_scope_of_figures_and_a_time_in_order(api: Api, tenants: Tenants, account: Account) -> None:
    assert_problem(api(tenants.key([Scope.READ_MESSAGES])).get(PATH), "scope_missing")
    assert_problem(api(tenants.key()).get(PATH, {"from": "2026-06-08", "to": "2026-06-01"}), "invalid_parameter")
