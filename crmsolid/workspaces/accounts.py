"""What people do with their own account: sign up, change or reset the password, their name, time zone and theme."""

import secrets
from collections.abc import Callable
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.text import slugify

from crmsolid.core.errors import DomainError, FieldError, invalid
from crmsolid.core.periods import time_zones
from crmsolid.workspaces import audit, sessions
from crmsolid.workspaces.email import queue_email
from crmsolid.workspaces.models import OpensNext, Theme, User, Workspace
from crmsolid.workspaces.services import MAX_NAME, create_workspace

MAX_USER_NAME = 150
MAX_PASSWORD = 1000
MAX_SLUG = 40

Link = Callable[..., str]
"""Makes the absolute address of a page that an e-mail leads to."""


def sign_up(*, name: str, email: str, password: str, workspace: str, ip: str | None) -> tuple[User, Workspace] | None:
    """Create a user with a workspace of their own, whose trial begins.

    None if there is an account with this address: :func:`tell_that_account_exists` says so to its owner alone. Errors:
    ``validation_failed`` (name, email, password, workspace).
    """
    title = clean_workspace_name(workspace)
    user = new_user(name=name, email=email, password=password)
    try:
        with transaction.atomic():
            save_new_user(user)
            live = _create_workspace(title, user)
            audit.record_about_user(user, "user.signed_up", ip)
            return user, live
    except EmailTaken:
        return None


def tell_that_account_exists(email: str, *, login_link: str, reset_link: str) -> None:
    """Write to the owner of the address with which somebody wanted to sign up."""
    subject = "You already have an account at CRM Solid"
    queue_email(normalize_email(email), subject, "account_exists", login_link=login_link, reset_link=reset_link)


class EmailTaken(Exception):
    """There is an account with this address."""


def new_user(*, name: str, email: str, password: str) -> User:
    """A user who is not saved yet. Call it outside of a transaction, because hashing the password takes long. Errors:
    ``validation_failed`` (name, email, password)."""
    user = User(email=normalize_email(email), name=clean_name(name))
    check_password_rules(user, password)
    user.password = make_password(password)
    return user


def save_new_user(user: User) -> None:
    """Save a user of :func:`new_user`. Raises ``EmailTaken``, also when another request was a moment faster."""
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise EmailTaken from None


def _create_workspace(name: str, owner: User) -> Workspace:
    """A workspace whose slug is made from its name, with a random end if it is taken."""
    base = (slugify(name)[:MAX_SLUG].strip("-") or "workspace").removesuffix("-test") or "workspace"
    if not Workspace.objects.filter(slug=base).exists():
        try:
            return create_workspace(slug=base, name=name, owner=owner)
        except DomainError:  # taken a moment ago
            pass
    return create_workspace(slug=f"{base}-{secrets.token_hex(4)}", name=name, owner=owner)


# --- Password ---------------------------------------------------------------------------------------------------------
def change_password(
    user: User, new: str, *, session_key: str | None, ip: str | None, keep_assistants: bool = False
) -> int:
    """Set another password for a user who has given the present one; returns how many other sessions ended.

    The user's assistants are disconnected, unless ``keep_assistants``. Errors: ``validation_failed`` (password);
    ``invalid_state`` if it was changed meanwhile.
    """
    return _set_password(user, new, "password_changed", session_key, ip, keep_assistants)


def request_password_reset(email: str, link: Link) -> None:
    """Send a link to the address, if somebody has it. The caller learns nothing."""
    try:
        address = normalize_email(email)
    except DomainError:
        return
    user = User.objects.filter(email=address, is_active=True).first()
    if user is None:
        return
    uid = urlsafe_base64_encode(str(user.pk).encode())
    queue_email(
        user.email,
        "Choose a new password for CRM Solid",
        "password_reset",
        link=link(uid, default_token_generator.make_token(user)),
    )


def user_of_reset_link(uid: str, token: str) -> User | None:
    """Whose password the link may set; None if it is used, too old or made up."""
    try:
        pk = int(urlsafe_base64_decode(uid).decode())
        user = User.objects.filter(pk=pk, is_active=True).first()
    except (ValueError, OverflowError):
        return None
    return user if user is not None and default_token_generator.check_token(user, token) else None


def reset_password(user: User, new: str, *, ip: str | None) -> int:
    """Set another password for the user of a link (:func:`user_of_reset_link`), which cannot be used again; returns how
    many sessions ended. The user's assistants are disconnected. Errors: as :func:`change_password`."""
    return _set_password(user, new, "password_reset", None, ip, False)


def _set_password(
    user: User, new: str, reason: str, session_key: str | None, ip: str | None, keep_assistants: bool
) -> int:
    check_password_rules(user, new)
    hashed = make_password(new)  # outside of the transaction, because it takes long
    with transaction.atomic():
        # Of two changes at the same moment the database lets one through: a link sets one password only.
        if not User.objects.filter(pk=user.pk, password=user.password).update(password=hashed):
            raise DomainError("invalid_state", "the password was changed a moment ago; log in with the new one")
        user.password = hashed
        ended = sessions.end_other_sessions(user, session_key)
        assistants = None if keep_assistants else sessions.end_other_access(user, reason, ip)
        audit.record_about_user(user, f"user.{reason}", ip)
        subject = "Your password for CRM Solid was changed"
        queue_email(user.email, subject, "password_changed", ip=ip, assistants=assistants)
    return ended


class EndsAccess:
    """A validator of ``AUTH_PASSWORD_VALIDATORS`` that finds every password valid. Django tells validators when a
    password was set without the services above: by ``manage.py changepassword``, or in a shell."""

    def validate(self, password: str, user: Any = None) -> None:
        pass

    def get_help_text(self) -> str:
        return ""

    @transaction.atomic
    def password_changed(self, password: str, user: User) -> None:
        sessions.end_other_sessions(user, None)
        sessions.end_other_access(user, "password_changed", None)


# --- Profile ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def update_profile(
    user: User,
    *,
    name: str,
    time_zone: str,
    theme: str,
    single_keys: bool,
    opens_next: str | None = None,
    ip: str | None,
) -> None:
    """Change what the user sees and is called. ``time_zone`` may be empty: the workspace's then. ``opens_next`` of None
    is as before.

    Errors: ``validation_failed`` (name, time_zone, theme, opens_next).
    """
    if time_zone and time_zone not in time_zones():
        raise invalid("time_zone", "invalid_choice", "choose a time zone from the list, such as Europe/Berlin")
    if theme not in Theme.values:
        raise invalid("theme", "invalid_choice", "choose one of these")
    if opens_next is not None and opens_next not in OpensNext.values:
        raise invalid("opens_next", "invalid_choice", "choose one of these")
    new = {"name": clean_name(name), "time_zone": time_zone, "theme": theme, "single_keys": single_keys}
    if opens_next is not None:
        new["opens_next"] = opens_next
    row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    changed = [field for field, value in new.items() if getattr(row, field) != value]
    if not changed:
        return
    User.objects.filter(pk=user.pk).update(**new)
    audit.record_about_user(user, "user.changed", ip, fields=changed)


# --- Rules ------------------------------------------------------------------------------------------------------------
def normalize_email(email: str) -> str:
    """As it is stored. Errors: ``validation_failed`` (email)."""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        address = ""
    if not address or len(address) > 254:
        raise invalid("email", "invalid", "give an e-mail address, such as ada@example.com")
    return address


def clean_name(name: str) -> str:
    """Errors: ``validation_failed`` (name)."""
    name = " ".join(name.split())
    if len(name) > MAX_USER_NAME or "\0" in name:
        raise invalid("name", "invalid", f"a name has at most {MAX_USER_NAME} characters")
    return name


def clean_workspace_name(name: str) -> str:
    """Errors: ``validation_failed`` (workspace)."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME or "\0" in name:
        raise invalid("workspace", "invalid", f"the name of a workspace has 1 to {MAX_NAME} characters")
    return name


def check_password_rules(user: User, password: str) -> None:
    """Errors: ``validation_failed`` (password)."""
    if len(password) > MAX_PASSWORD:
        raise invalid("password", "too_long", f"a password has at most {MAX_PASSWORD:,} characters")
    try:
        validate_password(password, user)
    except ValidationError as error:
        errors = [FieldError("password", "invalid", str(text)) for text in error.messages]
        raise DomainError("validation_failed", errors=errors) from None
