"""What apps above this one add to the pages of contacts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms

from contacts import bulk
from contacts.models import Contact, Stage
from contacts.panel.forms import TagsField, split_tags
from contacts.panel.query import ContactsQuery
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.panel.components.addresses import panel_url
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class InPlace:
    """An action that needs one choice and so no page of its own: beside a conversation it is a list with a button.

    ``choices`` are values with their titles; without any, ``nothing`` is shown. ``act`` is called with the contact's id
    and the chosen value, which may be any text, and returns what to say then. It raises :class:`DomainError`.
    """

    button: str
    nothing: str
    choices: Callable[[Workspace], list[tuple[str, str]]]
    act: Callable[[Actor, str, str], str]


@dataclass(frozen=True, slots=True)
class ContactAction:
    """A button on a contact's page. ``page`` is the URL name of the page that asks for the rest. Its address names the
    contact: ``?contact=ID``."""

    title: str
    page: str
    in_place: InPlace | None = None

    def address(self, contact_id: str) -> str:
        return panel_url(self.page, query={"contact": contact_id})


# For members who may change contacts.
contact_actions: ExtensionPoint[ContactAction] = ExtensionPoint("buttons of a contact")
# What is shown on a contact's page, to everybody who sees it: HTML, or "" for nothing.
contact_sections: ExtensionPoint[Callable[[Contact], str]] = ExtensionPoint("sections of a contact")


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation with a contact, as its page shows it: the account by its name, and the address of the page.
    ``assignee`` is empty if nobody looks after it."""

    id: str
    account: str
    address: str
    last_at: datetime
    waiting_since: datetime | None
    is_open: bool
    assignee: str


# The latest first; to everybody who sees the contact's page.
Conversations = Callable[[Contact], list[Conversation]]
contact_conversations: ExtensionPoint[Conversations] = ExtensionPoint("conversations of a contact")


class BulkForm(forms.Form):
    """The form of a change of many contacts; without fields it asks for nothing."""

    def __init__(self, workspace: Workspace, data: Any = None) -> None:
        super().__init__(data)


@dataclass(frozen=True, slots=True)
class BulkChoice:
    """A change of ``contacts.bulk`` as the panel offers it. ``explanation`` says what will happen. ``arguments`` makes
    what ``start_bulk`` takes of the form. ``dangerous``: the number has to be typed."""

    action: str
    title: str
    explanation: str
    form: type[BulkForm]
    arguments: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    dangerous: bool = False
    verb: str = ""  # the title in a word or two, for a button
    icon: str = ""


@dataclass(frozen=True, slots=True)
class BulkPage:
    """A page of an app above to which the list leads with many contacts. ``address`` is None for a query that the page
    cannot be given; ``refusal`` says then what to do."""

    verb: str
    icon: str
    address: Callable[[ContactsQuery], str | None]
    refusal: str


class TagsForm(BulkForm):
    add = TagsField(label="Add these tags")
    remove = TagsField(label="Remove these tags")

    def clean(self) -> dict[str, Any]:
        values = {name: split_tags(self.cleaned_data.get(name, "")) for name in ("add", "remove")}
        if not any(values.values()):
            raise forms.ValidationError("Give at least one tag.")
        return values


class NewStageForm(BulkForm):
    # The page of the change also has the filters of the list, of which "stage" is one.
    new_stage = forms.ChoiceField(label="Stage", choices=Stage.choices)


# What the list of contacts offers, by the change.
bulk_choices: ExtensionPoint[BulkChoice] = ExtensionPoint("choices for many contacts")
bulk_pages: ExtensionPoint[BulkPage] = ExtensionPoint("pages for many contacts")

OWN_CHOICES = (
    BulkChoice(
        bulk.TAGS,
        "Add or remove tags",
        "Webhooks, scores and sequences react as if each contact had been tagged by hand.",
        TagsForm,
        dict,
        verb="Tag",
        icon="tag",
    ),
    BulkChoice(
        bulk.STAGE,
        "Change the stage",
        "Scores and sequences react as if each contact had been moved by hand.",
        NewStageForm,
        lambda data: {"stage": data["new_stage"]},
        verb="Stage",
        icon="workflow",
    ),
    BulkChoice(
        bulk.ERASE,
        "Erase",
        "Everything that says who these people are goes for good: name, addresses, messages, notes, tags, custom"
        " fields, scores. Figures stay, without the people. Who opted out stays opted out if they are added again.",
        BulkForm,
        dict,
        dangerous=True,
    ),
)
