"""The home page: what needs somebody, by role; the first steps; and how little it reads."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apikeys.services import create_key, revoke_key, rotate_key
from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.jobs.models import Job
from crmsolid.panel.pages.home import Item, Notice
from crmsolid.workspaces.actor import ALL_SCOPES, Scope
from crmsolid.workspaces.models import Membership, Role, Workspace
from messaging.models import Account, AccountKind, Message, Thread
from messaging.threads.services import close_thread, mark_thread_unread
from tests.panel import browser, later
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
    return {name: answer.context[name] for name in ("notices", "steps", "figures", "trial_days")}


def notices(tenants: Tenants, role: Role = Role.OWNER, workspace: Workspace | None = None) -> dict[str, list[Item]]:
    return {notice.title: notice.items for notice in shown(tenants, role, workspace)["notices"]}


def conversation(account: Account, name: str, *, hours: float, unread: int = 1) -> Thread:
    """A thread whose last message came in that many hours ago."""
    common: dict[str, Any] = {"workspace": account.workspace}
    contact = Contact.unscoped.create(name=name, search=name, **common)
    at = clock.now() - timedelta(hours=hours)
    thread = Thread.unscoped.create(account=account, contact=contact, unread_count=unread, last_message_at=at, **common)
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


def test_unread_conversations_are_shown_oldest_first_with_what_was_written_last(tenants: Tenants) -> None:
    account = tenants.sandbox()
    for name, hours in (("Anna", 1), ("Boris", 30), ("Clara", 4)):
        thread = conversation(account, name, hours=hours)
    conversation(account, "Read", hours=50, unread=0)
    items = notices(tenants)["Unread conversations"]
    assert [(item.title, item.detail) for item in items] == [
        ("Boris", "from Boris"),
        ("Clara", "from Clara"),
        ("Anna", "from Anna"),
    ]
    assert (items[1].link, items[1].at) == (
        reverse("admin:inbox_thread", args=[thread.pk]),
        thread.last_message_at,
    )


def test_an_unread_conversation_shows_what_they_wrote_also_after_a_broadcast(tenants: Tenants) -> None:
    thread = conversation(tenants.sandbox(), "Anna", hours=3)
    written = Message.unscoped.get(thread=thread)
    failed_message(thread, status="sent", text="News for everybody")
    Thread.unscoped.filter(pk=thread.pk).update(last_message_at=clock.now())
    [item] = notices(tenants)["Unread conversations"]
    assert (item.detail, item.at) == ("from Anna", written.created_at)


def test_accounts_are_shown_that_wait_for_somebody(tenants: Tenants) -> None:
    for name, fields in {
        "fine": {},
        "banned": {"state": "banned"},
        "paused for good": {"state": "paused"},
        "paused for now": {"state": "paused", "paused_until": later(0.1)},
    }.items():
        tenants.sandbox(name=name, **fields)
    items = notices(tenants)["Telegram accounts that do not send"]
    assert [item.title for item in items] == ["banned", "paused for good"]


def test_failed_messages_are_shown_with_the_reason_until_one_is_sent(tenants: Tenants) -> None:
    anna, boris, clara = (conversation(tenants.sandbox(), name, hours=1) for name in ("Anna", "Boris", "Clara"))
    fields = {"error": "privacy_restricted", "error_detail": "the recipient accepts no messages from strangers"}
    for thread in (anna, boris, clara):
        failed_message(thread, **fields)
    Thread.unscoped.filter(pk=boris.pk).update(failed_at=None)  # a later one was sent
    close_thread(tenants.actor(), clara.pk)
    (item,) = notices(tenants)["Messages that failed"]
    assert (item.title, item.detail) == ("Anna", "They accept no messages from strangers. “hello”")
    failed_message(clara)  # it was queued when the conversation was closed
    assert {item.title for item in notices(tenants)["Messages that failed"]} == {"Anna", "Clara"}


def test_a_snoozed_conversation_is_not_shown_until_it_wakes(tenants: Tenants) -> None:
    thread = conversation(tenants.sandbox(), "Anna", hours=1)
    Thread.unscoped.filter(pk=thread.pk).update(snoozed_until=later(1))
    assert notices(tenants) == {}
    Thread.unscoped.filter(pk=thread.pk).update(snoozed_until=later(-0.01))
    assert [item.title for item in notices(tenants)["Unread conversations"]] == ["Anna"]


def test_the_figure_counts_what_its_view_of_the_inbox_shows(tenants: Tenants) -> None:
    account = tenants.sandbox()
    conversation(account, "Anna", hours=1)
    snoozed, closed = conversation(account, "Boris", hours=1), conversation(account, "Clara", hours=1)
    Thread.unscoped.filter(pk=snoozed.pk).update(snoozed_until=later(1))
    close_thread(tenants.actor(), closed.pk)
    mark_thread_unread(tenants.actor(), closed.pk)
    figure = next(each for each in shown(tenants)["figures"] if each["title"] == "Unread conversations")
    assert figure["value"] == "1"
    rows = browser(tenants.owner).get(figure["link"]).context["rows"]
    assert [str(thread.contact) for thread, _ in rows] == ["Anna"]


def test_endpoints_are_shown_that_fail_or_were_disabled_by_the_product(tenants: Tenants) -> None:
    workspace, now = tenants.workspace, clock.now()
    endpoint(workspace, "fine")
    endpoint(workspace, "failing", failing_since=now)
    endpoint(workspace, "gone", enabled=False, disabled_reason="gone", disabled_at=now)
    endpoint(workspace, "manual", enabled=False, disabled_reason="manual", disabled_at=now)
    items = notices(tenants)["Webhooks that fail"]
    assert [item.title for item in items] == ["https://example.com/gone", "https://example.com/failing"]
    assert items[0].detail.startswith("Disabled: The receiver answered 410 Gone.")


def test_keys_are_shown_that_expire_within_two_weeks_and_still_work(tenants: Tenants) -> None:
    actor = tenants.actor()
    made = {
        name: create_key(actor, name=name, scopes=ALL_SCOPES, expires_at=later(days)).key
        for name, days in {"soon": 2.5, "tomorrow": 0.5, "late": 20, "revoked": 1, "rotated": 1}.items()
    }
    create_key(actor, name="for ever", scopes=ALL_SCOPES)
    revoke_key(actor, made["revoked"].pk)
    rotate_key(actor, made["rotated"].pk, overlap=timedelta(hours=1))
    items = notices(tenants)["API keys that expire soon"]
    assert [(item.title.split(" (")[0], item.detail) for item in items] == [
        ("tomorrow", "Expires in less than a day."),
        ("rotated", "Expires in less than a day."),  # the new one, which expires when the old one would have
        ("soon", "Expires in 3 days."),
    ]


def test_jobs_are_shown_that_run_with_their_progress_and_that_failed(tenants: Tenants) -> None:
    job(tenants.workspace, done=1_500, total=6_000)
    job(tenants.workspace, state="failed", next_run_at=None, errors=[{"reason": "no such column"}])
    job(tenants.workspace, state="done", next_run_at=None)
    found = notices(tenants)
    assert [(item.detail, item.progress) for item in found["Running now"]] == [("1,500 of 6,000", 0.25)]
    assert [item.detail for item in found["Jobs that failed"]] == ["No such column"]


WRITER_NOTICES = {"Unread conversations", "Messages that failed", "Jobs that failed", "Running now"}
ADMIN_NOTICES = {"Telegram accounts that do not send", "Webhooks that fail", "API keys that expire soon"}


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        (Role.VIEWER, set()),
        (Role.AGENT, WRITER_NOTICES),
        (Role.ADMIN, WRITER_NOTICES | ADMIN_NOTICES),
        (Role.OWNER, WRITER_NOTICES | ADMIN_NOTICES),
    ],
)
def test_each_role_sees_what_it_can_act_on_and_every_link_opens(tenants: Tenants, role: Role, titles: set[str]) -> None:
    everything(tenants, tenants.workspace, 1)
    client = browser(tenants.owner if role == Role.OWNER else tenants.member(role))
    shown: list[Notice] = client.get(HOME).context["notices"]
    assert {notice.title for notice in shown} == titles
    links = [item.link for notice in shown for item in notice.items]
    assert {client.get(link).status_code for link in links} <= {200}


@pytest.mark.parametrize("side", ["live", "test", "other"])
def test_it_shows_nothing_of_another_workspace(tenants: Tenants, side: str) -> None:
    workspaces = {"live": tenants.workspace, "test": tenants.twin, "other": tenants.other}
    for name, workspace in workspaces.items():
        if name != side:
            everything(tenants, workspace, 1)
    user = tenants.stranger if side == "other" else tenants.owner
    answer = browser(user, workspaces[side]).get(HOME)
    assert (answer.context["notices"], answer.status_code) == ([], 200)


def test_it_reads_the_same_however_much_there_is(tenants: Tenants) -> None:
    client = browser(tenants.owner)

    def statements() -> list[str]:
        client.get(HOME)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(HOME).status_code == 200
        return [each["sql"] for each in queries.captured_queries]

    everything(tenants, tenants.workspace, 1)
    few = statements()
    everything(tenants, tenants.workspace, 12)
    many = statements()
    assert len(few) == len(many) <= 30
    shown: list[Notice] = client.get(HOME).context["notices"]
    assert [len(notice.items) for notice in shown] == [5] * len(WRITER_NOTICES | ADMIN_NOTICES)
    assert all(client.get(notice.all_link).status_code == 200 for notice in shown)


FIRST_STEPS = [
    "Connect a Telegram account",
    "Add a first contact",
    "Send a first message",
    "Make an API key",
    "Add a webhook",
]


def steps(tenants: Tenants, role: Role = Role.OWNER, workspace: Workspace | None = None) -> list[tuple[str, bool]]:
    return [(step.title, step.is_done) for step in shown(tenants, role, workspace)["steps"]]


def test_first_steps_are_ticked_by_fact_and_gone_when_done(tenants: Tenants) -> None:
    expected = dict.fromkeys(FIRST_STEPS, False)
    account = None

    def done(title: str) -> None:
        expected[title] = True
        assert steps(tenants) == list(expected.items())

    assert steps(tenants) == list(expected.items())
    account = tenants.sandbox()
    assert steps(tenants) == list(expected.items())  # a sandbox is no account of Telegram
    Account.unscoped.create(workspace=tenants.workspace, name="Sales", kind=AccountKind.TELEGRAM)
    done("Connect a Telegram account")
    thread = conversation(account, "Anna", hours=1)
    done("Add a first contact")
    failed_message(thread)
    failed_message(thread, status="sent", sent_at=clock.now(), source="phone")
    assert steps(tenants) == list(expected.items())
    failed_message(thread, status="sent", sent_at=clock.now())
    done("Send a first message")
    revoke_key(tenants.actor(), create_key(tenants.actor(), name="Old", scopes=[Scope.READ_CONTACTS]).key.pk)
    assert steps(tenants) == list(expected.items())
    tenants.key()
    done("Make an API key")
    endpoint(tenants.workspace, "hook")
    assert steps(tenants) == []


def test_first_steps_are_those_of_the_role_and_of_the_side(tenants: Tenants) -> None:
    assert steps(tenants, Role.VIEWER) == []
    assert [title for title, _ in steps(tenants, Role.AGENT)] == ["Add a first contact", "Send a first message"]
    assert steps(tenants, workspace=tenants.twin)[0] == ("Connect an account", True)  # the ready-made sandbox


def test_nobody_is_reminded_of_the_first_steps_after_a_month(tenants: Tenants) -> None:
    Workspace.objects.update(created_at=later(-31))
    assert steps(tenants) == []


@pytest.mark.parametrize(("plan", "left", "days"), [("trial", 13.5, 14), ("trial", 0.5, 1), ("pro", None, None)])
def test_the_days_of_the_trial_are_counted(tenants: Tenants, plan: str, left: float | None, days: int | None) -> None:
    put_on(tenants.workspace, plan, left)
    assert shown(tenants)["trial_days"] == days


def test_members_of_a_workspace_that_has_nothing_are_told_so(tenants: Tenants) -> None:
    assert Membership.unscoped.filter(user=tenants.owner).count() == 1
    texts = {role: browser(tenants.member(role)).get(HOME).content.decode() for role in (Role.VIEWER, Role.AGENT)}
    assert "As a viewer you can read everything" in texts[Role.VIEWER]
    assert "Nothing needs you now." in texts[Role.AGENT]
