"""The home page: what needs somebody, the first steps of a new workspace, and a few figures.

Each member sees what they can act on. Every query reads an index and at most ``SHOWN`` + 1 rows, or counts to
``MAX_FIGURE``, so the page opens as fast for millions of rows as for ten.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.text import Truncator, capfirst

from apikeys.models import ApiKey
from apikeys.services import expiring_keys
from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.jobs.kinds import label_of
from crmsolid.jobs.models import Job, JobState
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.context import PanelContext
from crmsolid.workspaces.actor import ADMINS, OWNERS, WRITERS, Roles
from crmsolid.workspaces.models import Plan, Workspace
from messaging.broadcasts.models import Broadcast, BroadcastWaiting
from messaging.broadcasts.querysets import load_waits, that_wait_for_somebody, waiting_text
from messaging.models import Account, AccountKind, AccountState, Message, Thread
from messaging.panel.words import connection_problem, failure
from messaging.querysets import in_trouble, newest_messages, unconnected, with_connection
from webhooks.models import Endpoint
from webhooks.querysets import endpoint_alerts

SHOWN = 5
MAX_FIGURE = 10_000
NEW_FOR = timedelta(days=30)  # after that nobody is reminded of the first steps
# The filters of the list of messages that lead to those of the figure: they are at its top.
SENT = {"direction__exact": "out", "status__exact": "sent"}
RECENT = timedelta(days=3)  # how long a failure is shown
# What has to be done so that a broadcast goes on, by what it waits for.
WAITS_FOR_SOMEBODY: dict[str, str] = {
    BroadcastWaiting.ACCOUNT_NEEDS_LOGIN: "An account needs a login. An admin can log it in again.",
    BroadcastWaiting.ACCOUNT_FROZEN: "Telegram has frozen an account. Its page says what an admin can do.",
    BroadcastWaiting.ACCOUNT_BANNED: "Telegram has closed an account. Its page says what an admin can do.",
    BroadcastWaiting.ACCOUNT_PAUSED: "An account is paused. An admin can resume it.",
    BroadcastWaiting.PLAN: "The plan does not allow sending. An owner can choose another one.",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a notice: what it is about and what is the matter, with the page to go to. ``progress`` is a part of
    1, None for what has none."""

    title: str
    detail: str
    link: str
    at: datetime | None = None
    progress: float | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that needs somebody: the first ``SHOWN`` items, what to do, and the page with all of them, which is
    empty if all are shown."""

    title: str
    level: str
    advice: str
    items: list[Item]
    all_link: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A first step of a new workspace, ticked if it ``is_done``."""

    title: str
    advice: str
    link: str
    is_done: bool


def home_context(panel: PanelContext) -> dict[str, Any]:
    """What the home page shows to this member."""
    builders = (
        (ADMINS, _accounts),
        (WRITERS, _conversations),
        (WRITERS, _failed_messages),
        (ADMINS, _endpoints),
        (ADMINS, _keys),
        (WRITERS, _waiting_broadcasts),
        (WRITERS, _failed_jobs),
        (WRITERS, _running_jobs),
    )
    notices = [build(panel.workspace) for roles, build in builders if panel.has_role(roles)]
    return {
        "figures": _figures(panel.workspace),
        "notices": [notice for notice in notices if notice.items],
        "steps": _first_steps(panel),
        "trial_days": _trial_days(panel.live),
        "may_choose_plan": panel.has_role(OWNERS),
        "may_act": panel.has_role(WRITERS),
    }


def _trial_days(live: Workspace) -> int | None:
    """The days that are left of a trial, the one that has begun included; None for another plan."""
    if live.current_plan != Plan.TRIAL or live.trial_ends_at is None:
        return None
    return ceil((live.trial_ends_at - clock.now()) / timedelta(days=1))


# --- What needs somebody ----------------------------------------------------------------------------------------
def _notice(title: str, level: str, advice: str, items: Sequence[Item], list_name: str, **query: str) -> Notice:
    all_link = panel_url(list_name, query=query) if len(items) > SHOWN else ""
    return Notice(title, level, advice, list(items[:SHOWN]), all_link)


def _page(name: str, row: Any) -> str:
    return panel_url(f"{name}_change", row.pk)


def _accounts(workspace: Workspace) -> Notice:
    """A pause with an end is left out: it needs nobody."""
    needs_somebody = in_trouble() & (~Q(state=AccountState.PAUSED) | Q(paused_until=None)) | unconnected()
    rows: QuerySet[Any] = (
        with_connection(Account.objects.for_workspace(workspace)).filter(needs_somebody).order_by("name", "id")
    )
    details = {
        AccountState.NEEDS_LOGIN: "Telegram has logged it out. Log in again.",
        AccountState.FROZEN: "Telegram has frozen it: it cannot write. Its page says how to appeal.",
        AccountState.BANNED: "Telegram has closed it. Its page says what you can do.",
        AccountState.PAUSED: "It is paused. Resume it when it may send again.",
    }
    items = [
        Item(
            account.name,
            connection_problem(account) if account.is_unconnected else details[AccountState(account.state)],
            _page("messaging_account", account),
        )
        for account in rows[: SHOWN + 1]
    ]
    advice = "Messages of these accounts wait, and go out once the account works again."
    return _notice("Telegram accounts that do not send", "danger", advice, items, "messaging_account_changelist")


def _unread(workspace: Workspace) -> QuerySet[Thread]:
    """Those of the inbox's view: neither closed nor snoozed."""
    rows: QuerySet[Thread] = Thread.objects.for_workspace(workspace)
    return rows.filter(unread_count__gt=0, closed_at=None, active_at__lte=clock.now())


def _conversations(workspace: Workspace) -> Notice:
    rows = _unread(workspace).select_related("contact")
    threads = list(rows.order_by("last_message_at", "id")[: SHOWN + 1])
    newest = newest_messages(workspace, threads, direction="in")
    items = [
        Item(
            str(thread.contact),
            _preview(newest.get(thread.pk)),
            panel_url("inbox_thread", thread.pk),
            newest[thread.pk].created_at if thread.pk in newest else thread.last_message_at,
        )
        for thread in threads
    ]
    advice = "Open one to read and answer it. The oldest come first."
    return _notice("Unread conversations", "primary", advice, items, "inbox", view="unread")


def _preview(message: Message | None) -> str:
    return Truncator(message.text or f"({message.kind})").chars(90) if message else ""


def _failed_messages(workspace: Workspace) -> Notice:
    """Conversations whose latest outgoing message failed, closed ones too. One that is sent, and closing, take the
    conversation off the list."""
    rows = Thread.objects.for_workspace(workspace).filter(failed_at__isnull=False)
    threads = list(rows.select_related("contact").order_by("-active_at", "-id")[: SHOWN + 1])
    failed = newest_messages(workspace, threads, status="failed")
    items = []
    for thread in threads:
        message, detail = failed.get(thread.pk), ""
        if message is not None:
            reason, _ = failure(message.error, message.error_detail)
            detail = f"{reason or 'It failed.'} “{_preview(message)}”"
        items.append(Item(str(thread.contact), detail, panel_url("inbox_thread", thread.pk), thread.failed_at))
    advice = "These were not delivered. Open one to see why, and retry it if the reason has gone."
    return _notice("Messages that failed", "danger", advice, items, "inbox", view="failed")


def _endpoints(workspace: Workspace) -> Notice:
    alerts = endpoint_alerts(workspace, limit=SHOWN + 1)
    items = [
        Item(
            endpoint.url,
            f"Disabled: {endpoint.get_disabled_reason_display()}. Repair the receiver, enable it, send again what it "
            "missed.",
            _page("webhooks_endpoint", endpoint),
            endpoint.disabled_at,
        )
        for endpoint in alerts.disabled
    ]
    items += [
        Item(
            endpoint.url,
            "It does not accept events. They are tried again; after 5 days of failures it is disabled.",
            _page("webhooks_endpoint", endpoint),
            endpoint.failing_since,
        )
        for endpoint in alerts.failing
    ]
    advice = "Your system does not get its events there."
    return _notice("Webhooks that fail", "danger", advice, items, "webhooks_endpoint_changelist")


def _keys(workspace: Workspace) -> Notice:
    items = []
    for key in expiring_keys(workspace).order_by("expires_at", "id")[: SHOWN + 1]:
        assert key.expires_at is not None  # they expire
        days = ceil((key.expires_at - clock.now()) / timedelta(days=1))
        left = f"{days} days" if days > 1 else "less than a day"
        items.append(Item(f"{key.name} ({key.prefix}_…)", f"Expires in {left}.", _page("apikeys_apikey", key)))
    advice = (
        "Programs are refused once their key has expired. Make a new key for them before; rotating a key keeps its "
        "last day."
    )
    return _notice("API keys that expire soon", "warning", advice, items, "apikeys_apikey_changelist")


def _failed_jobs(workspace: Workspace) -> Notice:
    jobs = Job.objects.for_workspace(workspace).filter(state=JobState.FAILED, created_at__gte=clock.now() - RECENT)
    items = []
    for job in jobs.order_by("-created_at", "-id")[: SHOWN + 1]:
        first = job.errors[0] if job.errors else None
        reason = capfirst(str(first.get("reason", ""))) if isinstance(first, dict) else ""
        items.append(Item(label_of(job), reason, _page("workspaces_job", job), job.finished_at))
    advice = "Open one to see how far it came and what to do."
    return _notice("Jobs that failed", "danger", advice, items, "workspaces_job_changelist")


def _waiting_broadcasts(workspace: Workspace) -> Notice:
    rows = that_wait_for_somebody(workspace, _open_jobs(workspace)).order_by("created_at", "id")
    items = [
        Item(
            broadcast.name,
            WAITS_FOR_SOMEBODY.get(broadcast.waiting_for, "It is paused. Resume it when it may go on."),
            _page("messaging_broadcast", broadcast),
            broadcast.starts_at,
        )
        for broadcast in rows[: SHOWN + 1]
    ]
    advice = "These do not go on by themselves."
    return _notice("Broadcasts that wait for somebody", "warning", advice, items, "messaging_broadcast_changelist")


def _open_jobs(workspace: Workspace) -> QuerySet[Job]:
    jobs: QuerySet[Job] = Job.objects.for_workspace(workspace)
    return jobs.filter(next_run_at__isnull=False)


def _running_jobs(workspace: Workspace) -> Notice:
    """Without the broadcasts that wait for somebody."""
    jobs = _open_jobs(workspace)
    waiting = that_wait_for_somebody(workspace, jobs).values("pk")
    shown = list(jobs.exclude(object_id__in=waiting).order_by("created_at", "id")[: SHOWN + 1])
    broadcasts = Broadcast.objects.for_workspace(workspace).in_bulk([job.object_id for job in shown])
    load_waits(workspace, list(broadcasts.values()))
    items = [
        Item(
            label_of(job),
            _progress(job, broadcasts.get(job.object_id)),
            _page("workspaces_job", job),
            job.created_at,
            progress=job.done / job.total if job.total else None,
        )
        for job in shown
    ]
    advice = "Nothing to do: these go on by themselves."
    return _notice("Running now", "info", advice, items, "workspaces_job_changelist")


def _progress(job: Job, broadcast: Broadcast | None) -> str:
    done = f"{job.done:,} of {job.total:,}" if job.total is not None else f"{job.done:,} done"
    if broadcast is None:
        return done
    waits = waiting_text(broadcast)
    return f"{broadcast}: {done}. It waits {waits}." if waits else f"{broadcast}: {done}"


# --- The first steps ----------------------------------------------------------------------------------------------
def _first_steps(panel: PanelContext) -> list[Step]:
    """The steps that this member can take. Empty when all are done, or the workspace is no longer new."""
    if clock.now() - panel.live.created_at > NEW_FOR or not panel.has_role(WRITERS):
        return []
    steps = [
        Step(title, advice, panel_url(name), rows.exists())
        for roles, title, advice, name, rows in _steps(panel)
        if panel.has_role(roles)
    ]
    return [] if all(step.is_done for step in steps) else steps


def _steps(panel: PanelContext) -> Iterable[tuple[Roles, str, str, str, QuerySet[Any]]]:
    """Roles, title, advice, the URL name of the page where it is done, and the rows that say that it was done."""

    def rows(model: Any, **conditions: Any) -> QuerySet[Any]:
        return model.objects.for_workspace(panel.workspace).filter(**conditions)

    return (
        (
            ADMINS,
            # A test workspace has a sandbox account from the start, and no other kind.
            "Connect an account" if panel.is_test else "Connect a Telegram account",
            "Messages are sent from it, and answers arrive there.",
            "messaging_account_changelist",
            rows(Account) if panel.is_test else rows(Account, kind=AccountKind.TELEGRAM),
        ),
        (
            WRITERS,
            "Add a first contact",
            "Import a list, or add somebody by their username.",
            "contacts_contact_changelist",
            rows(Contact),
        ),
        (
            WRITERS,
            "Send a first message",
            "To a contact, over the API or from the inbox.",
            "inbox_new",
            # One that has failed is not sent, and those written on a phone arrive with the account.
            rows(Message, direction="out", status="sent").exclude(source="phone"),
        ),
        (
            ADMINS,
            "Make an API key",
            "With a key your programs read contacts and send messages.",
            "apikeys_apikey_add",
            rows(ApiKey).exclude(revoked_at__lte=clock.now()),
        ),
        (
            ADMINS,
            "Add a webhook",
            "Your system then hears of answers and new contacts at once.",
            "webhooks_endpoint_add",
            rows(Endpoint, deleted_at__isnull=True),
        ),
    )


# --- Figures ------------------------------------------------------------------------------------------------------
def _figures(workspace: Workspace) -> list[dict[str, str]]:
    accounts = Account.objects.for_workspace(workspace)
    sent = Message.objects.for_workspace(workspace).filter(
        # With the accounts, the index message_sent answers it.
        account__in=accounts,
        direction="out",
        status="sent",
        sent_at__gte=clock.now() - timedelta(hours=24),
    )
    return [
        _figure("Contacts", Contact.objects.for_workspace(workspace), panel_url("contacts_contact_changelist")),
        _figure("Unread conversations", _unread(workspace), panel_url("inbox", query={"view": "unread"})),
        _figure("Sent in 24 hours", sent, panel_url("messaging_message_changelist", query=SENT)),
    ]


def _figure(title: str, rows: QuerySet[Any], link: str) -> dict[str, str]:
    """Count up to ``MAX_FIGURE`` rows: counting millions would take seconds."""
    count = rows[: MAX_FIGURE + 1].count()
    return {"title": title, "value": f"{count:,}" if count <= MAX_FIGURE else f"{MAX_FIGURE:,}+", "link": link}
