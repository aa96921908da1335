"""Logging Telegram accounts in and out. Only admins and owners may; see ``docs/telegram.md``.

Each step asks Telegram first, outside any transaction, and opens its transaction afterwards.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from apikeys.limiter import limiter
from crmsolid.core import clock, crypto
from crmsolid.core.errors import DomainError, not_found
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Mode, Role
from messaging import account_workers
from messaging.account_states import set_state
from messaging.models import Account, AccountKind, AccountLease, AccountState, LoginAttempt, QrState, TelegramSession
from messaging.telegram import config, ending, leases, login
from messaging.telegram import qr_login as qr
from messaging.telegram.client import Session, decrypt_session, encrypt_session
from messaging.telegram.errors import duration_text
from messaging.telegram.history import OVERLAP
from messaging.telegram.login import LoggedIn, PasswordNeeded, SentCode
from messaging.telegram.qr_login import QrLogin, Show

logger = logging.getLogger("crmsolid.telegram")

LOGIN_TTL = timedelta(minutes=5)  # from each successful step to the next one
STEP_LEASE = timedelta(seconds=login.STEP_SECONDS + login.CLOSE_SECONDS + 5)
QR_LOGINS_AT_ONCE = 5  # per workspace
QR_LOGINS_PER_MINUTE = 10  # per workspace, for the same reason as codes
CODES_PER_MINUTE = 5  # per workspace, because Telegram counts codes against the whole installation


@dataclass(frozen=True, slots=True)
class LoginInProgress:
    """What the page of the next step shows: of the code, or of the two-step password with its owner's ``hint``.

    After a QR code (``is_qr``) the password follows, and ``phone`` is empty.
    """

    id: str
    phone: str
    code: SentCode
    needs_password: bool
    hint: str
    is_qr: bool = False


class LogoutOutcome(StrEnum):
    """Whether Telegram has ended the session, will be asked again, or cannot be asked: no key decrypts the session."""

    ENDED = "ended"
    PENDING = "pending"
    UNREADABLE = "unreadable"


def begin_login(actor: Actor, *, phone: str) -> Account | LoginAttempt:
    """Make Telegram send a login code. The next step must follow within 5 minutes.

    Returns the login; or the account, if Telegram lets it in without a code because it was logged out here before.
    Errors: ``forbidden``, ``invalid_state`` (test workspace, Telegram not set up), ``validation_failed`` (phone),
    ``rate_limited``, ``service_unavailable``.
    """
    _require_may_log_in(actor)
    _limit(actor, "telegram-code", CODES_PER_MINUTE)
    session, number = Session(*config.first_data_center()), login.phone_number(phone)
    answer = login.send_code(session, number, _logout_tokens(actor, number))
    now = clock.now()
    attempt = LoginAttempt(workspace=actor.workspace, expires_at=now + LOGIN_TTL)
    _keep(attempt, session, {"phone": number}, answer)
    with transaction.atomic():
        ending.discard_logins(LoginAttempt.unscoped.filter(expires_at__lt=now))
        attempt.save(force_insert=True)
        audit.record(actor, "telegram.login_started", attempt.id)
    return _next_step(actor, attempt, answer, number)


def begin_qr_login(actor: Actor, *, account_id: int | None = None) -> LoginAttempt:
    """Ask a worker for a QR code; with ``account_id``, to log this account in again.

    Errors: ``forbidden``, ``not_found`` (account), ``invalid_state`` (test workspace, Telegram not set up, no worker
    runs), ``rate_limited``.
    """
    _require_may_log_in(actor)
    accounts = Account.objects.for_workspace(actor.workspace).filter(kind=AccountKind.TELEGRAM)
    if account_id is not None and not accounts.filter(pk=account_id).exists():
        raise not_found("account")
    if not leases.live_workers().exists():
        raise DomainError("invalid_state", "no worker runs for Telegram accounts; log in with the phone number")
    if qr.open_logins().filter(workspace=actor.workspace).count() >= QR_LOGINS_AT_ONCE:
        raise DomainError("rate_limited", "too many QR codes are open; close their pages and wait two minutes")
    _limit(actor, "telegram-qr", QR_LOGINS_PER_MINUTE)
    attempt = qr.new(actor, account_id)
    with transaction.atomic():
        ending.discard_logins(LoginAttempt.unscoped.filter(expires_at__lt=attempt.created_at))
        attempt.save(force_insert=True)
        audit.record(actor, "telegram.login_started", attempt.id)
    return attempt


def qr_login(actor: Actor, *, attempt_id: str) -> QrLogin:
    """What the page of a QR code shows. A worker ends the login when this was not called for two minutes.

    Errors: ``forbidden``, ``not_found``, ``invalid_state`` (expired).
    """
    _require_may_log_in(actor)
    rows = LoginAttempt.objects.for_workspace(actor.workspace).exclude(qr_state="")
    return qr.shown(_unexpired(rows.filter(pk=attempt_id).first()))


def finish_qr_login(attempt: LoginAttempt, result: LoggedIn) -> Account:
    """For the worker: store the account, as the member who started the login. Errors: ``forbidden``, ``not_found``."""
    actor = qr.starter(attempt)
    _require_may_log_in(actor)
    return _complete(actor, attempt, result, result.phone)


def log_in_by_qr_code(actor: Actor, *, show: Show, ask_password: Callable[[str], str]) -> Account:
    """Log in while the caller waits, for up to 10 minutes: for a shell, where no worker has to run. ``ask_password``
    gets the password's hint.

    Errors: those of :func:`begin_login`, and ``invalid_state`` if nobody has scanned a code in time.
    """
    _require_may_log_in(actor)
    session = Session(*config.first_data_center())
    try:
        result = qr.run(session, show)
        if isinstance(result, PasswordNeeded):
            result = login.check_password(session, ask_password(result.hint))
        return _complete(actor, None, result, result.phone)
    except BaseException:  # also Ctrl+C: the code may have been scanned, and nobody would use the session
        if left := ending.leave_key(actor.workspace.pk, session):
            ending.end_soon(left)
        raise


def resend_code(actor: Actor, *, attempt_id: str) -> Account | LoginAttempt:
    """Make Telegram send a new code; the previous one is no longer valid. Result and errors as for
    :func:`begin_login`, and ``invalid_state`` if it is too early."""
    return _another_code(actor, attempt_id, login.resend_code)


def reset_login_email(actor: Actor, *, attempt_id: str) -> Account | LoginAttempt:
    """Ask Telegram to remove the account's login e-mail, whose inbox nobody can read: it then sends a code to the
    phone, at once or after some days. Result and errors as for :func:`begin_login`."""
    return _another_code(actor, attempt_id, login.reset_login_email)


def _another_code(actor: Actor, attempt_id: str, ask: Any) -> Account | LoginAttempt:
    _require_may_log_in(actor)
    with _leased_step(actor, attempt_id) as attempt:
        if attempt.needs_password:
            raise DomainError("invalid_state", "Telegram has accepted the code; it asks for the password now")
        session, state = decrypt_session(attempt)
        _limit(actor, "telegram-code", CODES_PER_MINUTE)
        answer = ask(session, SentCode.load(state))
        _keep(attempt, session, state, answer)
        _update(attempt)
        return _next_step(actor, attempt, answer, state["phone"])


def submit_code(actor: Actor, *, attempt_id: str, code: str) -> Account | LoginAttempt:
    """Returns the account; or the attempt, with ``needs_password`` set, if the account has a two-step password.

    A wrong code may be corrected. Errors: those of :func:`begin_login`, and ``not_found``, ``invalid_state`` (expired),
    ``validation_failed`` (code).
    """
    _require_may_log_in(actor)
    with _leased_step(actor, attempt_id) as attempt:
        session, state = decrypt_session(attempt)
        answer = login.sign_in(session, SentCode.load(state), code)
        if isinstance(answer, PasswordNeeded):
            _keep(attempt, session, state, answer)
            _update(attempt)
        return _next_step(actor, attempt, answer, state["phone"])


def submit_password(actor: Actor, *, attempt_id: str, password: str) -> Account:
    """Returns the account. A wrong password may be corrected; errors as for :func:`submit_code`."""
    _require_may_log_in(actor)
    with _leased_step(actor, attempt_id) as attempt:
        if not attempt.needs_password:
            raise DomainError("invalid_state", "Telegram has not asked for a password; send the code first")
        session, state = decrypt_session(attempt)
        result = login.check_password(session, password)
        return _complete(actor, attempt, result, state["phone"] or result.phone)


def login_in_progress(actor: Actor, *, attempt_id: str) -> LoginInProgress:
    """What the next step asks for. Errors: ``forbidden``, ``not_found``, ``invalid_state`` (expired)."""
    _require_may_log_in(actor)
    attempt = _unexpired(_steps(actor).filter(pk=attempt_id).first())
    _, state = decrypt_session(attempt)
    code = SentCode.load(state)
    phone = f"+{code.phone}" if code.phone else ""
    hint = state.get("hint", "")
    return LoginInProgress(attempt.id, phone, code, attempt.needs_password, hint, attempt.qr_state != "")


def cancel_login(actor: Actor, *, attempt_id: str) -> None:
    """Delete a login in progress; does nothing if there is none. Errors: ``forbidden``.

    Its session is ended soon, as that of a login that expires: Telegram may have let it in.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    ending.discard_logins(LoginAttempt.objects.for_workspace(actor.workspace).filter(pk=attempt_id))


def logout(actor: Actor, *, account_id: int) -> LogoutOutcome:
    """End the account's session; its messages wait for the next login.

    The worker lets go of the account first. If that or Telegram takes long, the session is ended later.
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
        left = ending.leave_session(row)
        row.auth_key, row.login_epoch = b"", row.login_epoch + 1
        row.save(update_fields=["auth_key", "login_epoch"])
        set_state(actor, accounts.select_for_update(no_key=True).get(), AccountState.NEEDS_LOGIN)
        audit.record(actor, "telegram.logged_out", str(account_id))
    if left is None:
        return LogoutOutcome.UNREADABLE
    account_workers.wake(AccountKind.TELEGRAM, [account_id])
    return LogoutOutcome.ENDED if ending.end_soon(left) else LogoutOutcome.PENDING


def _logout_tokens(actor: Actor, phone: str) -> list[bytes]:
    """What Telegram gave at logouts of this phone."""
    rows = TelegramSession.objects.for_workspace(actor.workspace).filter(phone=phone)
    tokens = []
    for row in rows.exclude(future_auth_token=None):
        try:
            tokens.append(crypto.decrypt(row, "future_auth_token"))
        except crypto.Unreadable:
            logger.exception("a login asks for a code that it may not need")
    return tokens


def _require_may_log_in(actor: Actor) -> None:
    actor.require_role(Role.ADMIN, Role.OWNER)
    if actor.workspace.mode != Mode.LIVE:
        raise DomainError("invalid_state", "a test workspace has sandbox accounts only")
    if missing := config.missing():
        raise DomainError("invalid_state", f"Telegram is not set up here: set {' and '.join(missing)}")


def _limit(actor: Actor, what: str, per_minute: int) -> None:
    decision = limiter().check(f"{what}:{actor.workspace.pk}", per_minute)
    if not decision.allowed:
        wait = decision.reset_seconds
        headers = {"Retry-After": str(wait)}
        raise DomainError("rate_limited", f"too many codes; wait {duration_text(wait)}", headers=headers)


@contextmanager
def _leased_step(actor: Actor, attempt_id: str) -> Iterator[LoginAttempt]:
    """The attempt, leased for one step, so that a double click does not use up the code."""
    rows = _steps(actor).filter(pk=attempt_id)
    now = clock.now()
    is_free = Q(step_lease_until=None) | Q(step_lease_until__lte=now)
    if not rows.filter(is_free).update(step_lease_until=now + STEP_LEASE):
        _unexpired(rows.first())
        raise DomainError("invalid_state", "Telegram is being asked already; reload the page in a moment")
    try:
        yield _unexpired(rows.first())
    finally:
        rows.filter(step_lease_until=now + STEP_LEASE).update(step_lease_until=None)


def _steps(actor: Actor) -> QuerySet[LoginAttempt]:
    """The logins of the workspace that a member goes on with: not the QR codes that a worker holds."""
    rows = LoginAttempt.objects.for_workspace(actor.workspace)
    return rows.filter(qr_state__in=["", QrState.PASSWORD])


def _unexpired(attempt: LoginAttempt | None) -> LoginAttempt:
    if attempt is None:
        raise not_found("login")
    if attempt.expires_at <= clock.now():
        raise DomainError("invalid_state", "the login has expired; start again")
    return attempt


def _keep(attempt: LoginAttempt, session: Session, state: dict[str, Any], answer: Any) -> None:
    """Put what Telegram has answered into the attempt, which is not saved here."""
    if isinstance(answer, SentCode):
        state = answer.dump()
    elif isinstance(answer, PasswordNeeded):
        state, attempt.needs_password = {**state, "hint": answer.hint}, True
    attempt.encrypted_state = encrypt_session(attempt, session, state)


def _update(attempt: LoginAttempt) -> None:
    """Store the result of a step and extend the attempt. ``not_found`` if the login was cancelled meanwhile."""
    attempt.expires_at = clock.now() + LOGIN_TTL
    names = ("encrypted_state", "needs_password", "expires_at")
    if not LoginAttempt.unscoped.filter(pk=attempt.pk).update(**{name: getattr(attempt, name) for name in names}):
        raise not_found("login")


def _next_step(actor: Actor, attempt: LoginAttempt, answer: Any, phone: str) -> Account | LoginAttempt:
    return _complete(actor, attempt, answer, phone) if isinstance(answer, LoggedIn) else attempt


def _complete(actor: Actor, attempt: LoginAttempt | None, result: LoggedIn, phone: str) -> Account:
    """Create an account, or give the account of the same Telegram user a new session."""
    try:
        return _store_account(actor, attempt, result, phone)
    except IntegrityError:  # another login of the same user has just created the account
        return _store_account(actor, attempt, result, phone)


@transaction.atomic
def _store_account(actor: Actor, attempt: LoginAttempt | None, result: LoggedIn, phone: str) -> Account:
    by_phone = LoginAttempt.unscoped.filter(pk=attempt.pk) if attempt is not None and not attempt.qr_state else None
    if by_phone is not None and not by_phone.delete()[0]:
        raise not_found("login")  # cancelled meanwhile, and its session is being ended
    rows = TelegramSession.objects.for_workspace(actor.workspace).select_for_update()
    row = rows.filter(user_id=result.user_id).first()
    if row is not None:
        ending.leave_session(row)
    else:
        account = Account(workspace=actor.workspace, kind=AccountKind.TELEGRAM, name=result.name[:100])
        account.save(force_insert=True)
        row = TelegramSession(workspace=actor.workspace, account=account, user_id=result.user_id, login_epoch=0)
        AccountLease.unscoped.create(workspace=actor.workspace, account=account)
    account = Account.unscoped.select_for_update(no_key=True).get(pk=row.account_id)
    row.phone = phone
    store_session(row, result)
    if account.state in (AccountState.NEEDS_LOGIN, AccountState.BANNED):  # a pause outlasts another login
        set_state(actor, account, AccountState.CONNECTED)
    if attempt is not None and attempt.qr_state:
        qr.finish(attempt, account.pk)
    audit.record(actor, "telegram.logged_in", str(account.pk))
    return account


def store_session(row: TelegramSession, result: LoggedIn) -> None:
    """Write the session of a finished login.

    ``logged_in_at`` is the time from which a ``random_id`` is known to Telegram: messages that were attempted before it
    are searched in the history.
    """
    session, state = result.session, result.state
    row.dc_id, row.host, row.port = session.dc_id, session.server_address, session.port
    row.auth_key, row.future_auth_token = crypto.encrypt(row, "auth_key", session.key), None
    row.login_epoch, row.logged_in_at = row.login_epoch + 1, clock.now()
    row.last_error_code, row.last_error_message, row.last_error_at = "", "", None
    if not row.pts:  # a known account continues where it stopped, to get what arrived while it was logged out
        if row.date and row.history_since is None:  # or, if that is lost, the conversations are read since then
            row.history_since = datetime.fromtimestamp(row.date, UTC) - OVERLAP
        row.pts, row.qts, row.date, row.seq = state.pts, state.qts, state.date, state.seq
    row.save()
