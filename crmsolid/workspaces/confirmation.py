"""Whether the user of a session has proved who they are lately: by logging in, or by entering the password once more.

What outlives a session asks for it, because whoever has stolen a session does not know the password. A change of the
password or of the second factor makes every session prove it again.
"""

from datetime import timedelta

from django.db import transaction

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.workspaces import two_factor
from crmsolid.workspaces.models import User, UserSession

COUNTS_FOR = timedelta(minutes=10)


def is_confirmed(user: User, session_key: str | None) -> bool:
    """Whether the session exists, is the user's, and its user has proved who they are within the last ten minutes."""
    since = clock.now() - COUNTS_FOR
    return UserSession.objects.filter(user=user, session_key=session_key or "", confirmed_at__gt=since).exists()


def confirm(user: User, code: str, *, session_key: str | None, ip: str | None) -> None:
    """Note that the user has entered the password in this session. ``code`` is that of the second factor, if it is on.

    Errors: as :func:`two_factor.check_code`; ``invalid_state`` if password or second factor was changed meanwhile.
    """
    asks_for_code = two_factor.is_on(user)
    if asks_for_code:
        two_factor.check_code(user, code, ip=ip)
    with transaction.atomic():
        row = lock(user)
        if row.password != user.password or two_factor.is_on(user) != asks_for_code:
            raise DomainError("invalid_state", "how you log in was changed a moment ago; log in again")
        UserSession.objects.filter(user=user, session_key=session_key or "").update(confirmed_at=clock.now())


def lock(user: User) -> User:
    """Wait for a change of this user's password or second factor that is under way, and hold up the next one until the
    end of the caller's transaction."""
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)
