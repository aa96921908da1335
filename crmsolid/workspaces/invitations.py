"""Invitations into a workspace: an owner makes a one-time link, which is e-mailed and shown once to be copied.

Only the digest of the link's token is stored. Accepting deletes the row under its lock, so that a link which is used
twice at the same moment makes one membership.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import IntegrityError, transaction

from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid
from crmsolid.workspaces import audit
from crmsolid.workspaces.accounts import EmailTaken, new_user, normalize_email, save_new_user
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.email import queue_email
from crmsolid.workspaces.models import Invitation, Membership, Role, User
from crmsolid.workspaces.services import lock_as_owner

VALID_FOR = timedelta(days=7)
MAX_OPEN = 100
_TOKEN_BYTES = 24

USED = "this invitation has been used or taken back, or it is older than 7 days; ask for a new one"


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation and its link, which nobody can find out later."""

    invitation: Invitation
    link: str

    def __repr__(self) -> str:
        return f"Invited({self.invitation!r})"


def invite_member(actor: Actor, *, email: str, role: str, link: Callable[[str], str]) -> Invited:
    """Invite somebody into the actor's workspace (live and test). ``link`` makes the address of the page for a token.

    Errors: ``forbidden`` for anybody but owners; ``validation_failed`` (email, role; also for who is a member or
    invited already); ``invalid_state`` above 100 open invitations.
    """
    actor.require_role(Role.OWNER)
    address = normalize_email(email)
    if role not in Role.values:
        raise invalid("role", "invalid_choice", f"a role is one of {', '.join(Role.values)}")
    live, token = actor.workspace.owner_workspace, secrets.token_urlsafe(_TOKEN_BYTES)
    with transaction.atomic():
        lock_as_owner(actor)  # also keeps two owners from getting above the limit together
        open_ones = Invitation.objects.for_workspace(live)
        if Membership.objects.for_workspace(live).filter(user__email=address).exists():
            raise invalid("email", "taken", f"{address} is a member already; change the role in the list")
        open_ones.filter(email=address, expires_at__lte=clock.now()).delete()
        if open_ones.filter(email=address).exists():
            raise invalid("email", "taken", f"{address} is invited already; send it again from the list below")
        if open_ones.count() >= MAX_OPEN:
            raise DomainError("invalid_state", f"there are {MAX_OPEN} open invitations; take some back first")
        invitation = Invitation.unscoped.create(
            workspace=live,
            email=address,
            role=role,
            digest=digest_of(token),
            invited_by_id=_user_id(actor),
            expires_at=clock.now() + VALID_FOR,
        )
        audit.record(_in_live(actor), "invitation.created", str(invitation.pk), role=role)
        return _send(actor, invitation, link(token))


@transaction.atomic
def resend_invitation(actor: Actor, invitation_id: int, *, link: Callable[[str], str]) -> Invited:
    """Make a new link, valid for seven days from now; the one before ends. It counts as the actor's, who sees it.

    Errors: ``forbidden``, ``not_found``.
    """
    lock_as_owner(actor)
    invitation, token = _lock(actor, invitation_id), secrets.token_urlsafe(_TOKEN_BYTES)
    invitation.digest, invitation.expires_at = digest_of(token), clock.now() + VALID_FOR
    invitation.invited_by_id = _user_id(actor)
    invitation.save(update_fields=["digest", "expires_at", "invited_by"])
    audit.record(_in_live(actor), "invitation.sent_again", str(invitation.pk))
    return _send(actor, invitation, link(token))


@transaction.atomic
def revoke_invitation(actor: Actor, invitation_id: int) -> None:
    """The link lets nobody in from now on. Errors: ``forbidden``, ``not_found``."""
    lock_as_owner(actor)
    invitation = _lock(actor, invitation_id)
    audit.record(_in_live(actor), "invitation.revoked", str(invitation.pk), role=invitation.role)
    invitation.delete()


def find_invitation(digest: str) -> Invitation:
    """The open invitation of the link whose token has this digest (:func:`digest_of`), with its workspace. Errors:
    ``not_found``."""
    rows = Invitation.unscoped.filter(digest=digest, expires_at__gt=clock.now())
    invitation: Invitation | None = rows.select_related("workspace", "invited_by").first()
    if invitation is None:
        raise DomainError("not_found", USED)
    return invitation


@transaction.atomic
def accept_invitation(user: User, digest: str, *, ip: str | None) -> Membership:
    """Make the user a member. Errors: ``not_found``; ``invalid_state`` for who is a member already."""
    invitation = _lock_by_digest(digest)
    try:
        with transaction.atomic():
            membership = Membership.unscoped.create(
                workspace_id=invitation.workspace_id, user=user, role=invitation.role
            )
    except IntegrityError:
        raise DomainError("invalid_state", f"{user.email} is a member of this workspace already") from None
    member = Actor.member(membership, membership.workspace, ip)
    audit.record(member, "invitation.accepted", str(invitation.pk), membership=membership.pk, role=invitation.role)
    invitation.delete()
    return membership


def accept_as_new_user(digest: str, *, name: str, password: str, ip: str | None) -> Membership:
    """Make an account with the invited address and accept. Errors: ``not_found``; ``validation_failed`` (name,
    password); ``invalid_state`` if the address has an account, whose owner logs in first."""
    user = new_user(name=name, email=find_invitation(digest).email, password=password)
    try:
        with transaction.atomic():
            _lock_by_digest(digest)
            save_new_user(user)
            return accept_invitation(user, digest, ip=ip)
    except EmailTaken:
        detail = f"there is an account with {user.email} already; log in to accept"
        raise DomainError("invalid_state", detail) from None


def _user_id(actor: Actor) -> int | None:
    return int(actor.subject.id) if actor.subject.kind == "user" else None


def _lock(actor: Actor, invitation_id: int) -> Invitation:
    rows = Invitation.objects.for_workspace(actor.workspace.owner_workspace).select_for_update()
    invitation: Invitation = rows.get_or_not_found(invitation_id)
    return invitation


def _lock_by_digest(digest: str) -> Invitation:
    rows = Invitation.unscoped.select_for_update().filter(digest=digest, expires_at__gt=clock.now())
    invitation: Invitation | None = rows.first()
    if invitation is None:
        raise DomainError("not_found", USED)
    return invitation


def _send(actor: Actor, invitation: Invitation, link: str) -> Invited:
    live = actor.workspace.owner_workspace
    queue_email(
        invitation.email,
        f"You are invited to {live.name} at CRM Solid",
        "invitation",
        workspace=live.name,
        role=invitation.get_role_display().lower(),
        inviter=actor.subject.label if actor.subject.kind == "user" else "",
        link=link,
        expires_at=invitation.expires_at,
    )
    return Invited(invitation, link)


def _in_live(actor: Actor) -> Actor:
    """Members are the live workspace's, so what is done with them is in its audit log."""
    return replace(actor, workspace=actor.workspace.owner_workspace)


def digest_of(token: str) -> str:
    """What is kept of the token in a link."""
    return hashlib.sha256(token.encode()).hexdigest()
