"""The report of conversations: its figures by hand-made rows, in working hours, and who waits now."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.services import erase_contact
from crmsolid.core.periods import Period
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import Role, Workspace
from messaging import team
from messaging.conversation_stats import (
    Age,
    ConversationFigures,
    Durations,
    conversation_report,
    counted_since,
    list_episodes,
    read_backlog,
)
from messaging.models import Account, Episode, Thread, WrittenMessage
from messaging.threads.services.actions import assign_thread, snooze_thread
from tests.analytics.test_reports import time as clock_of_test  # a fixture
from tests.analytics.test_team import answer_after, ask, member
from tests.panel import browser
from tests.sequences.helpers import Clock, contact
from tests.tenants import Api, Tenants

__all__ = ["clock_of_test"]
# A Friday.
FRIDAY = datetime(2026, 6, 5, 17, 50, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEEK = Period(FRIDAY, FRIDAY + 7 * DAY)


@pytest.fixture
def account(tenants: Tenants) -> Account:
    return tenants.sandbox(name="Shop")


def working(tenants: Tenants, **columns: Any) -> Actor:
    """From Monday to Friday, 9 to 18, in UTC."""
    hours = {"work_days": [1, 2, 3, 4, 5], "work_from": time(9), "work_until": time(18), **columns}
    Workspace.objects.filter(pk=tenants.workspace.pk).update(**hours)
    return tenants.actor(Workspace.objects.get(pk=tenants.workspace.pk))


def episode(account: Account, opened_at: datetime, *, answered: Any = None, closed: Any = None, by: Actor | None = None,
            **columns: Any) -> Episode:  # fmt: skip
    """One that was answered and closed so much later, by this member or on the phone; its contact is erased."""
    user_id = int(by.subject.id) if by else None
    row: Episode = Episode.unscoped.create(
        workspace=account.workspace,
        account=account,
        opened_at=opened_at,
        first_answer_at=None if answered is None else opened_at + answered,
        first_answer_by_id=user_id if answered is not None else None,
        first_answer_via="" if answered is None else "panel" if by else "phone",
        closed_at=None if closed is None else opened_at + closed,
        closed_by_id=user_id if closed is not None else None,
        **columns,
    )
    if answered is not None:
        for at in (opened_at + answered, opened_at + answered + MINUTE):
            WrittenMessage.unscoped.create(
                workspace=account.workspace, via=row.first_answer_via, author_id=user_id, at=at, episode=row
            )
    return row


def rows_of_a_week(tenants: Tenants, account: Account) -> tuple[Account, Actor]:
    """Nina has answered three, one was answered on the phone in another account, one not at all."""
    nina, other = member(tenants, "Nina"), tenants.sandbox(name="Help")
    episode(account, FRIDAY, answered=2 * DAY + 15 * HOUR + 20 * MINUTE, closed=3 * DAY, by=nina, is_first=True)
    episode(account, FRIDAY + 3 * DAY, answered=10 * MINUTE, by=nina)
    episode(account, FRIDAY + 4 * DAY - HOUR, answered=30 * MINUTE, closed=HOUR, by=nina)
    episode(other, FRIDAY + 5 * DAY, answered=5 * MINUTE, is_first=True)
    episode(other, FRIDAY + 6 * DAY, closed=HOUR)
    episode(other, FRIDAY - MINUTE, answered=8 * DAY)  # opened before, answered after
    return other, nina


def test_figures_are_those_of_the_rows_in_working_hours(tenants: Tenants, account: Account) -> None:
    other, _ = rows_of_a_week(tenants, account)
    # Friday 17:50 to Monday 9:10; 17:50 to 18:00; 16:50 to 17:20; 17:50 to 17:55.
    answered = Durations(4, timedelta(minutes=15), timedelta(minutes=27))
    # 17:50 to Monday 17:50; 16:50 to 17:50; 17:50 to 18:00, when the day ends.
    closed = Durations(3, HOUR, timedelta(seconds=round((60 + 0.8 * (530 + 10 - 60)) * 60)))
    report = conversation_report(working(tenants), [WEEK])
    assert report.total.everyone == ConversationFigures(5, 2, 4, answered, closed)
    of_nina = Durations(3, timedelta(minutes=20), timedelta(minutes=28))
    by_nina = Durations(2, timedelta(minutes=300), timedelta(minutes=492))
    phone = Durations(1, 5 * MINUTE, 5 * MINUTE)
    nobody = Durations(1, 10 * MINUTE, 10 * MINUTE)
    assert [(user.name if user else None, figures) for user, figures in report.total.members] == [
        ("Nina", ConversationFigures(0, 0, 3, of_nina, by_nina)),
        (None, ConversationFigures(0, 0, 1, phone, nobody)),
    ]
    assert dict(report.total.accounts) == {
        account: ConversationFigures(3, 1, 3, of_nina, by_nina),
        other: ConversationFigures(2, 1, 1, phone, nobody),
    }


def test_all_hours_count_without_working_hours(tenants: Tenants, account: Account) -> None:
    rows_of_a_week(tenants, account)
    figures = conversation_report(tenants.actor(), [WEEK]).total.everyone
    assert figures.answered == Durations(4, timedelta(minutes=20), timedelta(minutes=round(30 + 0.7 * (3800 - 30))))


def test_periods_add_up_to_the_whole_with_the_same_number_of_statements(
    tenants: Tenants, account: Account, django_assert_num_queries: Any
) -> None:
    rows_of_a_week(tenants, account)
    days = [Period(FRIDAY + number * DAY, FRIDAY + (number + 1) * DAY) for number in range(7)]
    actor = working(tenants)
    with django_assert_num_queries(6):
        report = conversation_report(actor, days)
    assert [each.everyone.new for each in report.series] == [1, 0, 0, 2, 0, 1, 1]
    assert [each.everyone.handled for each in report.series] == [0, 0, 1, 2, 0, 1, 0]
    assert report.total == conversation_report(actor, [WEEK]).total


def test_answers_of_the_team_are_counted_in_working_hours_too(tenants: Tenants, account: Account) -> None:
    actor, wait = working(tenants, answer_aim_minutes=20), 2 * DAY + 15 * HOUR + 20 * MINUTE
    for waited, at in ((wait, FRIDAY + wait), (21 * MINUTE, FRIDAY + 3 * DAY - HOUR)):
        WrittenMessage.unscoped.create(
            workspace=tenants.workspace, via="phone", at=at, waited=int(waited.total_seconds())
        )
    figures = team.everyone_report(actor, [WEEK]).total
    assert (figures.answered, figures.in_time, figures.median) == (2, 1, timedelta(minutes=20, seconds=30))
    first = team.list_written(actor, "answered", WEEK, limit=1)
    second = team.list_written(actor, "answered", WEEK, limit=1, cursor=first.next_cursor)
    assert [[row.worked for row in page.rows] for page in (first, second)] == [[21 * 60], [20 * 60]]
    assert [row.worked for row in team.list_written(actor, "late", WEEK).rows] == [21 * 60]


def test_list_has_the_rows_that_a_figure_counts(tenants: Tenants, account: Account) -> None:
    other, nina = rows_of_a_week(tenants, account)
    actor = working(tenants)
    rows = list_episodes(actor, "answered", WEEK, user_id=int(nina.subject.id)).rows
    assert [row.took for row in rows] == [30 * 60, 20 * 60, 10 * 60]
    first = list_episodes(actor, "answered", WEEK, limit=2)
    rest = list_episodes(actor, "answered", WEEK, limit=2, cursor=first.next_cursor)
    assert [row.took // 60 for row in (*first.rows, *rest.rows)] == [30, 20, 10, 5]
    assert [row.took for row in list_episodes(actor, "closed", WEEK, user_id=0).rows] == [600]
    assert len(list_episodes(actor, "new", WEEK, account_id=other.pk).rows) == 2


def test_backlog_is_counted_by_age_in_working_hours(tenants: Tenants, account: Account, clock_of_test: Clock) -> None:
    """They have waited for 5 minutes, 40 minutes, and since Friday; a fourth one is snoozed."""
    people = [contact(tenants.workspace, name) for name in ("alice", "bobby", "carol", "david")]
    other, nina = tenants.sandbox(name="Help"), member(tenants, "Nina")
    clock_of_test.now = datetime(2026, 6, 5, 17, 0, tzinfo=UTC)
    ask(account, people[0])
    ask(account, people[3])
    clock_of_test.now = datetime(2026, 6, 8, 9, 10, tzinfo=UTC)
    ask(other, people[1])
    clock_of_test.move(minutes=35)
    ask(account, people[2])
    clock_of_test.move(minutes=5)
    assign_thread(tenants.actor(), Thread.unscoped.get(contact=people[1]).pk, user_id=int(nina.subject.id))
    snooze_thread(tenants.actor(), Thread.unscoped.get(contact=people[3]).pk, until=clock_of_test.now + HOUR)
    backlog = read_backlog(working(tenants))
    assert list(backlog.ages) == [
        Age(15 * MINUTE, 1, 1),
        Age(HOUR, 1, 0),
        Age(4 * HOUR, 1, 1),
        Age(9 * HOUR, 0, 0),
        Age(None, 0, 0),
    ]
    assert (backlog.waiting, backlog.unassigned, backlog.by_account) == (3, 2, {account.pk: 2, other.pk: 1})
    assert [age.waiting for age in read_backlog(tenants.actor()).ages] == [1, 1, 0, 0, 1]


def test_erasing_a_contact_changes_no_figure(tenants: Tenants, account: Account, clock_of_test: Clock) -> None:
    begins, person = clock_of_test.now, contact(tenants.workspace, "alice")
    answer_after(member(tenants, "Nina"), account, person, clock_of_test, minutes=7)
    periods = [Period(begins, clock_of_test.move(minutes=1))]
    before = conversation_report(tenants.actor(), periods)
    assert before.total.everyone == ConversationFigures(1, 1, 1, Durations(1, 7 * MINUTE, 7 * MINUTE))
    erase_contact(tenants.actor(), person.pk)
    assert conversation_report(tenants.actor(), periods) == before
    assert counted_since(tenants.actor()) is None


def test_another_workspace_sees_nothing_of_it(tenants: Tenants, account: Account) -> None:
    rows_of_a_week(tenants, account)
    theirs = tenants.actor(tenants.other)
    report = conversation_report(theirs, [WEEK])
    assert (report.total.everyone, report.total.members, report.total.accounts) == (ConversationFigures(), [], [])
    assert (list_episodes(theirs, "new", WEEK).rows, counted_since(theirs)) == ([], None)


def test_api_answers_with_the_figures_and_who_waits(api: Api, tenants: Tenants, account: Account) -> None:
    other, nina = rows_of_a_week(tenants, account)
    episode(account, FRIDAY - 2 * DAY)
    working(tenants)
    span = {"from": "2026-06-05T17:50:00Z", "to": "2026-06-12T17:50:00Z", "interval": "day", "compare": "true"}
    body = api(tenants.key(scopes=[Scope.READ_ANALYTICS])).get("/v1/analytics/conversations", span).json()
    everyone = {
        "new": 5,
        "new_people": 2,
        "handled": 4,
        "first_answers": 4,
        "first_answer_median_seconds": 900,
        "first_answer_slowest_tenth_seconds": 1620,
        "closed": 3,
        "close_median_seconds": 3600,
        "close_slowest_tenth_seconds": 26640,
    }
    assert body["everyone"] == everyone
    assert [(each["member_id"], each["name"], each["handled"]) for each in body["data"]] == [
        (int(nina.subject.id), "Nina", 3),
        (None, None, 1),
    ]
    assert [(each["account_id"], each["name"], each["new"]) for each in body["accounts"]] == [
        (account.pk, "Shop", 3),
        (other.pk, "Help", 2),
    ]
    assert sum(part["everyone"]["closed"] for part in body["series"]) == 3
    assert body["before"]["everyone"]["new"] == 1
    assert [age["below_seconds"] for age in body["backlog"]["ages"]] == [900, 3600, 4 * 3600, 9 * 3600, None]
    assert (body["backlog"]["waiting"], body["counted_since"]) == (0, None)
    refused = api(tenants.key(scopes=[Scope.READ_MESSAGES])).get("/v1/analytics/conversations")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")


def test_viewer_reads_the_team_and_follows_a_figure_to_its_conversations(
    tenants: Tenants, account: Account, clock_of_test: Clock
) -> None:
    nina, people = member(tenants, "Nina"), [contact(tenants.workspace, name) for name in ("alice", "bobby")]
    for person, minutes in zip(people, (4, 40), strict=True):
        answer_after(nina, account, person, clock_of_test, minutes=minutes)
    clock_of_test.move(days=7)
    client = browser(tenants.member(Role.VIEWER), tenants.workspace)
    page = client.get("/panel/live/analytics/team/", {"period": "last_week"})
    assert [(tile.title, tile.value) for tile in page.context["tiles"]] == [
        ("New conversations", "2"),
        ("Handled", "2"),
        ("First answer, median", "22 min"),
        ("Time to close, median", "no data yet"),
        ("Closed", "0"),
    ]
    [row] = page.context["members"]
    assert (row["name"], [cell.value for cell in row["cells"]]) == ("Nina", ["2", "22 min", "36 min", "0", "", ""])
    assert "Nights and weekends count." in page.content.decode()
    lines = client.get(row["cells"][1].link).context["lines"]
    assert [(line["name"], line["took"], line["by"]) for line in lines] == [
        ("@bobby", "40 min", "Nina"),
        ("@alice", "4 min", "Nina"),
    ]
    erase_contact(tenants.actor(), people[0].pk)
    erased = client.get("/panel/live/analytics/team/conversations/", {"period": "last_week", "figure": "new"})
    assert {line["name"] for line in erased.context["lines"]} == {"@bobby", "Erased contact"}
    file = client.get("/panel/live/analytics/team/", {"period": "last_week", "csv": "conversations"})
    assert [line.split(",")[2:6] for line in file.content.decode().splitlines()[1:]] == [
        ["everyone", "", "2", "2"],
        ["member", "Nina", "0", "0"],
        ["account", "Shop", "2", "2"],
    ]
    working(tenants)
    assert "Mon to Fri, 09:00 to 18:00" in client.get("/panel/live/analytics/team/").content.decode()


def test_figures_before_the_first_counted_conversation_are_no_comparison(
    tenants: Tenants, account: Account, clock_of_test: Clock
) -> None:
    old = {"workspace": tenants.workspace, "via": "phone", "at": clock_of_test.now - MINUTE, "waited": 60}
    WrittenMessage.unscoped.create(**old)
    episode(account, clock_of_test.now, answered=5 * MINUTE)
    clock_of_test.move(days=3)
    client = browser(tenants.member(Role.VIEWER), tenants.workspace)
    page = client.get("/panel/live/analytics/team/")
    assert page.context["counted_since"] == clock_of_test.now - 3 * DAY
    assert {tile.before for tile in page.context["tiles"]} == {""}
    clock_of_test.move(days=90)
    page = client.get("/panel/live/analytics/team/")
    assert page.context["counted_since"] is None
    assert page.context["tiles"][0].before == "as before"


def test_page_takes_the_same_number_of_statements_however_much_there_is(
    tenants: Tenants, account: Account, clock_of_test: Clock
) -> None:
    client, counts = browser(tenants.member(Role.VIEWER), tenants.workspace), []
    episode(account, clock_of_test.now - 80 * DAY)
    for number in (1, 3):
        for each in range(number):
            by = member(tenants, f"Member{number}{each}")
            shop = tenants.sandbox(name=f"Shop {number} {each}")
            for days in (1, 40):
                episode(shop, clock_of_test.now - days * DAY, answered=HOUR, closed=2 * HOUR, by=by)
        with CaptureQueriesContext(connection) as queries:
            client.get("/panel/live/analytics/team/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("query", [{"figure": "none", "member": "x"}, {"figure": "closed", "member": "0"}])
def test_wrong_addresses_of_the_list_show_what_there_is(
    tenants: Tenants, account: Account, clock_of_test: Clock, query: dict[str, str]
) -> None:
    episode(account, clock_of_test.now - DAY, closed=HOUR)
    client = browser(tenants.member(Role.VIEWER), tenants.workspace)
    page = "/panel/live/analytics/team/conversations/"
    assert len(client.get(page, query).context["lines"]) == 1
    assert client.get(page, {**query, "cursor": "x"}).status_code == 302
    assert client.get(page, {**query, "account": str(tenants.sandbox(tenants.other).pk)}).status_code == 404
