"""The network side of a login: three steps, each with a connection of its own.

Between them nothing is kept but the sealed session, so any process may make the next step. Signing up is not
offered: Telegram lets no third-party application create accounts.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from telethon.errors import FloodWaitError, RPCError, SessionPasswordNeededError
from telethon.password import compute_check
from telethon.tl import functions, types
from telethon.utils import get_display_name, parse_phone

from crmsolid.core.errors import DomainError, invalid
from messaging.telegram import config
from messaging.telegram.client import LoginClient
from messaging.telegram.codes import name_of
from messaging.telegram.session import RowSession, UpdateState

STEP_SECONDS = 30.0

T = TypeVar("T")

_REFUSALS = {
    "PHONE_NUMBER_INVALID": ("phone", "invalid", "Telegram knows no such phone number"),
    "PHONE_NUMBER_UNOCCUPIED": ("phone", "not_registered", "this phone has no Telegram account; sign up on a phone"),
    "PHONE_NUMBER_BANNED": ("phone", "banned", "Telegram has banned this phone number"),
    "PHONE_CODE_EMPTY": ("code", "wrong", "the code is wrong"),
    "PHONE_CODE_INVALID": ("code", "wrong", "the code is wrong"),
    "PHONE_CODE_EXPIRED": ("code", "expired", "the code has expired; start again"),
    "PASSWORD_HASH_INVALID": ("password", "wrong", "the password is wrong"),
    "SRP_ID_INVALID": ("password", "stale", "Telegram has changed its question; send the password again"),
}


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


def send_code(phone: str) -> tuple[RowSession, str, str]:
    """Ask Telegram to send a code. Answers the half-open session, the phone as Telegram writes it, the code's hash."""
    number = parse_phone(phone)
    if number is None:
        raise invalid("phone", "invalid", "write the phone number with its country code, like +15550001")

    async def step(client: LoginClient) -> tuple[RowSession, str, str]:
        api_id, api_hash = config.application()
        sent = await client(functions.auth.SendCodeRequest(number, api_id, api_hash, types.CodeSettings()))
        return client.session, number, sent.phone_code_hash

    return _run(RowSession(config.first_data_centre()), step)


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
    return asyncio.run(_with_client(session, step))


async def _with_client(session: RowSession, step: Callable[[LoginClient], Awaitable[T]]) -> T:
    client = LoginClient(session)
    try:
        async with asyncio.timeout(STEP_SECONDS):
            await client.connect()
            return await step(client)
    except RPCError as error:
        raise _refusal(error) from None
    except (OSError, TimeoutError) as error:
        raise DomainError("service_unavailable", f"Telegram cannot be reached: {type(error).__name__}") from None
    finally:
        await _leave(client.disconnect())


async def _leave(leaving: Coroutine[Any, Any, None]) -> None:
    async with asyncio.timeout(STEP_SECONDS):
        await leaving


def _refusal(error: RPCError) -> DomainError:
    if isinstance(error, FloodWaitError):
        wait = str(max(1, math.ceil(error.seconds)))
        return DomainError("rate_limited", f"Telegram allows no login for {wait} s", headers={"Retry-After": wait})
    name = name_of(error)
    if name in _REFUSALS:
        return invalid(*_REFUSALS[name])
    if error.code is not None and abs(error.code) >= 500:
        return DomainError("service_unavailable", f"Telegram is in trouble: {name}")
    return DomainError("invalid_state", f"Telegram refuses the login: {name}")
