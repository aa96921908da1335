"""Logins by QR code (core.telegram.org/api/qr-login): the connection that is held until a code is scanned, and the row.

The session asks for a token and shows it. An app that is logged in accepts the token, Telegram tells this session so,
and asking again then answers whose session it has become.

A web process adds a row, a worker leases it and writes the code, the page reads it. A worker writes only while the row
names it in ``worker``, so one that was suspended cannot disturb the next. When its lease has expired, another worker
goes on with the same session.
"""

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from telethon import events
from telethon.errors import RPCError, SessionPasswordNeededError
from telethon.tl import functions, types

from crmsolid.core import clock, crypto
from crmsolid.core.errors import DomainError, not_found
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership
from messaging.models import LoginAttempt, QrState
from messaging.telegram import config, ending, leases, login
from messaging.telegram.client import LoginClient, Session, decrypt_session, encrypt_session
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
OPEN = (QrState.WAITING, QrState.SCANNED)
TTL = timedelta(minutes=10)
LAST_STEP_TTL = timedelta(minutes=5)  # for the password, and for the page to be told of the account
# A page in the background asks once a minute; one that is closed does not ask.
UNWATCHED = timedelta(minutes=2)
TOUCH_AFTER = timedelta(seconds=15)


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


class LeaseLost(Exception):
    """Another worker has taken the login over, with its session."""


@dataclass(frozen=True, slots=True)
class QrLogin:
    """What the page shows. There is no ``address`` while the next code is fetched.

    ``wanted_id`` is the account that was to be logged in again, ``account_id`` the one that was connected.
    """

    id: str
    state: str
    error: str
    address: str = field(repr=False)
    renewed_at: datetime
    wanted_id: int | None
    account_id: int | None


# For the web


def new(actor: Actor, wanted_id: int | None) -> LoginAttempt:
    """A row that is not saved yet. It remembers who started it, for the authority and the audit log at the end."""
    now = clock.now()
    attempt = LoginAttempt(workspace=actor.workspace, expires_at=now + TTL, qr_state=QrState.WAITING, seen_at=now)
    member = actor.subject.id if actor.subject.kind == "user" else ""
    values = {"member": member, "ip": actor.ip or "", "wanted": str(wanted_id or "")}
    attempt.encrypted_state = encrypt_session(attempt, Session(*config.first_data_center()), values)
    return attempt


def open_logins() -> QuerySet[LoginAttempt]:
    """Logins that wait for a scan and whose page is open, of all workspaces."""
    now = clock.now()
    return LoginAttempt.unscoped.filter(qr_state__in=OPEN, expires_at__gt=now, seen_at__gt=now - UNWATCHED)


def shown(attempt: LoginAttempt) -> QrLogin:
    """What the page shows of it. Records that the page is still open."""
    now = clock.now()
    LoginAttempt.unscoped.filter(pk=attempt.pk, seen_at__lt=now - TOUCH_AFTER).update(seen_at=now)
    try:
        _, values = decrypt_session(attempt)
    except crypto.Unreadable:  # a worker ends it, and the page says why
        values = {}
    renewed_at = datetime.fromisoformat(values.get("renewed_at", now.isoformat()))
    address = values.get("address", "") if attempt.qr_state == QrState.WAITING and renewed_at > now else ""
    wanted_id, account_id = (int(values.get(name) or 0) or None for name in ("wanted", "account"))
    return QrLogin(attempt.pk, attempt.qr_state, attempt.error, address, renewed_at, wanted_id, account_id)


# For the worker


def claim(worker: str, limit: int) -> list[LoginAttempt]:
    """Lease up to ``limit`` logins that nobody holds. Two workers never get the same one."""
    now = clock.now()
    free = open_logins().filter(Q(step_lease_until=None) | Q(step_lease_until__lt=now - leases.third()))
    claimed = [
        pk
        for pk in free.order_by("created_at").values_list("pk", flat=True)[:limit]
        if free.filter(pk=pk).update(worker=worker, step_lease_until=now + 3 * leases.third())
    ]
    return list(LoginAttempt.unscoped.filter(pk__in=claimed).select_related("workspace")) if claimed else []


def renew(worker: str, ids: Collection[str]) -> set[str]:
    """Prolong the leases of these logins. Returns those that are still wanted, and deletes those that expired or whose
    page was closed."""
    held = LoginAttempt.unscoped.filter(pk__in=ids, worker=worker, qr_state__in=OPEN)
    wanted = open_logins().filter(pk__in=held.values("pk"))
    wanted.update(step_lease_until=clock.now() + 3 * leases.third())
    found = set(wanted.values_list("pk", flat=True))
    if held.exclude(pk__in=found).exists():
        ending.discard_logins(held.exclude(pk__in=found))
    return found


def release(worker: str) -> None:
    """Let other workers take the logins of one that stops."""
    LoginAttempt.unscoped.filter(worker=worker).update(worker="", step_lease_until=None)


def show_code(attempt: LoginAttempt, session: Session, code: QrCode | None) -> None:
    """Store the session and the code; None means that it was scanned. ``not_found`` if the login was cancelled."""
    _, values = decrypt_session(attempt)
    state = QrState.SCANNED
    if code is not None:
        renewed_at = clock.now() + timedelta(seconds=code.seconds)
        values |= {"address": code.address, "renewed_at": renewed_at.isoformat()}
        state = QrState.WAITING
    _write(attempt, qr_state=state, error="", encrypted_state=encrypt_session(attempt, session, values))


def ask_password(attempt: LoginAttempt, session: Session, hint: str) -> None:
    """Give the login back to the web, which asks for the password. It has the keys that its step reads."""
    state = encrypt_session(attempt, session, {**_facts(attempt), "phone": "", "hint": hint})
    _end(attempt, QrState.PASSWORD, state, needs_password=True)


@transaction.atomic
def fail(attempt: LoginAttempt, session: Session, error: str) -> None:
    """End the login, and have its session ended at Telegram, which may have let it in."""
    ending.leave_key(attempt.workspace_id, session)
    _end(attempt, QrState.FAILED, _without_session(attempt, {}), error=error[:200])


def fail_unreadable(attempt: LoginAttempt) -> None:
    """End a login whose session no key of this installation decrypts."""
    _end(
        attempt,
        QrState.FAILED,
        bytes(attempt.encrypted_state),
        error="the keys of this installation have changed; start again",
    )


def note(attempt: LoginAttempt, error: str) -> None:
    """Say on the page why it takes longer."""
    _write(attempt, error=error[:200])


def finish(attempt: LoginAttempt, account_id: int) -> None:
    """Keep the account's id for the page. For the transaction that stores the account: it is undone if the login was
    cancelled, or another worker has taken it over."""
    state = _without_session(attempt, {"account": str(account_id)})
    _end(attempt, QrState.CONNECTED, state, needs_password=False)


def starter(attempt: LoginAttempt) -> Actor:
    """Who started it, with the role that they have now. ``forbidden`` if they are no longer a member."""
    facts = _facts(attempt)
    if not facts["member"]:
        return Actor.command(attempt.workspace, "telegram_login")
    members = Membership.objects.for_workspace(attempt.workspace).select_related("user", "workspace")
    membership = members.filter(user_id=facts["member"]).first()
    if membership is None:
        raise DomainError("forbidden", "who started this login is no longer a member")
    return Actor.member(membership, attempt.workspace, facts["ip"] or None)


def _facts(attempt: LoginAttempt) -> dict[str, str]:
    """What is known from the start: who, from where, and for which account."""
    _, values = decrypt_session(attempt)
    return {name: values[name] for name in ("member", "ip", "wanted")}


def _without_session(attempt: LoginAttempt, values: dict[str, str]) -> bytes:
    return encrypt_session(attempt, Session(*config.first_data_center()), {**_facts(attempt), **values})


def _write(attempt: LoginAttempt, **values: object) -> None:
    """Raises ``not_found`` if the login was cancelled, and :class:`LeaseLost`."""
    states = (*OPEN, QrState.PASSWORD)
    rows = LoginAttempt.unscoped.filter(pk=attempt.pk, worker=attempt.worker, qr_state__in=states)
    if rows.update(**values):
        return
    raise LeaseLost if LoginAttempt.unscoped.filter(pk=attempt.pk).exists() else not_found("login")


def _end(attempt: LoginAttempt, state: QrState, encrypted_state: bytes, **values: object) -> None:
    expires_at = clock.now() + LAST_STEP_TTL
    released = {"worker": "", "step_lease_until": None, "expires_at": expires_at, "error": ""}
    _write(attempt, qr_state=state, encrypted_state=encrypted_state, **{**released, **values})
