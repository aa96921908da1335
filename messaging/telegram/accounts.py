"""The rows behind a connection: read before it, changed when Telegram ends it."""

from django.db import transaction

from crmsolid.core import clock
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, Message, Status, TelegramSession
from messaging.sending import dispatch
from messaging.sending.dispatch import Claim
from messaging.telegram.receive import Receiver
from messaging.telegram.session import RowSession, from_row

SHORTEST_WAIT, LONGEST_WAIT = 0.01, 5.0


def load(account_id: int) -> tuple[RowSession, Receiver, TelegramSession]:
    """All that a connection starts from."""
    row = TelegramSession.unscoped.select_related("account__workspace").get(account_id=account_id)
    return from_row(row), Receiver(row.account, row), row


@transaction.atomic
def lose(account_id: int, login_epoch: int, state: str, why: str) -> None:
    """Telegram has ended the session: nothing is sent until somebody logs in. Not if somebody has meanwhile."""
    rows = TelegramSession.unscoped.select_for_update()  # a login that is being stored comes before or after this
    if rows.filter(account_id=account_id, login_epoch=login_epoch).first() is None:
        return
    account = Account.unscoped.select_related("workspace").get(pk=account_id)
    changed = Account.unscoped.filter(pk=account_id).exclude(state=state).update(state=state, paused_until=None)
    if changed:
        audit.record(Actor.system(account.workspace), f"telegram.{state}", str(account_id), reason=why)


def next_due(account_id: int) -> str | None:
    """The message to send now: the oldest that is due, so that a delay does not change the order."""
    rows = dispatch.due_messages().filter(account_id=account_id).order_by("created_at", "id")
    return rows.values_list("pk", flat=True).first()


def claim(message_id: str) -> Claim | float:
    """The claim; else the seconds until it is worth trying again: 0 if this message is out of the way.

    A message that has to wait holds back those behind it, or they would overtake it.
    """
    claimed = dispatch.claim(message_id)
    if claimed is not None:
        return claimed
    waiting = Message.unscoped.filter(pk=message_id, status__in=[Status.QUEUED, Status.SENDING])
    found = waiting.values_list("status", "eta").first()
    if found is None:
        return 0.0
    wait = (found[1] - clock.now()).total_seconds() if found[0] == Status.QUEUED and found[1] else LONGEST_WAIT
    return min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)


def with_something_due(account_ids: list[int]) -> set[int]:
    """Those of the accounts that have something to send."""
    rows = dispatch.due_messages().filter(account_id__in=account_ids).order_by()
    return set(rows.values_list("account_id", flat=True).distinct())


def next_eta(account_ids: list[int]) -> float | None:
    """Seconds from now to the next message that becomes due, if any is queued."""
    rows = Message.unscoped.filter(account_id__in=account_ids, status=Status.QUEUED, eta__gt=clock.now())
    eta = rows.order_by("eta").values_list("eta", flat=True).first()
    return None if eta is None else (eta - clock.now()).total_seconds()
