"""The forms of a contact: its fields as texts, so that a member's change can be told from what was there."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, TypeVar

from django import forms
from django.utils.text import capfirst

from contacts import custom_fields, repository
from contacts.forms import LinesField
from contacts.models import CustomField, FieldType, Stage
from contacts.notes import MAX_TEXT
from contacts.repository import ContactWithTags
from contacts.services import update_contact
from contacts.validation import MAX_TAG
from crmsolid.core.errors import DomainError
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.panel.components.comboboxes import Combobox, ComboboxDate, ZoneField
from crmsolid.panel.components.forms import SHOWN, EditForm
from crmsolid.workspaces.actor import Actor

# Those that the services take an empty text for; null clears the others.
_NAMES = ("name", "first_name")
# A text is shown in so many lines at most.
MAX_ROWS = 3
# Below the custom fields.
FACTS = ("username", "email", "phone", "time_zone", "name", "first_name", "last_name")
_BOOLEANS = [("", "Not known"), ("true", "Yes"), ("false", "No")]


class ShowsErrors(forms.Form):
    """A form with a service's refusal beside the field that it is about."""

    def add_domain_error(self, error: DomainError) -> None:
        if not error.errors:
            self.add_error(None, f"{capfirst(error.detail)}")
        for each in error.errors:
            name = each.field.replace("custom_fields.", "custom.", 1)
            self.add_error(name if name in self.fields else None, f"{capfirst(each.detail)}")


class ContactEditForm(EditForm, ShowsErrors):
    """A form of what is stored of a contact, which is its ``initial``."""

    def changes(self) -> dict[str, Any]:
        """What the member has changed, by the names of the API."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class StageForm(ContactEditForm):
    stage = forms.ChoiceField(label="New stage", choices=Stage.choices)

    @classmethod
    def of(cls, person: ContactWithTags, data: Any = None) -> "StageForm":
        return cls(data, initial={"stage": person.contact.stage}, auto_id="edit_%s")

    def undo(self) -> dict[str, str]:
        """What is posted to put the stage back; refused if somebody else has changed it by then."""
        changed = StageForm(initial={"stage": self.cleaned_data["stage"]})
        return {"stage": self.initial["stage"], SHOWN: changed.shown}


class CustomFieldsForm(ContactEditForm):
    """The custom fields of a contact, as texts."""

    def __init__(self, definitions: Mapping[str, CustomField], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.definitions = definitions
        for key, definition in sorted(definitions.items(), key=lambda item: item[1].label):
            self.fields[f"custom.{key}"] = _field(definition, self._texts(f"custom.{key}"))

    @classmethod
    def of(cls, person: ContactWithTags, data: Any = None) -> Self:
        initial = texts_of(person.payload, person.contact.given_first_name)
        return cls(custom_fields.by_key(person.contact.workspace_id), data, initial=initial)

    def _texts(self, name: str) -> list[str]:
        """What is stored for a field, and what was sent."""
        return [str(text) for text in (self.initial.get(name), self.data.get(name)) if text]

    @property
    def custom(self) -> list[Any]:
        """The custom fields, to be drawn."""
        return [self[name] for name in self.fields if name.startswith("custom.")]

    def changes(self) -> dict[str, Any]:
        """``validation_failed`` is the services' business, but for numbers, which are texts here."""
        changed: dict[str, Any] = {}
        for name in self.changed_data:
            text = self.cleaned_data[name]
            if name.startswith("custom."):
                key = name.removeprefix("custom.")
                changed.setdefault("custom_fields", {})[key] = _value(self.definitions[key], text)
            else:
                changed[name] = text if text or name in _NAMES else None
        return changed


class ContactForm(CustomFieldsForm):
    """The fields of a contact."""

    name = forms.CharField(max_length=200, required=False)
    first_name = forms.CharField(max_length=100, required=False, help_text="Else the first word of the name.")
    last_name = forms.CharField(max_length=100, required=False)
    username = forms.CharField(max_length=100, required=False, help_text="@name, name or a t.me link.")
    email = forms.CharField(max_length=254, required=False, label="E-mail", widget=forms.EmailInput)
    phone = forms.CharField(max_length=32, required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    time_zone = ZoneField(max_length=64)

    @property
    def facts(self) -> list[Any]:
        """All fields in the order of a contact's page. Where something is missing they say "Add"."""
        shown = [*self.custom, *(self[name] for name in FACTS)]
        for field in shown:
            field.field.widget.attrs.setdefault("placeholder", "Add")
        return shown


class ContactTagsForm(forms.Form):
    """All tags of a contact. ``before`` are those that the page showed, so that nobody else's change is undone."""

    tags = LinesField(2, suggest="tags", label="Tags")
    before = forms.CharField(required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, person: ContactWithTags, data: Any = None) -> Self:
        text = "\n".join(sorted(person.tags))
        form = cls(data, initial={"tags": text, "before": text}, auto_id="contact_%s")
        form.fields["tags"].widget.attrs["aria-label"] = "Tags"
        return form

    def changes(self) -> tuple[list[str], list[str]]:
        """The tags to add and to remove."""
        wanted, shown = (
            {line.strip() for line in self.data.get(name, "").splitlines() if line.strip()}
            for name in ("tags", "before")
        )
        return sorted(wanted - shown), sorted(shown - wanted)


Form = TypeVar("Form", bound=ContactEditForm)


def save_contact(actor: Actor, contact_id: str, form_of: Callable[[ContactWithTags], Form]) -> tuple[Form, bool]:
    """Write what the member has changed in the form that ``form_of`` fills in for the contact as it is now. Returns the
    form, which has errors if it was refused, and whether something was written."""
    form = None
    try:
        with unit_of_work():
            form = form_of(repository.get(actor.workspace, contact_id, lock=True))
            if not form.is_valid() or not form.changed_data:
                return form, False
            update_contact(actor, contact_id, form.changes())
    except DomainError as error:
        if form is None:
            raise
        form.add_domain_error(error)
    return form, form.is_valid()


def _field(definition: CustomField, shown: Sequence[str]) -> forms.Field:
    label = definition.label
    match definition.type:
        case FieldType.BOOLEAN:
            return forms.ChoiceField(label=label, required=False, choices=_BOOLEANS)
        case FieldType.CHOICE:
            # A choice that the field no longer offers stays with the contacts that have it. A select without it would
            # send an empty value. The services refuse it where it is new.
            offered = dict.fromkeys([*map(str, definition.choices), *shown])
            choices = [("", "Not known"), *((each, each) for each in offered)]
            return forms.ChoiceField(label=label, required=False, choices=choices)
        case FieldType.DATE:
            return forms.CharField(label=label, required=False, widget=ComboboxDate())
        case FieldType.NUMBER:
            number = forms.TextInput(attrs={"inputmode": "decimal"})
            return forms.CharField(label=label, required=False, max_length=40, widget=number)
    rows = min(MAX_ROWS, max((text.count("\n") + 1 for text in shown), default=1))
    return LinesField(rows, label=label, max_length=custom_fields.MAX_TEXT)


def _value(definition: CustomField, text: str) -> Any:
    """The typed value; None removes it. A text that is no number goes to the service, which says so."""
    if text == "":
        return None
    if definition.type == FieldType.BOOLEAN:
        return text == "true"
    if definition.type == FieldType.NUMBER:
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            return text
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    return text


def texts_of(payload: Mapping[str, Any], given_first_name: str) -> dict[str, str]:
    """The fields of a contact as the form shows them. ``payload`` is as the API answers it."""
    own = ("name", "last_name", "username", "email", "phone", "time_zone")
    texts = {name: payload[name] or "" for name in own} | {"first_name": given_first_name}
    return texts | {f"custom.{key}": _text(value) for key, value in payload["custom_fields"].items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


class TagsField(forms.CharField):
    """Tags in a line; :func:`split_tags` reads it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=Combobox("tags"), help_text="Separated by commas.", **options)


class NewContactForm(ShowsErrors):
    """The least that a contact has; the rest is added on its page."""

    name = forms.CharField(max_length=200, required=False)
    username = forms.CharField(max_length=100, required=False, help_text="@name, name or a t.me link.")
    email = forms.CharField(max_length=254, required=False, label="E-mail", widget=forms.EmailInput)
    phone = forms.CharField(max_length=32, required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    stage = forms.ChoiceField(choices=Stage.choices, required=False, initial=Stage.NEW)
    tags = TagsField()


class NoteForm(forms.Form):
    text = LinesField(
        3, required=True, label="Note", max_length=MAX_TEXT, help_text="Only members see it. Nothing is sent."
    )


class RenameTagForm(forms.Form):
    to = forms.CharField(label="New name", max_length=MAX_TAG, widget=Combobox("tags", {"data-single": ""}))


def split_tags(text: str) -> list[str]:
    """Tags that somebody typed, separated by commas or lines."""
    return [tag for each in text.replace("\n", ",").split(",") if (tag := each.strip())]
