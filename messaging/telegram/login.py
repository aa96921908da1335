"""The network part of a login: three steps, each with a connection of its own. Each updates the session in place.

Between the steps only the session is kept, so any process may run the next step. There is no sign-up, because Telegram
does not let third-party applications create accounts.
"""

import asyncio
import logging
import math
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
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
from messaging.telegram.client import LoginClient, Session, UpdateState, disconnect
from messaging.telegram.errors import WRONG_SETTINGS, name_of
from messaging.telegram.transport import Unreachable

logger = logging.getLogger("crmsolid.telegram")

STEP_SECONDS = 30.0
CLOSE_SECONDS = 5.0
# Each step occupies one of the few threads that answer requests, for as long as Telegram takes.
_concurrent_steps = threading.BoundedSemaphore(2)

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
# Raised by Telethon when the connection breaks, or when what it receives is not a valid answer.
_CONNECTION_ERRORS = (OSError, EOFError, BufferError, InvalidChecksumError, SecurityError, TypeNotFoundError)
_CODE_CHANNELS = {
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
class LoggedIn:
    """A finished login: the user, and the state from which updates are to be read."""

    session: Session
    user_id: int
    name: str
    state: UpdateState


def send_code(session: Session, phone: str) -> dict[str, str]:
    """Ask Telegram to send a login code. Returns what the next steps need, and the ``channel`` by which it was sent.

    Errors: ``validation_failed`` (phone), and those of every step: ``rate_limited``, ``invalid_state``,
    ``service_unavailable``.
    """
    number = parse_phone(phone)
    if number is None:
        raise invalid("phone", "invalid", "write the phone number with its country code, like +15550001")
    request = functions.auth.SendCodeRequest(number, *config.application(), types.CodeSettings())
    return _request_code(session, number, request)


def resend_code(session: Session, phone: str, code_hash: str) -> dict[str, str]:
    """Ask for a new code. Telegram chooses the channel, and refuses if there is no other one."""
    return _request_code(session, phone, functions.auth.ResendCodeRequest(phone, code_hash))


def _request_code(session: Session, phone: str, request: Any) -> dict[str, str]:
    answer = _run_step(session, lambda client: client(request))
    code_type = type(getattr(answer, "type", answer))
    if code_type is types.auth.SentCodeTypeSetUpEmailRequired:
        raise DomainError("invalid_state", "Telegram wants a login e-mail for this account; set it up on a phone first")
    if not isinstance(answer, types.auth.SentCode) or code_type not in _CODE_CHANNELS:
        raise DomainError("invalid_state", f"Telegram refuses the login: {code_type.__name__}")
    return {"phone": phone, "code_hash": answer.phone_code_hash, "channel": _CODE_CHANNELS[code_type]}


def sign_in(session: Session, phone: str, code_hash: str, code: str) -> LoggedIn | None:
    """The second step; None if the account has a two-step password. A wrong code or phone is ``validation_failed``."""

    async def step(client: LoginClient) -> LoggedIn | None:
        try:
            answer = await client(functions.auth.SignInRequest(phone, code_hash, code))
        except SessionPasswordNeededError:
            return None
        if isinstance(answer, types.auth.AuthorizationSignUpRequired):
            raise invalid(*_REFUSALS["PHONE_NUMBER_UNOCCUPIED"])
        return await _logged_in(client, answer.user)

    return _run_step(session, step)


def check_password(session: Session, password: str) -> LoggedIn:
    """The third step, for accounts with a two-step password. Telegram gets a proof of the password (SRP), not its
    text."""

    async def step(client: LoginClient) -> LoggedIn:
        challenge = await client(functions.account.GetPasswordRequest())
        answer = await client(functions.auth.CheckPasswordRequest(compute_check(challenge, password)))
        return await _logged_in(client, answer.user)

    return _run_step(session, step)


def log_out(session: Session) -> None:
    """End the session at Telegram. Raises :class:`DomainError` if Telegram cannot be reached or refuses."""
    _run_step(session, lambda client: client(functions.auth.LogOutRequest()))


async def _logged_in(client: LoginClient, user: Any) -> LoggedIn:
    answer = await client(functions.updates.GetStateRequest())
    state = UpdateState(answer.pts, answer.qts, int(answer.date.timestamp()), answer.seq)
    return LoggedIn(client.session, user.id, get_display_name(user) or f"+{user.phone}", state)


def _run_step(session: Session, step: Callable[[LoginClient], Awaitable[T]]) -> T:
    """Run one step on a connection of its own; Telethon's exceptions become :class:`DomainError`."""
    if not _concurrent_steps.acquire(blocking=False):
        raise DomainError("service_unavailable", "other logins are waiting for Telegram; try again in a moment")
    try:
        return asyncio.run(_with_client(session, step))
    finally:
        _concurrent_steps.release()


async def _with_client(session: Session, step: Callable[[LoginClient], Awaitable[T]]) -> T:
    client = LoginClient(session)
    try:
        async with asyncio.timeout(STEP_SECONDS):
            await client.connect()
            return await step(client)
    except RPCError as error:
        raise _domain_error(error) from None
    except AuthKeyNotFound:
        raise DomainError("invalid_state", "Telegram no longer knows this login; start again") from None
    except Unreachable as error:
        raise DomainError("service_unavailable", str(error)) from None
    except _CONNECTION_ERRORS as error:
        raise DomainError("service_unavailable", f"Telegram cannot be reached: {type(error).__name__}") from None
    finally:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await disconnect(client)
        except TimeoutError:  # the result of the step stands, however the connection ends
            logger.warning("a login's connection did not close within %s s", CLOSE_SECONDS)


def _domain_error(error: RPCError) -> DomainError:
    if isinstance(error, FloodWaitError):
        wait = max(1, math.ceil(error.seconds))
        headers = {"Retry-After": str(wait)}
        return DomainError("rate_limited", f"Telegram allows no further try for {duration_text(wait)}", headers=headers)
    name = name_of(error)
    if name in _REFUSALS:
        return invalid(*_REFUSALS[name])
    if name in WRONG_SETTINGS:
        return DomainError("invalid_state", f"Telegram refuses TELEGRAM_API_ID and TELEGRAM_API_HASH: {name}")
    if name == "SEND_CODE_UNAVAILABLE":
        return DomainError("invalid_state", "Telegram has no other way to send a code; use the last one, or start over")
    if error.code is not None and abs(error.code) >= 500:
        return DomainError("service_unavailable", f"Telegram is in trouble: {name}")
    return DomainError("invalid_state", f"Telegram refuses the login: {name}")


def duration_text(seconds: int) -> str:
    """``40 seconds``, ``2 minutes`` or ``3 hours``: rounded up, so that nobody tries too early."""
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{math.ceil(seconds / size)} {unit}s"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
