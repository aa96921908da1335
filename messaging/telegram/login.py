"""The network side of a login: three steps, each with a connection of its own.

Between them nothing is kept but the sealed session, so any process may make the next step. Signing up is not
offered: Telegram lets no third-party application create accounts.
"""

import asyncio
import logging
import math
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from telethon.errors import (
    AuthKeyNotFound,
    FloodWaitError,
    InvalidChecksumError,
    RPCError,
    SecurityError,
    SessionPasswordNeededError,
    TypeNotFoundError,
)
from telethon.password import compute_check
from telethon.tl import functions, types
from telethon.utils import get_display_name, parse_phone

from crmsolid.core.errors import DomainError, invalid
from messaging.telegram import config
from messaging.telegram.client import LoginClient, disconnect
from messaging.telegram.codes import name_of
from messaging.telegram.session import RowSession, UpdateState

logger = logging.getLogger("crmsolid.telegram")

STEP_SECONDS = 30.0
LEAVE_SECONDS = 5.0
# Each holds one of the few threads that answer requests for as long as Telegram takes.
AT_ONCE = threading.BoundedSemaphore(2)

T = TypeVar("T")

_REFUSALS = {
    "PHONE_NUMBER_INVALID": ("phone", "invalid", "Telegram knows no such phone number"),
    "PHONE_NUMBER_UNOCCUPIED": ("phone", "not_registered", "this phone has no Telegram account; sign up on a phone"),
    "PHONE_NUMBER_BANNED": ("phone", "banned", "Telegram has banned this phone number"),
    "PHONE_NUMBER_FLOOD": ("phone", "flood", "Telegram has had too many tries with this phone; wait some hours"),
    "PHONE_PASSWORD_FLOOD": ("phone", "flood", "Telegram has had too many tries with this phone; wait some hours"),
    "USER_DEACTIVATED": ("phone", "deleted", "this Telegram account has been deleted"),
    "USER_DEACTIVATED_BAN": ("phone", "banned", "Telegram has banned this account"),
    "PHONE_CODE_EMPTY": ("code", "wrong", "the code is wrong"),
    "PHONE_CODE_INVALID": ("code", "wrong", "the code is wrong"),
    "PHONE_CODE_EXPIRED": ("code", "expired", "the code has expired; start again"),
    "PASSWORD_HASH_INVALID": ("password", "wrong", "the password is wrong"),
    "SRP_ID_INVALID": ("password", "stale", "Telegram has changed its question; send the password again"),
}
_SETTINGS_WRONG = ("API_ID_INVALID", "API_ID_PUBLISHED_FLOOD")
# What Telethon raises when the line breaks, or when what comes over it is no answer of Telegram's.
_NO_ANSWER = (OSError, EOFError, BufferError, InvalidChecksumError, SecurityError, TypeNotFoundError)
_NO_OTHER_WAY = "SEND_CODE_UNAVAILABLE"
_WAYS = {
    types.auth.SentCodeTypeApp: "app",
    types.auth.SentCodeTypeSms: "sms",
    types.auth.SentCodeTypeSmsWord: "sms",
    types.auth.SentCodeTypeSmsPhrase: "sms",
    types.auth.SentCodeTypeFirebaseSms: "sms",
    types.auth.SentCodeTypeCall: "call",
    types.auth.SentCodeTypeFlashCall: "missed_call",
    types.auth.SentCodeTypeMissedCall: "missed_call",
    types.auth.SentCodeTypeEmailCode: "email",
    types.auth.SentCodeTypeFragmentSms: "fragment",
}


@dataclass(frozen=True, slots=True)
class CodeSent:
    """The half-open session, the phone as Telegram writes it, what Telegram calls this code by, and where the code
    went: app, sms, call, missed_call, email, fragment."""

    session: RowSession
    phone: str
    code_hash: str = field(repr=False)
    via: str


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The end of a login: who it is, and from where on updates are to be read."""

    session: RowSession
    user_id: int
    name: str
    state: UpdateState


@dataclass(frozen=True, slots=True)
class PasswordNeeded:
    """The account has a second factor."""

    session: RowSession


def send_code(phone: str) -> CodeSent:
    """Ask Telegram to send a code."""
    number = parse_phone(phone)
    if number is None:
        raise invalid("phone", "invalid", "write the phone number with its country code, like +15550001")

    async def step(client: LoginClient) -> CodeSent:
        api_id, api_hash = config.application()
        request = functions.auth.SendCodeRequest(number, api_id, api_hash, types.CodeSettings())
        return _sent(client, number, await client(request))

    return _run(RowSession(config.first_data_centre()), step)


def resend_code(session: RowSession, phone: str, code_hash: str) -> CodeSent:
    """Ask for the code again; Telegram chooses the way, and says if there is none left."""

    async def step(client: LoginClient) -> CodeSent:
        return _sent(client, phone, await client(functions.auth.ResendCodeRequest(phone, code_hash)))

    return _run(session, step)


def _sent(client: LoginClient, phone: str, answer: Any) -> CodeSent:
    kind = type(getattr(answer, "type", answer))
    if kind is types.auth.SentCodeTypeSetUpEmailRequired:
        raise DomainError("invalid_state", "Telegram wants a login e-mail for this account; set it up on a phone first")
    if not isinstance(answer, types.auth.SentCode) or kind not in _WAYS:
        raise DomainError("invalid_state", f"Telegram refuses the login: {kind.__name__}")
    return CodeSent(client.session, phone, answer.phone_code_hash, _WAYS[kind])


def sign_in(session: RowSession, phone: str, code_hash: str, code: str) -> LoggedIn | PasswordNeeded:
    """The second step. Refusals are ``validation_failed`` for ``code`` or ``phone``."""

    async def step(client: LoginClient) -> LoggedIn | PasswordNeeded:
        try:
            answer = await client(functions.auth.SignInRequest(phone, code_hash, code))
        except SessionPasswordNeededError:
            return PasswordNeeded(client.session)
        if isinstance(answer, types.auth.AuthorizationSignUpRequired):
            raise invalid(*_REFUSALS["PHONE_NUMBER_UNOCCUPIED"])
        return await _finish(client, answer.user)

    return _run(session, step)


def check_password(session: RowSession, password: str) -> LoggedIn:
    """The third step, for accounts with a second factor. The password goes to Telegram as a proof, not as text."""

    async def step(client: LoginClient) -> LoggedIn:
        question = await client(functions.account.GetPasswordRequest())
        answer = await client(functions.auth.CheckPasswordRequest(compute_check(question, password)))
        return await _finish(client, answer.user)

    return _run(session, step)


def log_out(session: RowSession) -> None:
    """End the session at Telegram. :class:`DomainError` when Telegram could not be told."""

    async def step(client: LoginClient) -> None:
        await client(functions.auth.LogOutRequest())

    _run(session, step)


async def _finish(client: LoginClient, user: Any) -> LoggedIn:
    state = await client(functions.updates.GetStateRequest())
    read = UpdateState(state.pts, state.qts, int(state.date.timestamp()), state.seq)
    return LoggedIn(client.session, user.id, get_display_name(user) or f"+{user.phone}", read)


def _run(session: RowSession, step: Callable[[LoginClient], Awaitable[T]]) -> T:
    if not AT_ONCE.acquire(blocking=False):
        raise DomainError("service_unavailable", "other logins are waiting for Telegram; try again in a moment")
    try:
        return asyncio.run(_with_client(session, step))
    finally:
        AT_ONCE.release()


async def _with_client(session: RowSession, step: Callable[[LoginClient], Awaitable[T]]) -> T:
    client = LoginClient(session)
    try:
        async with asyncio.timeout(STEP_SECONDS):
            await client.connect()
            return await step(client)
    except RPCError as error:
        raise _refusal(error) from None
    except AuthKeyNotFound:
        raise DomainError("invalid_state", "Telegram no longer knows this login; start again") from None
    except _NO_ANSWER as error:
        raise DomainError("service_unavailable", f"Telegram cannot be reached: {type(error).__name__}") from None
    finally:
        await _leave(client)


async def _leave(client: LoginClient) -> None:
    """What the step has found out counts, however the line ends."""
    try:
        async with asyncio.timeout(LEAVE_SECONDS):
            await disconnect(client)
    except TimeoutError:
        logger.warning("a login's connection did not close within %s s", LEAVE_SECONDS)


def _refusal(error: RPCError) -> DomainError:
    if isinstance(error, FloodWaitError):
        wait = max(1, math.ceil(error.seconds))
        headers = {"Retry-After": str(wait)}
        return DomainError("rate_limited", f"Telegram allows no further try for {in_words(wait)}", headers=headers)
    name = name_of(error)
    if name in _REFUSALS:
        return invalid(*_REFUSALS[name])
    if name in _SETTINGS_WRONG:
        return DomainError("invalid_state", f"Telegram refuses TELEGRAM_API_ID and TELEGRAM_API_HASH: {name}")
    if name == _NO_OTHER_WAY:
        return DomainError("invalid_state", "Telegram has no other way to send a code; use the last one, or start over")
    if error.code is not None and abs(error.code) >= 500:
        return DomainError("service_unavailable", f"Telegram is in trouble: {name}")
    return DomainError("invalid_state", f"Telegram refuses the login: {name}")


def in_words(seconds: int) -> str:
    """``40 seconds``, ``2 minutes``, ``3 hours``: rounded up, so that nobody comes too early."""
    for name, size in (("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds >= 2 * size or size == 1:
            number = math.ceil(seconds / size)
            return f"{number} {name}{'' if number == 1 else 's'}"
    raise AssertionError("a second is the smallest")
