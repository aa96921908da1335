"""Services of grants: create, list, revoke, end. Each change writes its audit entry."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid, not_found
from crmsolid.limits.choosing import AssistantLimits, audited
from crmsolid.limits.wording import at_worst
from crmsolid.oauth.models import MAX_NAME, Application, Grant, RefreshToken, can_be_read
from crmsolid.workspaces import audit, confirmation
from crmsolid.workspaces.actor import Actor, Scope, Subject
from crmsolid.workspaces.email import queue_email
from crmsolid.workspaces.limits import Approval
from crmsolid.workspaces.models import Membership, Role, User

# What an assistant can be given: all but the scope for webhooks, which show the data of every event.
OFFERED: tuple[Scope, ...] = tuple(scope for scope in Scope if scope is not Scope.MANAGE_WEBHOOKS)
# What an assistant is given unless the member chooses otherwise.
DEFAULT_LIMITS = AssistantLimits(approval=Approval.UNTRUSTED)
READS = frozenset(scope for scope in OFFERED if scope.value.startswith("read:"))


def known_scopes(names: Any) -> frozenset[Scope]:
    """Those of ``names`` that an assistant can be given. Clients also ask for scopes of others, such as openid."""
    return frozenset(scope for scope in OFFERED if scope.value in names)


@transaction.atomic
def create_grant(
    actor: Actor,
    *,
    user: User,
    application: Application,
    scopes: Collection[Scope],
    session_key: str | None,
    limits: AssistantLimits = DEFAULT_LIMITS,
) -> Grant:
    """Record that ``user``, who is the actor, allows the client these scopes in the actor's workspace, within these
    limits, and tell them.

    Errors: ``forbidden`` for anybody who is no member, and in a session whose user has not proved lately who they are
    (``confirmation``); ``scope_missing`` for a scope that the actor's role does not have; ``validation_failed``
    (scopes) for none, or for one that no assistant can be given, and for limits that cannot be.
    """
    actor.require_role(*Role)
    if not scopes or not set(scopes) <= set(OFFERED):
        raise invalid("scopes", "invalid_choice", "choose at least one of the scopes that assistants can have")
    for scope in scopes:
        actor.require(scope)
    columns = limits.columns(actor.workspace)
    confirmation.lock(user)  # a change of the password ends this grant, or this session before
    if not confirmation.is_confirmed(user, session_key):
        raise DomainError("forbidden", "enter your password once more before you connect an assistant")
    grant: Grant = Grant.objects.for_workspace(actor.workspace).create(
        workspace=actor.workspace,
        user=user,
        application=application,
        client_name=client_name(application),
        scopes=[scope.value for scope in OFFERED if scope in scopes],
        **columns,
    )
    audit.record(actor, "grant.created", grant.id, client=grant.client_name, scopes=grant.scopes, **audited(columns))
    labels = [Scope(scope).label for scope in grant.scopes]
    subject = "An assistant was connected to CRM Solid"
    worst = at_worst(scopes, limits, actor.workspace)
    queue_email(user.email, subject, "grant_created", grant=grant, scopes=labels, at_worst=worst, ip=actor.ip)
    return grant


@transaction.atomic
def change_grant_limits(actor: Actor, grant_id: str, limits: AssistantLimits) -> Grant:
    """Give a grant other limits, which hold from its next request on. The same ones change nothing.

    Errors: ``forbidden`` for anybody but admins and owners; ``not_found``; ``invalid_state`` if it has ended;
    ``validation_failed`` as in :class:`AssistantLimits`.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    grant: Grant = Grant.objects.for_workspace(actor.workspace).get_or_not_found(grant_id, lock=True)
    if grant.revoked_at is not None:
        raise DomainError("invalid_state", "this assistant is disconnected; it has no limits any more")
    columns = limits.columns(actor.workspace)
    old = {name: getattr(grant, name) for name in columns if getattr(grant, name) != columns[name]}
    if old:
        for name in old:
            setattr(grant, name, columns[name])
        grant.save(update_fields=list(old))
        new = {name: columns[name] for name in old}
        audit.record(actor, "grant.limits_changed", grant.id, client=grant.client_name, old=old, new=new)
    return grant


def own_grants(user: User) -> QuerySet[Grant]:
    """The grants of the user that are in force, in all workspaces, newest first."""
    rows = Grant.unscoped.filter(user=user, revoked_at=None).annotate(role=role_of_member())
    return rows.filter(role__isnull=False).select_related("workspace__live").order_by("-created_at", "-id")


@transaction.atomic
def end_own_grant(user: User, grant_id: str, *, ip: str | None) -> Grant:
    """End a grant of the user's own, whatever their role. Errors: ``not_found``, also if it has ended."""
    grant: Grant | None = own_grants(user).filter(pk=grant_id).first()
    if grant is None or not _end(grant, _own_actor(user, grant, ip)):
        raise not_found("connected assistant")
    return grant


@transaction.atomic
def end_grants_of(user: User, reason: str, ip: str | None) -> int:
    """End all grants of a user, with their codes and tokens; returns how many."""
    grants = Grant.unscoped.filter(user=user, revoked_at=None).select_related("workspace").order_by("pk")
    return sum(_end(grant, _own_actor(user, grant, ip), reason=reason) for grant in grants)


def _own_actor(user: User, grant: Grant, ip: str | None) -> Actor:
    subject = Subject("user", str(user.pk), user.email)
    return Actor(grant.workspace, subject, frozenset(), None, "panel", ip)


def _revoke(grant: Grant) -> bool:
    """False if it has ended already. The row stays locked until the end of the transaction, so an exchange of a code
    or a refresh at the same moment comes before it, and its tokens end too, or after it, and is refused."""
    open_grants = Grant.objects.for_workspace(grant.workspace_id).filter(pk=grant.pk, revoked_at=None)
    return bool(open_grants.update(revoked_at=clock.now()))


def _end(grant: Grant, actor: Actor, **data: str) -> bool:
    """False if it has ended already."""
    if not _revoke(grant):
        return False
    audit.record(actor, "grant.revoked", grant.id, client=grant.client_name, **data)
    return True


@transaction.atomic
def revoke_grant(actor: Actor, grant_id: str) -> Grant:
    """End a grant: its tokens are refused from the next request on. Doing so again changes nothing.

    Errors: ``forbidden`` for anybody but admins and owners; ``not_found``.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    grant: Grant = Grant.objects.for_workspace(actor.workspace).get_or_not_found(grant_id)
    _end(grant, actor)
    grant.refresh_from_db()
    return grant


@transaction.atomic
def end_grant(grant: Grant, action: str, reason: str) -> None:
    """End a grant without a person: its client asked for it, a token was used twice, or it has expired."""
    if not _revoke(grant):
        return
    subject = Subject("grant", grant.id, grant.client_name)
    own = Actor(grant.workspace, subject, frozenset(), None, "mcp", None)
    actor = own if action == "grant.revoked" else Actor.system(grant.workspace)
    audit.record(actor, action, grant.id, client=grant.client_name, reason=reason)


def client_name(application: Application) -> str:
    """What the client is called in the panel and in the audit log; it may call itself anything."""
    return application.name[:MAX_NAME] if can_be_read(application.name) else "Unnamed assistant"


def role_of_member(path: str = "") -> Subquery:
    """For a query: the present role of the grant's user, None for an inactive user and for one who left.

    ``path`` leads to the grant, for example ``"grant__"``. A membership that began after the consent does not count:
    who left and came back connects again.
    """
    memberships = Membership.unscoped.filter(
        workspace=Coalesce(OuterRef(f"{path}workspace__live_id"), OuterRef(f"{path}workspace_id")),
        user=OuterRef(f"{path}user_id"),
        user__is_active=True,
        created_at__lte=OuterRef(f"{path}created_at"),
    )
    return Subquery(memberships.values("role")[:1])


def is_in_force(grant: Grant) -> bool:
    """Whether the grant still allows anything: it is not revoked, and its user is a member."""
    rows = Grant.objects.for_workspace(grant.workspace_id).filter(pk=grant.pk, revoked_at=None)
    return bool(rows.annotate(role=role_of_member()).filter(role__isnull=False).exists())


def unused_until(grant: Grant) -> datetime | None:
    """When the grant ends unless its client asks for new tokens before; None if it has none left."""
    tokens = RefreshToken.objects.filter(grant=grant, revoked=None)
    issued: datetime | None = tokens.aggregate(last=Max("created"))["last"]
    lifetime = timedelta(seconds=settings.OAUTH2_PROVIDER["REFRESH_TOKEN_EXPIRE_SECONDS"])
    return None if issued is None else issued + lifetime
