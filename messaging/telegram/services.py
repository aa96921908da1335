"""Logging Telegram accounts in and out. Only admins and owners may; see ``docs/telegram.md``.

Each step asks Telegram first, outside any transaction, and opens its transaction afterwards.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from apikeys.limiter import limiter
from crmsolid.core import clock, crypto
from crmsolid.core.errors import DomainError, not_found
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Mode, Role
from messaging.models import Account, AccountKind, AccountLease, AccountState, LoginAttempt, TelegramSession
from messaging.telegram import config, login
from messaging.telegram.client import Session, decrypt_session, encrypt_session, session_from_row
from messaging.telegram.login import LoggedIn

logger = logging.getLogger("crmsolid.telegram")

LOGIN_TTL = timedelta(minutes=5)  # from each successful step to the next one
STEP_LEASE = timedelta(seconds=login.STEP_SECONDS + login.CLOSE_SECONDS + 5)
CODES_PER_MINUTE = 5  # per workspace, because Telegram counts codes against the whole installation


@dataclass(frozen=True, slots=True)
class LoginInProgress:
    """What the page of the next step shows. ``channel`` is how Telegram sent the code, such as ``app`` or ``sms``."""

    id: str
    phone: str
    channel: str
    needs_password: bool


def begin_login(actor: Actor, *, phone: str) -> LoginAttempt:
    """Make Telegram send a login code to the phone's Telegram app. The next step must follow within 5 minutes.

    Errors: ``forbidden``, ``invalid_state`` (test workspace, Telegram not set up), ``validation_failed`` (phone),
    ``rate_limited``, ``service_unavailable``.
    """
    _require_may_log_in(actor)
    _limit_codes(actor)
    session = Session(*config.first_data_center())
    state = login.send_code(session, phone)
    now = clock.now()
    attempt = LoginAttempt(workspace=actor.workspace, expires_at=now + LOGIN_TTL)
    attempt.encrypted_state = encrypt_session(attempt, session, state)
    with transaction.atomic():
        LoginAttempt.unscoped.filter(expires_at__lt=now).delete()
        attempt.save(force_insert=True)
        audit.record(actor, "telegram.login_started", attempt.id)
    return attempt


def resend_code(actor: Actor, *, attempt_id: str) -> None:
    """Make Telegram send a new code; the previous one is no longer valid. Errors as for :func:`begin_login`."""
    _require_may_log_in(actor)
    with _leased_step(actor, attempt_id) as attempt:
        if attempt.needs_password:
            raise DomainError("invalid_state", "Telegram has accepted the code; it asks for the password now")
        _limit_codes(actor)
        session, state = decrypt_session(attempt)
        state = login.resend_code(session, state["phone"], state["code_hash"])
        _update(attempt, encrypted_state=encrypt_session(attempt, session, state))


def submit_code(actor: Actor, *, attempt_id: str, code: str) -> Account | LoginAttempt:
    """Returns the account; or the attempt, with ``needs_password`` set, if the account has a two-step password.

    A wrong code may be corrected. Errors: those of :func:`begin_login`, and ``not_found``, ``invalid_state`` (expired),
    ``validation_failed`` (code).
    """
    _require_may_log_in(actor)
    with _leased_step(actor, attempt_id) as attempt:
        session, state = decrypt_session(attempt)
        result = login.sign_in(session, state["phone"], state["code_hash"], code.strip())
        if result is not None:
            return _complete(actor, attempt, result, state["phone"])
        _update(attempt, encrypted_state=encrypt_session(attempt, session, state), needs_password=True)
        return attempt


def submit_password(actor: Actor, *, attempt_id: str, password: str) -> Account:
    """Returns the account. A wrong password may be corrected; errors as for :func:`submit_code`."""
    _require_may_log_in(actor)
    with _leased_step(actor, attempt_id) as attempt:
        if not attempt.needs_password:
            raise DomainError("invalid_state", "Telegram has not asked for a password; send the code first")
        session, state = decrypt_session(attempt)
        return _complete(actor, attempt, login.check_password(session, password), state["phone"])


def login_in_progress(actor: Actor, *, attempt_id: str) -> LoginInProgress:
    """What the next step asks for. Errors: ``forbidden``, ``not_found``, ``invalid_state`` (expired)."""
    _require_may_log_in(actor)
    attempt = _unexpired(LoginAttempt.objects.for_workspace(actor.workspace).filter(pk=attempt_id).first())
    _, state = decrypt_session(attempt)
    return LoginInProgress(attempt.id, f"+{state['phone']}", state["channel"], attempt.needs_password)


def cancel_login(actor: Actor, *, attempt_id: str) -> None:
    """Delete a login in progress; does nothing if there is none. Errors: ``forbidden``."""
    actor.require_role(Role.ADMIN, Role.OWNER)
    LoginAttempt.objects.for_workspace(actor.workspace).filter(pk=attempt_id).delete()


def logout(actor: Actor, *, account_id: int) -> bool:
    """End the account's session; its messages wait for the next login.

    Returns False if Telegram could not be told: then the session must be ended in a Telegram app, under Devices.
    Errors: ``forbidden``, ``not_found``, ``invalid_state`` (not logged in).
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    accounts = Account.objects.for_workspace(actor.workspace).filter(pk=account_id)
    if not accounts.exists():
        raise not_found("account")
    with transaction.atomic():
        rows = TelegramSession.objects.for_workspace(actor.workspace).select_for_update()
        row = rows.filter(account_id=account_id).exclude(auth_key=b"").first()
        if row is None:
            raise DomainError("invalid_state", "the account is not logged in")
        try:
            session = session_from_row(row)
        except crypto.Unreadable:
            logger.exception("an account is logged out here, and not at Telegram", extra={"account_id": account_id})
            session = None
        row.auth_key, row.login_epoch = b"", row.login_epoch + 1
        row.save(update_fields=["auth_key", "login_epoch"])
        accounts.update(state=AccountState.NEEDS_LOGIN, paused_until=None)
        audit.record(actor, "telegram.logged_out", str(account_id))
    if session is None:
        return False
    try:
        login.log_out(session)
    except DomainError:
        return False
    return True


def _require_may_log_in(actor: Actor) -> None:
    actor.require_role(Role.ADMIN, Role.OWNER)
    if actor.workspace.mode != Mode.LIVE:
        raise DomainError("invalid_state", "a test workspace has sandbox accounts only")
    if missing := config.missing():
        raise DomainError("invalid_state", f"Telegram is not set up here: set {' and '.join(missing)}")


def _limit_codes(actor: Actor) -> None:
    decision = limiter().check(f"telegram-code:{actor.workspace.pk}", CODES_PER_MINUTE)
    if not decision.allowed:
        wait = decision.reset_seconds
        headers = {"Retry-After": str(wait)}
        raise DomainError("rate_limited", f"too many codes; wait {login.duration_text(wait)}", headers=headers)


@contextmanager
def _leased_step(actor: Actor, attempt_id: str) -> Iterator[LoginAttempt]:
    """The attempt, leased for one step, so that a double click does not use up the code."""
    rows = LoginAttempt.objects.for_workspace(actor.workspace).filter(pk=attempt_id)
    now = clock.now()
    is_free = Q(step_lease_until=None) | Q(step_lease_until__lte=now)
    if not rows.filter(is_free).update(step_lease_until=now + STEP_LEASE):
        _unexpired(rows.first())
        raise DomainError("invalid_state", "Telegram is being asked already; reload the page in a moment")
    try:
        yield _unexpired(rows.first())
    finally:
        rows.filter(step_lease_until=now + STEP_LEASE).update(step_lease_until=None)


def _unexpired(attempt: LoginAttempt | None) -> LoginAttempt:
    if attempt is None:
        raise not_found("login")
    if attempt.expires_at <= clock.now():
        raise DomainError("invalid_state", "the login has expired; start again")
    return attempt


def _update(attempt: LoginAttempt, *, encrypted_state: bytes, needs_password: bool = False) -> None:
    """Store the result of a step and extend the attempt. ``not_found`` if the login was cancelled meanwhile."""
    attempt.encrypted_state, attempt.needs_password = encrypted_state, needs_password
    attempt.expires_at = clock.now() + LOGIN_TTL
    updated = LoginAttempt.unscoped.filter(pk=attempt.pk).update(
        encrypted_state=encrypted_state, needs_password=needs_password, expires_at=attempt.expires_at
    )
    if not updated:
        raise not_found("login")


def _complete(actor: Actor, attempt: LoginAttempt, result: LoggedIn, phone: str) -> Account:
    """Create an account, or give the account of the same Telegram user a new session."""
    try:
        return _store_account(actor, attempt, result, phone)
    except IntegrityError:  # another login of the same user has just created the account
        return _store_account(actor, attempt, result, phone)


@transaction.atomic
def _store_account(actor: Actor, attempt: LoginAttempt, result: LoggedIn, phone: str) -> Account:
    rows = TelegramSession.objects.for_workspace(actor.workspace).select_for_update()
    row = rows.filter(user_id=result.user_id).first()
    if row is None:
        account = Account(workspace=actor.workspace, kind=AccountKind.TELEGRAM, name=result.name[:100])
        account.save(force_insert=True)
        row = TelegramSession(workspace=actor.workspace, account=account, user_id=result.user_id, login_epoch=0)
        AccountLease.unscoped.create(workspace=actor.workspace, account=account)
    account = row.account
    row.phone = phone
    store_session(row, result)
    account.state, account.paused_until = AccountState.CONNECTED, None
    account.save(update_fields=["state", "paused_until"])
    LoginAttempt.unscoped.filter(pk=attempt.pk).delete()
    audit.record(actor, "telegram.logged_in", str(account.pk))
    return account


def store_session(row: TelegramSession, result: LoggedIn) -> None:
    """Write the session of a finished login.

    ``logged_in_at`` is the time from which a ``random_id`` is known to Telegram: messages that were attempted before it
    are searched in the history.
    """
    session, state = result.session, result.state
    row.dc_id, row.host, row.port = session.dc_id, session.server_address, session.port
    row.auth_key = crypto.encrypt(row, "auth_key", session.key)
    row.login_epoch, row.logged_in_at = row.login_epoch + 1, clock.now()
    row.last_error_code, row.last_error_message, row.last_error_at = "", "", None
    if not row.pts:  # a known account continues where it stopped, to get what arrived while it was logged out
        row.pts, row.qts, row.date, row.seq = state.pts, state.qts, state.date, state.seq
    row.save()
