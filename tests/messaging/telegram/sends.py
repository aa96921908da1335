"""Sends by way of Telegram, and what became of them."""

from typing import Any

from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, Message, MessageAttempt, Status
from messaging.services import send_message
from tests.messaging.telegram.accounts import ANNA
from tests.telegram_server import TelegramServer
from tests.waiting import until


def send(actor: Actor, account: Account, text: str = "Hello", *, to: str = "@anna_x") -> Message:
    return send_message(actor, account_id=account.pk, to=to, text=text)


def status(message: Message, *statuses: str, seconds: float = 10) -> Message:
    """The message once it has one of these statuses."""
    return until(lambda: Message.unscoped.filter(pk=message.pk, status__in=statuses).first(), seconds=seconds)


def tried(message: Message, outcome: str) -> Message:
    """The message once an attempt of it has ended so."""
    until(lambda: MessageAttempt.unscoped.filter(message=message, outcome=outcome).exists())
    return Message.unscoped.get(pk=message.pk)


def attempts(message: Message) -> list[tuple[str, str]]:
    """Outcome and error of each, in their order."""
    rows = MessageAttempt.unscoped.filter(message=message).order_by("number")
    return list(rows.values_list("outcome", "error"))


def outcomes(message: Message) -> list[str]:
    return [outcome for outcome, _ in attempts(message)]


def make_due(message: Message, **values: Any) -> None:
    """As if the time until the message's next attempt had passed."""
    Message.unscoped.filter(pk=message.pk, status=Status.QUEUED).update(eta=clock.now(), slot_at=clock.now(), **values)


def texts(server: TelegramServer, who: str = ANNA) -> list[str]:
    return [each.text for each in server.received(who)]
