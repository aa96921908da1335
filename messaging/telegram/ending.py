"""Ends sessions at Telegram that nobody here uses any more, so that none stays open in the list of the owner's devices.

A :class:`SessionToEnd` is written in the transaction that takes a key from its login. A logout tries to end it at once;
the task ``messaging.end_sessions`` ends the others, and tries again for :data:`GIVE_UP_AFTER`. A session that Telegram
knows no more counts as ended. Importing this module does not load Telethon.
"""

import json
import logging
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from crmsolid.core import clock, crypto
from crmsolid.core.errors import DomainError
from messaging.models import AccountLease, LoginAttempt, SessionToEnd, TelegramSession
from messaging.telegram import config, leases

if TYPE_CHECKING:
    from messaging.telegram.client import Session

logger = logging.getLogger("crmsolid.telegram")

FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
CLAIM = timedelta(seconds=60)  # longer than a request to Telegram takes
TOKEN_TTL = timedelta(days=30)
BATCH = 20
RUN_SECONDS = 25.0  # then a run begins no other one: the next run comes 30 s after this one
# A logout in the panel waits so long for the worker to let go of the account, and then for Telegram. It is short,
# because each waiting request occupies one of the few threads of a web process.
RELEASE_SECONDS = 5.0
LOGOUT_SECONDS = 10.0
POLL_SECONDS = 0.1


def leave_session(row: TelegramSession) -> SessionToEnd | None:
    """Note that the session of this account is to be ended, because its login is replaced or over; None if there is
    nothing to end. Runs in the transaction that changes the row, which must be locked."""
    if not row.auth_key:
        return None
    # Locked, so that no worker acquires the account between this and the end of the transaction.
    lease = AccountLease.unscoped.select_for_update().filter(account_id=row.account_id).first()
    try:
        key = crypto.decrypt(row, "auth_key")
    except crypto.Unreadable:
        logger.exception("a session stays open at Telegram", extra={"account_id": row.account_id})
        return None
    left = SessionToEnd(
        workspace_id=row.workspace_id, account_id=row.account_id, lease_epoch=lease.epoch if lease else 0
    )
    left.dc_id, left.host, left.port = row.dc_id, row.host, row.port
    return _save(left, key)


@transaction.atomic
def discard_logins(attempts: QuerySet[LoginAttempt]) -> int:
    """Delete these logins in progress; returns how many. Telegram may have let one in already, without our knowing."""
    found = list(attempts.order_by("pk").select_for_update())
    for attempt in found:
        _leave_login(attempt)
    LoginAttempt.unscoped.filter(pk__in=[each.pk for each in found]).delete()
    return len(found)


def _leave_login(attempt: LoginAttempt) -> None:
    try:
        state: dict[str, Any] = json.loads(crypto.decrypt(attempt, "encrypted_state"))
    except crypto.Unreadable:
        logger.exception("a login is deleted here, and not ended at Telegram", extra={"login": attempt.pk})
        return
    left = SessionToEnd(workspace_id=attempt.workspace_id, dc_id=state["dc"], host=state["host"], port=state["port"])
    left.not_before = attempt.step_lease_until or clock.now()  # a step in progress may still log in
    if state["key"]:
        _save(left, bytes.fromhex(state["key"]))


def leave_key(workspace_id: int, session: "Session") -> SessionToEnd | None:
    """Note that the session of a login that failed is to be ended; None if it has no key. No connection may use it any
    more."""
    left = SessionToEnd(workspace_id=workspace_id, dc_id=session.dc_id, host=session.server_address, port=session.port)
    return _save(left, session.key) if session.key else None


def _save(left: SessionToEnd, key: bytes) -> SessionToEnd:
    left.auth_key = crypto.encrypt(left, "auth_key", key)
    left.save(force_insert=True)
    return left


def end_due_sessions() -> int:
    """End the sessions that are due, some at a time and for a limited time; returns how many were ended."""
    if config.missing():
        return 0
    due = SessionToEnd.unscoped.filter(not_before__lte=clock.now()).order_by("not_before")
    deadline, ended = time.monotonic() + RUN_SECONDS, 0
    for pk in list(due.values_list("pk", flat=True)[:BATCH]):
        ended += end(pk)
        if time.monotonic() >= deadline:
            break
    return ended


def end_soon(left: SessionToEnd) -> bool:
    """Wait a moment for the worker to let go of the account, then end the session. False if that did not succeed: then
    the task goes on."""
    deadline = time.monotonic() + RELEASE_SECONDS
    while is_held(left) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return end(left.pk, LOGOUT_SECONDS)


def is_held(left: SessionToEnd) -> bool:
    """Whether a worker may still be connected with the key. A second connection could come from another address, and
    Telegram then ends the session without a token for the next login."""
    if left.account_id is None:
        return False
    held = AccountLease.unscoped.filter(account_id=left.account_id, epoch=left.lease_epoch).exclude(worker="")
    return held.filter(lease_until__gt=clock.now() - leases.third()).exists()


def end(pk: str, seconds: float | None = None) -> bool:
    """Log this session out at Telegram; whether it has ended. Does nothing while a worker holds it, or while somebody
    else tries."""
    config.load_telethon()
    from messaging.telegram import login
    from messaging.telegram.client import Session

    now = clock.now()
    due = SessionToEnd.unscoped.filter(pk=pk, not_before__lte=now)
    left = due.first()
    if left is None or is_held(left) or not due.update(not_before=now + CLAIM, attempts=F("attempts") + 1):
        return False
    try:
        session = Session(left.dc_id, left.host, left.port, crypto.decrypt(left, "auth_key"))
        token = login.log_out(session, login.STEP_SECONDS if seconds is None else seconds)
    except login.Busy:  # no try: the next run may have more luck
        SessionToEnd.unscoped.filter(pk=pk).update(not_before=left.not_before, attempts=left.attempts)
        return False
    except (DomainError, crypto.Unreadable) as error:
        _try_later(left, error)
        return False
    with transaction.atomic():
        left.delete()
        _keep_token(left, token)
    return True


def _try_later(left: SessionToEnd, error: Exception) -> None:
    extra = {"account_id": left.account_id, "data_center": left.dc_id}
    now = clock.now()
    if now - left.created_at >= GIVE_UP_AFTER:
        logger.error("a session stays open at Telegram, end it in a Telegram app: %s", error, extra=extra)
        left.delete()
        return
    logger.warning("a session could not be ended at Telegram yet: %s", error, extra=extra)
    wait = min(FIRST_RETRY * 2 ** min(left.attempts, 10), LONGEST_RETRY)
    SessionToEnd.unscoped.filter(pk=left.pk).update(not_before=now + wait)


def drop_old_tokens() -> None:
    """Forget with which tokens accounts may come back without a code, :data:`TOKEN_TTL` after their logout."""
    begin = clock.now() - TOKEN_TTL
    rows = TelegramSession.unscoped.filter(auth_key=b"", logged_in_at__lt=begin).exclude(future_auth_token=None)
    rows.filter(Q(disconnected_at=None) | Q(disconnected_at__lt=begin)).update(future_auth_token=None)


def _keep_token(left: SessionToEnd, token: bytes) -> None:
    if not token or left.account_id is None:
        return
    row = TelegramSession.unscoped.select_for_update().get(account_id=left.account_id)
    if row.auth_key:  # logged in again meanwhile
        return
    row.future_auth_token = crypto.encrypt(row, "future_auth_token", token)
    row.save(update_fields=["future_auth_token"])
