"""Services of scoring: read a contact's ledger, change its score by hand, make and change rules, also by the section
``scoring`` of a workspace's configuration."""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from contacts import repository, review
from contacts.models import Contact, ScoreEntry, ScoringRule
from contacts.scoring import awarding, rescoring
from contacts.scoring.awarding import NewEntry
from contacts.scoring.definition import MAX_RULES, Definition, definition_of, read_definition
from contacts.scoring.models import MAX_POINTS, EntryKind
from contacts.scoring.rescoring import PREVIEW
from crmsolid.api.pagination import Page, page
from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid, not_found
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.events.publishing import publish_all
from crmsolid.jobs.models import Job
from crmsolid.jobs.services import get_job
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.configuration import Change, apply_each
from crmsolid.workspaces.models import Role

MAX_NOTE = 200
# The section of the configuration.
SECTION = "scoring"


@dataclass(frozen=True, slots=True)
class Score:
    """A contact's score and one page of :class:`ScoreEntry`, newest first."""

    score: int
    page: Page


def get_score(actor: Actor, contact_id: str, *, limit: int = 50, cursor: str | None = None) -> Score:
    """The contact's score and one page of its ledger. Errors: ``scope_missing``, ``not_found``, ``invalid_cursor``."""
    actor.require(Scope.READ_CONTACTS)
    contact: Contact = Contact.objects.for_workspace(actor.workspace).only("score").get_or_not_found(contact_id)
    rows = ScoreEntry.objects.for_workspace(actor.workspace).filter(contact_id=contact_id).select_related("rule")
    filters = {"contact": contact_id}
    entries = page(rows, sort="-id", limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters=filters)
    return Score(contact.score, entries)


@unit_of_work()
def adjust_score(actor: Actor, contact_id: str, *, points: int, note: str = "") -> Contact:
    """Add points to a contact's ledger by hand, or take some away; rules never touch them.

    Errors: ``scope_missing``, ``not_found``, ``validation_failed``.
    """
    actor.require(Scope.WRITE_CONTACTS)
    if not points or abs(points) > MAX_POINTS:
        raise invalid("points", "out_of_range", f"give points from -{MAX_POINTS} to {MAX_POINTS}, other than 0")
    note = note.strip()
    if len(note) > MAX_NOTE:
        raise invalid("note", "max_length", f"a note has at most {MAX_NOTE} characters")
    person, now = repository.get(actor.workspace, contact_id, lock=True), clock.now()
    review.about_contact(actor, person, {})
    cause = f"manual: {note}" if note else "manual"
    entry = NewEntry(contact_id, None, EntryKind.MANUAL, f"manual {now.isoformat()}", points, cause, now)
    events = awarding.write({contact_id: person}, [entry])
    if events:
        publish_all(actor, events)
    audit.record(actor, "contact.score_adjusted", contact_id, points=points)
    return person.contact


def list_rules(actor: Actor) -> list[ScoringRule]:
    """The rules that are in force, by name. Errors: ``forbidden`` for anybody but admins and owners."""
    actor.require_role(Role.ADMIN, Role.OWNER)
    return list(_rules(actor).order_by("name"))


@unit_of_work()
def create_rule(actor: Actor, definition: Definition) -> ScoringRule:
    """Make a rule, and have the contacts scored by it, for what has happened before too.

    Errors: ``forbidden`` for anybody but admins and owners; ``validation_failed`` if the name is taken or the workspace
    has as many rules as it may have.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    if _rules(actor).count() >= MAX_RULES:
        raise invalid("name", "too_many", f"a workspace has at most {MAX_RULES} scoring rules")
    rule = ScoringRule(workspace=actor.workspace)
    definition.apply(rule)
    _save(rule)
    rescoring.start(actor, rule)
    audit.record(actor, "scoringrule.created", str(rule.pk), name=rule.name)
    return rule


@unit_of_work()
def update_rule(
    actor: Actor, rule_id: int, definition: Definition, *, version: int | None = None
) -> tuple[ScoringRule, bool]:
    """Change a rule; the rule, and whether anything was changed. If it gives other points now, the contacts are scored
    again.

    Errors: ``forbidden``, ``not_found``; ``invalid_state`` if the rule has another version than the one given;
    ``validation_failed`` if the name is taken.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    rule = _lock(actor, rule_id, version)
    before = definition_of(rule)
    if definition == before:
        return rule, False
    definition.apply(rule)
    rule.updated_at = clock.now()
    if not definition.gives_as(before):
        rule.version += 1
        rescoring.start(actor, rule)
    _save(rule)
    audit.record(actor, "scoringrule.updated", str(rule.pk), name=rule.name)
    return rule, True


@unit_of_work()
def archive_rule(actor: Actor, rule_id: int, *, version: int | None = None) -> None:
    """End a rule, and have what it gave taken back.

    Errors: ``forbidden``, ``not_found``; ``invalid_state`` if the rule has another version than the one given.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    rule = _lock(actor, rule_id, version)
    rule.archived_at = rule.updated_at = clock.now()
    rule.version += 1
    _save(rule)
    rescoring.start(actor, rule)
    audit.record(actor, "scoringrule.deleted", str(rule.pk), name=rule.name)


@unit_of_work()
def preview_rule(actor: Actor, definition: Definition, *, rule_id: int | None = None, archive: bool = False) -> Job:
    """Start the job that counts whom it would move if the rule became this (a new one without ``rule_id``), or if it
    was deleted. Nothing is changed.

    Errors: ``forbidden`` for anybody but admins and owners, ``not_found``.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    rule = None if rule_id is None else _rules(actor).get_or_not_found(rule_id)
    return rescoring.start_preview(actor, definition, rule, archive=archive)


def get_preview(actor: Actor, job_id: str) -> Job:
    """The job of a preview. Errors: ``forbidden`` for anybody but admins and owners, ``not_found``."""
    actor.require_role(Role.ADMIN, Role.OWNER)
    job = get_job(actor, job_id)
    if job.kind != PREVIEW.name:
        raise not_found("preview")
    return job


def dump_rules(actor: Actor) -> list[Any]:
    """The section of the configuration: all rules by name. Errors: as :func:`list_rules`."""
    return [definition_of(rule).as_json() for rule in list_rules(actor)]


def apply_rules(actor: Actor, items: list[Any], path: str) -> list[Change]:
    """Create the rules whose names are new, and change those that differ. One job scores the contacts again.

    Errors: as :func:`create_rule`, each at its path behind ``path``.
    """

    def apply(item: Any) -> Change:
        definition = read_definition(actor.workspace, item)
        rule = _rules(actor).filter(name=definition.name).first()
        if rule is None:
            create_rule(actor, definition)
            return Change(SECTION, definition.name, "created")
        _, changed = update_rule(actor, rule.pk, definition)
        return Change(SECTION, definition.name, "updated" if changed else "unchanged")

    return apply_each(items, path, apply)


def _rules(actor: Actor) -> Any:
    return ScoringRule.objects.for_workspace(actor.workspace).filter(archived_at=None)


def _lock(actor: Actor, rule_id: int, version: int | None) -> ScoringRule:
    rule: ScoringRule = _rules(actor).get_or_not_found(rule_id, lock=True)
    if version is not None and rule.version != version:
        raise DomainError("invalid_state", "the rule was changed meanwhile; look again")
    return rule


def _save(rule: ScoringRule) -> None:
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError:
        raise invalid("name", "duplicate", f"there is a rule {rule.name!r} already") from None
