"""The verbs of Telegram accounts: log in by phone, code and password; log out.

Each step talks to Telegram first and opens its transaction after it.
"""

from datetime import timedelta

from django.db import transaction

from crmsolid.core import clock, crypto
from crmsolid.core.errors import DomainError, not_found
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Mode
from crmsolid.workspaces.scopes import Scope
from messaging.models import Account, AccountKind, AccountLease, AccountState, LoginAttempt, TelegramSession
from messaging.telegram import config, login
from messaging.telegram.login import LoggedIn
from messaging.telegram.session import from_row, seal, unseal

LOGIN_TTL = timedelta(minutes=5)


def begin_login(actor: Actor, *, phone: str) -> LoginAttempt:
    """Let Telegram send a code to the phone's Telegram app. The attempt is good for 5 minutes.

    Errors: ``invalid_state`` (test workspace, Telegram not set up), ``validation_failed`` (phone), ``rate_limited``,
    ``service_unavailable``.
    """
    _require_login(actor)
    session, number, code_hash = login.send_code(phone)
    with transaction.atomic():
        LoginAttempt.unscoped.filter(expires_at__lt=clock.now()).delete()
        attempt = LoginAttempt(workspace=actor.workspace, expires_at=clock.now() + LOGIN_TTL)
        attempt.sealed = seal(session, phone=number, code_hash=code_hash)
        attempt.save(force_insert=True)
        audit.record(actor, "telegram.login_started", attempt.id)
    return attempt


def submit_code(actor: Actor, *, attempt_id: str, code: str) -> Account | LoginAttempt:
    """The account; or the attempt again, with ``needs_password``, when the account has a second factor.

    A wrong code may be tried again. Errors: ``not_found``, ``invalid_state`` (expired), ``validation_failed``.
    """
    attempt = _open_attempt(actor, attempt_id)
    session, kept = unseal(bytes(attempt.sealed))
    result = login.sign_in(session, kept["phone"], kept["code_hash"], code.strip())
    if isinstance(result, LoggedIn):
        return _complete(actor, attempt, result)
    attempt.sealed, attempt.needs_password = seal(result.session, **kept), True
    attempt.save(update_fields=["sealed", "needs_password"])
    return attempt


def submit_password(actor: Actor, *, attempt_id: str, password: str) -> Account:
    """The account, after the second factor. A wrong password may be tried again; errors as for the code."""
    attempt = _open_attempt(actor, attempt_id)
    if not attempt.needs_password:
        raise DomainError("invalid_state", "Telegram has not asked for a password; send the code first")
    session, _ = unseal(bytes(attempt.sealed))
    return _complete(actor, attempt, login.check_password(session, password))


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
        raise DomainError("invalid_state", "Telegram is not set up here: set TELEGRAM_API_ID and TELEGRAM_API_HASH")


def _open_attempt(actor: Actor, attempt_id: str) -> LoginAttempt:
    _require_login(actor)
    found: LoginAttempt | None = LoginAttempt.objects.for_workspace(actor.workspace).filter(pk=attempt_id).first()
    if found is None:
        raise not_found("login")
    if found.expires_at <= clock.now():
        raise DomainError("invalid_state", "the login has expired; start again")
    return found


@transaction.atomic
def _complete(actor: Actor, attempt: LoginAttempt, result: LoggedIn) -> Account:
    """A new account, or the one of the same Telegram user with a new session."""
    row = TelegramSession.objects.for_workspace(actor.workspace).filter(user_id=result.user_id).first()
    if row is None:
        account = Account(workspace=actor.workspace, kind=AccountKind.TELEGRAM, name=result.name[:100])
        account.save(force_insert=True)
        row = TelegramSession(workspace=actor.workspace, account=account, user_id=result.user_id, login_epoch=0)
        AccountLease.unscoped.create(workspace=actor.workspace, account=account)
    account = row.account
    store_login(row, result)
    account.state, account.paused_until = AccountState.CONNECTED, None
    account.save(update_fields=["state", "paused_until"])
    attempt.delete()
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
