"""How an account's connection is doing, as the API and the panel show it, and whether Telegram has frozen the account.

A frozen account only reads, until an appeal succeeds or Telegram deletes it. Telegram says so in two ways: it refuses
to send (``FROZEN_METHOD_INVALID``), and ``help.getAppConfig`` has the dates and the address of the appeal; tdlib reads
them there too. The refusal sets the state (:func:`record_session_lost`); :func:`watch_freeze` reads the rest, and
notices that the freeze was lifted. What has no event loop runs in database threads.
"""

import asyncio
import contextlib
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import Case, QuerySet, Value, When
from telethon.errors import RPCError
from telethon.tl import functions, types

from crmsolid.core import clock
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from messaging.account_states import set_state
from messaging.models import Account, AccountLease, AccountState, TelegramSession
from messaging.sending.gateway import SendError
from messaging.telegram.client import Client
from messaging.telegram.database import DatabaseThreads
from messaging.telegram.leases import LeasedAccount

logger = logging.getLogger("crmsolid.telegram")

_WORDS = {
    AccountState.NEEDS_LOGIN: "Telegram has ended the session",
    AccountState.BANNED: "Telegram has closed the account",
    AccountState.FROZEN: "Telegram has frozen the account",
}
PROBE_SECONDS = 24 * 3600.0
ANSWER_SECONDS = 30.0
MAX_URL = 200


def record_error(account_id: int, code: str, message: str) -> None:
    """Keep the latest error that concerned the account as a whole, not a single message or recipient.

    ``code`` is stable, such as ``api_id_invalid``. ``message`` is a sentence of ours or one of Telegram's names;
    members of the workspace read it, so it must have no secret and no text of an exception. Both are cut to fit.
    """
    TelegramSession.unscoped.filter(account_id=account_id).update(
        last_error_code=code[:40], last_error_message=message[:200], last_error_at=clock.now()
    )


def record_connected(worker: str, account_ids: Collection[int]) -> None:
    """The connections of these accounts are ready. Accounts that the worker does not hold are left out."""
    _held_by(worker, account_ids).update(connected_at=clock.now())


def record_disconnected(worker: str, account_ids: Collection[int]) -> None:
    """The connections of these accounts have ended. An account that another worker holds meanwhile is left out."""
    _held_by(worker, account_ids).update(connected_at=None, disconnected_at=clock.now())


def _held_by(worker: str, account_ids: Collection[int]) -> "QuerySet[TelegramSession]":
    leases = AccountLease.unscoped.filter(worker=worker, account_id__in=account_ids)
    return TelegramSession.unscoped.filter(account_id__in=leases.values("account_id"))


def record_heard(heard: Mapping[int, datetime]) -> None:
    """When each of these accounts last heard from Telegram, in one statement."""
    times = Case(*(When(account_id=account_id, then=Value(at)) for account_id, at in heard.items()))
    TelegramSession.unscoped.filter(account_id__in=heard).update(heard_at=times)


@transaction.atomic
def record_session_lost(leased: LeasedAccount, refusal: SendError) -> None:
    """Telegram has ended the session, or frozen the account: set the refusal's account state, so that the messages
    wait, and keep the error.

    Does nothing if there was a newer login meanwhile.
    """
    rows = TelegramSession.unscoped.select_for_update()  # a login being stored comes either before this or after it
    if rows.filter(account_id=leased.account_id, login_epoch=leased.login_epoch).first() is None:
        return
    state = AccountState(str(refusal.account_state))
    locked = Account.unscoped.select_for_update(no_key=True, of=("self",))
    account = locked.select_related("workspace").get(pk=leased.account_id)
    if account.state != state:
        set_state(account.workspace_id, account, state)
        record_error(account.pk, refusal.code, f"{_WORDS[state]}: {refusal.detail}")
        audit.record(Actor.system(account.workspace), f"telegram.{state}", str(account.pk), reason=refusal.detail)


@dataclass(frozen=True, slots=True)
class Freeze:
    """``until`` is when Telegram deletes the account, None if it does not say. ``appeal_url`` may be empty."""

    until: datetime | None
    appeal_url: str


async def read_freeze(client: Client) -> Freeze | None:
    """What Telegram says of the account's freeze; None if it is not frozen."""
    answer = await client.invoke(functions.help.GetAppConfigRequest(hash=0))
    config = getattr(answer, "config", None)
    values = {each.key: each.value for each in getattr(config, "value", [])}
    if not _number(values.get("freeze_since_date")):
        return None
    until = _number(values.get("freeze_until_date"))
    url = values.get("freeze_appeal_url")
    text = url.value if isinstance(url, types.JsonString) else ""
    is_link = urlsplit(text).scheme in ("https", "tg") and len(text) <= MAX_URL
    return Freeze(datetime.fromtimestamp(until, UTC) if until else None, text if is_link else "")


def _number(value: Any) -> int:
    return int(value.value) if isinstance(value, types.JsonNumber) else 0


def is_frozen(account_id: int) -> bool:
    """Whether the account has the state ``frozen``."""
    return Account.unscoped.filter(pk=account_id, state=AccountState.FROZEN).exists()


@transaction.atomic
def store_freeze(account_id: int, freeze: Freeze | None, *, may_end: bool) -> None:
    """Keep what Telegram says of an account with the state ``frozen``. If it says that the freeze is over, the account
    is connected again, but only with ``may_end``: right after a refusal that would begin an endless circle."""
    sessions = TelegramSession.unscoped.filter(account_id=account_id)
    list(sessions.select_for_update())  # the session first, as at a login
    rows = Account.unscoped.filter(pk=account_id, state=AccountState.FROZEN)
    account = rows.select_for_update(no_key=True).first()
    if account is None:
        return
    until, url = (None, "") if freeze is None else (freeze.until, freeze.appeal_url)
    sessions.update(frozen_until=until, appeal_url=url)
    if freeze is None and may_end:
        set_state(account.workspace_id, account, AccountState.CONNECTED)
        audit.record(Actor.system(account.workspace), "telegram.unfrozen", str(account_id))


async def watch_freeze(client: Client, account_id: int, refused: asyncio.Event, threads: DatabaseThreads) -> None:
    """Ask Telegram about the freeze of an account: now, every day, and for the dates when ``refused`` is set. Nothing
    is asked for an account that is not frozen. Runs until it is cancelled."""
    may_end = True
    while True:
        try:
            if await threads.run(is_frozen, account_id):
                async with asyncio.timeout(ANSWER_SECONDS):
                    freeze = await read_freeze(client)
                await threads.run(store_freeze, account_id, freeze, may_end=may_end)
        except (RPCError, OSError, DatabaseError) as error:
            logger.warning("a freeze cannot be asked about: %r", error, extra={"account_id": account_id})
        may_end = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PROBE_SECONDS):
                await refused.wait()
                may_end = False
        refused.clear()
