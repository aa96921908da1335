"""Times that are relative to the call: in every argument that is a time, through pages and repeated calls."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crmsolid.core import clock
from crmsolid.tools import TOOLS
from messaging.models import Message, Thread
from tests.mcp.helpers import answer, call, contents, message, post, refusal, write_in
from tests.tenants import Tenants

NOW = datetime(2026, 6, 3, 1, 30, tzinfo=UTC)  # 10:30 in Tokyo, and still the 2nd in New York
TIMES = {tool.name: tool.times for tool in TOOLS if tool.times}


@pytest.fixture
def token(tenants: Tenants) -> str:
    return tenants.key()


def at(tenants: Tenants, *, days: float, text: str = "Hello") -> Message:
    """A message that came in so many days ago."""
    received = write_in(tenants.sandbox(), "alice", text=text)
    Message.unscoped.filter(pk=received.pk).update(created_at=clock.now() - timedelta(days=days))
    return received


def parsed(tenants: Tenants, text: str) -> datetime:
    """What the argument ``since`` of list_messages says at NOW."""
    (tool,) = (each for each in TOOLS if each.name == "list_messages")
    with clock.simulated(NOW):
        since: datetime = tool.parse({"since": text}, tenants.workspace).values["since"]
    return since


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("now", NOW),
        ("-3d", NOW - timedelta(days=3)),
        ("-2h", NOW - timedelta(hours=2)),
        ("+30m", NOW + timedelta(minutes=30)),
        ("+1w", NOW + timedelta(days=7)),
        ("-9999w", NOW - timedelta(days=69_993)),
        ("today", datetime(2026, 6, 3, tzinfo=UTC)),
        ("2026-06-01T09:00:00+02:00", datetime(2026, 6, 1, 7, tzinfo=UTC)),
    ],
)
@pytest.mark.django_db
def test_relative_times_are_relative_to_the_clock_of_the_product(
    tenants: Tenants, text: str, instant: datetime
) -> None:
    assert parsed(tenants, text) == instant


@pytest.mark.parametrize(("zone", "day", "hour"), [("Asia/Tokyo", 2, 15), ("America/New_York", 2, 4)])
@pytest.mark.django_db
def test_today_begins_in_the_time_zone_of_the_workspace(tenants: Tenants, zone: str, day: int, hour: int) -> None:
    tenants.workspace.time_zone = zone
    assert parsed(tenants, "today") == datetime(2026, 6, day, hour, tzinfo=UTC)


def test_every_argument_that_is_a_time_takes_them() -> None:
    assert {
        "list_contacts": {"updated_since"},
        "update_conversation": {"snoozed_until"},
        "list_messages": {"since", "until"},
        "send_message": {"send_at"},
        "edit_message": {"send_at"},
        "preview_broadcast": {"send_at"},
        "start_broadcast": {"send_at"},
        "get_analytics": {"from", "to"},
    } == TIMES


def test_lists_and_writes_take_them(tenants: Tenants, token: str) -> None:
    at(tenants, days=4, text="old"), at(tenants, days=2, text="new")
    found = answer(token, "list_messages", since="-3d", until="now")["data"]
    assert [each["text"] for each in found] == ["new"]
    thread = Thread.unscoped.get(pk=found[0]["thread_id"])
    answer(token, "update_conversation", thread_id=thread.pk, state="snoozed", snoozed_until="+2d")
    thread.refresh_from_db()
    assert thread.snoozed_until is not None
    assert abs(thread.snoozed_until - clock.now() - timedelta(days=2)) < timedelta(minutes=5)
    assert answer(token, "get_analytics", **{"from": "-7d", "to": "now"})["from"] is not None


@pytest.mark.parametrize("text", ["-3", "3d", "-3 d", "-3D", "yesterday", "-99999d", "NOW", "+1y", ""])
def test_other_words_are_refused_with_the_forms_there_are(tenants: Tenants, token: str, text: str) -> None:
    before = contents()
    problem = refusal(token, "list_messages", since=text)
    assert [(each["field"], each["code"]) for each in problem["errors"]] == [("since", "invalid")]
    assert "2026-06-04T09:00:00Z" in problem["text"] and "-3d" in problem["text"]
    assert contents() == before


def test_pages_are_of_the_span_of_the_first(tenants: Tenants, token: str) -> None:
    """Also where rows at its end grow too old while somebody reads."""
    for number in range(5):
        at(tenants, days=2, text=str(number))
    first = answer(token, "list_messages", since="-3d", limit=2)
    as_of = datetime.fromtimestamp(int(first["next_cursor"].split(".")[0]) / 1000, UTC)
    # All have been older than three days since a moment after the first page.
    Message.unscoped.exclude(pk__in=[each["id"] for each in first["data"]]).update(created_at=as_of - timedelta(days=3))
    rows, cursor = first["data"], first["next_cursor"]
    while cursor is not None:
        page = answer(token, "list_messages", since="-3d", limit=2, cursor=cursor)
        rows, cursor = rows + page["data"], page["next_cursor"]
    assert sorted(each["text"] for each in rows) == ["0", "1", "2", "3", "4"]
    assert answer(token, "list_messages", since="-3d")["data"] == first["data"]


def test_cursor_of_a_relative_time_belongs_to_it(tenants: Tenants, token: str) -> None:
    for _ in range(2):
        at(tenants, days=1)
    cursor = answer(token, "list_messages", since="-3d", limit=1)["next_cursor"]
    plain = answer(token, "list_messages", limit=1)["next_cursor"]
    for arguments in (
        {"cursor": cursor},
        {"cursor": cursor, "since": "-4d"},
        {"cursor": f"9{cursor}", "since": "-3d"},
        {"cursor": cursor.split(".")[1], "since": "-3d"},
        {"cursor": plain, "since": "-3d"},
    ):
        assert refusal(token, "list_messages", limit=1, **arguments)["code"] == "invalid_cursor"


@pytest.mark.django_db
def test_repeated_write_with_a_relative_time_is_the_same_call(tenants: Tenants, token: str) -> None:
    arguments: dict[str, Any] = {"account_id": tenants.sandbox().pk, "to": "@alice", "text": "Hi", "send_at": "+1d"}
    first = call(token, "send_message", **arguments, idempotency_key="k")
    again = call(token, "send_message", **arguments, idempotency_key="k")
    assert again["structuredContent"] == first["structuredContent"]
    assert again["_meta"]["crmsolid/idempotency-replayed"] is True
    other = call(token, "send_message", **{**arguments, "send_at": "+2d"}, idempotency_key="k")
    assert other["structuredContent"]["code"] == "idempotency_key_reused"
    assert Message.unscoped.count() == 1


def test_instructions_say_it_once(token: str) -> None:
    discovered = post(token, message("server/discover")).json()["result"]
    assert "-3d" in discovered["instructions"]
    assert "RFC 3339" not in json.dumps(post(token).json()["result"]["tools"])
