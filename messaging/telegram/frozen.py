"""Accounts that Telegram has frozen: they only read, until an appeal succeeds or Telegram deletes them.

Telegram says so in two ways: it refuses to send (``FROZEN_METHOD_INVALID``), and ``help.getAppConfig`` has the dates
and the address of the appeal; tdlib reads them there too. The refusal sets the state, ``database.record_session_lost``;
this module reads the rest, and notices that the freeze was lifted.
"""

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import Error as DatabaseError
from django.db import transaction
from telethon.errors import RPCError
from telethon.tl import functions, types

from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, AccountState, TelegramSession
from messaging.telegram.client import Client
from messaging.telegram.database import DatabaseThreads

logger = logging.getLogger("crmsolid.telegram")

PROBE_SECONDS = 24 * 3600.0
ANSWER_SECONDS = 30.0
MAX_URL = 200


@dataclass(frozen=True, slots=True)
class Freeze:
    """``until`` is when Telegram deletes the account, None if it does not say. ``appeal_url`` may be empty."""

    until: datetime | None
    appeal_url: str


async def read(client: Client) -> Freeze | None:
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
def store(account_id: int, freeze: Freeze | None, *, may_end: bool) -> None:
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
        rows.update(state=AccountState.CONNECTED)
        audit.record(Actor.system(account.workspace), "telegram.unfrozen", str(account_id))


async def watch(client: Client, account_id: int, refused: asyncio.Event, threads: DatabaseThreads) -> None:
    """Ask Telegram about the freeze of an account: now, every day, and for the dates when ``refused`` is set. Nothing
    is asked for an account that is not frozen. Runs until it is cancelled."""
    may_end = True
    while True:
        try:
            if await threads.run(is_frozen, account_id):
                async with asyncio.timeout(ANSWER_SECONDS):
                    freeze = await read(client)
                await threads.run(store, account_id, freeze, may_end=may_end)
        except (RPCError, OSError, DatabaseError) as error:
            logger.warning("a freeze cannot be asked about: %r", error, extra={"account_id": account_id})
        may_end = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PROBE_SECONDS):
                await refused.wait()
                may_end = False
        refused.clear()
