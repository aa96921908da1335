"""The verbs of Telegram accounts: log in by phone, code and password; log out.

Each step talks to Telegram first and opens its transaction after it.
"""

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
from crmsolid.workspaces.models import Mode
from crmsolid.workspaces.scopes import Scope
from messaging.models import Account, AccountKind, AccountLease, AccountState, LoginAttempt, TelegramSession
from messaging.telegram import config, login
from messaging.telegram.login import CodeSent, LoggedIn
from messaging.telegram.session import from_row, seal, unseal

LOGIN_TTL = timedelta(minutes=5)  # after each step that went well
STEP_TTL = timedelta(seconds=login.STEP_SECONDS + login.LEAVE_SECONDS + 5)
CODES_A_MINUTE = 5  # a workspace: Telegram counts them against the whole installation


@dataclass(frozen=True, slots=True)
class OpenLogin:
    """A login between two of its steps, as its page shows it. ``via``: where the code went."""

    id: str
    phone: str
    via: str
    needs_password: bool


def begin_login(actor: Actor, *, phone: str) -> LoginAttempt:
    """Let Telegram send a code to the phone's Telegram app. The attempt is good for 5 minutes.

    Errors: ``invalid_state`` (test workspace, Telegram not set up), ``validation_failed`` (phone), ``rate_limited``,
    ``service_unavailable``.
    """
    _require_login(actor)
    _pace(actor)
    sent = login.send_code(phone)
    with transaction.atomic():
        LoginAttempt.unscoped.filter(expires_at__lt=clock.now()).delete()
        attempt = LoginAttempt(workspace=actor.workspace, expires_at=clock.now() + LOGIN_TTL, sealed=_sealed(sent))
        attempt.save(force_insert=True)
        audit.record(actor, "telegram.login_started", attempt.id)
    return attempt


def resend_code(actor: Actor, *, attempt_id: str) -> None:
    """Let Telegram send the code again, which makes the one before it useless. Errors as for ``begin_login``."""
    with _step(actor, attempt_id) as attempt:
        if attempt.needs_password:
            raise DomainError("invalid_state", "Telegram has taken the code; it asks for the password now")
        _pace(actor)
        session, kept = unseal(bytes(attempt.sealed))
        sent = login.resend_code(session, kept["phone"], kept["code_hash"])
        _keep(attempt, sealed=_sealed(sent))


def submit_code(actor: Actor, *, attempt_id: str, code: str) -> Account | LoginAttempt:
    """The account; or the attempt again, with ``needs_password``, when the account has a second factor.

    A wrong code may be tried again. Errors: ``not_found``, ``invalid_state`` (expired), ``validation_failed``.
    """
    with _step(actor, attempt_id) as attempt:
        session, kept = unseal(bytes(attempt.sealed))
        result = login.sign_in(session, kept["phone"], kept["code_hash"], code.strip())
        if isinstance(result, LoggedIn):
            return _complete(actor, attempt, result, kept["phone"])
        _keep(attempt, sealed=seal(result.session, **kept), needs_password=True)
        return attempt


def submit_password(actor: Actor, *, attempt_id: str, password: str) -> Account:
    """The account, after the second factor. A wrong password may be tried again; errors as for the code."""
    with _step(actor, attempt_id) as attempt:
        if not attempt.needs_password:
            raise DomainError("invalid_state", "Telegram has not asked for a password; send the code first")
        session, kept = unseal(bytes(attempt.sealed))
        return _complete(actor, attempt, login.check_password(session, password), kept["phone"])


def open_login(actor: Actor, *, attempt_id: str) -> OpenLogin:
    """What the next step's page needs. Errors: ``not_found``, ``invalid_state`` (expired)."""
    _require_login(actor)
    attempt = _unexpired(LoginAttempt.objects.for_workspace(actor.workspace).filter(pk=attempt_id).first())
    _, kept = unseal(bytes(attempt.sealed))
    return OpenLogin(attempt.id, f"+{kept['phone']}", kept.get("via", "app"), attempt.needs_password)


def cancel_login(actor: Actor, *, attempt_id: str) -> None:
    """Forget a login that was begun; nothing happens if there is none."""
    actor.require(Scope.WRITE_MESSAGES)
    LoginAttempt.objects.for_workspace(actor.workspace).filter(pk=attempt_id).delete()


def logout(actor: Actor, account: Account) -> bool:
    """End the account's session. Its messages wait for the next login. False: Telegram could not be told, so the
    session is to be ended in a Telegram app, under Devices."""
    actor.require(Scope.WRITE_MESSAGES)
    with transaction.atomic():
        rows = TelegramSession.objects.for_workspace(actor.workspace).select_for_update()
        row = rows.filter(account=account).exclude(auth_key=b"").first()
        if row is None:
            raise DomainError("invalid_state", "the account is not logged in")
        session = from_row(row)
        row.auth_key, row.login_epoch = b"", row.login_epoch + 1
        row.save(update_fields=["auth_key", "login_epoch"])
        Account.objects.for_workspace(actor.workspace).filter(pk=account.pk).update(
            state=AccountState.NEEDS_LOGIN, paused_until=None
        )
        audit.record(actor, "telegram.logged_out", str(account.pk))
    try:
        login.log_out(session)
    except DomainError:
        return False
    return True


def _require_login(actor: Actor) -> None:
    actor.require(Scope.WRITE_MESSAGES)
    if actor.workspace.mode != Mode.LIVE:
        raise DomainError("invalid_state", "a test workspace has sandbox accounts only")
    if not config.enabled():
        raise DomainError("invalid_state", f"Telegram is not set up here: set {' and '.join(config.missing())}")


def _pace(actor: Actor) -> None:
    """Raise ``rate_limited`` for more codes than somebody types."""
    decision = limiter().check(f"telegram-code:{actor.workspace.pk}", CODES_A_MINUTE)
    if not decision.allowed:
        wait = decision.reset_seconds
        headers = {"Retry-After": str(wait)}
        raise DomainError("rate_limited", f"too many codes; wait {login.in_words(wait)}", headers=headers)


def _sealed(sent: CodeSent) -> bytes:
    return seal(sent.session, phone=sent.phone, code_hash=sent.code_hash, via=sent.via)


@contextmanager
def _step(actor: Actor, attempt_id: str) -> Iterator[LoginAttempt]:
    """The attempt, ours alone for one step: a second click would use up the code under the first one's hands."""
    _require_login(actor)
    rows = LoginAttempt.objects.for_workspace(actor.workspace).filter(pk=attempt_id)
    now = clock.now()
    is_free = Q(step_until=None) | Q(step_until__lte=now)
    if not rows.filter(is_free).update(step_until=now + STEP_TTL):
        _unexpired(rows.first())
        raise DomainError("invalid_state", "Telegram is being asked already; reload the page in a moment")
    try:
        yield _unexpired(rows.first())
    finally:
        rows.filter(step_until=now + STEP_TTL).update(step_until=None)


def _unexpired(found: LoginAttempt | None) -> LoginAttempt:
    if found is None:
        raise not_found("login")
    if found.expires_at <= clock.now():
        raise DomainError("invalid_state", "the login has expired; start again")
    return found


def _keep(attempt: LoginAttempt, *, sealed: bytes, needs_password: bool = False) -> None:
    """Write a step's end, unless somebody has started over meanwhile; the next one has its time from now."""
    attempt.sealed, attempt.needs_password, attempt.expires_at = sealed, needs_password, clock.now() + LOGIN_TTL
    values = {"sealed": sealed, "needs_password": needs_password, "expires_at": attempt.expires_at}
    if not LoginAttempt.unscoped.filter(pk=attempt.pk).update(**values):
        raise not_found("login")


def _complete(actor: Actor, attempt: LoginAttempt, result: LoggedIn, phone: str) -> Account:
    """A new account, or the one of the same Telegram user with a new session."""
    try:
        return _store(actor, attempt, result, phone)
    except IntegrityError:  # two logins of one user at once: the other one has made the account by now
        return _store(actor, attempt, result, phone)


@transaction.atomic
def _store(actor: Actor, attempt: LoginAttempt, result: LoggedIn, phone: str) -> Account:
    rows = TelegramSession.objects.for_workspace(actor.workspace).select_for_update()
    row = rows.filter(user_id=result.user_id).first()
    if row is None:
        account = Account(workspace=actor.workspace, kind=AccountKind.TELEGRAM, name=result.name[:100])
        account.save(force_insert=True)
        row = TelegramSession(workspace=actor.workspace, account=account, user_id=result.user_id, login_epoch=0)
        AccountLease.unscoped.create(workspace=actor.workspace, account=account)
    account = row.account
    row.phone = phone
    store_login(row, result)
    account.state, account.paused_until = AccountState.CONNECTED, None
    account.save(update_fields=["state", "paused_until"])
    LoginAttempt.unscoped.filter(pk=attempt.pk).delete()
    audit.record(actor, "telegram.logged_in", str(account.pk))
    return account


def store_login(row: TelegramSession, result: LoggedIn) -> None:
    """Write the new session. What was sent before and never settled is looked for in the history from now on."""
    centre, state = result.session.centre, result.state
    row.dc_id, row.host, row.port = centre.id, centre.host, centre.port
    row.auth_key = crypto.encrypt(result.session.key)
    row.login_epoch, row.logged_in_at = row.login_epoch + 1, clock.now()
    if not row.pts:  # a known account goes on reading where it stopped: what came while it was logged out too
        row.pts, row.qts, row.date, row.seq = state.pts, state.qts, state.date, state.seq
    row.save()
