"""Who answers how fast: what is recorded when somebody writes, and what the reports and the panel make of it."""

from datetime import timedelta
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from contacts.models import Contact, Stage
from contacts.services import erase_contact, update_contact
from crmsolid.core import clock
from crmsolid.core.periods import Period
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership, Role, User, Workspace
from messaging.models import Account, Message, Thread, WrittenMessage
from messaging.sending import dispatch
from messaging.services import cancel_message
from messaging.stats import writing_hours
from messaging.team import Waiting
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive, store_past
from messaging.threads.services.actions import close_thread, snooze_thread
from messaging.threads.services.answering import begin
from sequences.models import Enrollment
from tests.analytics.test_reports import time as time  # a fixture
from tests.panel import browser
from tests.sequences.helpers import Clock, contact, create, enroll, work, write_in
from tests.tenants import Api, Tenants


@pytest.fixture
def account(tenants: Tenants) -> Account:
    return tenants.sandbox(name="Shop")


def member(tenants: Tenants, name: str) -> Actor:
    user = User.objects.create_user(f"{name.lower()}@example.com", None, name=name)
    membership = Membership.unscoped.create(workspace=tenants.workspace, user=user, role=Role.AGENT)
    return Actor.member(membership, tenants.workspace)


def ask(account: Account, person: Contact, text: str = "Hi there") -> None:
    """The person writes, and the message is stored at that time."""
    write_in(account, person, text)
    rows = Message.unscoped.filter(direction="in", sent_at=clock.now())
    rows.update(created_at=clock.now())
    Thread.unscoped.filter(contact=person, created_at__gt=clock.now()).update(created_at=clock.now())


def answer_after(actor: Actor, account: Account, person: Contact, time: Clock, **wait: int) -> Message:
    """The person writes, and is answered so much later."""
    ask(account, person)
    time.move(**wait)
    return begin(actor, account_id=account.pk, contact_id=person.pk, text="Of course")


def rows() -> list[tuple[str | None, str, int | None]]:
    """Author, interface and seconds of what is recorded."""
    found = WrittenMessage.unscoped.order_by("pk").values_list("author__name", "via", "waited")
    return list(found)


def test_answers_are_recorded_with_their_author_and_the_wait_they_ended(
    api: Api, tenants: Tenants, account: Account, time: Clock
) -> None:
    nina, person = member(tenants, "Nina"), contact(tenants.workspace, "alice")
    begin(nina, account_id=account.pk, contact_id=person.pk, text="Hello")
    write_in(account, person)
    time.move(minutes=7)
    write_in(account, person, "Are you there?")
    time.move(minutes=3)
    begin(nina, account_id=account.pk, contact_id=person.pk, text="Yes")
    begin(nina, account_id=account.pk, contact_id=person.pk, text="Now")
    write_in(account, person)
    time.move(minutes=1)
    body = {"account_id": account.pk, "to": "@alice", "text": "By a key"}
    assert api(tenants.key()).post("/v1/messages/send", body).status_code == 200
    write_in(account, person)
    time.move(minutes=2)
    receive(account, Incoming(9_000_001, "From the phone", clock.now(), username="alice", outgoing=True))
    assert rows() == [
        *(("Nina", "panel", None), ("Nina", "panel", 600), ("Nina", "panel", None)),
        *((None, "rest", 60), (None, "phone", 120)),
    ]


def test_planned_answer_counts_when_it_is_sent_and_a_canceled_one_never(
    tenants: Tenants, account: Account, time: Clock
) -> None:
    nina, person = member(tenants, "Nina"), contact(tenants.workspace, "alice")
    ask(account, person)
    chosen: dict[str, Any] = {"account_id": account.pk, "contact_id": person.pk}
    planned = begin(nina, **chosen, text="Later", send_at=clock.now() + timedelta(hours=1))
    undone = begin(nina, **chosen, text="No", send_at=clock.now() + timedelta(hours=2))
    assert set(WrittenMessage.unscoped.values_list("at", flat=True)) == {None}
    cancel_message(nina, undone.pk)
    time.move(hours=1, minutes=1)
    dispatch.dispatch()
    [row] = WrittenMessage.unscoped.all()
    assert (row.message_id, row.at, row.waited) == (planned.pk, clock.now(), 3660)

    ask(account, person)
    time.move(minutes=5)
    sent = begin(nina, **chosen, text="Oh")
    Message.unscoped.filter(pk=sent.pk).update(eta=clock.now() + timedelta(hours=1))
    cancel_message(nina, sent.pk)
    assert WrittenMessage.unscoped.count() == 1
    assert Thread.unscoped.get().waiting_since == clock.now() - timedelta(minutes=5)


def test_team_report_counts_what_outlasts_an_erasure(api: Api, tenants: Tenants, account: Account, time: Clock) -> None:
    nina, ben = member(tenants, "Nina"), member(tenants, "Ben")
    people = [contact(tenants.workspace, name) for name in ("alice", "bobby", "carol")]
    for person, actor, minutes in zip(people, (nina, nina, ben), (4, 10, 40), strict=True):
        answer_after(actor, account, person, time, minutes=minutes)
    begin(ben, account_id=account.pk, contact_id=people[2].pk, text="And another thing")
    time.move(hours=1)

    def read() -> Any:
        return api(tenants.key()).get("/v1/analytics/team", {"interval": "day"}).json()

    before = read()
    of = "waits that were answered in the period"
    assert before["everyone"] == {
        "written": 4,
        "answered": 3,
        "in_time": {"numerator": 2, "denominator": 3, "rate": 2 / 3, "of": of},
        "median_seconds": 600,
        "slowest_tenth_seconds": 2040,
    }
    figures = [
        (each["name"], each["email"], each["via"], each["written"], each["answered"], each["median_seconds"])
        for each in before["data"]
    ]
    assert figures == [
        ("Nina", "nina@example.com", "panel", 2, 2, 420),
        ("Ben", "ben@example.com", "panel", 2, 1, 2400),
    ]
    assert sum(part["everyone"]["answered"] for part in before["series"]) == 3
    for person in people:
        erase_contact(tenants.actor(), person.pk)
    assert {**read(), "to": 0, "complete_until": 0} == {**before, "to": 0, "complete_until": 0}
    assert not Message.unscoped.exists()


def test_migration_finds_what_was_written_before(tenants: Tenants, account: Account, time: Clock) -> None:
    """The same rows as the product has written, for answers, messages to nobody who waits, and planned ones."""
    nina, person = member(tenants, "Nina"), contact(tenants.workspace, "alice")
    begin(nina, account_id=account.pk, contact_id=person.pk, text="Hello")
    dispatch.dispatch()
    time.move(minutes=1)
    answer_after(nina, account, person, time, minutes=6)
    dispatch.dispatch()
    time.move(minutes=1)
    begin(nina, account_id=account.pk, contact_id=person.pk, text="Later", send_at=clock.now() + timedelta(hours=1))
    # What was loaded from before the thread counts neither as an answer nor as a wait.
    old = clock.now() - timedelta(days=90)
    history = [Incoming(8_000_001, "Old question", old, outgoing=False), Incoming(8_000_002, "Old", old, outgoing=True)]
    store_past(account, person, Thread.unscoped.get().pk, history)
    assert Message.unscoped.filter(source="phone", created_at=old).count() == 1
    columns = ("message_id", "author_id", "via", "at", "waited")
    written = list(WrittenMessage.unscoped.order_by("message_id").values_list(*columns))
    assert [row[-1] for row in written] == [None, 360, None]
    WrittenMessage.unscoped.all().delete()
    fill = import_module("messaging.migrations.0032_fill_written_messages").fill
    for _ in range(2):
        fill(list(Thread.unscoped.order_by("pk")))
        assert list(WrittenMessage.unscoped.order_by("message_id").values_list(*columns)) == written


def test_newcomer_finds_the_slowest_answers_of_last_week(tenants: Tenants, account: Account, time: Clock) -> None:
    nina, ben = member(tenants, "Nina"), member(tenants, "Ben")
    people = [contact(tenants.workspace, name) for name in ("alice", "bobby", "carol")]
    for person, actor, minutes in zip(people, (nina, ben, nina), (4, 95, 30), strict=True):
        answer_after(actor, account, person, time, minutes=minutes)
    time.move(days=7)
    client = browser(tenants.member(Role.VIEWER), tenants.workspace)
    team = client.get("/panel/live/analytics/team/", {"period": "last_week"})
    assert [(line["name"], line["waited"], line["author"]) for line in team.context["lines"]] == [
        ("@bobby", "1 h 35", "Ben"),
        ("@carol", "30 min", "Nina"),
        ("@alice", "4 min", "Nina"),
    ]
    assert f"/panel/live/inbox/{team.context['lines'][0]['thread_id']}/" in team.content.decode()
    late = {"period": "last_week", "figure": "late", "via": "panel", "author": nina.subject.id}
    answers = client.get("/panel/live/analytics/team/answers/", late)
    assert [line["name"] for line in answers.context["lines"]] == ["@carol"]
    assert "Nina" in answers.content.decode()
    [row] = [each for each in team.context["team"]["rows"] if each["name"] == "Nina"]
    assert (row["answered"], row["median"], row["in_time"], row["written"]) == ("2", "17 min", "50%", "2")
    assert client.get(row["late_link"]).context["lines"] == answers.context["lines"]
    erase_contact(tenants.actor(), people[1].pk)
    erased = client.get("/panel/live/analytics/team/answers/", {"period": "last_week"}).context["lines"][0]
    assert (erased["name"], erased["waited"], erased["thread_id"]) == ("Erased contact", "1 h 35", "")


def test_waits_now_are_those_that_the_inbox_shows(tenants: Tenants, account: Account, time: Clock) -> None:
    people = [contact(tenants.workspace, name) for name in ("alice", "bobby", "carol")]
    for person in people:
        ask(account, person)
        time.move(minutes=5)
    snooze_thread(tenants.actor(), Thread.unscoped.get(contact=people[0]).pk, until=clock.now() + timedelta(hours=1))
    close_thread(tenants.actor(), Thread.unscoped.get(contact=people[1]).pk)
    client = browser(tenants.member(Role.VIEWER), tenants.workspace)
    team = client.get("/panel/live/analytics/team/").context["team"]
    assert (team["waiting"], team["unassigned"]) == (1, Waiting(1, clock.now() - timedelta(minutes=5)))


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York"])
def test_hours_of_the_heat_map_are_those_of_the_time_zone(
    tenants: Tenants, account: Account, time: Clock, zone: str
) -> None:
    """Where they begin at half past an hour of UTC too."""
    Workspace.objects.filter(pk=tenants.workspace.pk).update(time_zone=zone)
    actor = tenants.actor(Workspace.objects.get(pk=tenants.workspace.pk))
    begins, expected = time.now, [[0] * 24 for _ in range(7)]
    for _ in range(30):
        local = time.move(minutes=100).astimezone(ZoneInfo(zone))
        write_in(account, contact(tenants.workspace, f"writer_{local:%d_%H_%M}"))
        expected[local.weekday()][local.hour] += 1
    assert writing_hours(actor, [Period(begins, time.move(minutes=1))]).total == expected


def test_answers_of_another_workspace_and_wrong_addresses_show_nothing(
    tenants: Tenants, account: Account, time: Clock
) -> None:
    answer_after(member(tenants, "Nina"), account, contact(tenants.workspace, "alice"), time, minutes=4)
    time.move(minutes=1)
    page, theirs = "/panel/live/analytics/team/answers/", browser(tenants.stranger, tenants.other)
    assert theirs.get(page).context["lines"] == []
    ours: Client = browser(tenants.member(Role.VIEWER), tenants.workspace)
    assert len(ours.get(page, {"figure": "none", "author": "x"}).context["lines"]) == 1
    assert ours.get(page, {"via": "panel", "author": "x"}).context["lines"] == []
    assert ours.get(page, {"cursor": "x"}).status_code == 302


def test_results_of_a_sequence_count_and_rates_wait_for_two_weeks(
    api: Api, tenants: Tenants, account: Account, time: Clock
) -> None:
    sequence = create(account)
    people = [contact(tenants.workspace, name) for name in ("alice", "bobby", "carol")]
    for person in people[:2]:
        enroll(sequence, person)
    work()
    write_in(account, people[0])
    update_contact(tenants.actor(), people[0].pk, {"stage": Stage.WON})
    time.move(days=14)
    enroll(sequence, people[2])
    work()
    time.move(hours=1)

    def read() -> dict[str, Any]:
        [result] = api(tenants.key()).get("/v1/analytics/enrollments").json()["data"]
        return dict(result)

    result = read()
    completed = Enrollment.unscoped.filter(status="completed").count()
    assert [result[name] for name in ("enrolled", "completed", "replied", "won")] == [3, completed, 1, 1]
    rates = [result[name] for name in ("reply_rate", "win_rate")]
    assert [(each["numerator"], each["denominator"]) for each in rates] == [(1, 2), (1, 2)]
    client = browser(tenants.member(Role.VIEWER), tenants.workspace)
    page = client.get("/panel/live/analytics/sequences/")
    [row] = page.context["results"]
    for cell, number, names in zip(
        (row["cells"][0], row["cells"][2], row["cells"][3]), ("3", "1", "1"), (3, ["alice"], ["alice"]), strict=True
    ):
        assert cell["value"] == number
        lines = [line.name.removeprefix("@") for line in client.get(cell["link"]).context["lines"]]
        assert (len(lines) if isinstance(names, int) else lines) == names
    file = client.get("/panel/live/analytics/sequences/", {"csv": "results"}).content.decode().splitlines()
    assert file[1].split(",")[3:] == ["Welcome", "3", str(completed), "1", "1", str(completed / 2), "0.5", "0.5"]
