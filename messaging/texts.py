"""The texts that a workspace sets up: templates of messages, and opt-out words.

An opt-out word opts out whoever sends it as a whole message: words within a sentence misfire. Upper and lower case are
the same, and blanks, full stops and exclamation marks around the word are ignored.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction

from contacts.models import Contact
from contacts.normalization import fold
from contacts.uses import Use
from crmsolid.api.fields import StrictSerializer, Text
from crmsolid.api.parsing import parse_object
from crmsolid.core import clock
from crmsolid.core.errors import invalid
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.configuration import Change, apply_each
from crmsolid.workspaces.models import Role, Workspace
from messaging.formatting.variables import variables
from messaging.inputs import AttachmentsField, FormatField
from messaging.models import Format, Message, OptOutWord, Template
from messaging.sending import attaching
from messaging.sending.message_text import check_template

MAX_NAME = 100
MAX_WORD = 64
# A longer message is no opt-out word.
MAX_MESSAGE = 2 * MAX_WORD
DEFAULT_WORDS = ("/stop", "stop")
# The names of the sections of a workspace's configuration.
TEMPLATES, WORDS = "templates", "opt_out_words"
_MEMBERS = ("name", "text", "format", "attachments")


# --- Templates --------------------------------------------------------------------------------------------------------
@unit_of_work()
def create_template(
    actor: Actor, *, name: str, text: str, format: str = Format.PLAIN, attachments: Sequence[str] = ()
) -> Template:
    """Keep a text, which is written in ``format``, under a name, with the files that it is sent with.

    Errors: ``forbidden`` for anybody but admins and owners, ``validation_failed``.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    template = Template(workspace=actor.workspace)
    _set(template, name, text, format, attachments)
    audit.record(actor, "template.created", str(template.pk))
    return template


@unit_of_work()
def update_template(
    actor: Actor,
    template_id: int,
    *,
    name: str,
    text: str,
    format: str = Format.PLAIN,
    attachments: Sequence[str] | None = None,
) -> Template:
    """Replace name, text, format and files; None leaves the files. Messages that were made from it stay as they are.

    Errors: as :func:`create_template`; ``not_found``.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    template = _find(actor, template_id)
    attachments = template.attachments if attachments is None else list(attachments)
    if (template.name, template.text, template.format, template.attachments) != (name, text, format, attachments):
        _set(template, name, text, format, attachments)
        audit.record(actor, "template.changed", str(template.pk))
    return template


@unit_of_work()
def delete_template(actor: Actor, template_id: int) -> None:
    """Delete a template. Errors: ``forbidden`` for anybody but admins and owners, ``not_found``."""
    actor.require_role(Role.ADMIN, Role.OWNER)
    template = _find(actor, template_id)
    audit.record(actor, "template.deleted", str(template.pk))
    template.delete()


def _find(actor: Actor, template_id: int) -> Template:
    templates = Template.objects.for_workspace(actor.workspace).select_for_update()
    template: Template = templates.get_or_not_found(template_id)
    return template


def _set(template: Template, name: str, text: str, format: str, attachments: Sequence[str]) -> None:
    if not 1 <= len(name.strip()) <= MAX_NAME:
        raise invalid("name", "length", f"a name has 1 to {MAX_NAME} characters")
    template.text = check_template(template.workspace, text, format, caption=bool(attachments))
    if list(attachments) != template.attachments:
        attaching.check_kept(template.workspace, attachments)
        attaching.lock_files(template.workspace_id, attachments)
    template.attachments = list(attachments)
    template.name, template.format, template.updated_at = name.strip(), format, clock.now()
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError:
        raise invalid("name", "duplicate", "a template with this name already exists") from None


def of_field(workspace: Workspace, key: str) -> Iterator[Use]:
    """The templates whose text has the field."""
    for template in Template.objects.for_workspace(workspace):
        if key in variables(template.text):
            yield Use("Template", template.name, "messaging_template_change", str(template.pk))


# --- Opt-out words ----------------------------------------------------------------------------------------------------
def normal_form(text: str) -> str:
    """The text as opt-out words are stored and compared."""
    return fold(text.strip(" \t\r\n.!"))


def apply_word(message: Message) -> bool:
    """Opt out the sender of this incoming message if it is an opt-out word, and return whether it is one. The contact's
    row is locked."""
    if len(message.text) > MAX_MESSAGE or not (word := normal_form(message.text)):
        return False
    if not OptOutWord.objects.for_workspace(message.workspace_id).filter(word=word).exists():
        return False
    Contact.objects.for_workspace(message.workspace_id).filter(pk=message.contact_id).update(opted_out=True)
    return True


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
    """All templates by name."""
    return list(Template.objects.for_workspace(actor.workspace).order_by("name").values(*_MEMBERS))


def apply_templates(actor: Actor, items: list[Any], path: str) -> list[Change]:
    """Create the templates whose names are new, and give the others the text, format and files of the document."""
    return apply_each(items, path, partial(_apply_template, actor))


def _apply_template(actor: Actor, item: Any) -> Change:
    wanted = parse_object(item, TemplateItem)
    wanted["attachments"] = attaching.files_of_twin(actor.workspace, wanted["attachments"])
    template = Template.objects.for_workspace(actor.workspace).filter(name=wanted["name"].strip()).first()
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
