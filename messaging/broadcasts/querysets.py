"""Reads of broadcasts and recipients that have a name: counts, who needs attention, and what a broadcast waits for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from contacts.uses import Use, names_tag
from crmsolid.core import clock
from crmsolid.jobs.models import Job
from crmsolid.panel.components.template_tags import moment_text
from crmsolid.workspaces.models import Workspace
from messaging.broadcasts.models import SENDS, Broadcast, BroadcastStatus, BroadcastWaiting, Recipient, RecipientStatus
from messaging.models import Message, Status
from messaging.querysets import surely_unsent

# In the ``params`` of the job: until when the broadcast waits, None if nobody knows.
WAITS_UNTIL = "waits_until"
IN_FLIGHT = Q(status=RecipientStatus.PENDING, message__isnull=False)


def needs_attention() -> Q:
    """Recipients whose message may have arrived in an attempt that nobody knows the end of, and that is not being tried
    at this moment."""
    lease_lost = Q(message__status=Status.SENDING, message__lease_until__lt=clock.now())
    return IN_FLIGHT & Q(message__unsettled_since__isnull=False) & (Q(message__status=Status.QUEUED) | lease_lost)


def retryable(broadcast: Broadcast) -> "QuerySet[Recipient]":
    """The recipients whose message has failed and certainly has not arrived."""
    rows = Recipient.objects.for_workspace(broadcast.workspace_id).filter(broadcast=broadcast)
    unsent = Message.objects.for_workspace(broadcast.workspace_id).filter(surely_unsent(), pk=OuterRef("message"))
    found: QuerySet[Recipient] = rows.filter(Exists(unsent), status=RecipientStatus.FAILED, contact__isnull=False)
    return found


def status_of(recipient: Recipient) -> str:
    """The status to show; its ``message`` is loaded. The same rule as :func:`needs_attention`."""
    message: Message | None = recipient.message
    if recipient.status != RecipientStatus.PENDING or message is None or message.unsettled_since is None:
        return recipient.status
    lease_lost = (
        message.status == Status.SENDING and message.lease_until is not None and message.lease_until < clock.now()
    )
    return RecipientStatus.NEEDS_ATTENTION if message.status == Status.QUEUED or lease_lost else recipient.status


def with_status(rows: Any, status: str) -> Any:
    """Those of these recipients that show this status."""
    if status == RecipientStatus.NEEDS_ATTENTION:
        return rows.filter(needs_attention())
    rows = rows.filter(status=status)
    if status == RecipientStatus.PENDING:
        rows = rows.exclude(pk__in=rows.filter(needs_attention()).order_by().values("pk"))
    return rows


def load_counts(workspace: Workspace | int, broadcasts: Sequence[Broadcast]) -> None:
    """Set ``counts`` of these broadcasts: how many recipients show each status. Two queries for all of them."""
    counts = {broadcast.pk: dict.fromkeys(RecipientStatus.values, 0) for broadcast in broadcasts}
    rows = Recipient.objects.for_workspace(workspace).filter(broadcast__in=list(counts)).order_by()
    for pk, status, number in rows.values_list("broadcast_id", "status").annotate(Count("pk")):
        counts[pk][status] = number
    unknown = rows.filter(needs_attention()).values_list("broadcast_id").annotate(Count("pk"))
    for pk, number in unknown:
        counts[pk][RecipientStatus.NEEDS_ATTENTION] = number
        counts[pk][RecipientStatus.PENDING] = max(0, counts[pk][RecipientStatus.PENDING] - number)
    for broadcast in broadcasts:
        broadcast.counts = counts[broadcast.pk]


def broadcasts_that_name_tag(workspace: Workspace, name: str) -> list[Use]:
    """The broadcasts that are not sent yet and whose audience is a list of tags or a filter with this one. An audience
    that is a segment follows the segment."""
    waiting = (BroadcastStatus.DRAFT, BroadcastStatus.SCHEDULED)
    rows = Broadcast.objects.for_workspace(workspace).filter(status__in=waiting).order_by("name")
    return [
        Use("Broadcast", each.name, "messaging_broadcast_change", each.pk, "Change whom it goes to before it is sent.")
        for each in rows.only("id", "name", "audience", "workspace")
        if name in each.audience.get("tags", ()) or names_tag(each.audience.get("filter"), name)
    ]


# --- What a broadcast waits for ---------------------------------------------------------------------------------------
def load_waits(workspace: Workspace | int, broadcasts: Sequence[Broadcast]) -> None:
    """Set ``waits_until`` of those of these broadcasts that wait: None if nobody knows. One query for all of them."""
    waiting = [broadcast for broadcast in broadcasts if broadcast.waiting_for]
    jobs = Job.objects.for_workspace(workspace).in_bulk([broadcast.job_id for broadcast in waiting])
    for broadcast in waiting:
        until = jobs[broadcast.job_id].params.get(WAITS_UNTIL) if broadcast.job_id in jobs else None
        broadcast.waits_until = datetime.fromisoformat(until) if until else None


def that_wait_for_somebody(workspace: Workspace, jobs: "QuerySet[Job]") -> "QuerySet[Broadcast]":
    """The broadcasts of these open jobs that do not go on by themselves: they are paused, or they wait for an account
    or a plan that somebody has to see to. A pause of an account that ends by itself is not among that."""
    of_an_account = (
        BroadcastWaiting.ACCOUNT_FROZEN,
        BroadcastWaiting.ACCOUNT_NEEDS_LOGIN,
        BroadcastWaiting.ACCOUNT_BANNED,
    )
    waits = (*of_an_account, BroadcastWaiting.PLAN)
    without_end = jobs.filter(**{f"params__{WAITS_UNTIL}": None}).values("object_id")
    paused_account = Q(waiting_for=BroadcastWaiting.ACCOUNT_PAUSED, pk__in=without_end)
    needs = Q(status=BroadcastStatus.PAUSED) | Q(status=BroadcastStatus.RUNNING) & (
        Q(waiting_for__in=waits) | paused_account
    )
    found: QuerySet[Broadcast] = Broadcast.objects.for_workspace(workspace).filter(needs)
    return found.filter(pk__in=jobs.values("object_id"))


def waiting_text(broadcast: Broadcast) -> str:
    """What a broadcast waits for, and until when if that is known: it follows "waits". Empty if it does not wait.
    :func:`load_waits` has read the broadcast."""
    if broadcast.status not in SENDS or not broadcast.waiting_for:
        return ""
    until = f", until {moment_text(broadcast.waits_until)}" if broadcast.waits_until else ""
    return f"{BroadcastWaiting(broadcast.waiting_for).label}{until}"
