"""The rows behind a connection: read before it, changed when Telegram ends it."""

from django.db import transaction

from crmsolid.core import clock
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from messaging import dispatch
from messaging.models import Account, Message, TelegramSession
from messaging.telegram.receive import Receiver
from messaging.telegram.session import RowSession, from_row

DUE_BATCH = 20


def load(account_id: int) -> tuple[RowSession, Receiver, TelegramSession]:
    """All that a connection starts from."""
    row = TelegramSession.unscoped.select_related("account__workspace").get(account_id=account_id)
    return from_row(row), Receiver(row.account, row), row


@transaction.atomic
def lose(account_id: int, login_epoch: int, state: str, why: str) -> None:
    """Telegram has ended the session: nothing is sent until somebody logs in. Not if somebody has meanwhile."""
    if not TelegramSession.unscoped.filter(account_id=account_id, login_epoch=login_epoch).exists():
        return
    account = Account.unscoped.select_related("workspace").get(pk=account_id)
    Account.unscoped.filter(pk=account_id).update(state=state, paused_until=None)
    audit.record(Actor.system(account.workspace), f"telegram.{state}", str(account_id), reason=why)


def due(account_id: int) -> list[str]:
    """The messages to send now, in their order."""
    rows = dispatch.due().filter(account_id=account_id).order_by("eta", "id")
    return list(rows.values_list("pk", flat=True)[:DUE_BATCH])


def with_something_due(account_ids: list[int]) -> set[int]:
    """Those of the accounts that have something to send."""
    rows = dispatch.due().filter(account_id__in=account_ids).order_by()
    return set(rows.values_list("account_id", flat=True).distinct())


def next_eta(account_ids: list[int]) -> float | None:
    """Seconds from now to the next message that becomes due, if any is queued."""
    rows = Message.unscoped.filter(account_id__in=account_ids, status="queued", eta__gt=clock.now())
    eta = rows.order_by("eta").values_list("eta", flat=True).first()
    return None if eta is None else (eta - clock.now()).total_seconds()
