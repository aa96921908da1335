"""Logging in by code: codes in words, and the three steps, each on a connection of its own, which update the session.

Between the steps only the session is kept, so any process may run the next step. There is no sign-up, because Telegram
does not let third-party applications create accounts.
"""

import asyncio
import logging
import math
import re
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from telethon.errors import (
    AuthKeyNotFound,
    InvalidChecksumError,
    RPCError,
    SecurityError,
    SessionPasswordNeededError,
    TypeNotFoundError,
)
from telethon.password import compute_check
from telethon.tl import functions, types
from telethon.utils import get_display_name, parse_phone

from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid
from messaging.telegram import config
from messaging.telegram.client import LoginClient, Session, UpdateState, disconnect
from messaging.telegram.errors import (
    KEY_OVER,
    PASSWORD_REMOVED,
    PAYMENT_REQUIRED,
    SET_UP_EMAIL,
    UNKNOWN_ALGORITHM,
    duration_text,
    login_error,
    name_of,
    no_account,
)
from messaging.telegram.transport import Unreachable

logger = logging.getLogger("crmsolid.telegram")

# What the page says, by channel. ``detail`` is what Telegram tells of the channel.
_SENT = {
    "app": "Telegram has sent it to the account's own app: look for the chat “Telegram” on a device that is logged in.",
    "sms": "Telegram has sent it by SMS.",
    "sms_word": "Telegram has sent a word by SMS{beginning}. Type that word.",
    "sms_phrase": "Telegram has sent some words by SMS{beginning}. Type all of them, with the spaces between them.",
    "firebase_sms": "Telegram wants to send it through its own app for Android or iOS, so it may never arrive here.",
    "call": "Telegram calls this number and reads it out.",
    "flash_call": "Telegram calls this number and hangs up: the code is the number of the caller, {detail}.",
    "missed_call": "Telegram calls this number and hangs up: the code is the last {length} digits of the caller's "
    "number, which begins with {detail}.",
    "email": "Telegram has sent it to the account's login e-mail, {detail}.",
    "fragment": "Telegram has sent it to the number's page at fragment.com.",
}
# Short, because a countdown follows and a phone is narrow.
_RESEND = {
    "sms": "Send the code by SMS instead",
    "call": "Send the code by call instead",
    "flash_call": "Use a missed call instead",
    "missed_call": "Use a missed call instead",
    "fragment": "Use fragment.com instead",
}
_WORDS = ("sms_word", "sms_phrase")
_CALLER_NUMBER = ("flash_call", "missed_call")
STEP_SECONDS = 30.0
CLOSE_SECONDS = 5.0
UNAUTHORIZED = 401
# Each step occupies one of the few threads that answer requests, for as long as Telegram takes.
_concurrent_steps = threading.BoundedSemaphore(2)
T = TypeVar("T")
# Raised by Telethon when the connection breaks, or when what it receives is not a valid answer.
_CONNECTION_ERRORS = (OSError, EOFError, BufferError, InvalidChecksumError, SecurityError, TypeNotFoundError)
_CHANNELS = {
    types.auth.SentCodeTypeApp: "app",
    types.auth.SentCodeTypeSms: "sms",
    types.auth.SentCodeTypeSmsWord: "sms_word",
    types.auth.SentCodeTypeSmsPhrase: "sms_phrase",
    types.auth.SentCodeTypeFirebaseSms: "firebase_sms",
    types.auth.SentCodeTypeCall: "call",
    types.auth.SentCodeTypeFlashCall: "flash_call",
    types.auth.SentCodeTypeMissedCall: "missed_call",
    types.auth.SentCodeTypeEmailCode: "email",
    types.auth.SentCodeTypeFragmentSms: "fragment",
}
_NEXT_CHANNELS = {
    types.auth.CodeTypeSms: "sms",
    types.auth.CodeTypeCall: "call",
    types.auth.CodeTypeFlashCall: "flash_call",
    types.auth.CodeTypeMissedCall: "missed_call",
    types.auth.CodeTypeFragmentSms: "fragment",
}
_DETAILS = ("email_pattern", "url", "pattern", "prefix", "beginning")


@dataclass(frozen=True, slots=True)
class SentCode:
    """A code that Telegram has sent, and what the next step needs. Times are in Unix seconds.

    ``channel`` says how it was sent. ``length`` is 0 where Telegram does not tell. ``detail`` is the masked e-mail
    address, the first word, the caller's number as far as it is known, or the page at fragment.com. ``next_channel`` is
    how another code would be sent, empty if there is no other way; Telegram sends none before ``resend_at``.
    ``reset_seconds`` is how long Telegram takes to remove the login e-mail, None if it does not offer that;
    ``reset_at`` is when it does so after somebody has asked for it.
    """

    phone: str
    code_hash: str = field(default="", repr=False)
    channel: str = ""
    length: int = 0
    detail: str = ""
    next_channel: str = ""
    resend_at: int = 0
    reset_seconds: int | None = None
    reset_at: int | None = None

    @classmethod
    def load(cls, state: dict[str, Any]) -> "SentCode":
        """From the state of a login, which may be that of another version."""
        return cls(**{name: state[name] for name in cls.__slots__ if name in state})

    def dump(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def sent(self) -> str:
        """How it was sent, as a sentence."""
        beginning = f", beginning with “{self.detail}”" if self.detail else ""
        return _SENT.get(self.channel, "").format(detail=self.detail, length=self.length or "", beginning=beginning)

    @property
    def help_text(self) -> str:
        """What stands beside the field for the code."""
        digits = f"{self.length} digits. " if self.length and not self.is_text else ""
        return f"{digits}It is valid for a few minutes."

    @property
    def is_text(self) -> bool:
        """Whether it consists of words."""
        return self.channel in _WORDS

    @property
    def url(self) -> str:
        """The page that shows the code, for the channel that has one."""
        return self.detail if self.channel == "fragment" and self.detail.startswith("https://") else ""

    @property
    def resend(self) -> str:
        """What the button says that asks for another code; empty if there is no other way to send one."""
        if self.next_channel == self.channel:
            return "Send a new code"
        return _RESEND.get(self.next_channel, "")

    @property
    def seconds_until_resend(self) -> int:
        return max(0, math.ceil(self.resend_at - clock.now().timestamp()))

    @property
    def reset(self) -> str:
        """What happens if the login e-mail is to be removed; empty if Telegram does not offer that."""
        if self.reset_at is not None:
            wait = duration_text(max(1, math.ceil(self.reset_at - clock.now().timestamp())))
            return f"Telegram removes the login e-mail in {wait}, as was asked for; then it sends codes to the phone."
        if self.reset_seconds is None:
            return ""
        wait = f" Telegram takes {duration_text(self.reset_seconds)} for that." if self.reset_seconds else ""
        return f"Without access to this address, ask Telegram to remove it; then it sends codes to the phone.{wait}"

    @property
    def can_reset(self) -> bool:
        return self.reset_seconds is not None and self.reset_at is None

    def normalize(self, typed: str) -> str:
        """What somebody typed, as Telegram wants it. People copy codes as ``123-45`` or ``123 45``, and the number of a
        caller as a whole; the spaces between words belong to the code."""
        if self.is_text:
            return " ".join(typed.split())
        if self.channel in _CALLER_NUMBER:
            digits = re.sub(r"\D", "", typed)
            return digits[-self.length :] if self.channel == "missed_call" and self.length else digits
        return re.sub(r"[\s-]", "", typed)


class Busy(DomainError):
    """This process talks to Telegram for other logins. Telegram was not asked."""


class LoginGone(DomainError):
    """Telegram does not know the key of the session."""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A finished login: the user, whose ``phone`` has digits only, and the state from which updates are to be read."""

    session: Session
    user_id: int
    name: str
    state: UpdateState
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PasswordNeeded:
    """The account has a two-step password; ``hint`` is what its owner wrote to remember it by, or empty."""

    hint: str


def phone_number(phone: str) -> str:
    """The digits of a phone number, the country code first. Raises ``validation_failed`` (phone)."""
    number: str | None = parse_phone(phone)
    if number is None:
        raise invalid("phone", "invalid", "write the phone number with its country code, like +15550001")
    return number


def send_code(
    session: Session, phone: str, logout_tokens: Sequence[bytes] = ()
) -> SentCode | PasswordNeeded | LoggedIn:
    """Ask Telegram to send a login code. With a token of an earlier logout it may let the account in without one.

    Errors: ``validation_failed`` (phone), and those of every step: ``rate_limited``, ``invalid_state``,
    ``service_unavailable``.
    """
    number = phone_number(phone)
    settings = types.CodeSettings(logout_tokens=list(logout_tokens) or None)
    return _request_code(session, number, functions.auth.SendCodeRequest(number, *config.application(), settings))


def resend_code(session: Session, sent: SentCode) -> SentCode | PasswordNeeded | LoggedIn:
    """Ask for a new code. Telegram sends it by ``sent.next_channel``, and refuses if there is no other way; before
    ``sent.resend_at`` it is not asked (``invalid_state``)."""
    if sent.seconds_until_resend:
        wait = duration_text(sent.seconds_until_resend)
        raise DomainError("invalid_state", f"Telegram sends another code in {wait}; the last one may still come")
    return _request_code(session, sent.phone, functions.auth.ResendCodeRequest(sent.phone, sent.code_hash))


def reset_login_email(session: Session, sent: SentCode) -> SentCode | PasswordNeeded | LoggedIn:
    """Ask Telegram to remove the login e-mail: it sends a code to the phone, or says when it will."""
    return _request_code(session, sent.phone, functions.auth.ResetLoginEmailRequest(sent.phone, sent.code_hash))


def _request_code(session: Session, phone: str, request: Any) -> SentCode | PasswordNeeded | LoggedIn:
    async def step(client: LoginClient) -> SentCode | PasswordNeeded | LoggedIn:
        try:
            answer = await client(request)
        except SessionPasswordNeededError:
            return await password_needed(client)
        if isinstance(answer, types.auth.SentCodeSuccess):
            return await _finish(client, answer.authorization)
        return _sent_code(phone, answer)

    return _run_step(session, step)


def _sent_code(phone: str, answer: Any) -> SentCode:
    """Telegram's answer to a request for a code, in our terms."""
    if isinstance(answer, types.auth.SentCodePaymentRequired):
        raise DomainError("invalid_state", PAYMENT_REQUIRED)
    kind = answer.type
    if isinstance(kind, types.auth.SentCodeTypeSetUpEmailRequired):
        raise DomainError("invalid_state", SET_UP_EMAIL)
    now = int(clock.now().timestamp())
    pending = getattr(kind, "reset_pending_date", None)
    return SentCode(
        phone=phone,
        code_hash=answer.phone_code_hash,
        channel=_CHANNELS[type(kind)],
        length=getattr(kind, "length", 0),
        detail=next(filter(None, (getattr(kind, name, None) for name in _DETAILS)), ""),
        next_channel=_NEXT_CHANNELS.get(type(answer.next_type), ""),
        resend_at=now + answer.timeout if answer.timeout else 0,
        reset_seconds=getattr(kind, "reset_available_period", None),
        reset_at=None if pending is None else int(pending.timestamp()),
    )


def sign_in(session: Session, sent: SentCode, code: str) -> LoggedIn | PasswordNeeded:
    """The second step. A wrong code or phone is ``validation_failed``."""
    code = sent.normalize(code)
    if sent.channel == "email":
        proof = types.EmailVerificationCode(code)
        request = functions.auth.SignInRequest(sent.phone, sent.code_hash, email_verification=proof)
    else:
        request = functions.auth.SignInRequest(sent.phone, sent.code_hash, code)

    async def step(client: LoginClient) -> LoggedIn | PasswordNeeded:
        try:
            answer = await client(request)
        except SessionPasswordNeededError:
            return await password_needed(client)
        return await _finish(client, answer)

    return _run_step(session, step)


async def password_needed(client: LoginClient) -> PasswordNeeded:
    """What is known of the password that Telegram asks this login for."""
    try:
        challenge = await client(functions.account.GetPasswordRequest())
    except RPCError as error:  # the code has been accepted: the login goes on without the hint
        logger.warning("the hint of a two-step password is unknown: %s", error)
        return PasswordNeeded("")
    return PasswordNeeded(challenge.hint or "")


async def _finish(client: LoginClient, authorization: Any) -> LoggedIn:
    if isinstance(authorization, types.auth.AuthorizationSignUpRequired):
        raise no_account()
    return await logged_in(client, authorization.user)


def check_password(session: Session, password: str) -> LoggedIn:
    """The third step, for accounts with a two-step password. Telegram gets a proof of the password (SRP), not its
    text."""

    async def step(client: LoginClient) -> LoggedIn:
        challenge = await client(functions.account.GetPasswordRequest())
        if not challenge.has_password:
            raise DomainError("invalid_state", PASSWORD_REMOVED)
        try:
            proof = compute_check(challenge, password)
        except ValueError as error:
            logger.warning("a two-step password cannot be checked: %s", error)
            raise DomainError("invalid_state", UNKNOWN_ALGORITHM) from None
        answer = await client(functions.auth.CheckPasswordRequest(proof))
        return await logged_in(client, answer.user)

    return _run_step(session, step)


def log_out(session: Session, seconds: float = STEP_SECONDS) -> bytes:
    """End the session at Telegram; one that Telegram knows no more counts as ended.

    Returns a token with which the account may log in again without a code, or ``b""``. Raises :class:`DomainError` if
    Telegram cannot be reached or refuses.
    """

    async def step(client: LoginClient) -> bytes:
        try:
            answer = await client(functions.auth.LogOutRequest())
        except RPCError as error:
            if abs(error.code or 0) == UNAUTHORIZED:
                return b""
            raise
        # Telethon answers True if Telegram acknowledges the request first.
        return getattr(answer, "future_auth_token", None) or b""

    try:
        return _run_step(session, step, seconds)
    except LoginGone:
        return b""


async def logged_in(client: LoginClient, user: Any) -> LoggedIn:
    """What is known of a login that Telegram has accepted as this user."""
    answer = await client(functions.updates.GetStateRequest())
    state = UpdateState(answer.pts, answer.qts, int(answer.date.timestamp()), answer.seq)
    return LoggedIn(client.session, user.id, get_display_name(user) or f"+{user.phone}", state, user.phone or "")


def _run_step(session: Session, step: Callable[[LoginClient], Awaitable[T]], seconds: float = STEP_SECONDS) -> T:
    """Run one step on a connection of its own; Telethon's exceptions become :class:`DomainError`."""
    if not _concurrent_steps.acquire(blocking=False):
        raise Busy("service_unavailable", "other logins are waiting for Telegram; try again in a moment")
    try:
        return asyncio.run(with_client(session, step, seconds))
    finally:
        _concurrent_steps.release()


async def with_client(
    session: Session,
    step: Callable[[LoginClient], Awaitable[T]],
    seconds: float = STEP_SECONDS,
    *,
    limits_step: bool = True,
) -> T:
    """Connect, run the step and disconnect. Telethon's exceptions become :class:`DomainError`.

    Unless ``limits_step`` is true, only connecting is limited in time, and the step limits its own requests.
    """
    client = LoginClient(session)
    try:
        async with asyncio.timeout(seconds) as limit:
            await client.connect()
            if not limits_step:
                limit.reschedule(None)
            return await step(client)
    except (RPCError, AuthKeyNotFound) as error:
        if isinstance(error, AuthKeyNotFound) or name_of(error) in KEY_OVER:
            raise LoginGone("invalid_state", "Telegram no longer knows this login; start again") from None
        raise login_error(error) from None
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
