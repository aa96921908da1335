"""Services of the texts that a workspace sets up: templates of messages, and opt-out words."""

from django.db import IntegrityError, transaction

from crmsolid.core import clock
from crmsolid.core.errors import invalid, not_found
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Role
from messaging.models import OptOutWord, Template
from messaging.opt_out_words import MAX_WORD, normal_form
from messaging.sending.message_text import check_template

MAX_NAME = 100


@unit_of_work()
def create_template(actor: Actor, *, name: str, text: str) -> Template:
    """Keep a text under a name. Errors: ``forbidden`` for anybody but admins and owners, ``validation_failed``."""
    actor.require_role(Role.ADMIN, Role.OWNER)
    template = Template(workspace=actor.workspace)
    _set(template, name, text)
    audit.record(actor, "template.created", str(template.pk))
    return template


@unit_of_work()
def update_template(actor: Actor, template_id: int, *, name: str, text: str) -> Template:
    """Replace name and text. Messages that were made from it stay as they are. Errors: as :func:`create_template`;
    ``not_found``."""
    actor.require_role(Role.ADMIN, Role.OWNER)
    template = _find(actor, template_id)
    if (template.name, template.text) != (name, text):
        _set(template, name, text)
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
    templates = Template.objects.for_workspace(actor.workspace).filter(pk=template_id)
    template: Template | None = templates.select_for_update().first()
    if template is None:
        raise not_found("template")
    return template


def _set(template: Template, name: str, text: str) -> None:
    if not 1 <= len(name.strip()) <= MAX_NAME:
        raise invalid("name", "length", f"a name has 1 to {MAX_NAME} characters")
    text = check_template(template.workspace, text)
    template.name, template.text, template.updated_at = name.strip(), text, clock.now()
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError:
        raise invalid("name", "duplicate", "a template with this name already exists") from None


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
    found = OptOutWord.objects.for_workspace(actor.workspace).filter(pk=word_id).first()
    if found is None:
        raise not_found("opt-out word")
    audit.record(actor, "opt_out_word.removed", str(found.pk), word=found.word)
    found.delete()
