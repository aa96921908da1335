"""Logged-in accounts without the login, and messages sent from them."""

from typing import Any

from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from messaging.models import (
    Account,
    AccountKind,
    AccountLease,
    LoginAttempt,
    Message,
    MessageAttempt,
    Status,
    TelegramSession,
)
from messaging.services import send_message
from messaging.telegram.account_worker import AccountWorker
from messaging.telegram.client import Session, UpdateState
from messaging.telegram.login import LoggedIn
from messaging.telegram.services import begin_login, store_session
from tests.telegram_server import PreparedSession, TelegramServer
from tests.waiting import wait_until

SHOP, ANNA, BOB = "+15550001", "+15550002", "+15550003"
OTHER_DC = 4


def connect_account(actor: Actor, session: PreparedSession, user_id: int, *, name: str = "Shop") -> Account:
    """An account of the workspace with a session that the server knows. It has read no updates yet."""
    account = Account(workspace=actor.workspace, kind=AccountKind.TELEGRAM, name=name)
    account.save()
    row = TelegramSession(workspace=actor.workspace, account=account, user_id=user_id, login_epoch=0)
    AccountLease.unscoped.create(workspace=actor.workspace, account=account)
    log_in_again(row, session, name=name)
    return account


def log_in_again(row: TelegramSession, session: PreparedSession, *, name: str = "Shop") -> Session:
    """Store a new session as a login does."""
    logged_in = Session(session.dc_id, session.host, session.port, bytes.fromhex(session.auth_key))
    store_session(row, LoggedIn(logged_in, row.user_id, name, UpdateState(pts=1, qts=0, date=1, seq=1)))
    return logged_in


def begin(actor: Actor, phone: str = SHOP) -> LoginAttempt:
    """The first step of a login for which Telegram sends a code."""
    attempt = begin_login(actor, phone=phone)
    assert isinstance(attempt, LoginAttempt)
    return attempt


def send(actor: Actor, account: Account, text: str = "Hello", *, to: str = "@anna_x") -> Message:
    return send_message(actor, account_id=account.pk, to=to, text=text)


def wait_for_status(message: Message, *statuses: str, seconds: float = 10) -> Message:
    """The message once it has one of these statuses."""
    return wait_until(lambda: Message.unscoped.filter(pk=message.pk, status__in=statuses).first(), seconds=seconds)


def wait_for_attempt(message: Message, outcome: str) -> Message:
    """The message once it has an attempt with this outcome."""
    wait_until(lambda: MessageAttempt.unscoped.filter(message=message, outcome=outcome).exists())
    return Message.unscoped.get(pk=message.pk)


def attempts(message: Message) -> list[tuple[str, str]]:
    """Outcome and error of each attempt, in order."""
    rows = MessageAttempt.unscoped.filter(message=message).order_by("number")
    return list(rows.values_list("outcome", "error"))


def outcomes(message: Message) -> list[str]:
    return [outcome for outcome, _ in attempts(message)]


def make_due(message: Message, **values: Any) -> None:
    """As if the time until the message's next attempt had passed."""
    Message.unscoped.filter(pk=message.pk, status=Status.QUEUED).update(eta=clock.now(), slot_at=clock.now(), **values)


def received_texts(server: TelegramServer, who: str = ANNA) -> list[str]:
    return [each.text for each in server.received(who)]


def ready_accounts(worker: AccountWorker) -> set[int]:
    """The accounts that the worker could send from now."""
    return {account_id for account_id, connection in list(worker._connections.items()) if connection.is_ready}
