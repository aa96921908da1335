"""Makes the messages of a broadcast, a batch at a time, as far as limits and accounts allow.

Accounts and contacts are locked, everything is checked again (opt-out, address, cooldown, values of the text), and the
messages and the rows of their recipients are written in the same transaction. So each recipient has one message at a
time. At most ``MAX_IN_FLIGHT`` messages wait to be sent at once, and none that is due later than ``LOOK_AHEAD``: a
pause has little to take back, and a direct send of the account waits behind few.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from contacts.repository import lock_free
from crmsolid.core import clock, doorbell
from crmsolid.events.catalogue import EventType
from crmsolid.events.publishing import publish
from crmsolid.jobs.models import Job
from crmsolid.workspaces import sending_hold
from crmsolid.workspaces.authors import kept_author
from messaging.authors import of_broadcast
from messaging.broadcasts.audience import Judged, judge
from messaging.broadcasts.definition import Definition
from messaging.broadcasts.message_source import ACCOUNT_LOST, SOURCE, recover_outcomes
from messaging.broadcasts.models import Broadcast, BroadcastStatus, BroadcastWaiting, Recipient, RecipientStatus
from messaging.broadcasts.pace import LOOK_AHEAD, MAX_IN_FLIGHT, InFlight, Pace, finishes_at, pace_of, read_in_flight
from messaging.broadcasts.querysets import IN_FLIGHT, WAITS_UNTIL, load_counts
from messaging.broadcasts.representations import BROADCAST_COMPLETED, BROADCAST_STARTED, BroadcastOut
from messaging.models import CANNOT_SEND, Account, Status, WaitingFor
from messaging.sending import automatic
from messaging.sending.automatic import AutomaticMessage, Wait

# The rows of so many messages have less than 5,000 parameters.
BATCH = 150
# When to look again at contacts that another transaction has locked.
RETRY_LOCKED = timedelta(seconds=0.25)
# When to look whether messages on their way have been sent. Each that is settled wakes the job sooner, unless a chunk
# is in progress at that moment.
LOOK_AGAIN = timedelta(seconds=8)
# A wait is looked at again after this time at the latest, in case an account or the plan was changed.
MAX_WAIT = timedelta(minutes=1)


@dataclass(slots=True)
class _Capacity:
    """What the accounts can send now, at the pace of the broadcast: the slots of each, and what those without one wait
    for."""

    accounts: dict[int, Account]
    pace: Pace
    slots: dict[int, deque[datetime]] = field(default_factory=dict)
    waits: list[Wait] = field(default_factory=list)
    _latest: datetime | None = None

    @property
    def total(self) -> int:
        return sum(map(len, self.slots.values()))

    def take_slot(self, account_id: int) -> datetime | None:
        """The next slot of the account, or as much later as the pace of the broadcast needs; None if that is too far
        ahead. The account's further slots move with it, so that its gap stays."""
        slots = self.slots[account_id]
        due = slots[0]
        if self.pace.apart and self._latest is not None:
            due = max(due, self._latest + self.pace.apart)
        if due > self.pace.horizon:
            return None
        moved_by = due - slots.popleft()
        self.slots[account_id] = deque(slot + moved_by for slot in slots)
        self._latest = due
        return due


def send_chunk(job: Job, broadcast: Broadcast) -> datetime | None:
    """Make the next messages of a frozen broadcast. Returns when to go on; None when every recipient has a final
    status, with the broadcast set to done."""
    now = clock.now()
    if broadcast.status == BroadcastStatus.SCHEDULED:
        assert broadcast.starts_at is not None
        if broadcast.starts_at > now:
            return _wait(job, broadcast, BroadcastWaiting.ETA, broadcast.starts_at, until=broadcast.starts_at)
        if not _change_status(broadcast, BroadcastStatus.SCHEDULED, BroadcastStatus.RUNNING):
            return now  # something else was faster; look again
        _publish(BROADCAST_STARTED, job, broadcast)
    if broadcast.status != BroadcastStatus.RUNNING:
        return now + MAX_WAIT  # paused; resuming asks for the next chunk
    recover_outcomes(broadcast)
    rows = Recipient.objects.for_workspace(job.workspace_id).filter(broadcast=broadcast)
    pending = rows.filter(status=RecipientStatus.PENDING).count()
    in_flight = read_in_flight(rows, now)
    job.done = (job.total or 0) - pending
    if not pending:
        broadcast.finishes_at = clock.now()
        if not _change_status(
            broadcast, BroadcastStatus.RUNNING, BroadcastStatus.DONE, waiting_for="", finishes_at=broadcast.finishes_at
        ):
            return now
        _publish(BROADCAST_COMPLETED, job, broadcast)
        return None
    if pending == in_flight.number:
        return _wait(job, broadcast, None, now + LOOK_AGAIN)
    return _send_batch(job, broadcast, pending - in_flight.number, in_flight)


def _send_batch(job: Job, broadcast: Broadcast, to_send: int, in_flight: InFlight) -> datetime:
    """Make up to a batch of messages, or note why none can be made now. Returns when to go on."""
    now = clock.now()
    if sending_hold.is_held():
        return _wait(job, broadcast, BroadcastWaiting.HELD, now + MAX_WAIT)
    if not job.workspace.plan_allows_sending:
        return _wait(job, broadcast, BroadcastWaiting.PLAN, now + MAX_WAIT)
    # What is on its way is soon sent, and the job's progress is to show it.
    latest = now + (LOOK_AGAIN if in_flight.soon else MAX_WAIT)
    pace = pace_of(broadcast, now, in_flight)
    room = min(BATCH, to_send, MAX_IN_FLIGHT - in_flight.soon, pace.room)
    if room <= 0:
        return now if _take_back(broadcast) else _wait_for_room(job, broadcast, pace, latest)
    capacity = _reserve(job, broadcast, room, pace)
    candidates = _candidates(broadcast, capacity, room)
    contacts = lock_free([str(each.contact_id) for each in candidates])
    people = list(contacts.values())
    judged = judge(job.workspace, Definition.of(broadcast), people, now, broadcast_id=broadcast.pk)
    by_contact = {each.contact.id: each for each in judged}
    found = [(each, by_contact[each.contact_id]) for each in candidates if each.contact_id in by_contact]
    _skip(job, found)
    ready = [(recipient, each) for recipient, each in found if not each.reason]
    _make_messages(job, broadcast, capacity, ready)
    if found:
        return _wait(job, broadcast, None, now)
    if candidates or not capacity.waits:  # another transaction has locked them all
        return _wait(job, broadcast, None, now + RETRY_LOCKED)
    return _wait_for_accounts(job, broadcast, capacity, to_send, latest)


def _wait_for_room(job: Job, broadcast: Broadcast, pace: Pace, latest: datetime) -> datetime:
    if pace.room > 0:  # of the limit an hour: the messages that are on their way leave none
        return _wait(job, broadcast, None, latest)
    go_on, until = (latest, None) if pace.go_on is None else (min(pace.go_on, latest), pace.first)
    return _wait(job, broadcast, BroadcastWaiting.PER_HOUR, go_on, until=until)


def _wait_for_accounts(job: Job, broadcast: Broadcast, capacity: _Capacity, to_send: int, latest: datetime) -> datetime:
    first = min(capacity.waits, key=lambda wait: wait.until)
    broadcast.finishes_at = finishes_at(list(capacity.accounts.values()), to_send, clock.now(), broadcast.per_hour)
    broadcast.save(update_fields=["finishes_at"])
    until = first.until if first.has_end else None
    return _wait(job, broadcast, BroadcastWaiting(first.reason.value), min(first.until, latest), until=until)


def _skip(job: Job, found: Sequence[tuple[Recipient, Judged]]) -> None:
    """Exclude those of these recipients whom there is a reason not to write to."""
    excluded: dict[str, list[int]] = defaultdict(list)
    for recipient, each in found:
        if each.reason:
            excluded[each.reason].append(recipient.pk)
    unsent = Recipient.objects.for_workspace(job.workspace_id).filter(
        status=RecipientStatus.PENDING, message__isnull=True
    )
    for reason, recipient_ids in excluded.items():
        rows = unsent.filter(pk__in=recipient_ids)
        rows.update(status=RecipientStatus.SKIPPED, reason=reason, settled_at=clock.now())


def _take_back(broadcast: Broadcast) -> bool:
    """Cancel the messages of accounts that cannot send until somebody acts, so that the other accounts do not wait for
    them; their recipients get another one later. Whether there were any."""
    lost = list(_lock_accounts(broadcast).filter(state__in=CANNOT_SEND))
    rows = Recipient.objects.for_workspace(broadcast.workspace_id).filter(
        IN_FLIGHT,
        broadcast=broadcast,
        message__account__in=lost,
        message__status=Status.QUEUED,
        message__unsettled_since=None,
        message__telegram_message_id=None,
    )
    message_ids = list(rows.values_list("message_id", flat=True)) if lost else []
    automatic.cancel_queued(message_ids, ACCOUNT_LOST, only_unsent=True)
    return bool(message_ids)


def _reserve(job: Job, broadcast: Broadcast, wanted: int, pace: Pace) -> _Capacity:
    """Lock the accounts, and find the slots of each that are due soon, from ``pace.first`` on. Each time another
    account is the first one, so that they take turns where there is room for one message only."""
    rows = list(_lock_accounts(broadcast))
    capacity = _Capacity({account.pk: account for account in rows}, pace)
    first = job.done % max(len(rows), 1)
    if not rows:
        wait = Wait(pace.first + automatic.RETRY_ACCOUNT, WaitingFor.ACCOUNT_NEEDS_LOGIN, has_end=False)
        capacity.waits.append(wait)
    for account in [*rows[first:], *rows[:first]]:
        reserved, wait_for = automatic.reserve_slots(account, pace.first, wanted)
        soon = deque(slot for slot in reserved if slot <= pace.horizon)
        if len(soon) < len(reserved):
            wait_for = Wait(reserved[len(soon)] - LOOK_AHEAD / 2, WaitingFor.GAP)
        if soon:
            capacity.slots[account.pk] = soon
        if wait_for is not None:
            capacity.waits.append(wait_for)
    return capacity


def _lock_accounts(broadcast: Broadcast) -> "QuerySet[Account]":
    rows = Account.objects.for_workspace(broadcast.workspace_id).filter(pk__in=broadcast.account_ids)
    return rows.order_by("id").select_for_update(no_key=True)


def _candidates(broadcast: Broadcast, capacity: _Capacity, room: int) -> list[Recipient]:
    """Recipients without a message, for whom there is a slot: first those who belong to an account, then those who can
    be shared out. An account without slots holds up nobody but its own."""
    unsent = Recipient.objects.for_workspace(broadcast.workspace_id).filter(
        broadcast=broadcast, status=RecipientStatus.PENDING, message__isnull=True
    )
    found: list[Recipient] = []
    for account_id, free in capacity.slots.items():
        found += unsent.filter(account=account_id).order_by("id")[: min(len(free), room - len(found))]
    rest = min(room, capacity.total) - len(found)
    return [*found, *unsent.filter(account=None).order_by("id")[:rest]] if rest > 0 else found


def _make_messages(
    job: Job, broadcast: Broadcast, capacity: _Capacity, ready: Sequence[tuple[Recipient, Judged]]
) -> None:
    """Write a message for each of these recipients for whom there is a slot. Their contacts are locked, so none has got
    one meanwhile."""
    recipients, wanted, attachments = [], [], tuple(broadcast.attachments)
    for recipient, each in ready:
        account_id = recipient.account_id or max(capacity.slots, key=lambda pk: len(capacity.slots[pk]))
        slot = capacity.take_slot(account_id)
        if slot is not None:
            recipients.append(recipient)
            account = capacity.accounts[account_id]
            wanted.append(AutomaticMessage(account, each.contact, each.text, slot, job.request_id, attachments))
    messages = automatic.accept(SOURCE, wanted, of_broadcast(broadcast.pk, broadcast.name))
    if not messages:
        return
    for recipient, message in zip(recipients, messages, strict=True):
        recipient.message_id, recipient.account_id = message.id, message.account_id
    Recipient.objects.for_workspace(job.workspace_id).bulk_update(recipients, ["message", "account"])
    transaction.on_commit(lambda: doorbell.ring("messaging.dispatch"))


def _wait(
    job: Job,
    broadcast: Broadcast,
    reason: BroadcastWaiting | None,
    go_on: datetime,
    *,
    until: datetime | None = None,
) -> datetime:
    """Note what the broadcast waits for and until when, if that is known, and return when to go on."""
    job.params[WAITS_UNTIL] = until.isoformat() if until is not None else None
    waiting_for = reason.value if reason is not None else ""
    if broadcast.waiting_for != waiting_for:
        broadcast.waiting_for = waiting_for
        broadcast.save(update_fields=["waiting_for"])
    return go_on


def _change_status(broadcast: Broadcast, old: BroadcastStatus, new: BroadcastStatus, **values: object) -> bool:
    """Change the status if it is still ``old``; whether it was. A pause does not wait for the job."""
    rows = Broadcast.objects.for_workspace(broadcast.workspace_id).filter(pk=broadcast.pk, status=old)
    if not rows.update(status=new, **values):
        return False
    broadcast.status = new.value
    return True


def _publish(event_type: EventType, job: Job, broadcast: Broadcast) -> None:
    """By whoever has started the broadcast, as of its job."""
    load_counts(broadcast.workspace_id, [broadcast])
    data = {"broadcast": BroadcastOut.render(broadcast)}
    publish(broadcast.workspace_id, event_type, data, request_id=job.request_id, by=kept_author(job))
