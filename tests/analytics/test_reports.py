"""The reports over REST: who may read them, which time they are about, and what they show of what was really sent."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact, StageChange
from contacts.services import erase_contact
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.workspaces.actor import ALL_SCOPES, Scope
from crmsolid.workspaces.services import update_workspace
from messaging.models import Account
from tests.mcp.helpers import answer, post
from tests.sequences.helpers import START, Clock, clock_of_test, contact, create, enroll, work, write_in
from tests.tenants import Api, Tenants

REPORTS = ("funnel", "sequences", "enrollments", "broadcasts", "accounts", "team")


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Any:
    with clock_of_test(monkeypatch) as moving:
        yield moving


def rate(numerator: int, denominator: int, of: str = "messages sent in the period") -> dict[str, Any]:
    quotient = numerator / denominator if denominator else None
    return {"numerator": numerator, "denominator": denominator, "rate": quotient, "of": of}


def write_to_three(tenants: Tenants) -> tuple[Account, list[Contact]]:
    """A sequence has written to three people: one has answered, one has opted out, the third has done nothing."""
    account = tenants.sandbox(name="Shop")
    sequence = create(account)
    people = [contact(tenants.workspace, name) for name in ("alice", "bobby", "carol")]
    for each in people:
        enroll(sequence, each)
    work()
    write_in(account, people[0])
    write_in(account, people[0], "And another thing")
    write_in(account, people[1], "STOP")
    return account, people


def test_reports_of_what_a_sequence_sent(api: Api, tenants: Tenants, time: Clock) -> None:
    account, people = write_to_three(tenants)
    time.move(hours=1)
    client = api(tenants.key([Scope.READ_ANALYTICS]))
    before = {report: client.get(f"/v1/analytics/{report}").json() for report in REPORTS}
    [version] = before["sequences"]["data"]
    assert (version["name"], version["version"]) == ("Welcome", 1)
    nothing = {"sent": 0, "failed": 0, "replied": 0, "auto_replied": 0, "opted_out": 0, "reply_rate": rate(0, 0)}
    hello = {"sent": 3, "failed": 0, "replied": 2, "auto_replied": 0, "opted_out": 1, "reply_rate": rate(2, 3)}
    assert version["steps"] == [{"step": "hello", **hello}, {"step": "again", **nothing}]
    counted = {
        "sent": 3,
        "failed": 0,
        "replies": 3,
        "auto_replies": 0,
        "received": 3,
        "used_today": 3,
        "daily_limit": 50,
    }
    assert before["accounts"]["data"] == [{"account_id": account.pk, "name": "Shop", **counted}]
    funnel = {each["stage"]: each for each in before["funnel"]["stages"]}
    assert [each["count"] for each in funnel.values()] == [3, 3, 2, 0, 0, 0]
    assert funnel["replied"]["conversion"] == rate(2, 3, "contacts added in the period")
    assert (funnel["replied"]["median_days"], funnel["won"]["median_days"]) == (0, None)

    for each in people:
        erase_contact(tenants.actor(), each.pk)
    assert {report: client.get(f"/v1/analytics/{report}").json() for report in REPORTS} == before

    # The clock was set back before they answered.
    StageChange.unscoped.filter(stage="replied").update(entered_at=F("at") + timedelta(minutes=1))
    funnel = {each["stage"]: each for each in client.get("/v1/analytics/funnel").json()["stages"]}
    assert (funnel["replied"]["conversion"]["numerator"], str(funnel["replied"]["median_days"])) == (2, "0.0")


def test_comparison_is_with_as_many_days_before_from_the_same_time_of_day(
    api: Api, tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within them the clocks go forward, so that time is an hour shorter."""
    update_workspace(tenants.actor(), name="Acme", time_zone="America/New_York")
    now = datetime(2026, 3, 10, 15, 30, tzinfo=ZoneInfo("America/New_York"))
    monkeypatch.setattr(clock, "now", lambda: now)
    client = api(tenants.key())
    for report in REPORTS:
        answer = client.get(f"/v1/analytics/{report}", {"from": "2026-03-08", "compare": "true"}).json()
        assert (answer["from"], answer["to"]) == ("2026-03-08T05:00:00Z", "2026-03-10T19:30:00Z")
        assert (answer["before"]["from"], answer["before"]["to"]) == ("2026-03-05T05:00:00Z", "2026-03-07T20:30:00Z")
        assert set(answer["before"]) == set(answer) - {"complete_until", "series", "before"}
        assert client.get(f"/v1/analytics/{report}").json()["before"] is None


def test_default_time_is_thirty_days_of_the_workspace_today_included(
    api: Api, tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_workspace(tenants.actor(), name="Acme", time_zone="America/New_York")
    client = api(tenants.key(workspace=tenants.twin))
    now = datetime(2026, 3, 10, 2, 30, tzinfo=ZoneInfo("UTC"))  # in New York still the ninth, in summer time
    monkeypatch.setattr(clock, "now", lambda: now)
    for report in REPORTS:
        answer = client.get(f"/v1/analytics/{report}", {"interval": "day"}).json()
        assert (answer["from"], answer["to"]) == ("2026-02-08T05:00:00Z", "2026-03-10T02:30:00Z")
        days = {"sequences": "2026-02-08", "broadcasts": "2026-02-08", "enrollments": "2026-02-24"}
        final_at_once = answer["to"]
        assert answer["complete_until"] == (f"{days[report]}T02:30:00Z" if report in days else final_at_once)
        assert len(answer["series"]) == 30
        assert answer["series"][-1]["from"] == "2026-03-09T04:00:00Z"
        assert client.get(f"/v1/analytics/{report}").json()["series"] is None


@pytest.mark.parametrize(
    ("begins", "ends", "span"),
    [
        ("2026-03-08", "2026-03-08", ("2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z")),  # the clocks change on it
        ("2026-03-01", "2026-03-02T12:00:00Z", ("2026-03-01T05:00:00Z", "2026-03-02T12:00:00Z")),
        ("2026-03-01T00:00:00Z", "2026-03-31", ("2026-03-01T00:00:00Z", "2026-04-01T04:00:00Z")),
        (None, "2026-03-30", ("2026-03-01T05:00:00Z", "2026-03-31T04:00:00Z")),
    ],
)
def test_dates_are_days_of_the_workspace_and_the_last_one_is_included(
    api: Api, tenants: Tenants, begins: str | None, ends: str, span: tuple[str, str]
) -> None:
    update_workspace(tenants.actor(), name="Acme", time_zone="America/New_York")
    token, query = tenants.key(), {"to": ends} if begins is None else {"from": begins, "to": ends}
    for report in REPORTS:
        answered = api(token).get(f"/v1/analytics/{report}", query).json()
        assert (answered["from"], answered["to"]) == span
        tool = answer(token, "get_analytics", report=report, **query)
        assert (tool["from"], tool["to"]) == span


def test_the_tool_names_the_formats_of_its_parameters(tenants: Tenants) -> None:
    listed = post(tenants.key()).json()["result"]["tools"]
    [tool] = [tool for tool in listed if tool["name"] == "get_analytics"]
    assert {name: tool["inputSchema"]["properties"][name] for name in ("from", "to")} == {
        "from": {
            "type": "string",
            "description": "A date in the workspace's time zone, or a time. Default: 30 days ago.",
        },
        "to": {"type": "string", "description": "A date, which is included, or a time, exclusive. Default: now."},
    }


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ({"form": "2026-06-01T00:00:00Z"}, [("form", "unknown_field")]),
        ({"interval": "year"}, [("interval", "invalid_choice")]),
        ({"from": "2026-06-31", "to": "yesterday"}, [("from", "invalid"), ("to", "invalid")]),
        ({"from": "2026-06-02", "to": "2026-06-01"}, [("to", "before_from")]),
        ({"from": "2026-06-02T00:00:00Z", "to": "2026-06-02T02:00:00+02:00"}, [("to", "before_from")]),
        ({"from": "2999-01-01T00:00:00Z"}, [("to", "before_from")]),
        ({"from": "2024-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z", "interval": "day"}, [("interval", "too_many")]),
    ],
)
def test_wrong_parameters_are_named(
    api: Api, tenants: Tenants, query: dict[str, str], errors: list[tuple[str, str]]
) -> None:
    answer = api(tenants.key()).get("/v1/analytics/accounts", query)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter")
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == errors


def test_reports_need_their_scope_and_show_nothing_of_another_workspace(
    api: Api, tenants: Tenants, time: Clock
) -> None:
    write_to_three(tenants)
    time.move(hours=1)
    for report in REPORTS:
        refused = api(tenants.key(ALL_SCOPES - {Scope.READ_ANALYTICS})).get(f"/v1/analytics/{report}")
        assert (refused.status_code, refused.json()["required_scope"]) == (403, "read:analytics")
        theirs = api(tenants.key(workspace=tenants.other)).get(f"/v1/analytics/{report}").json()
        shown = [each.get("sent", each.get("count")) for each in theirs.get("data", theirs.get("stages"))]
        assert set(shown) <= {0}
        assert theirs.get("everyone", {"written": 0})["written"] == 0


def test_number_of_statements_does_not_grow_with_the_rows(api: Api, tenants: Tenants, time: Clock) -> None:
    client, counts = api(tenants.key()), []
    client.get("/v1/me")  # writes when the key was last used
    for number in range(2):
        for name in ("alice", "bobby")[: number + 1]:
            account = tenants.sandbox()
            sequence = create(account, name=f"{name} {number}")
            enroll(sequence, contact(tenants.workspace, f"{name}_{number}"))
        work()
        time.move(days=1)
        with CaptureQueriesContext(connection) as queries:
            for report in REPORTS:
                query = {"from": rfc3339(START), "interval": "day"}
                assert client.get(f"/v1/analytics/{report}", query).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
