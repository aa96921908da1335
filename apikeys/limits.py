"""The limiter in use, and what is written down about a key's use."""

import logging
import threading
import time
from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.db import DatabaseError

from apikeys.authentication import Credentials
from apikeys.limiter import CountsRequests, Limiter, LocalLimiter, RedisLimiter
from apikeys.models import ApiKey
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.redis import build_client
from crmsolid.core.sql.table import Table, datetime_param
from crmsolid.workspaces import audit

logger = logging.getLogger("crmsolid.apikeys")

LAST_USED_EVERY = timedelta(seconds=60)
AUDIT_REFUSAL_EVERY_SECONDS = 60.0

_keys = Table(ApiKey)
_audited: dict[tuple[str, str], float] = {}
_audited_lock = threading.Lock()


@lru_cache(maxsize=1)
def limiter() -> CountsRequests:
    """The process's limiter: exact through Redis where there is one, else exact within this process."""
    if not settings.REDIS_URL:
        return LocalLimiter()
    return Limiter(RedisLimiter(build_client(settings.REDIS_URL)))


def touch(key: ApiKey, ip: str | None) -> None:
    """Last used time and address, at most one write a minute a key however busy it is."""
    now = clock.now()
    if key.last_used_at is not None and now - key.last_used_at < LAST_USED_EVERY:
        return
    try:
        _keys.update(
            {"last_used_at": now, "last_used_ip": ip},
            "id = %s AND (last_used_at IS NULL OR last_used_at < %s)",
            [key.id, datetime_param(now - LAST_USED_EVERY)],
        )
        key.last_used_at = now
    except DatabaseError:  # the answer is ready; a lost note about it must not turn it into an error
        logger.warning("could not note the use of a key", extra={"key": key.id}, exc_info=True)


def audit_refusal(found: Credentials, error: DomainError, ip: str | None) -> None:
    """``key.refused`` in the audit log, at most once a minute a key and reason: a storm must not fill it."""
    reason = str(error.extra.get("required_scope", ip if error.code == "ip_not_allowed" else ""))
    mark, now = (found.key.id, f"{error.code}:{reason}"), time.monotonic()
    with _audited_lock:
        if now - _audited.get(mark, -AUDIT_REFUSAL_EVERY_SECONDS) < AUDIT_REFUSAL_EVERY_SECONDS:
            return
        if len(_audited) > 10_000:
            _audited.clear()
        _audited[mark] = now
    actor = found.actor("rest", ip)
    try:
        audit.record(actor, "key.refused", found.key.id, code=error.code, reason=reason)
    except DatabaseError:
        logger.warning("could not audit a refusal", extra={"key": found.key.id}, exc_info=True)
