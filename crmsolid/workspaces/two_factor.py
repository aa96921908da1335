"""Two-factor authentication: codes by time (TOTP, RFC 6238, as authenticator apps make them) and recovery codes.

Each code is accepted once, and the database decides who was first. An attempt is counted before its code is looked at,
so that attempts at the same moment cannot get past the limit.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import timedelta
from urllib.parse import quote, urlencode

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from crmsolid.core import clock, crypto
from crmsolid.core.errors import DomainError, invalid
from crmsolid.workspaces import audit, sessions
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.email import queue_email
from crmsolid.workspaces.models import Membership, RecoveryCode, TwoFactor, User

ISSUER = "CRM Solid"
STEP_SECONDS = 30
DIGITS = 6
# A phone's clock may be a step behind or ahead, and typing takes a while.
TOLERATED_STEPS = (0, -1, 1)
SECRET_BYTES = 20  # RFC 4226 recommends the length of a SHA-1
# Three of a million codes are right at any moment: who has the password and tries all day has a chance of 1 in 700.
MAX_FAILURES = 20
FAILURES_COUNT_FOR = timedelta(hours=1)
RECOVERY_CODES = 10
_RECOVERY_BYTES = 10  # 80 bits, so that a plain digest keeps them

WRONG_CODE = "this code is not right; take the one that the app shows now"


def is_on(user: User) -> bool:
    """Whether signing in asks this user for a code."""
    return TwoFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


def new_secret() -> str:
    """A secret for the user's app, in base32. Only the session that shows it may keep it until it is confirmed."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def provisioning_uri(user: User, secret: str) -> str:
    """What the QR code says to the app."""
    label = quote(f"{ISSUER}:{user.email}", safe="@:")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': ISSUER}, quote_via=quote)}"


def confirm_setup(
    user: User, secret: str, code: str, *, session_key: str | None, ip: str | None, keep_assistants: bool = False
) -> list[str]:
    """Turn the second factor on with a secret of :func:`new_secret`, if the code is right; returns the recovery codes,
    which are shown this once.

    The user's other sessions, which began with the password alone, end, and their assistants are disconnected, unless
    ``keep_assistants``. Errors: ``validation_failed`` (code), ``invalid_state`` if it is on.
    """
    raw = base64.b32decode(secret)
    step = _step_of(raw, code)
    if step is None:
        raise invalid("code", "invalid", WRONG_CODE)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # no assistant is connected meanwhile
        TwoFactor.objects.filter(user=user, confirmed_at__isnull=True).delete()  # an older version made these
        try:
            with transaction.atomic():
                factor = TwoFactor(user=user, confirmed_at=clock.now(), last_step=step)
                factor.secret = crypto.encrypt(factor, "secret", raw)
                factor.save(force_insert=True)
        except IntegrityError:
            raise DomainError("invalid_state", "two-factor authentication is on already") from None
        codes = _replace_recovery_codes(user)
        sessions.end_other_sessions(user, session_key)
        assistants = None if keep_assistants else sessions.end_other_access(user, "two_factor_on", ip)
        audit.record_about_user(user, "user.two_factor_on", ip)
        _tell(user, "on", ip, assistants=assistants)
    return codes


def check_code(user: User, code: str, *, ip: str | None) -> bool:
    """Accept a code of the app or a recovery code, once. Returns whether it was a recovery code.

    Errors: ``validation_failed`` (code), ``rate_limited``, ``invalid_state`` if the second factor is off.
    """
    text = "".join(code.split()).replace("-", "").upper()
    if len(text) != DIGITS:
        # It has too many possible values to be guessed, so it works even while somebody guesses codes of the app.
        with transaction.atomic():
            if RecoveryCode.objects.filter(user=user, digest=_digest(text)).delete()[0]:
                left = RecoveryCode.objects.filter(user=user).count()
                audit.record_about_user(user, "user.recovery_code_used", ip, left=left)
                subject = "A recovery code for CRM Solid was used"
                queue_email(user.email, subject, "recovery_codes", ip=ip, left=left)
                return True
    _count_attempt(user)
    factor = TwoFactor.objects.filter(user=user, confirmed_at__isnull=False).first()
    if factor is None:
        raise DomainError("invalid_state", "two-factor authentication is off")
    if not _accept(factor, text):
        raise invalid("code", "invalid", WRONG_CODE)
    return False


def turn_off(user: User, code: str, *, session_key: str | None, ip: str | None) -> None:
    """Ask for one factor only from now on, and end the user's other sessions and their assistants: they may be those of
    whoever has the phone. Errors: as :func:`check_code`; ``invalid_state`` too while a workspace of the user's requires
    two."""
    names = requiring_workspaces(user)
    if names:
        raise DomainError("invalid_state", f"{names[0]} requires two-factor authentication of its members")
    check_code(user, code, ip=ip)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # no assistant is connected meanwhile
        TwoFactor.objects.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()
        sessions.end_other_sessions(user, session_key)
        assistants = sessions.end_other_access(user, "two_factor_off", ip)
        audit.record_about_user(user, "user.two_factor_off", ip)
        _tell(user, "off", ip, assistants=assistants)


@transaction.atomic
def turn_off_by_command(email: str) -> User:
    """Turn it off for somebody who has lost their codes, also while a workspace requires it: they set it up again then.
    All their sessions and assistants end. For management commands, because it asks for nothing.

    Errors: ``not_found``; ``invalid_state`` if it is off.
    """
    user = User.objects.select_for_update(no_key=True).filter(email=email.strip().lower()).first()
    if user is None:
        raise DomainError("not_found", "there is no user with this e-mail address")
    if not TwoFactor.objects.filter(user=user, confirmed_at__isnull=False).delete()[0]:
        raise DomainError("invalid_state", "two-factor authentication of this user is off")
    RecoveryCode.objects.filter(user=user).delete()
    sessions.end_other_sessions(user, None)
    assistants = sessions.end_other_access(user, "two_factor_off", None)
    for membership in Membership.unscoped.filter(user=user).select_related("workspace").order_by("pk"):
        actor = Actor.command(membership.workspace, "turn_off_two_factor")
        audit.record(actor, "membership.two_factor_off", str(membership.pk))
    _tell(user, "off", None, assistants=assistants, by_operator=True)
    return user


def new_recovery_codes(user: User, code: str, *, ip: str | None) -> list[str]:
    """Replace the recovery codes; returns the new ones, which are shown this once. Errors: as :func:`check_code`."""
    check_code(user, code, ip=ip)
    with transaction.atomic():
        codes = _replace_recovery_codes(user)
        audit.record_about_user(user, "user.recovery_codes_replaced", ip)
        subject = "Your recovery codes for CRM Solid were replaced"
        queue_email(user.email, subject, "recovery_codes", ip=ip, left=None)
    return codes


def recovery_codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user).count()


def requiring_workspaces(user: User) -> list[str]:
    """The names of the user's workspaces that require two factors of their members."""
    rows = Membership.unscoped.filter(user=user, workspace__requires_two_factor=True)
    return list(rows.order_by("workspace__name").values_list("workspace__name", flat=True))


def totp(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of a time step (RFC 6238, with HMAC-SHA-1, the only algorithm that every app knows)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def _accept(factor: TwoFactor, code: str) -> bool:
    """Whether the code is that of a step near now and no code of this step or a later one was accepted before."""
    step = _step_of(crypto.decrypt(factor, "secret"), code)
    if step is None:
        return False
    unused = TwoFactor.objects.filter(pk=factor.pk, last_step__lt=step)
    return bool(unused.update(last_step=step, failures=0, failures_since=None))


def _step_of(secret: bytes, code: str) -> int | None:
    """The step near now whose code this is."""
    now, text = int(clock.now().timestamp()) // STEP_SECONDS, "".join(code.split()).encode()
    steps = (now + offset for offset in TOLERATED_STEPS)
    return next((step for step in steps if hmac.compare_digest(totp(secret, step).encode(), text)), None)


def _count_attempt(user: User) -> None:
    """Count one attempt; the right code sets the count to zero again. Raises ``rate_limited`` above the limit."""
    now = clock.now()
    factors = TwoFactor.objects.filter(user=user)
    is_over = Q(failures_since__isnull=True) | Q(failures_since__lte=now - FAILURES_COUNT_FOR)
    if factors.filter(is_over).update(failures=1, failures_since=now):
        return
    if factors.exists() and not factors.filter(failures__lt=MAX_FAILURES).update(failures=F("failures") + 1):
        detail = "too many wrong codes; use a recovery code, or wait an hour"
        raise DomainError("rate_limited", detail)


def _replace_recovery_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    texts = [base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, digest=_digest(text)) for text in texts])
    return ["-".join(text[start : start + 4] for start in range(0, 16, 4)) for text in texts]


def _tell(user: User, state: str, ip: str | None, *, assistants: int | None = None, by_operator: bool = False) -> None:
    """Whoever has somebody's session could do this, so the owner of the account learns of it."""
    subject = f"Two-factor authentication for CRM Solid is {state}"
    facts = {"state": state, "ip": ip, "assistants": assistants, "by_operator": by_operator}
    queue_email(user.email, subject, "two_factor_changed", **facts)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
