"""Services of workspaces: create a workspace with its test twin, change and remove members."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import time, timedelta
from secrets import token_urlsafe

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.core.periods import time_zones
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Invitation, Membership, Mode, Plan, Role, User, Workspace

TRIAL = timedelta(days=14)
MAX_NAME = 100
MAX_ANSWER_AIM = 24 * 60  # minutes
MAX_CAPACITY = 1_000
DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

# What an app adds to each new workspace, live and test, in the transaction that creates it.
provisioners: ExtensionPoint[Callable[[Workspace], None]] = ExtensionPoint("provisioning")

# Called in the transaction that gives a member of a live workspace another role, or none (removed).
role_watchers: ExtensionPoint[Callable[[Membership, Role | None], None]] = ExtensionPoint("changes of roles")


@transaction.atomic
def create_workspace(*, slug: str, name: str, owner: User, plan: str = Plan.TRIAL) -> Workspace:
    """Create a live workspace with its test twin and its first owner; a trial ends after 14 days.

    Errors: ``validation_failed`` (slug, plan; also when the slug is taken).
    """
    if slug != slugify(slug) or not 1 <= len(slug) <= 50 or slug.endswith("-test"):
        raise invalid("slug", "invalid", "a slug has 1 to 50 of a-z, 0-9 and hyphens, and does not end in -test")
    if plan not in (Plan.TRIAL, Plan.PRO, Plan.BUSINESS):
        raise invalid("plan", "invalid_choice", "the plan is trial, pro or business")
    trial_ends_at = clock.now() + TRIAL if plan == Plan.TRIAL else None
    try:
        with transaction.atomic():
            live = Workspace.objects.create(slug=slug, name=name, plan=plan, trial_ends_at=trial_ends_at)
            twin = Workspace.objects.create(slug=f"{slug}-test", name=name, mode=Mode.TEST, live=live)
    except IntegrityError:
        raise invalid("slug", "taken", f"a workspace with the slug {slug} exists already") from None
    Membership.unscoped.create(workspace=live, user=owner, role=Role.OWNER)
    for workspace in (live, twin):
        for provision in provisioners.values():
            provision(workspace)
    audit.record(Actor.system(live), "workspace.created", slug, plan=plan)
    return live


def find_workspace(slug: str, *, test: bool = False) -> Workspace:
    """The live workspace with that slug, or its test twin. Errors: ``not_found``."""
    live = Workspace.objects.filter(slug=slug, mode=Mode.LIVE).first()
    if live is None:
        raise DomainError("not_found", f"there is no workspace {slug!r}; create_workspace makes one")
    return live.twin if test else live


def find_owner(email: str) -> User:
    """The user with that address. Errors: ``validation_failed`` (owner)."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise invalid("owner", "not_found", f"there is no user with the address {email!r}")
    return user


def create_owner(email: str) -> tuple[User, str]:
    """A new user with that address, and the password.

    Errors: ``validation_failed`` (owner; also when the address has an account). Addresses of sign-ups are not verified,
    so whoever has that account need not be the person who is meant.
    """
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise invalid("owner", "invalid", f"{email!r} is not an e-mail address") from None
    password = token_urlsafe(12)
    try:
        with transaction.atomic():
            return User.objects.create_user(address, password), password
    except IntegrityError:
        detail = f"{address} has an account already; if it is that of the owner, add --existing-user"
        raise invalid("owner", "taken", detail) from None


@transaction.atomic
def update_workspace(
    actor: Actor,
    *,
    name: str,
    time_zone: str,
    answer_aim_minutes: int | None = None,
    unassigned_aim_minutes: int | None = None,
    work_days: Sequence[int] | None = None,
    work_from: time | None = None,
    work_until: time | None = None,
) -> Workspace:
    """Give the actor's workspace, live and test, this name (1 to 100 characters), this time zone (by its name in the
    IANA database), the minutes within which customers are to be answered, and after which admins are told that
    nobody looks after one who waits (1 to a day's, None: as before), and its working hours; return the live workspace.
    What is so already changes nothing.

    ``work_days`` are from 1 (Monday) to 7, None: as before. ``work_until`` is later than ``work_from``; 00:00 is the
    end of the day. Without days and times all hours count.

    Errors: ``forbidden`` for anybody but admins and owners; ``validation_failed`` (name, time_zone,
    answer_aim_minutes, unassigned_aim_minutes, work_days, work_from, work_until).
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME or "\0" in name:
        raise invalid("name", "invalid", f"a name has 1 to {MAX_NAME} characters")
    if time_zone not in time_zones():
        detail = "give a name of the IANA time zone database, such as Europe/Berlin"
        raise invalid("time_zone", "invalid_choice", detail)
    given = {"answer_aim_minutes": answer_aim_minutes, "unassigned_aim_minutes": unassigned_aim_minutes}
    aims = {field: minutes for field, minutes in given.items() if minutes is not None}
    for field, minutes in aims.items():
        if not 1 <= minutes <= MAX_ANSWER_AIM:
            raise invalid(field, "out_of_range", f"give 1 to {MAX_ANSWER_AIM} minutes")
    live = Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace.owner_workspace.pk)
    new: dict[str, object] = {"name": name, "time_zone": time_zone, **aims}
    hours = {} if work_days is None else _working_hours(work_days, work_from, work_until)
    if any(getattr(live, field) != value for field, value in hours.items()):
        new |= hours
    old = {field: getattr(live, field) for field in new}
    if old == new:
        return live
    for field, value in new.items():
        setattr(live, field, value)
    live.save(update_fields=list(new))
    Workspace.objects.filter(live=live).update(name=name)
    audit.record(replace(actor, workspace=live), "workspace.updated", live.slug, old=_as_json(old), new=_as_json(new))
    return live


def _working_hours(days: Sequence[int], begins: time | None, ends: time | None) -> dict[str, object]:
    """The columns of these working hours."""
    chosen = sorted(set(days))
    if not set(chosen) <= set(range(1, 8)):
        raise invalid("work_days", "invalid_choice", "days are 1 (Monday) to 7")
    if begins is None and ends is None and not chosen:
        return {"work_days": [], "work_from": None, "work_until": None}
    if not chosen:
        raise invalid("work_days", "required", "choose the days, or clear the times")
    for name, at in (("work_from", begins), ("work_until", ends)):
        if at is None:
            raise invalid(name, "required", "give a time, or choose no days")
    assert begins is not None and ends is not None
    if ends <= begins and ends != time():
        raise invalid("work_until", "before_from", "the end must be later than the beginning")
    return {"work_days": chosen, "work_from": begins, "work_until": ends}


def _as_json(values: Mapping[str, object]) -> dict[str, object]:
    """Days and times as the audit log shows them."""

    def shown(value: object) -> object:
        if isinstance(value, list):
            return [DAY_NAMES[day - 1] for day in value]
        return f"{value:%H:%M}" if isinstance(value, time) else value

    return {name: shown(value) for name, value in values.items()}


@transaction.atomic
def set_role(actor: Actor, member_id: int, role: str) -> Membership:
    """Give a member another role. Of one who is owner no longer the open invitations end.

    Errors: ``forbidden`` for anybody but an owner; ``not_found``; ``invalid_state`` for the last owner.
    """
    member = _lock_member(actor, member_id)
    if member.role == role:
        return member
    _check_not_last_owner(member)
    old_role, member.role = member.role, role
    member.save(update_fields=["role"])
    audit.record(actor, "membership.changed", str(member.pk), old_role=old_role, role=role)
    _tell_role_watchers(member, Role(role))
    if old_role == Role.OWNER:
        _revoke_invitations_of(actor, member)
    return member


@transaction.atomic
def set_on_duty(actor: Actor, on_duty: bool, *, member_id: int | None = None) -> Membership:
    """Whether the queue gives conversations to the member: the actor (None), or for admins and owners another one. What
    is so already changes nothing.

    Errors: ``forbidden`` for anybody else, and for viewers; ``not_found``.
    """
    actor.require_role(*((Role.AGENT, Role.ADMIN, Role.OWNER) if member_id is None else (Role.ADMIN, Role.OWNER)))
    return _set_work(actor, member_id, "on_duty", on_duty)


@transaction.atomic
def set_capacity(actor: Actor, member_id: int, capacity: int | None) -> Membership:
    """How many open conversations the queue gives to the member at most (1 to ``MAX_CAPACITY``); None: any number. What
    is so already changes nothing.

    Errors: ``forbidden`` for anybody but admins and owners; ``not_found``; ``validation_failed`` (capacity).
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    if capacity is not None and not 1 <= capacity <= MAX_CAPACITY:
        raise invalid("capacity", "out_of_range", f"give 1 to {MAX_CAPACITY} conversations, or nothing for any number")
    return _set_work(actor, member_id, "capacity", capacity)


def _set_work(actor: Actor, member_id: int | None, column: str, value: object) -> Membership:
    """Change this column of the member of the live workspace, None: the actor."""
    live = actor.workspace.owner_workspace
    rows = Membership.objects.for_workspace(live).select_related("user").select_for_update(of=("self",))
    if member_id is None:
        user = int(actor.subject.id) if actor.subject.kind == "user" else 0
        member_id = rows.filter(user=user).values_list("pk", flat=True).first() or 0
    member: Membership = rows.get_or_not_found(member_id)
    old = getattr(member, column)
    if old != value:
        setattr(member, column, value)
        member.save(update_fields=[column])
        data = {f"old_{column}": old, column: value}
        audit.record(replace(actor, workspace=live), "membership.work_changed", str(member.pk), **data)
    return member


@transaction.atomic
def require_two_factor(actor: Actor, required: bool) -> None:
    """Require two-factor authentication of all members (live and test) from their next request on, or no longer.

    Errors: ``forbidden`` for anybody but owners.
    """
    live = lock_as_owner(actor)
    if Workspace.objects.filter(pk=live.pk, requires_two_factor=not required).update(requires_two_factor=required):
        audit.record(replace(actor, workspace=live), "workspace.two_factor_required", live.slug, required=required)


@transaction.atomic
def remove_member(actor: Actor, member_id: int) -> None:
    """Remove a member, who has no access from the next request on; the invitations that they made end. Errors: as
    :func:`set_role`."""
    member = _lock_member(actor, member_id)
    _check_not_last_owner(member)
    audit.record(actor, "membership.deleted", str(member.pk), user=member.user_id, role=member.role)
    _revoke_invitations_of(actor, member)
    member.delete()
    _tell_role_watchers(member, None)


def _tell_role_watchers(member: Membership, role: Role | None) -> None:
    for watch in role_watchers.values():
        watch(member, role)


def _revoke_invitations_of(actor: Actor, member: Membership) -> None:
    """End the links that the member has seen: only owners let people in, and one of them could be for themselves."""
    for invitation in Invitation.objects.for_workspace(member.workspace_id).filter(invited_by=member.user_id):
        audit.record(actor, "invitation.revoked", str(invitation.pk), role=invitation.role)
        invitation.delete()


def lock_as_owner(actor: Actor) -> Workspace:
    """Lock the actor's live workspace, within the caller's transaction, and return it. So two owners cannot remove each
    other at the same time; somebody who holds an invitation can still become a member meanwhile.

    Errors: ``forbidden`` for anybody but owners, also for who was removed or got another role since the request began.
    """
    actor.require_role(Role.OWNER)
    live = Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace.owner_workspace.pk)
    if actor.subject.kind == "user":
        owners = Membership.objects.for_workspace(live).filter(user=int(actor.subject.id), role=Role.OWNER)
        if not owners.exists():
            raise DomainError("forbidden", "you are not an owner of this workspace any more")
    return live


def _lock_member(actor: Actor, member_id: int) -> Membership:
    live = lock_as_owner(actor)
    member: Membership = Membership.objects.for_workspace(live).get_or_not_found(member_id)
    return member


def _check_not_last_owner(member: Membership) -> None:
    owners = Membership.objects.for_workspace(member.workspace_id).filter(role=Role.OWNER)
    if member.role == Role.OWNER and not owners.exclude(pk=member.pk).exists():
        raise DomainError("invalid_state", "a workspace keeps at least one owner; make somebody else an owner first")
