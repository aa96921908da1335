"""A log line for each log-in, log-out, change of a password and refusal, with the user's id, address and outcome.

What was typed is not logged: people type passwords into the wrong field. Each process logs at most ``MAX_REFUSALS``
refusals a minute, because anybody can cause them, and as many refused pages of each user.
"""

import logging
from functools import lru_cache
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from apikeys.limiter import LocalLimiter
from crmsolid.core.client_ip import client_ip
from crmsolid.workspaces.models import User

logger = logging.getLogger("crmsolid.sign_in")

MAX_REFUSALS = 60
MAX_PATH = 200


def connect() -> None:
    """Log what Django's signals tell."""
    user_logged_in.connect(_logged_in, dispatch_uid="crmsolid.sign_in_log")
    user_logged_out.connect(_logged_out, dispatch_uid="crmsolid.sign_in_log")
    user_login_failed.connect(_login_failed, dispatch_uid="crmsolid.sign_in_log")


def password_changed(request: HttpRequest, user: User) -> None:
    _log(logging.INFO, "password changed", request, user.pk)


def second_factor_refused(request: HttpRequest, user: User) -> None:
    if _refusal_may_be_logged():
        _log(logging.WARNING, "second factor refused", request, user.pk)


def page_refused(request: HttpRequest, user: User) -> None:
    """The user may not open this page, or not do this on it."""
    if _refusal_may_be_logged(f"pages:{user.pk}"):
        what = f"{request.method} {request.path[:MAX_PATH]}"  # without the query, which may have what was searched for
        _log(logging.WARNING, "page refused", request, user.pk, page=what)


@lru_cache(maxsize=1)
def refusals() -> LocalLimiter:
    """This process's count of the refusals that it has logged."""
    return LocalLimiter()


def _refusal_may_be_logged(bucket: str = "refusals") -> bool:
    return refusals().check(bucket, MAX_REFUSALS).allowed


def _logged_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    _log(logging.INFO, "logged in", request, user.pk)


def _logged_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        _log(logging.INFO, "logged out", request, user.pk)


def _login_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    if request is None or not _refusal_may_be_logged():
        return
    email = str(credentials.get("username", "")).strip().lower().replace("\0", "")
    user_id = User.objects.filter(email=email).values_list("pk", flat=True).first()
    _log(logging.WARNING, "log-in refused", request, user_id)


def _log(level: int, outcome: str, request: HttpRequest, user_id: int | None, **more: str) -> None:
    """``user_id`` is None if no account has the e-mail address that was typed."""
    logger.log(level, outcome, extra={"outcome": outcome, "user_id": user_id, "ip": client_ip(request), **more})
