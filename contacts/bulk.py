"""One change for many contacts, as a job that goes through them in the order of their ids.

Each contact is judged once, when its turn comes: by the filters as they were at the start, for that instant. So the
change may itself move contacts in or out, and a contact that comes in behind the position of the job is left out. A
contact for whom the change is refused is counted with the reason, and the others go on.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from contacts import repository, review, services
from contacts.models import Contact, ContactQuerySet, Stage
from contacts.segments.compilation import where
from contacts.segments.conditions import ConditionErrors, load_condition
from contacts.walking import Walk
from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.jobs.kinds import JobFailed, JobKind
from crmsolid.jobs.models import Job
from crmsolid.jobs.runner import actor_of, start_job
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import ROLE_SCOPES, Actor, Scope
from crmsolid.workspaces.models import Membership, Role

MAX_ERRORS = 100
# How the audit log and the history of stages call who changed a contact here.
BULK = "bulk"

# Does the change to these contacts; returns how many were changed, and the refusals by the id of the contact.
Apply = Callable[[Actor, Sequence[str], Mapping[str, Any]], tuple[int, Mapping[str, DomainError]]]


@dataclass(frozen=True, slots=True)
class BulkAction:
    """One kind of change. ``check`` gets who starts it and the arguments, and returns them as they are kept in the job;
    it raises ``validation_failed``. ``batch`` contacts are changed in one transaction. ``scopes`` are what the change
    needs, beside reading contacts, whose number the job tells; following the job needs the first. ``finish`` is called
    once all contacts are changed. ``kind`` is that of its jobs, ``BULK_CHANGE`` by default.

    ``counted_as``: the ``result`` of its job is ``{counted_as: number, "skipped": {code of the refusal: number}}``;
    those of a list of ids who are gone are skipped as ``not_found``.
    """

    name: str
    label: str
    check: Callable[[Actor, Mapping[str, Any]], dict[str, Any]]
    apply: Apply
    batch: int
    scopes: tuple[Scope, ...] = (Scope.WRITE_CONTACTS,)
    finish: Callable[[Actor, Mapping[str, Any]], object] = lambda actor, arguments: None
    kind: JobKind | None = None
    counted_as: str = ""


# By their names.
actions: ExtensionPoint[BulkAction] = ExtensionPoint("changes of many contacts")


def each(change: Callable[[str], bool], ids: Sequence[str]) -> tuple[int, dict[str, DomainError]]:
    """For ``apply``: one contact after another by a service. ``change`` returns whether the contact was changed; what a
    refused one had written is undone."""
    changed, refused = 0, {}
    for contact_id in ids:
        try:
            with transaction.atomic():
                changed += change(contact_id)
        except DomainError as error:
            refused[contact_id] = error
    return changed, refused


@unit_of_work()
def start_bulk(
    actor: Actor,
    action: str,
    filters: Mapping[str, Any],
    arguments: Mapping[str, Any] | None = None,
    *,
    expected: int | None = None,
    object_id: str = "",
    may_be_nobody: bool = False,
    sends_each: int = 0,
    seen: Mapping[str, Any] | None = None,
) -> Job:
    """Start a job that changes all contacts that match the filters, those of ``list_contacts``. ``expected`` is the
    number that somebody was shown. ``object_id`` is what the job works on. ``may_be_nobody``: it starts also if nobody
    matches, or if it takes too long to count them. ``sends_each``: how many messages it leads to for each of them;
    ``seen``: what else makes a proposal of it stale once it is another.

    Errors: ``scope_missing``, ``validation_failed`` for the arguments, ``invalid_parameter`` for the filters,
    ``invalid_state`` if nobody matches, or not as many as expected.
    """
    kind = actions[action]
    for scope in (Scope.READ_CONTACTS, *kind.scopes):
        actor.require(scope)
    kept = kind.check(actor, arguments or {})
    if actor.review is not None:
        review.about_matching(actor, services.find_matching(actor, filters)[0], sends_each=sends_each, seen=seen)
    # For whoever erases a person named in a filter: the segment is held until the job can be seen.
    conditions = services.conditions_of(actor.workspace, filters, copying=True)
    total = _count(actor, filters, may_be_nobody)
    if expected is not None and total != expected:
        raise DomainError(
            "invalid_state", f"{total:,} contacts match now, not {expected:,}; look again before you start"
        )
    if not (total or may_be_nobody):
        raise DomainError("invalid_state", "nobody matches")
    now = clock.now()
    plain = {name: value for name, value in filters.items() if name not in ("segment", "filter", "updated_since")}
    params = {
        "action": action,
        "arguments": kept,
        "filters": plain,
        "conditions": [raw for raw, _ in conditions],
        "as_of": now.isoformat(),
        "user": actor.subject.id if actor.subject.kind == "user" else "",
        "after": "",
    }
    job = start_job(actor, kind.kind or BULK_CHANGE, kind.scopes[0], total=total, params=params, object_id=object_id)
    audit.record(actor, "contact.bulk_started", job.pk, what=action, contacts=total)
    return job


def _count(actor: Actor, filters: Mapping[str, Any], may_be_unknown: bool) -> int | None:
    with suppress(DomainError) if may_be_unknown else nullcontext():
        return services.count_contacts(actor, filters)
    return None


def _run(job: Job) -> datetime | None:
    """Change the next contacts."""
    action = actions.get(job.params["action"])
    if action is None:
        raise JobFailed("invalid_state", "this kind of change is not known here")
    _check_authority(job, action)
    actor, walk = actor_of(job, BULK), Walk.of(job)
    ids = [contact.pk for contact in walk.next(_people(job).only("pk"), action.batch)]
    if not ids:
        walk.keep_in(job)
        if not walk.ended:
            return clock.now()
        action.finish(actor, job.params["arguments"])
        gone = len(job.params["filters"].get("ids", ())) - job.done
        if action.counted_as and gone > 0:
            job.result = _added(action, job.result, 0, 0, {"not_found": gone})
        return None
    changed, refused = action.apply(actor, ids, job.params["arguments"])
    # An erasure takes the person out of the filters of jobs, this one included.
    job.refresh_from_db(fields=["params"])
    walk.keep_in(job)
    job.done += len(ids)
    reasons = Counter(error.code for error in refused.values())
    job.result = _added(action, job.result, changed, len(ids) - changed - len(refused), reasons)
    errors = [{"contact_id": key, "code": error.code, "reason": error.detail} for key, error in refused.items()]
    job.errors = [*job.errors, *errors][:MAX_ERRORS]
    return clock.now()


def _added(
    action: BulkAction, result: Mapping[str, Any], changed: int, unchanged: int, refused: Mapping[str, int]
) -> dict[str, Any]:
    """The result of a job with these contacts."""
    if action.counted_as:
        skipped = Counter(result.get("skipped", {})) + Counter(refused)
        number = result.get(action.counted_as, 0) + changed
        return {action.counted_as: number, "skipped": dict(sorted(skipped.items()))}
    return {
        "changed": result.get("changed", 0) + changed,
        "unchanged": result.get("unchanged", 0) + unchanged,
        "refused": result.get("refused", 0) + sum(refused.values()),
    }


def _people(job: Job) -> ContactQuerySet:
    people: ContactQuerySet = Contact.objects.for_workspace(job.workspace_id).filtered(job.params["filters"])
    as_of = datetime.fromisoformat(job.params["as_of"])
    try:
        for raw in job.params["conditions"]:
            people = people.filter(where(load_condition(job.workspace_id, raw), as_of))
    except ConditionErrors as errors:
        raise JobFailed("invalid_state", f"the filter does not fit any more: {errors}") from None
    return people


def _check_authority(job: Job, action: BulkAction) -> None:
    """A member who has left the workspace or may no longer write does not go on changing contacts."""
    user = job.params["user"]
    if not user:
        return
    members = Membership.objects.for_workspace(job.workspace.owner_workspace)
    role = members.filter(user_id=int(user), user__is_active=True).values_list("role", flat=True).first()
    if role is None or not ROLE_SCOPES[Role(role)].issuperset(action.scopes):
        raise JobFailed("forbidden", "who began this may no longer do it")


def _forget(job: Job) -> None:
    """Filters may name a person, and nobody needs them any more."""
    job.params = {"action": job.params.get("action", "")}


def _detail(job: Job) -> str:
    action = actions.get(job.params.get("action", ""))
    return action.label if action is not None else ""


# --- The changes that contacts know themselves ------------------------------------------------------------------------
def _check_tags(actor: Actor, arguments: Mapping[str, Any]) -> dict[str, Any]:
    added, removed = services.read_tag_changes(arguments.get("add", ()), arguments.get("remove", ()))
    if not (added or removed):
        raise invalid("add", "required", "give at least one tag")
    return {"add": added, "remove": removed}


def _change_tags(
    actor: Actor, ids: Sequence[str], arguments: Mapping[str, Any]
) -> tuple[int, Mapping[str, DomainError]]:
    people = repository.with_tags(repository.lock(actor.workspace.pk, ids))
    return len(repository.change_tags(actor, people, add=arguments["add"], remove=arguments["remove"])), {}


def _check_stage(actor: Actor, arguments: Mapping[str, Any]) -> dict[str, Any]:
    if arguments.get("stage") not in Stage.values:
        raise invalid("stage", "invalid_choice", f"the stages are: {', '.join(Stage.values)}")
    return {"stage": str(arguments["stage"])}


def _change_stage(
    actor: Actor, ids: Sequence[str], arguments: Mapping[str, Any]
) -> tuple[int, Mapping[str, DomainError]]:
    people = repository.with_tags(repository.lock(actor.workspace.pk, ids))
    return len(repository.change_stage(actor, people, arguments["stage"])), {}


def _erase(actor: Actor, ids: Sequence[str], arguments: Mapping[str, Any]) -> tuple[int, Mapping[str, DomainError]]:
    def erase(contact_id: str) -> bool:
        services.erase_contact(actor, contact_id)
        return True

    return each(erase, ids)


def _nothing(actor: Actor, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {}


TAGS, STAGE, ERASE = "tags", "stage", "erase"
CHANGE_TAGS = BulkAction(TAGS, "Tags", _check_tags, _change_tags, 500)
CHANGE_STAGE = BulkAction(STAGE, "Stage", _check_stage, _change_stage, 500)
# One a transaction: an erasure locks saved conditions before the contact, and keeps them locked until the end.
ERASE_CONTACTS = BulkAction(ERASE, "Erase", _nothing, _erase, 1)


def kind_of_jobs(name: str, label: str, **options: Any) -> JobKind:
    """A kind of jobs that change many contacts; ``options`` are those of a :class:`JobKind`."""
    return JobKind(name, label, _run, close=_forget, **options)


BULK_CHANGE = kind_of_jobs("contacts.bulk", "Change of many contacts", detail=_detail)
