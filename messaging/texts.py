"""The texts that a workspace sets up: templates of messages, and opt-out words.

An opt-out word opts out whoever sends it as a whole message: words within a sentence misfire. Upper and lower case are
the same, and blanks, full stops and exclamation marks around the word are ignored.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from contacts.models import Contact
from contacts.normalization import fold
from contacts.uses import Use
from crmsolid.api.fields import StrictSerializer, Text
from crmsolid.api.pagination import Page, page
from crmsolid.api.parsing import parse_object
from crmsolid.api.preconditions import Check, unconditional
from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.limits import checks
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.configuration import Change, apply_each
from crmsolid.workspaces.models import Membership, Role, Workspace
from messaging.formatting.variables import variables
from messaging.inputs import AttachmentsField, FormatField
from messaging.models import Format, Message, OptOutWord, Template
from messaging.sending import attaching
from messaging.sending.message_text import check_template, fill_partly

MAX_NAME = 100
MAX_WORD = 64
# A longer message is no opt-out word.
MAX_MESSAGE = 2 * MAX_WORD
DEFAULT_WORDS = ("/stop", "stop")
# The names of the sections of a workspace's configuration.
TEMPLATES, WORDS = "templates", "opt_out_words"
_MEMBERS = ("name", "text", "format", "attachments")


# --- Templates --------------------------------------------------------------------------------------------------------
def visible(actor: Actor) -> "QuerySet[Template]":
    """The templates that the actor sees: the shared ones, and a member their own."""
    rows: QuerySet[Template] = Template.objects.for_workspace(actor.workspace)
    own = Q(owner=int(actor.subject.id)) if actor.subject.kind == "user" else Q(pk=None)
    return rows.filter(Q(owner=None) | own)


def list_templates(
    actor: Actor, *, search: str = "", sort: str = "name", limit: int = 50, cursor: str | None = None
) -> Page:
    """One page of :class:`Template`, shared ones and the actor's own, in whose name or text each word of ``search``
    stands; sorted by ``name``, ``-uses`` or ``-updated_at``. Errors: ``scope_missing``, ``invalid_cursor``."""
    actor.require(Scope.READ_MESSAGES)
    rows = visible(actor)
    for word in search.split():
        rows = rows.filter(Q(name__icontains=word) | Q(text__icontains=word))
    filters = {"search": search, "subject": f"{actor.subject.kind} {actor.subject.id}"}
    return page(rows, sort=sort, limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters=filters)


def most_used_templates(actor: Actor, limit: int) -> list[Template]:
    """The first ``limit`` templates for the menu of the composer: what was used most comes first. Errors:
    ``scope_missing``."""
    actor.require(Scope.READ_MESSAGES)
    return list(visible(actor).order_by("-uses", F("used_at").desc(nulls_last=True), "name", "pk")[:limit])


def get_template(actor: Actor, template_id: int) -> Template:
    """Errors: ``scope_missing``, ``not_found``, also for one of another member."""
    actor.require(Scope.READ_MESSAGES)
    template: Template = visible(actor).get_or_not_found(template_id)  # type: ignore[attr-defined]
    return template


@dataclass(frozen=True, slots=True)
class Filled:
    """A template as it is written for one contact, in ``format``, with the ids of its files. ``missing`` are the
    variables that have neither a value nor a fallback; they stand in the text as they are."""

    text: str
    format: str
    attachments: list[str]
    missing: list[str]


def filled(actor: Actor, template_id: int, contact_id: str) -> Filled:
    """The template with the values of the contact, to be changed and sent. Errors: ``scope_missing``, ``not_found``;
    ``validation_failed`` where a value makes the address of a link too long."""
    actor.require(Scope.READ_CONTACTS)
    template = get_template(actor, template_id)
    contact = Contact.objects.for_workspace(actor.workspace).get_or_not_found(contact_id)
    try:
        text, format, missing = fill_partly(contact, template.text, template.format)
    except ValueError as error:
        raise invalid("text", "length", str(error)) from None
    return Filled(text, format, list(template.attachments), missing)


def count_uses(actor: Actor, template_ids: Iterable[int]) -> None:
    """Count that a message was made from each of these templates; ids that the actor does not see are ignored.

    Call it first in the transaction of the message: it locks the templates, and who edits one takes it before its
    files. If the message is not stored, nothing is counted.
    """
    rows = visible(actor).filter(pk__in=set(template_ids)).order_by("pk").select_for_update(no_key=True)
    if found := list(rows.values_list("pk", flat=True)):
        used = Template.objects.for_workspace(actor.workspace).filter(pk__in=found)
        used.update(uses=F("uses") + 1, used_at=clock.now())


def may_share(actor: Actor) -> bool:
    """Whether the actor may make, change and delete templates that everybody has: admins, owners and keys."""
    return actor.subject.kind == "key" or actor.has_role(Role.ADMIN, Role.OWNER)


def may_change(template: Template, actor: Actor) -> bool:
    """Whether the actor, who sees the template, may change and delete it."""
    return actor.has(Scope.WRITE_MESSAGES) and (template.owner_id is not None or may_share(actor))


@unit_of_work()
def create_template(
    actor: Actor,
    *,
    name: str,
    text: str,
    format: str = Format.PLAIN,
    attachments: Sequence[str] = (),
    shared: bool = True,
) -> Template:
    """Keep a text, which is written in ``format``, under a name, with the files that it is sent with: for everybody, or
    for the member alone who keeps it. Of the latter the audit log says nothing.

    Errors: ``scope_missing``; ``forbidden`` for members who share one and are no admins or owners, and for anybody who
    is no member and does not share it; ``validation_failed``.
    """
    template = Template(workspace=actor.workspace)
    if not shared:
        if actor.subject.kind != "user":
            raise DomainError("forbidden", "only a member has templates of their own")
        template.owner_id = int(actor.subject.id)
    _require_to_change(actor, template)
    checks.write_about_many(actor)
    _set(template, name, text, format, attachments)
    _record(actor, "template.created", template)
    return template


@unit_of_work()
def update_template(
    actor: Actor,
    template_id: int,
    *,
    name: str | None = None,
    text: str | None = None,
    format: str | None = None,
    attachments: Sequence[str] | None = None,
    check: Check = unconditional,
) -> Template:
    """Replace name, text, format and files; None leaves what is there. Messages that were made from it stay as they
    are. ``check`` gets the template before the change.

    Errors: ``scope_missing``; ``forbidden`` for members who change a shared one and are no admins or owners;
    ``validation_failed``; ``not_found``, also for one of another member; what ``check`` raises.
    """
    template = _find(actor, template_id)
    given = {
        "name": name,
        "text": text,
        "format": format,
        "attachments": None if attachments is None else list(attachments),
    }
    _review(actor, template)
    before = {each: getattr(template, each) for each in _MEMBERS}
    wanted = before | {each: value for each, value in given.items() if value is not None}
    if wanted == before:
        check(template)
    else:
        _set(template, **wanted, check=check)
        _record(actor, "template.changed", template)
    return template


@unit_of_work()
def delete_template(actor: Actor, template_id: int, *, check: Check = unconditional) -> None:
    """Delete a template. ``check`` and errors: as for :func:`update_template`."""
    template = _find(actor, template_id)
    check(template)
    _review(actor, template)
    _record(actor, "template.deleted", template)
    template.delete()


def _review(actor: Actor, template: Template) -> None:
    seen = checks.digest(*(getattr(template, each) for each in _MEMBERS))
    checks.write_about_many(actor, state={"the template": seen})


def delete_own(member: Membership, role: Role | None) -> None:
    """Delete the templates that a member kept for themselves when they are removed: a role watcher."""
    if role is None:
        workspaces = Workspace.objects.filter(Q(pk=member.workspace_id) | Q(live=member.workspace_id))
        for workspace_id in workspaces.values_list("pk", flat=True):
            Template.objects.for_workspace(workspace_id).filter(owner=member.user_id).delete()


def _require_to_change(actor: Actor, template: Template) -> None:
    actor.require(Scope.WRITE_MESSAGES)
    if template.owner_id is None and not may_share(actor):
        actor.require_role(Role.ADMIN, Role.OWNER)


def _record(actor: Actor, action: str, template: Template) -> None:
    if template.owner_id is None:
        audit.record(actor, action, str(template.pk))


def _find(actor: Actor, template_id: int) -> Template:
    """The template, locked, if the actor may change it."""
    template: Template = visible(actor).select_for_update().get_or_not_found(template_id)  # type: ignore[attr-defined]
    _require_to_change(actor, template)
    return template


def _set(
    template: Template,
    name: str,
    text: str,
    format: str,
    attachments: Sequence[str],
    check: Check = unconditional,
) -> None:
    """Store these once they are found right; ``check`` gets the template as it was until then."""
    if not 1 <= len(name.strip()) <= MAX_NAME:
        raise invalid("name", "length", f"a name has 1 to {MAX_NAME} characters")
    text = check_template(template.workspace, text, format, caption=bool(attachments))
    if list(attachments) != template.attachments:
        attaching.check_kept(template.workspace, attachments)
        attaching.lock_files(template.workspace_id, attachments)
    check(template)
    template.text, template.attachments = text, list(attachments)
    template.name, template.format, template.updated_at = name.strip(), format, clock.now()
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError:
        raise invalid("name", "duplicate", "a template with this name already exists") from None


def of_field(workspace: Workspace, key: str) -> Iterator[Use]:
    """The shared templates whose text has the field."""
    for template in Template.objects.for_workspace(workspace).filter(owner=None):
        if key in variables(template.text):
            yield Use("Template", template.name, "messaging_template_change", str(template.pk))


# --- Opt-out words ----------------------------------------------------------------------------------------------------
def normal_form(text: str) -> str:
    """The text as opt-out words are stored and compared."""
    return fold(text.strip(" \t\r\n.!"))


def is_opt_out(message: Message) -> bool:
    """Whether this incoming message is an opt-out word."""
    if len(message.text) > MAX_MESSAGE or not (word := normal_form(message.text)):
        return False
    return OptOutWord.objects.for_workspace(message.workspace_id).filter(word=word).exists()


def provision(workspace: Workspace) -> None:
    """Give a new workspace the default opt-out words."""
    words = [OptOutWord(workspace=workspace, word=word) for word in DEFAULT_WORDS]
    OptOutWord.objects.for_workspace(workspace).bulk_create(words, ignore_conflicts=True)


@unit_of_work()
def add_opt_out_word(actor: Actor, word: str) -> tuple[OptOutWord, bool]:
    """Have this word opt out whoever sends it as a whole message; returns it, and whether it is new.

    Errors: ``forbidden`` for anybody but admins and owners, ``validation_failed``.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    normal = normal_form(word)
    if not 1 <= len(normal) <= MAX_WORD:
        raise invalid("word", "length", f"an opt-out word has 1 to {MAX_WORD} characters, not counting . and ! around")
    words = OptOutWord.objects.for_workspace(actor.workspace)
    added, created = words.get_or_create(word=normal, defaults={"workspace": actor.workspace})
    if created:
        audit.record(actor, "opt_out_word.added", str(added.pk), word=normal)
    return added, created


@unit_of_work()
def remove_opt_out_word(actor: Actor, word_id: int) -> None:
    """Have this word mean nothing. Who has opted out with it stays opted out.

    Errors: ``forbidden`` for anybody but admins and owners, ``not_found``.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    found = OptOutWord.objects.for_workspace(actor.workspace).get_or_not_found(word_id)
    audit.record(actor, "opt_out_word.removed", str(found.pk), word=found.word)
    found.delete()


# --- The sections of a workspace's configuration ----------------------------------------------------------------------
class TemplateItem(StrictSerializer):
    name = Text(max_length=MAX_NAME)
    text = Text(required=False, allow_blank=True, default="")
    format = FormatField()
    attachments = AttachmentsField(default=list)


def dump_templates(actor: Actor) -> list[Any]:
    """All shared templates by name."""
    return list(Template.objects.for_workspace(actor.workspace).filter(owner=None).order_by("name").values(*_MEMBERS))


def apply_templates(actor: Actor, items: list[Any], path: str) -> list[Change]:
    """Create the shared templates whose names are new, and give the others the text, format and files of the
    document."""
    return apply_each(items, path, partial(_apply_template, actor))


def _apply_template(actor: Actor, item: Any) -> Change:
    wanted = parse_object(item, TemplateItem)
    wanted["attachments"] = attaching.files_of_twin(actor.workspace, wanted["attachments"])
    template = Template.objects.for_workspace(actor.workspace).filter(owner=None, name=wanted["name"].strip()).first()
    if template is None:
        return Change(TEMPLATES, create_template(actor, **wanted).name, "created")
    same = all(getattr(template, member) == wanted[member] for member in _MEMBERS if member != "name")
    update_template(actor, template.pk, **{**wanted, "name": template.name})
    return Change(TEMPLATES, template.name, "unchanged" if same else "updated")


def dump_words(actor: Actor) -> list[Any]:
    """All opt-out words in their order."""
    return list(OptOutWord.objects.for_workspace(actor.workspace).order_by("word").values_list("word", flat=True))


def apply_words(actor: Actor, items: list[Any], path: str) -> list[Change]:
    """Add the words that are new."""
    return apply_each(items, path, partial(_apply_word, actor))


def _apply_word(actor: Actor, item: Any) -> Change:
    if not isinstance(item, str):
        raise invalid("", "invalid", "give a string")
    word, created = add_opt_out_word(actor, item)
    return Change(WORDS, word.word, "created" if created else "unchanged")
