"""The job of a broadcast: it freezes the audience, then makes the messages until every recipient has a final status."""

from collections.abc import Sequence
from datetime import datetime

from crmsolid.core import clock
from crmsolid.jobs.kinds import JobKind
from crmsolid.jobs.models import Job, JobState
from crmsolid.panel.components.addresses import panel_url
from messaging.broadcasts.freezing import freeze_chunk
from messaging.broadcasts.message_source import CANCELED
from messaging.broadcasts.models import Broadcast, BroadcastStatus, Recipient, RecipientStatus
from messaging.broadcasts.querysets import IN_FLIGHT, load_counts
from messaging.broadcasts.sending import send_chunk
from messaging.sending import automatic


def _run(job: Job) -> datetime | None:
    broadcast = _broadcast_of(job)
    if broadcast.frozen_at is None:
        freeze_chunk(job, broadcast)
        return clock.now()
    return send_chunk(job, broadcast)


def _close(job: Job) -> None:
    """Unless all is done, cancel what is not on its way. What an earlier attempt may have sent is settled as always."""
    broadcast = _broadcast_of(job)
    if job.state != JobState.DONE:
        reason = str(job.errors[-1]["code"]) if job.state == JobState.FAILED else ""
        rows = Broadcast.objects.for_workspace(job.workspace_id).filter(pk=broadcast.pk)
        rows.update(status=BroadcastStatus.CANCELED, reason=reason, waiting_for="", finishes_at=clock.now())
        recipients = Recipient.objects.for_workspace(job.workspace_id).filter(broadcast=broadcast)
        in_flight = list(recipients.filter(IN_FLIGHT).values_list("message_id", flat=True))
        automatic.cancel_queued(in_flight, CANCELED, only_unsent=True)
        unsent = recipients.filter(status=RecipientStatus.PENDING, message__isnull=True)
        unsent.update(status=RecipientStatus.CANCELED, reason=reason, settled_at=clock.now())
    load_counts(job.workspace_id, [broadcast])
    job.result = broadcast.counts


def _broadcast_of(job: Job) -> Broadcast:
    broadcast: Broadcast = Broadcast.objects.for_workspace(job.workspace_id).get(pk=job.object_id)
    return broadcast


def _links(job: Job) -> Sequence[tuple[str, str]]:
    return [("The broadcast", panel_url("messaging_broadcast_change", job.object_id))]


BROADCAST = JobKind("broadcast", "Broadcast", _run, _close, links=_links)
