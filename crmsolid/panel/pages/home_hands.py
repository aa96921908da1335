"""What needs somebody, for Home: accounts that do not send, webhooks that fail, messages that were not delivered, and
the like, each with the reason and the page where something can be done about it.

To add a kind, write a function from a workspace to at most ``SHOWN`` + 1 hands and list it in ``KINDS`` with its roles
and the page with all of them. It is one query, or a few, that read an index.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import ceil
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.text import Truncator, capfirst

from apikeys.services import expiring_keys
from crmsolid.core import clock
from crmsolid.jobs.kinds import label_of
from crmsolid.jobs.models import Job, JobState
from crmsolid.limits.waiting import count_waiting, waiting_for
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.context import PanelContext
from crmsolid.panel.components.template_tags import duration_words
from crmsolid.workspaces.actor import ADMINS, WRITERS, Roles
from crmsolid.workspaces.models import Role, Workspace
from messaging.broadcasts.models import BroadcastWaiting
from messaging.broadcasts.querysets import that_wait_for_somebody
from messaging.models import Account, AccountState, Message, Thread
from messaging.panel.words import connection_problem, failure
from messaging.querysets import (
    in_trouble,
    newest_messages,
    unassigned_too_long,
    unconnected,
    with_connection,
    with_usage,
)
from sequences.models import Reason
from sequences.querysets import people_who_are_stuck
from webhooks.querysets import endpoint_alerts

SHOWN = 3
MAX_FAILED = 99
RECENT = timedelta(days=3)  # how long a failed job is shown
# An account with a higher limit is not looked at: its sends would have to be counted.
MAX_COUNTED_LIMIT = 1_000
# What has to be done so that a broadcast goes on, by what it waits for.
WAITS_FOR_SOMEBODY: dict[str, str] = {
    BroadcastWaiting.ACCOUNT_NEEDS_LOGIN: "An account needs a login. An admin can log it in again.",
    BroadcastWaiting.ACCOUNT_FROZEN: "Telegram has frozen an account. Its page says what an admin can do.",
    BroadcastWaiting.ACCOUNT_BANNED: "Telegram has closed an account. Its page says what an admin can do.",
    BroadcastWaiting.ACCOUNT_PAUSED: "An account is paused. An admin can resume it.",
    BroadcastWaiting.PLAN: "The plan does not allow sending. An owner can choose another one.",
}
ACCOUNT_TROUBLE: dict[str, tuple[str, str, str]] = {  # title, detail, button
    AccountState.NEEDS_LOGIN: ("{} needs a login", "Telegram has logged it out. Its messages wait.", "Log in"),
    AccountState.FROZEN: (
        "{} is frozen",
        "Telegram has frozen it: it cannot write. Its page says how to appeal.",
        "Look",
    ),
    AccountState.BANNED: ("{} is banned", "Telegram has closed it. Its page says what you can do.", "Look"),
    AccountState.PAUSED: ("{} is paused", "Its messages wait until you resume it.", "Resume"),
}


@dataclass(frozen=True, slots=True)
class Hand:
    """A line: what is the matter, why, and the button that leads to where something can be done. ``broken`` is red."""

    title: str
    detail: str
    link: str
    verb: str
    icon: str
    broken: bool = True
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """Things of one kind: who sees them, and the page that has all, whose name is ``all_title``."""

    build: Callable[[Workspace], Sequence[Hand]]
    roles: Roles
    all_title: str
    page: str


def needs_a_hand(panel: PanelContext) -> list[Hand]:
    """What this member can do something about, what is broken first."""
    hands = [hand for kind in KINDS if panel.has_role(kind.roles) for hand in _first_of(kind, panel.workspace)]
    return sorted(hands, key=lambda hand: not hand.broken)


def _first_of(kind: Kind, workspace: Workspace) -> list[Hand]:
    """The first ones, and where the others are if there are more."""
    found = list(kind.build(workspace))
    if len(found) <= SHOWN:
        return found
    first = found[0]
    more = Hand(kind.all_title, "", panel_url(kind.page), "Show all", first.icon, first.broken)
    return [*found[:SHOWN], more]


def _page(name: str, row: Any) -> str:
    return panel_url(f"{name}_change", row.pk)


def _accounts(workspace: Workspace) -> list[Hand]:
    """A pause with an end is left out: it needs nobody."""
    needs_somebody = in_trouble() & (~Q(state=AccountState.PAUSED) | Q(paused_until=None)) | unconnected()
    rows: QuerySet[Any] = with_connection(Account.objects.for_workspace(workspace)).filter(needs_somebody)
    hands = []
    for account in rows.order_by("name", "id")[: SHOWN + 1]:
        title, detail, verb = "{} is not connected", "", "Look"
        if account.is_unconnected:
            detail = connection_problem(account)
        else:
            title, detail, verb = ACCOUNT_TROUBLE[account.state]
        hands.append(Hand(title.format(account.name), detail, _page("messaging_account", account), verb, "smartphone"))
    return hands


def _limits(workspace: Workspace) -> list[Hand]:
    """The accounts that have sent all they may, and have messages that wait for it."""
    rows: QuerySet[Any] = Account.objects.for_workspace(workspace).filter(
        state=AccountState.CONNECTED, daily_limit__lte=MAX_COUNTED_LIMIT
    )
    counted: QuerySet[Any] = with_usage(rows)
    full = counted.filter(used__gte=F("daily_limit"), reserved__gt=0).order_by("name", "id")
    return [
        Hand(
            f"{account.name} is at its limit",
            f"{account.used:,} of {account.daily_limit:,} messages sent in 24 hours. "
            f"{account.reserved:,} more {'waits' if account.reserved == 1 else 'wait'} for room.",
            _page("messaging_account", account),
            "Look",
            "gauge",
            broken=False,
        )
        for account in full[: SHOWN + 1]
    ]


def _endpoints(workspace: Workspace) -> list[Hand]:
    alerts = endpoint_alerts(workspace, limit=SHOWN + 1)
    disabled = [
        Hand(
            f"Webhook to {endpoint.url} is disabled",
            f"{endpoint.get_disabled_reason_display()}. Repair the receiver, enable it, send again what it missed.",
            _page("webhooks_endpoint", endpoint),
            "See why",
            "webhook",
            at=endpoint.disabled_at,
        )
        for endpoint in alerts.disabled
    ]
    failing = [
        Hand(
            f"Webhook to {endpoint.url} fails",
            "Events wait and are sent again. After 5 days of failures it is disabled.",
            _page("webhooks_endpoint", endpoint),
            "See why",
            "webhook",
            at=endpoint.failing_since,
        )
        for endpoint in alerts.failing
    ]
    return disabled + failing


def _failed_messages(workspace: Workspace) -> list[Hand]:
    """One line for all conversations whose latest outgoing message failed, closed ones too. One that is sent, and
    closing, take a conversation off."""
    rows = Thread.objects.for_workspace(workspace).filter(failed_at__isnull=False)
    number = rows.order_by()[: MAX_FAILED + 1].count()
    if not number:
        return []
    threads = list(rows.select_related("contact").order_by("-active_at", "-id")[:SHOWN])
    failed = newest_messages(workspace, threads, status="failed")
    reasons = {_reason(failed[thread.pk]) for thread in threads if thread.pk in failed}
    names = ", ".join(str(thread.contact) for thread in threads)
    names += " and others" if number > len(threads) else ""
    count = f"{number}" if number <= MAX_FAILED else f"{MAX_FAILED}+"
    title = f"{count} messages were not delivered" if number > 1 else "A message was not delivered"
    link = panel_url("inbox", query={"view": "failed"})
    if number == 1:
        link = panel_url("inbox_thread", threads[0].pk)
    detail = f"{names}: {reasons.pop()}" if len(reasons) == 1 else names
    return [Hand(title, detail, link, "Decide", "triangle-alert", at=threads[0].failed_at)]


def _unassigned(workspace: Workspace) -> list[Hand]:
    """One line for all who wait longer than the workspace wants while nobody looks after them."""
    late = unassigned_too_long(workspace)
    if not late:
        return []
    number = f"{len(late)}" if len(late) <= MAX_FAILED else f"{MAX_FAILED}+"
    longest = duration_words(int((clock.now() - late[0]).total_seconds() // 60))
    title = f"{number} {'customer waits' if len(late) == 1 else 'customers wait'}, and nobody looks after them"
    link = panel_url("inbox", query={"view": "unassigned"})
    return [Hand(title, f"The longest has waited {longest}.", link, "Assign", "users")]


def _reason(message: Message) -> str:
    reason, _ = failure(message.error, message.error_detail)
    return Truncator(reason or "It failed.").chars(120)


def _stuck_sequences(workspace: Workspace) -> list[Hand]:
    return [
        Hand(
            f"{number:,} {'person waits' if number == 1 else 'people wait'} in {sequence.name}",
            f"{Reason(reason).label}.",
            _page("sequences_sequence", sequence),
            "Look",
            "workflow",
            broken=False,
        )
        for sequence, reason, number in people_who_are_stuck(workspace, limit=SHOWN + 1)
    ]


def _waiting_broadcasts(workspace: Workspace) -> list[Hand]:
    rows = that_wait_for_somebody(workspace, open_jobs(workspace)).order_by("created_at", "id")
    return [
        Hand(
            f"{broadcast.name} waits for somebody",
            WAITS_FOR_SOMEBODY.get(broadcast.waiting_for, "It is paused. Resume it when it may go on."),
            _page("messaging_broadcast", broadcast),
            "Look",
            "megaphone",
            broken=False,
            at=broadcast.starts_at,
        )
        for broadcast in rows[: SHOWN + 1]
    ]


def _approvals(role: Role, workspace: Workspace) -> list[Hand]:
    """One line for all writes of keys and assistants that wait for somebody with this role."""
    waiting = count_waiting(workspace, role)
    if not waiting.count:
        return []
    oldest = waiting_for(workspace, role).first()
    title = "1 write waits for you" if waiting.count == 1 else f"{waiting.text} writes wait for you"
    detail = f"The oldest is of {oldest.asker_name}." if oldest is not None and oldest.asker_name else ""
    return [Hand(title, detail, panel_url("approvals"), "Decide", "shield", broken=False)]


def open_jobs(workspace: Workspace) -> "QuerySet[Job]":
    jobs: QuerySet[Job] = Job.objects.for_workspace(workspace)
    return jobs.filter(next_run_at__isnull=False)


def _failed_jobs(workspace: Workspace) -> list[Hand]:
    jobs = Job.objects.for_workspace(workspace).filter(state=JobState.FAILED, created_at__gte=clock.now() - RECENT)
    hands = []
    for job in jobs.order_by("-created_at", "-id")[: SHOWN + 1]:
        first = job.errors[0] if job.errors else None
        reason = capfirst(str(first.get("reason", ""))) if isinstance(first, dict) else ""
        title = f"{label_of(job)} failed"
        hands.append(Hand(title, reason, _page("workspaces_job", job), "See why", "hourglass", at=job.finished_at))
    return hands


def _keys(workspace: Workspace) -> list[Hand]:
    hands = []
    for key in expiring_keys(workspace).order_by("expires_at", "id")[: SHOWN + 1]:
        assert key.expires_at is not None  # they expire
        days = ceil((key.expires_at - clock.now()) / timedelta(days=1))
        left = f"{days} days" if days > 1 else "less than a day"
        title = f"API key {key.name} expires in {left}"
        detail = "Programs are refused after that. Make a new key for them before; rotating keeps the last day."
        hands.append(Hand(title, detail, _page("apikeys_apikey", key), "Look", "key-round", broken=False))
    return hands


KINDS = (
    Kind(_accounts, ADMINS, "More accounts do not send", "messaging_account_changelist"),
    Kind(_endpoints, ADMINS, "More webhooks fail", "webhooks_endpoint_changelist"),
    Kind(_unassigned, ADMINS, "", ""),
    Kind(partial(_approvals, Role.AGENT), frozenset({Role.AGENT}), "", ""),
    Kind(partial(_approvals, Role.ADMIN), ADMINS, "", ""),
    Kind(_failed_messages, WRITERS, "", ""),
    Kind(_failed_jobs, WRITERS, "More jobs failed", "workspaces_job_changelist"),
    Kind(_stuck_sequences, WRITERS, "People wait in more sequences", "sequences_sequence_changelist"),
    Kind(_waiting_broadcasts, WRITERS, "More broadcasts wait", "messaging_broadcast_changelist"),
    Kind(_limits, ADMINS, "More accounts are at their limit", "messaging_account_changelist"),
    Kind(_keys, ADMINS, "More keys expire soon", "apikeys_apikey_changelist"),
)
