"""The network part of a login by QR code (core.telegram.org/api/qr-login): one connection, held until it is scanned.

The session asks for a token and shows it. An app that is logged in accepts the token, Telegram tells this session so,
and asking again then answers whose session it has become.
"""

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from telethon import events
from telethon.errors import RPCError, SessionPasswordNeededError
from telethon.tl import functions, types

from crmsolid.core.errors import DomainError
from messaging.telegram import config, login
from messaging.telegram.client import LoginClient, Session
from messaging.telegram.errors import name_of
from messaging.telegram.login import LoggedIn, PasswordNeeded

# Telegram's tokens live about 30 s. The clock of this machine may be wrong, so their end is believed within limits.
MIN_SECONDS, MAX_SECONDS = 10.0, 30.0
RETRY_SECONDS = 1.0
RUN_SECONDS = 600.0
# A token that cannot be redeemed any more; the next one may be scanned.
_VOID = {
    "AUTH_TOKEN_ALREADY_ACCEPTED",
    "AUTH_TOKEN_EXCEPTION",
    "AUTH_TOKEN_EXPIRED",
    "AUTH_TOKEN_INVALID",
    "AUTH_TOKEN_INVALID2",
    "AUTH_TOKEN_INVALIDX",
}
VOID_RETRIES = 3  # in a row; then the login is refused


@dataclass(frozen=True, slots=True)
class QrCode:
    """What to show: ``address`` logs in whoever's app opens it. It is replaced after ``seconds``."""

    address: str = field(repr=False)
    seconds: float


# Called with each code, and with None when a code was scanned or the session has moved to another data center.
Show = Callable[[QrCode | None], Awaitable[None]]


async def log_in(client: LoginClient, show: Show) -> LoggedIn | PasswordNeeded:
    """Show codes until one is scanned. A two-step password is the next step of the same session.

    A session that was accepted before, for a worker that was killed meanwhile, is logged in without a code. Known users
    may scan too: their account gets this session. ``show`` must store the session, which may have changed.
    """
    scanned = asyncio.Event()

    async def on_update(update: Any) -> None:
        scanned.set()

    client.add_event_handler(on_update, events.Raw(types.UpdateLoginToken))
    me = await within_limit(client.get_me())
    if me is not None:
        return await within_limit(login.logged_in(client, me))
    while True:
        scanned.clear()
        try:
            answer = await _ask(client, show)
        except SessionPasswordNeededError:
            return await within_limit(login.password_needed(client))
        if isinstance(answer, types.auth.LoginTokenSuccess):
            return await within_limit(login.logged_in(client, answer.authorization.user))
        code = _qr_code(answer)
        await show(code)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(code.seconds):
                await scanned.wait()
        if scanned.is_set():
            await show(None)


def run(session: Session, show: Show) -> LoggedIn | PasswordNeeded:
    """:func:`log_in` on a connection of its own. ``invalid_state`` if nobody scans a code within 10 minutes."""

    async def held() -> LoggedIn | PasswordNeeded:
        async with asyncio.timeout(RUN_SECONDS):
            return await login.with_client(session, lambda client: log_in(client, show), limits_step=False)

    try:
        return asyncio.run(held())
    except TimeoutError:
        raise DomainError("invalid_state", "nobody has scanned the code in time") from None


async def _ask(client: LoginClient, show: Show) -> Any:
    """Ask for a token, or what has become of the last one; in another data center if the user is at home there."""
    retries = 0
    while True:
        try:
            request = functions.auth.ExportLoginTokenRequest(*config.application(), except_ids=[])
            answer = await within_limit(client(request))
            if isinstance(answer, types.auth.LoginTokenMigrateTo):
                await within_limit(client.move_to(answer.dc_id))
                await show(None)
                answer = await within_limit(client(functions.auth.ImportLoginTokenRequest(answer.token)))
            return answer
        except RPCError as error:
            if name_of(error) not in _VOID or retries == VOID_RETRIES:
                raise
            retries += 1
        await asyncio.sleep(RETRY_SECONDS)


async def within_limit(request: Awaitable[Any]) -> Any:
    """Telethon waits for an answer for ever."""
    async with asyncio.timeout(login.STEP_SECONDS):
        return await request


def _qr_code(token: Any) -> QrCode:
    left = (token.expires - datetime.now(UTC)).total_seconds()
    text = base64.urlsafe_b64encode(token.token).decode().rstrip("=")
    return QrCode(f"tg://login?token={text}", min(max(left, MIN_SECONDS), MAX_SECONDS))
