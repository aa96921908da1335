"""Home: who waits, what needs a hand, by role; the rest of the day; the first steps; and how little it reads."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apikeys.services import create_key, revoke_key, rotate_key
from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.jobs.models import Job
from crmsolid.panel.pages.home_hands import Hand
from crmsolid.workspaces.actor import ALL_SCOPES, Scope
from crmsolid.workspaces.models import Role, Workspace
from messaging.broadcasts.models import Broadcast
from messaging.models import Account, AccountKind, Message, Thread, WrittenMessage
from messaging.threads.services.actions import assign_thread, close_thread
from sequences.models import Enrollment, Reason, Sequence
from tests.panel import browser, furnish, later
from tests.tenants import Tenants
from tests.test_plans import put_on
from webhooks.models import Endpoint
from webhooks.secrets import encrypt_secret

HOME = reverse("admin:index")


def shown(tenants: Tenants, role: Role = Role.OWNER, workspace: Workspace | None = None) -> dict[str, Any]:
    """What the home page shows to a member with this role."""
    user = tenants.owner if role == Role.OWNER else tenants.member(role)
    answer = browser(user, workspace).get(HOME)
    assert answer.status_code == 200
    names = ("customers", "rows", "is_mine", "hands", "agenda", "running", "team", "steps", "is_fresh", "trial_days")
    return {name: answer.context[name] for name in names}


def hands(tenants: Tenants, role: Role = Role.OWNER) -> dict[str, str]:
    """The titles of what needs a hand, with their details."""
    return {hand.title: hand.detail for hand in shown(tenants, role)["hands"]}


def conversation(account: Account, name: str, *, hours: float, waits: bool = True, **fields: Any) -> Thread:
    """A thread whose contact has waited for that many hours, unless they do not wait."""
    common: dict[str, Any] = {"workspace": account.workspace}
    contact = Contact.unscoped.create(name=name, search=name, **common)
    at = clock.now() - timedelta(hours=hours)
    fields = {"account": account, "contact": contact, "last_message_at": at, **fields, **common}
    thread = Thread.unscoped.create(waiting_since=at if waits else None, **fields)
    common |= {"account": account, "thread": thread, "contact": contact}
    Message.unscoped.create(direction="in", status="received", text=f"from {name}", created_at=at, **common)
    return thread


def failed_message(thread: Thread, **fields: Any) -> Message:
    common = {"account": thread.account, "thread": thread, "contact": thread.contact, "workspace": thread.workspace}
    if fields.get("status", "failed") == "failed":
        Thread.unscoped.filter(pk=thread.pk).update(failed_at=clock.now())
    return Message.unscoped.create(**{**common, "direction": "out", "status": "failed", "text": "hello", **fields})


def endpoint(workspace: Workspace, path: str, **fields: Any) -> Endpoint:
    url = f"https://example.com/{path}"
    made = Endpoint(workspace=workspace, url=url, **fields)
    made.secret = encrypt_secret(made, "secret", "x")
    made.save(force_insert=True)
    return made


def job(workspace: Workspace, **fields: Any) -> Job:
    return Job.unscoped.create(**{"workspace": workspace, "kind": "webhooks.replay", "scope": "x", **fields})


def everything(tenants: Tenants, workspace: Workspace, number: int) -> None:
    """``number`` things of each kind that need somebody."""
    account = tenants.sandbox(workspace)
    for each in range(number):
        tenants.sandbox(workspace, name=f"Lost {each}", state="banned")
        failed_message(conversation(account, f"Person {each}", hours=each))
        endpoint(workspace, str(each), failing_since=clock.now())
        create_key(tenants.actor(workspace), name=f"Key {each}", scopes=ALL_SCOPES, expires_at=later(3))
        job(workspace, done=1, total=4)
        job(workspace, state="failed", next_run_at=None, errors=[{"reason": "no such column"}])


def test_those_who_wait_are_counted_and_mine_stand_first(tenants: Tenants) -> None:
    account = tenants.sandbox()
    waiting = {
        name: conversation(account, name, hours=hours) for name, hours in (("Anna", 1), ("Boris", 30), ("Eva", 4))
    }
    conversation(account, "Answered", hours=50, waits=False)
    conversation(account, "Closed", hours=50, closed_at=clock.now())
    conversation(account, "Asleep", hours=50, snoozed_until=later(1))
    nobodys = shown(tenants)
    found = nobodys["customers"]
    assert (found.count, found.text, found.mine, found.nobodys, found.longest) == (3, "3", 0, 3, "1 d")
    assert found.link == f"{reverse('admin:inbox_thread', args=[waiting['Boris'].pk])}?view=waiting"
    assert (nobodys["is_mine"], [str(row.thread.contact) for row in nobodys["rows"]]) == (
        False,
        ["Boris", "Eva", "Anna"],
    )
    for name in ("Anna", "Eva"):
        assign_thread(tenants.actor(), waiting[name].pk, user_id=tenants.owner.pk)
    mine = shown(tenants)
    assert (mine["customers"].mine, mine["customers"].nobodys, mine["is_mine"]) == (2, 1, True)
    assert [(str(row.thread.contact), str(row.preview)) for row in mine["rows"]] == [
        ("Eva", "from Eva"),
        ("Anna", "from Anna"),
    ]


def test_who_waits_in_conversations_with_two_accounts_is_one_customer(tenants: Tenants) -> None:
    first = conversation(tenants.sandbox(), "Anna", hours=2)
    second = conversation(tenants.sandbox(), "Other", hours=1, assignee=tenants.owner)
    Thread.unscoped.filter(pk=second.pk).update(contact=first.contact)
    found = shown(tenants)["customers"]
    assert (found.count, found.mine, found.nobodys) == (1, 1, 1)


def test_the_team_shows_for_whom_customers_wait(tenants: Tenants) -> None:
    account = tenants.sandbox()
    assert shown(tenants)["team"] == []  # one member alone is no team
    agent = tenants.member(Role.AGENT)
    tenants.member(Role.VIEWER)
    for user, hours in ((agent, 2), (agent, 9), (tenants.owner, 3)):
        conversation(account, "Anna", hours=hours, assignee=user)
    team = shown(tenants)["team"]
    assert [(each.name, each.is_reader, each.count) for each in team] == [
        (agent.shown_name, False, 2),
        (tenants.owner.shown_name, True, 1),
    ]
    assert team[0].since < team[1].since


def test_accounts_are_shown_that_wait_for_somebody(tenants: Tenants) -> None:
    for name, fields in {
        "Fine": {},
        "Lost": {"state": "banned"},
        "Stopped": {"state": "paused"},
        "Stopped for now": {"state": "paused", "paused_until": later(0.1)},
    }.items():
        tenants.sandbox(name=name, **fields)
    assert list(hands(tenants)) == ["Lost is banned", "Stopped is paused"]


def test_an_account_at_its_limit_is_shown_while_messages_wait_for_it(tenants: Tenants) -> None:
    account = tenants.sandbox(name="Sales", daily_limit=2)
    thread = conversation(account, "Anna", hours=1, assignee=tenants.owner)
    for _ in range(2):
        failed_message(thread, status="sent", slot_at=clock.now())
    assert hands(tenants) == {}
    failed_message(thread, status="queued", slot_at=later(0.5), eta=later(0.5))
    detail = "2 of 2 messages sent in 24 hours. 1 more waits for room."
    assert hands(tenants) == {"Sales is at its limit": detail}


def test_failed_messages_are_one_line_with_the_reason_until_one_is_sent(tenants: Tenants) -> None:
    anna, boris, clara = (
        conversation(tenants.sandbox(), name, hours=1, assignee=tenants.owner) for name in ("Anna", "Boris", "Clara")
    )
    fields = {"error": "privacy_restricted", "error_detail": "the recipient accepts no messages from strangers"}
    for thread in (anna, boris, clara):
        failed_message(thread, **fields)
    Thread.unscoped.filter(pk=boris.pk).update(failed_at=None)  # a later one was sent
    close_thread(tenants.actor(), clara.pk)
    [hand] = shown(tenants)["hands"]
    reason = "They accept no messages from strangers."
    assert (hand.title, hand.detail) == ("A message was not delivered", f"Anna: {reason}")
    assert hand.link == reverse("admin:inbox_thread", args=[anna.pk])
    failed_message(clara, **fields)  # it was queued when the conversation was closed
    assert hands(tenants) == {"2 messages were not delivered": f"Clara, Anna: {reason}"}


def test_people_who_are_stuck_in_a_sequence_are_shown_with_the_reason(tenants: Tenants) -> None:
    made = furnish(tenants.workspace, "acme")
    sequence, enrollment = made.of(Sequence), made.of(Enrollment)
    Sequence.unscoped.filter(pk=sequence.pk).update(status="active")
    for reason, status, shows in (
        ("window", "active", False),
        ("account_banned", "active", True),
        ("missing_value", "active", True),
        ("missing_value", "paused", False),
    ):
        Enrollment.unscoped.filter(pk=enrollment.pk).update(reason=reason, status=status, ended_at=None)
        expected = {f"1 person waits in {sequence.name}": f"{Reason(reason).label}."} if shows else {}
        assert {title: why for title, why in hands(tenants).items() if sequence.name in title} == expected


def test_endpoints_are_shown_that_fail_or_were_disabled_by_the_product(tenants: Tenants) -> None:
    workspace, now = tenants.workspace, clock.now()
    endpoint(workspace, "fine")
    endpoint(workspace, "failing", failing_since=now)
    endpoint(workspace, "gone", enabled=False, disabled_reason="gone", disabled_at=now)
    endpoint(workspace, "manual", enabled=False, disabled_reason="manual", disabled_at=now)
    found = hands(tenants)
    gone, failing = "Webhook to https://example.com/gone is disabled", "Webhook to https://example.com/failing fails"
    assert list(found) == [gone, failing]
    assert found[gone].startswith("The receiver answered 410 Gone.")


def test_keys_are_shown_that_expire_within_two_weeks_and_still_work(tenants: Tenants) -> None:
    actor = tenants.actor()
    made = {
        name: create_key(actor, name=name, scopes=ALL_SCOPES, expires_at=later(days)).key
        for name, days in {"soon": 2.5, "tomorrow": 0.5, "late": 20, "revoked": 1, "rotated": 1}.items()
    }
    create_key(actor, name="for ever", scopes=ALL_SCOPES)
    revoke_key(actor, made["revoked"].pk)
    rotate_key(actor, made["rotated"].pk, overlap=timedelta(hours=1))
    assert list(hands(tenants)) == [
        "API key tomorrow expires in less than a day",
        "API key rotated expires in less than a day",  # the new one, which expires when the old one would have
        "API key soon expires in 3 days",
    ]


def test_jobs_are_shown_that_run_with_their_progress_and_that_failed(tenants: Tenants) -> None:
    job(tenants.workspace, done=1_500, total=6_000)
    job(tenants.workspace, state="failed", next_run_at=None, errors=[{"reason": "no such column"}])
    job(tenants.workspace, state="done", next_run_at=None)
    found = shown(tenants)
    assert [(run.done, run.total, run.done_text) for run in found["running"]] == [(1_500, 6_000, "1,500 of 6,000")]
    assert [hand.detail for hand in found["hands"]] == ["No such column"]


def test_the_rest_of_the_day_is_in_its_order(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = datetime(2026, 11, 30, 12, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: noon)
    account, at = tenants.sandbox(), {hour: noon.replace(hour=hour) for hour in (9, 14, 16, 18)}
    thread = conversation(account, "Anna", hours=1, waits=False)
    conversation(account, "Boris", hours=1, waits=False, snoozed_until=at[14])
    conversation(account, "Back already", hours=5, waits=False, snoozed_until=at[9])
    conversation(account, "Tomorrow", hours=1, waits=False, snoozed_until=noon + timedelta(hours=13))
    failed_message(thread, status="queued", eta=at[16])
    failed_message(thread, status="queued", eta=at[16], source="broadcast")
    failed_message(thread, status="queued", eta=at[14], delayed_by="gap")
    common = {"workspace": tenants.workspace, "name": "News", "status": "scheduled"}
    Broadcast.unscoped.create(**common, starts_at=at[18])
    Broadcast.unscoped.create(**common, starts_at=noon + timedelta(days=1))
    made = furnish(tenants.workspace, "acme")
    Sequence.unscoped.filter(pk=made.of(Sequence).pk).update(status="active")
    Enrollment.unscoped.filter(pk=made.of(Enrollment).pk).update(status="active", next_run_at=at[18], ended_at=None)
    events = [(each.at, f"{each.before} {each.title} {each.after}".strip()) for each in shown(tenants)["agenda"]]
    assert events == [
        (at[14], "Snoozed: Boris comes back"),
        (at[16], "Planned: a message to Anna"),
        (at[18], "Broadcast News starts"),
        (None, f"{made.of(Sequence).name} has 1 step due"),
    ]


WRITERS_SEE = {"messages were not delivered", "failed", "More jobs failed"}
ADMINS_SEE = {"is banned", "More accounts do not send", "fails", "More webhooks fail", "expires in", "More keys expire"}


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        (Role.VIEWER, set()),
        (Role.AGENT, WRITERS_SEE),
        (Role.ADMIN, WRITERS_SEE | ADMINS_SEE),
        (Role.OWNER, WRITERS_SEE | ADMINS_SEE),
    ],
)
def test_each_role_sees_what_it_can_act_on_and_every_link_opens(tenants: Tenants, role: Role, kinds: set[str]) -> None:
    everything(tenants, tenants.workspace, 5)
    client = browser(tenants.owner if role == Role.OWNER else tenants.member(role))
    found: list[Hand] = client.get(HOME).context["hands"]
    assert {kind for kind in WRITERS_SEE | ADMINS_SEE if any(kind in hand.title for hand in found)} == kinds
    assert {client.get(hand.link).status_code for hand in found} <= {200}
    assert sum("is banned" in hand.title for hand in found) == (3 if kinds & ADMINS_SEE else 0)


@pytest.mark.parametrize("side", ["live", "test", "other"])
def test_it_shows_nothing_of_another_workspace(tenants: Tenants, side: str) -> None:
    workspaces = {"live": tenants.workspace, "test": tenants.twin, "other": tenants.other}
    for name, workspace in workspaces.items():
        if name != side:
            everything(tenants, workspace, 1)
    user = tenants.stranger if side == "other" else tenants.owner
    answer = browser(user, workspaces[side]).get(HOME)
    assert [answer.context[name] for name in ("hands", "rows", "running", "agenda")] == [[], [], [], []]
    assert (answer.context["customers"].count, answer.status_code) == (0, 200)


def test_it_reads_the_same_however_much_there_is(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    tenants.member(Role.AGENT)

    def statements() -> list[str]:
        client.get(HOME)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(HOME).status_code == 200
        return [each["sql"] for each in queries.captured_queries]

    everything(tenants, tenants.workspace, 1)
    few = statements()
    everything(tenants, tenants.workspace, 12)
    many = statements()
    assert len(few) == len(many) <= 45


FIRST_STEPS = ["Try it with the sandbox", "Connect a Telegram account", "Invite a colleague", "Make an API key"]


def steps(tenants: Tenants, role: Role = Role.OWNER, workspace: Workspace | None = None) -> list[tuple[str, bool]]:
    return [(step.title, step.is_done) for step in shown(tenants, role, workspace)["steps"]]


def test_first_steps_are_ticked_by_what_is_stored_and_gone_when_all_are(tenants: Tenants) -> None:
    expected = dict.fromkeys(FIRST_STEPS, False)

    def done(title: str) -> None:
        expected[title] = True
        assert steps(tenants) == steps(tenants, workspace=tenants.twin) == list(expected.items())

    assert steps(tenants) == list(expected.items())
    tenants.sandbox()
    thread = conversation(Account.unscoped.get(workspace=tenants.twin), "Anna", hours=1)
    failed_message(thread)
    assert steps(tenants) == list(expected.items())  # a sandbox is no account of Telegram, and nothing was sent
    failed_message(thread, status="sent", sent_at=clock.now())
    done("Try it with the sandbox")
    Account.unscoped.create(workspace=tenants.workspace, name="Sales", kind=AccountKind.TELEGRAM)
    done("Connect a Telegram account")
    tenants.member(Role.VIEWER)
    done("Invite a colleague")
    revoke_key(tenants.actor(), create_key(tenants.actor(), name="Old", scopes=[Scope.READ_CONTACTS]).key.pk)
    assert steps(tenants) == list(expected.items())
    tenants.key()
    assert steps(tenants) == []


def test_first_steps_are_those_of_the_role(tenants: Tenants) -> None:
    assert steps(tenants, Role.VIEWER) == []
    assert [title for title, _ in steps(tenants, Role.AGENT)] == FIRST_STEPS[:1]
    assert [title for title, _ in steps(tenants, Role.ADMIN)] == [FIRST_STEPS[0], FIRST_STEPS[1], FIRST_STEPS[3]]


def test_nobody_is_reminded_of_the_first_steps_after_a_month(tenants: Tenants) -> None:
    assert shown(tenants)["is_fresh"]
    Workspace.objects.update(created_at=later(-31))
    assert (steps(tenants), shown(tenants)["is_fresh"]) == ([], False)


def test_the_first_step_opens_a_conversation_with_a_question_in_test(tenants: Tenants) -> None:
    client, step = browser(tenants.member(Role.AGENT)), shown(tenants)["steps"][0]
    answer = client.post(step.link)
    thread = Thread.unscoped.get()
    assert (thread.workspace, answer["Location"]) == (
        tenants.twin,
        reverse("admin:inbox_thread", args=[thread.pk], current_app="test"),
    )
    assert thread.waiting_since is not None and not shown(tenants)["steps"][0].is_done


def test_a_viewer_and_the_live_side_begin_no_sample(tenants: Tenants) -> None:
    link = shown(tenants)["steps"][0].link
    assert browser(tenants.member(Role.VIEWER)).post(link).status_code == 403
    assert browser(tenants.owner).post(link.replace("/test/", "/live/")).status_code == 302
    assert Thread.unscoped.count() == 0


@pytest.mark.parametrize(("plan", "left", "days"), [("trial", 13.5, 14), ("trial", 0.5, 1), ("pro", None, None)])
def test_the_days_of_the_trial_are_counted(tenants: Tenants, plan: str, left: float | None, days: int | None) -> None:
    put_on(tenants.workspace, plan, left)
    assert shown(tenants)["trial_days"] == days


def test_members_of_a_workspace_in_which_nothing_waits_are_told_so(tenants: Tenants) -> None:
    conversation(tenants.sandbox(), "Anna", hours=1, waits=False)
    texts = {role: browser(tenants.member(role)).get(HOME).content.decode() for role in (Role.VIEWER, Role.AGENT)}
    assert "As a viewer you can read everything" in texts[Role.VIEWER]
    assert "Nobody waits for you" in texts[Role.AGENT]


def test_the_figures_of_today_are_compared_with_the_same_hours_a_week_ago(
    tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon, week = datetime(2026, 11, 30, 12, tzinfo=UTC), 7 * 24
    monkeypatch.setattr(clock, "now", lambda: noon)
    Workspace.objects.update(time_zone="America/New_York")  # where it is 7 in the morning
    for hours in (1, 6, 8, week + 1, week - 1):
        Contact.unscoped.create(workspace=tenants.workspace, search="x", created_at=noon - timedelta(hours=hours))
    for hours, minutes in ((1, 6), (2, 2), (5, 4), (8, 50), (week + 2, 9), (week - 1, 50)):
        at = noon - timedelta(hours=hours)
        WrittenMessage.unscoped.create(workspace=tenants.workspace, via="panel", at=at, waited=minutes * 60)
    found = browser(tenants.owner).get(HOME).context["figures"]
    assert [(each.title, each.value, each.arrow, each.change, each.judged) for each in found] == [
        ("First response today", "4 min", "↓", "5 min", "better"),
        ("Answered today", "3", "↑", "200%", "better"),
        ("New contacts today", "2", "↑", "100%", "better"),
    ]
    assert {each.before for each in found} == {"from a week ago by now"}
    assert all(each.spark for each in found)
