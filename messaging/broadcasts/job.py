"""The job of a broadcast: it freezes the audience, then makes the messages until every recipient has a final status.

Freezing writes one row a recipient, in chunks, before anything is sent. Contacts that enter or leave the audience
while it is frozen may or may not be part of it. A broadcast that was started with the hash of a preview is exact: if
the frozen audience has another hash, the broadcast ends without a message.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from contacts.repository import not_erased
from contacts.walking import Walk
from crmsolid.core import clock
from crmsolid.jobs.kinds import JobFailed, JobKind
from crmsolid.jobs.models import Job, JobState
from crmsolid.panel.components.addresses import panel_url
from messaging.broadcasts.audience import Judged, Tally, judge, next_chunk
from messaging.broadcasts.batches import send_chunk
from messaging.broadcasts.definition import Definition
from messaging.broadcasts.message_source import CANCELED
from messaging.broadcasts.models import Broadcast, BroadcastStatus, Recipient, RecipientStatus
from messaging.broadcasts.pace import finishes_at
from messaging.broadcasts.querysets import IN_FLIGHT, load_counts
from messaging.models import Account
from messaging.sending import automatic

AUDIENCE_CHANGED = "audience_changed"
# Where a freeze begins, for the job's ``params``; ``at`` is the instant at which conditions are judged.
NOTHING_FROZEN = {"after": "", "frozen": 0, "excluded": {}, "digest": "0"}


def _run(job: Job) -> datetime | None:
    broadcast = _broadcast_of(job)
    if broadcast.frozen_at is None:
        _freeze_chunk(job, broadcast)
        return clock.now()
    return send_chunk(job, broadcast)


def _freeze_chunk(job: Job, broadcast: Broadcast) -> None:
    """Write the rows of the next contacts of the audience. After the last of them ``broadcast.frozen_at`` is set.

    Raises :class:`JobFailed` if the start named another audience. Where it stands is in the job's ``params``.
    """
    at, walk = datetime.fromisoformat(job.params["at"]), Walk.of(job)
    contacts = not_erased(next_chunk(job.workspace, broadcast.audience, at, walk))
    judged = judge(job.workspace, Definition.of(broadcast), contacts, at, broadcast_id=broadcast.pk)
    rows = Recipient.objects.for_workspace(job.workspace_id)
    rows.bulk_create(_recipients(broadcast, judged), ignore_conflicts=True)  # so their new ids need not be read
    tally = Tally(job.params["frozen"], Counter(job.params["excluded"]), int(job.params["digest"], 16))
    for each in judged:
        tally.add(each.contact.id, each.reason)
    job.params |= {"frozen": tally.total, "excluded": dict(tally.excluded), "digest": f"{tally.digest:x}"}
    walk.keep_in(job)
    job.result = {"audience": tally.total}
    if not walk.ended:
        return
    if broadcast.audience_hash not in ("", tally.hash):
        reason = "the audience changed between the start and the freeze; nothing was sent. Look at the preview again"
        raise JobFailed(AUDIENCE_CHANGED, reason)
    accounts = list(Account.objects.for_workspace(job.workspace_id).filter(pk__in=broadcast.account_ids))
    broadcast.frozen_at, broadcast.audience_hash = clock.now(), tally.hash
    start = max(clock.now(), broadcast.starts_at or clock.now())
    broadcast.finishes_at = finishes_at(accounts, tally.eligible, start, broadcast.per_hour)
    job.total, job.done = tally.total, tally.excluded.total()
    broadcast.save(update_fields=["frozen_at", "audience_hash", "finishes_at"])


def _recipients(broadcast: Broadcast, judged: Sequence[Judged]) -> list[Recipient]:
    """The rows of these contacts. Without a conversation with an account of the broadcast there is no account yet."""
    eligible = [each.contact.id for each in judged if not each.reason]
    accounts = automatic.choose_accounts(broadcast.account_ids, eligible, share_out=False)
    now = clock.now()
    return [
        Recipient(
            workspace_id=broadcast.workspace_id,
            broadcast_id=broadcast.pk,
            contact_id=each.contact.id,
            account_id=accounts.get(each.contact.id),
            status=RecipientStatus.SKIPPED if each.reason else RecipientStatus.PENDING,
            reason=each.reason,
            settled_at=now if each.reason else None,
        )
        for each in judged
    ]


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
