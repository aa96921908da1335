"""The pace of a broadcast: when its next message may be due, how many may be on their way, and when it will be done.

The pace follows from the rows of the recipients alone, so it also holds after a pause or a restart.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Min, Q, QuerySet

from messaging.broadcasts.models import Broadcast, Recipient, RecipientStatus
from messaging.broadcasts.querysets import IN_FLIGHT
from messaging.models import Account, AccountState, Message, SpentSlot, Status
from messaging.sending.automatic import daily_limit
from messaging.sending.slots import DAY, gap_between_sends

MAX_IN_FLIGHT = 600
LOOK_AHEAD, MIN_LOOK_AHEAD = timedelta(seconds=10), timedelta(seconds=1)
MAX_LATE = timedelta(minutes=5)
HOUR = timedelta(hours=1)

_PUT_OFF = Q(
    message__status=Status.QUEUED,
    message__unsettled_since=None,
    message__eta__gt=F("message__created_at") + HOUR,
)


@dataclass(frozen=True, slots=True)
class InFlight:
    """The messages on their way. ``soon`` are without those that an account has put off by more than an hour, because
    it may not write to strangers: they would hold up the other accounts. ``latest`` is when the last of those goes out
    that are due within the look-ahead, which is now for what is late; None without any."""

    number: int
    soon: int
    latest: datetime | None


@dataclass(frozen=True, slots=True)
class Pace:
    """What a limit an hour leaves now: ``room`` for so many messages, the first of them due at ``first``, each
    following one ``apart`` later, and none later than at ``horizon``. Without room, a chunk at ``go_on`` finds some;
    None if that depends on messages that are on their way."""

    first: datetime
    horizon: datetime
    apart: timedelta = timedelta(0)
    room: int = MAX_IN_FLIGHT
    go_on: datetime | None = None


def read_in_flight(recipients: "QuerySet[Recipient]", now: datetime) -> InFlight:
    # The process that holds an account may be away, so nobody waits for long for a message that is late.
    is_due = Q(message__eta__lte=now, message__eta__gt=now - MAX_LATE)
    found = recipients.filter(IN_FLIGHT).aggregate(
        number=Count("pk"),
        soon=Count("pk", filter=Q(message__eta__lte=now + HOUR)),
        latest=Max("message__eta", filter=Q(message__eta__lte=now + LOOK_AHEAD)),
        due=Count("pk", filter=is_due & Q(message__account__state=AccountState.CONNECTED)),
    )
    return InFlight(found["number"], found["soon"], max(now, found["latest"]) if found["due"] else found["latest"])


def pace_of(broadcast: Broadcast, now: datetime, in_flight: InFlight) -> Pace:
    """When the next message may be due: an hour divided by the limit after the last one that was made or settled, and
    never so that an hour has more than the limit. It follows from the rows alone.

    ``in_flight`` was read before this reads what is settled, so a message that is settled meanwhile is counted twice
    and never left out. What was sent or refused in the last hour counts against the limit. So does what is on its way,
    without an end, so no hour ever has more sends than the limit.
    """
    if broadcast.per_hour is None:
        return Pace(now, now + LOOK_AHEAD)
    apart = HOUR / broadcast.per_hour
    settled = Recipient.objects.for_workspace(broadcast.workspace_id).filter(
        broadcast=broadcast, status__in=(RecipientStatus.SENT, RecipientStatus.FAILED), settled_at__gt=now - HOUR
    )
    lately = settled.aggregate(number=Count("pk"), first=Min("settled_at"), last=Max("settled_at"))
    # Few are made ahead, so that few are late together when the workers come back.
    look_ahead = max(min(apart / 2, LOOK_AHEAD), MIN_LOOK_AHEAD)
    first = max([now, *(at + apart for at in (in_flight.latest, lately["last"]) if at is not None)])
    left = broadcast.per_hour - in_flight.soon - lately["number"]
    if left <= 0:
        first = max(first, lately["first"] + HOUR if lately["first"] else now)
        return Pace(first, first, apart, 0, first if first > now else None)
    if first > now + look_ahead:
        return Pace(first, first, apart, 0, first - look_ahead / 2)
    return Pace(first, now + look_ahead, apart, min(left, int((now + look_ahead - first) / apart) + 1))


# --- What an account has put off for long -----------------------------------------------------------------------------
def was_put_off(message: Message) -> bool:
    """Whether the message was put off by more than an hour since it was made, and no attempt may have sent it. It took
    no place meanwhile, so that it held up no other account, and others may be due together with it."""
    is_unsent = message.unsettled_since is None
    return is_unsent and message.eta is not None and message.eta > message.created_at + HOUR


def next_turns(broadcast: Broadcast, now: datetime) -> Mapping[str, datetime]:
    """When those messages of the broadcast may be sent, by id, that were put off and are due: one after the other at
    the pace of the broadcast.

    They are claimed account by account, at the same time, and nothing is locked here. Still only the first of them may
    be sent now: until its claim is committed the others see that it is before them, then that it is being sent, and
    then when it was sent.
    """
    recipients = Recipient.objects.for_workspace(broadcast.workspace_id).filter(broadcast=broadcast)
    # Nobody waits for an account that cannot send.
    can_send = Q(message__account__state=AccountState.CONNECTED) | Q(
        message__account__state=AccountState.PAUSED, message__account__paused_until__lte=now
    )
    waiting = recipients.filter(IN_FLIGHT, _PUT_OFF, can_send, message__eta__lte=now)
    message_ids = list(waiting.order_by("message__eta", "message_id").values_list("message_id", flat=True))
    pace = pace_of(broadcast, now, read_in_flight(recipients.exclude(_PUT_OFF), now))
    first = max(pace.first, now if pace.room > 0 else now + pace.apart)
    return {message_id: first + number * pace.apart for number, message_id in enumerate(message_ids)}


# --- The estimate -----------------------------------------------------------------------------------------------------
def finishes_at(accounts: Sequence[Account], messages: int, start: datetime, per_hour: int | None) -> datetime | None:
    """When so many messages would be sent if nothing else is sent and no account is paused. None if no account can
    send. One query.

    The sends that an account has left in its 24 hours go out at once, one gap apart, and the others on the days after
    that. With a limit an hour the messages are spread evenly.
    """
    if not messages:
        return start
    able = [each for each in accounts if each.state in (AccountState.CONNECTED, AccountState.PAUSED)]
    first = _first_able(able, start)
    if first is None:
        return None
    limits, taken = {each.pk: daily_limit(each) for each in able}, _taken_slots(able, first - DAY)
    left = sum(max(0, limit - taken[pk]) for pk, limit in limits.items())
    days = max(0, math.ceil((messages - left) / sum(limits.values())))
    on_last_day = messages if not days else messages - left - (days - 1) * sum(limits.values())
    gap = max(gap_between_sends(each) for each in able)
    by_accounts = days * DAY + math.ceil(on_last_day / len(able)) * gap
    by_own_limit = (messages - 1) * HOUR / per_hour if per_hour else timedelta(0)
    return first + max(by_accounts, by_own_limit)


def _first_able(accounts: Sequence[Account], start: datetime) -> datetime | None:
    """From when on one of these accounts can send; None if none can, or if their pauses have no end."""
    if any(each.state != AccountState.PAUSED for each in accounts):
        return start
    ends = [each.paused_until for each in accounts if each.paused_until is not None]
    return max(start, min(ends)) if ends else None


def _taken_slots(accounts: Sequence[Account], since: datetime) -> Counter[int]:
    """How many slots of these accounts, of which there is at least one, are taken since then, by account."""
    sent, spent = (
        model.objects.for_workspace(accounts[0].workspace_id)
        .filter(account__in=accounts, slot_at__gt=since)
        .order_by()
        .values_list("account_id")
        .annotate(Count("pk"))
        for model in (Message, SpentSlot)
    )
    taken: Counter[int] = Counter()
    for account_id, number in sent.union(spent, all=True):
        taken[account_id] += number
    return taken
