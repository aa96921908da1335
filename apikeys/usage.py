"""Recording the use of keys: when a key was last used, and which requests were refused."""

import logging
import threading
import time
from datetime import timedelta

from django.db import DatabaseError

from apikeys.authentication import Credentials
from apikeys.models import ApiKey
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.sql.table import Table, datetime_param
from crmsolid.workspaces import audit

logger = logging.getLogger("crmsolid.apikeys")

LAST_USED_INTERVAL = timedelta(seconds=60)
AUDIT_INTERVAL_SECONDS = 60.0
MAX_AUDITED = 10_000

_keys = Table(ApiKey)
_audited: dict[tuple[str, str], float] = {}  # (key, reason) -> when it was last written, by the monotonic clock
_audited_lock = threading.Lock()


def record_use(key: ApiKey, ip: str | None) -> None:
    """Store when and from where the key was last used, with at most one write a minute for each key."""
    now = clock.now()
    if key.last_used_at is not None and now - key.last_used_at < LAST_USED_INTERVAL:
        return
    try:
        _keys.update(
            {"last_used_at": now, "last_used_ip": ip},
            "id = %s AND (last_used_at IS NULL OR last_used_at < %s)",
            [key.id, datetime_param(now - LAST_USED_INTERVAL)],
        )
        key.last_used_at = now
    except DatabaseError:  # the response is ready, so this must not turn it into an error
        logger.warning("could not record the use of a key", extra={"key": key.id}, exc_info=True)


def record_refusal(credentials: Credentials, error: DomainError, ip: str | None) -> None:
    """Write ``key.refused`` to the audit log, at most once a minute for each key and reason: many refused requests
    must not fill the log."""
    reason = str(error.extra.get("required_scope", ip if error.code == "ip_not_allowed" else ""))
    subject, now = (credentials.key.id, f"{error.code}:{reason}"), time.monotonic()
    with _audited_lock:
        if now - _audited.get(subject, -AUDIT_INTERVAL_SECONDS) < AUDIT_INTERVAL_SECONDS:
            return
        if len(_audited) > MAX_AUDITED:
            _audited.clear()
        _audited[subject] = now
    actor = credentials.actor("rest", ip)
    try:
        audit.record(actor, "key.refused", credentials.key.id, code=error.code, reason=reason)
    except DatabaseError:
        logger.warning("could not audit a refusal", extra={"key": credentials.key.id}, exc_info=True)
