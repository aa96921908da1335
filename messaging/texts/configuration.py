"""The sections ``templates`` and ``opt_out_words`` of a workspace's configuration."""

from functools import partial
from typing import Any

from crmsolid.api.fields import StrictSerializer, Text
from crmsolid.api.parsing import parse_object
from crmsolid.core.errors import invalid
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.configuration import Change, apply_each
from messaging.models import OptOutWord, Template
from messaging.texts.services import MAX_NAME, add_opt_out_word, create_template, update_template

TEMPLATES, WORDS = "templates", "opt_out_words"


class TemplateItem(StrictSerializer):
    name = Text(max_length=MAX_NAME)
    text = Text()


def dump_templates(actor: Actor) -> list[Any]:
    """All templates by name."""
    return list(Template.objects.for_workspace(actor.workspace).order_by("name").values("name", "text"))


def apply_templates(actor: Actor, items: list[Any], path: str) -> list[Change]:
    """Create the templates whose names are new, and give the others the text of the document."""
    return apply_each(items, path, partial(_apply_template, actor))


def _apply_template(actor: Actor, item: Any) -> Change:
    wanted = parse_object(item, TemplateItem)
    template = Template.objects.for_workspace(actor.workspace).filter(name=wanted["name"].strip()).first()
    if template is None:
        return Change(TEMPLATES, create_template(actor, **wanted).name, "created")
    same = template.text == wanted["text"]
    update_template(actor, template.pk, name=template.name, text=wanted["text"])
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
