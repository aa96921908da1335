"""Freezes the audience of a broadcast that was started: one row a recipient, in chunks, before anything is sent.

Contacts that enter or leave the audience while it is frozen may or may not be part of it. A broadcast that was started
with the hash of a preview is exact: if the frozen audience has another hash, the broadcast ends without a message.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from contacts.models import Contact
from contacts.walking import Walk
from crmsolid.core import clock
from crmsolid.core.sql.bulk import fetch, rows_parameter, rows_source
from crmsolid.core.sql.table import Table
from crmsolid.jobs.kinds import JobFailed
from crmsolid.jobs.models import Job
from messaging.broadcasts import estimate
from messaging.broadcasts.audience import Judged, Tally, judge, next_chunk
from messaging.broadcasts.definition import Definition
from messaging.broadcasts.models import Broadcast, Recipient
from messaging.models import Account
from messaging.sending import automatic

AUDIENCE_CHANGED = "audience_changed"
# Where a freeze begins, for the job's ``params``; ``at`` is the instant at which conditions are judged.
NOTHING_FROZEN = {"after": "", "frozen": 0, "excluded": {}, "digest": "0"}

_recipients, _contacts = Table(Recipient), Table(Contact)
_ROW = {"of_contact": "text", "of_account": "int", "new_status": "text", "why": "text", "settled_time": "time"}


def freeze_chunk(job: Job, broadcast: Broadcast) -> None:
    """Write the rows of the next contacts of the audience. After the last of them ``broadcast.frozen_at`` is set.

    Raises :class:`JobFailed` if the start named another audience. Where it stands is in the job's ``params``.
    """
    at = datetime.fromisoformat(job.params["at"])
    definition = Definition.of(broadcast)
    walk = Walk.of(job)
    contacts = next_chunk(job.workspace, broadcast.audience, at, walk)
    judged = judge(definition, contacts, at, broadcast_id=broadcast.pk)
    tally = Tally(job.params["frozen"], Counter(job.params["excluded"]), int(job.params["digest"], 16))
    inserted = _insert(broadcast, judged)
    for each in judged:
        if each.contact.id in inserted:  # the others were erased meanwhile
            tally.add(each.contact.id, each.reason)
    progress = {"frozen": tally.total, "excluded": dict(tally.excluded), "digest": f"{tally.digest:x}"}
    job.params |= progress
    walk.keep_in(job)
    job.result = {"audience": tally.total}
    if walk.ended:
        _finish(job, broadcast, tally)


def _finish(job: Job, broadcast: Broadcast, tally: Tally) -> None:
    if broadcast.audience_hash not in ("", tally.hash):
        reason = "the audience changed between the start and the freeze; nothing was sent. Look at the preview again"
        raise JobFailed(AUDIENCE_CHANGED, reason)
    accounts = list(Account.objects.for_workspace(job.workspace_id).filter(pk__in=broadcast.account_ids))
    broadcast.frozen_at, broadcast.audience_hash = clock.now(), tally.hash
    start = max(clock.now(), broadcast.starts_at or clock.now())
    broadcast.finishes_at = estimate.finishes_at(accounts, tally.eligible, start, broadcast.per_hour)
    job.total, job.done = tally.total, tally.excluded.total()
    broadcast.save(update_fields=["frozen_at", "audience_hash", "finishes_at"])


def _insert(broadcast: Broadcast, judged: Sequence[Judged]) -> set[str]:
    """Write the rows of these contacts and return whose were written: not of those who were erased meanwhile."""
    if not judged:
        return set()
    wanted = [each.contact.id for each in judged if not each.reason]
    accounts = automatic.choose_accounts(broadcast.account_ids, wanted, share_out=False)
    now = clock.now()
    rows = [
        (
            each.contact.id,
            accounts.get(each.contact.id),
            "skipped" if each.reason else "pending",
            each.reason,
            now if each.reason else None,
        )
        for each in judged
    ]
    # Locked against erasure until the commit; the order is that of the ids.
    written = fetch(
        f"INSERT INTO {_recipients.name} (workspace_id, broadcast_id, contact_id, account_id, status, reason,"
        " settled_at) SELECT c.workspace_id, %s, c.id, of_account, new_status, why, settled_time"
        f" FROM {rows_source(_ROW)} JOIN {_contacts.name} c ON c.id = of_contact FOR KEY SHARE OF c"
        " ON CONFLICT (broadcast_id, contact_id) DO NOTHING RETURNING contact_id",
        [broadcast.pk, rows_parameter(rows)],
    )
    return {row[0] for row in written}
