"""The form of a broadcast in the panel."""

from contextlib import suppress
from typing import Any

from django import forms
from django.template.defaultfilters import pluralize
from django.utils import timezone
from django.utils.text import get_text_list

from contacts.lookup import find_named
from contacts.models import Segment
from contacts.normalization import tag
from crmsolid.core.errors import DomainError
from crmsolid.panel.components.admin_columns import time_text
from crmsolid.panel.components.comboboxes import ComboboxLines
from crmsolid.panel.components.forms import EditForm
from crmsolid.workspaces.models import Workspace
from messaging.broadcasts.definition import (
    MAX_ACCOUNTS,
    MAX_COOLDOWN_DAYS,
    MAX_NAME,
    MAX_PER_HOUR,
    MAX_TAGS,
    Definition,
)
from messaging.models import Account
from messaging.panel.composing import FileIdsField, FormatChoice, Word, chosen

# The field of the form that a field of the definition is filled in with.
_SHOWN_AT = {"audience": "segment_id", "audience.segment_id": "segment_id", "audience.tags": "tags"}
_SHOWN_AT |= {"audience.contact_ids": "contacts"}
# The field of each way to name an audience.
_AUDIENCES = {"segment_id": "segment_id", "tags": "tags", "contact_ids": "contacts"}
# So many contacts may be named in the form; more than that have a tag or a segment.
MAX_LINES = 200
ACCOUNTS_HELP = (
    "With several, contacts are shared out among them. Each contact stays with the account that wrote first."
)


class BroadcastForm(EditForm, forms.Form):
    """What :class:`Definition` holds. The audience is one of a segment, tags and contacts; where several are filled in,
    ``goes_to`` says which counts."""

    units = (("goes_to", "segment_id", "tags", "contacts"),)

    name = forms.CharField(max_length=MAX_NAME, widget=forms.TextInput(attrs={"placeholder": "Name of the broadcast"}))
    text = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        strip=False,
        error_messages={"required": "Write the message."},
        help_text="{first_name} is the contact's first name; {first_name|there} says “there” to those without one. "
        "There are also {last_name}, {name}, {username}, {email} and your custom fields. Whoever lacks a value gets no "
        "message.",
    )
    format = FormatChoice()
    attachments = FileIdsField()
    account_ids = forms.TypedMultipleChoiceField(
        label="Sending accounts",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose the account that sends it."},
        help_text=ACCOUNTS_HELP,
    )
    goes_to = forms.ChoiceField(
        label="Goes to",
        required=False,
        choices=[("segment_id", "A segment"), ("tags", "Tags"), ("contacts", "Contacts")],
        widget=forms.RadioSelect,
        initial="segment_id",
    )
    segment_id = forms.ChoiceField(
        label="Segment", required=False, help_text="A segment without conditions is everybody."
    )
    tags = forms.CharField(
        label="Tags",
        required=False,
        widget=ComboboxLines("tags", {"rows": 2}),
        help_text="One tag a line. Contacts who have all of them get the message.",
    )
    contacts = forms.CharField(
        label="Contacts",
        required=False,
        widget=ComboboxLines("people", {"rows": 2}),
        help_text="One a line: a username, an e-mail address or an id.",
    )
    send_at = forms.DateTimeField(
        label="Send at",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    per_hour = forms.IntegerField(
        label="Messages an hour",
        required=False,
        min_value=1,
        max_value=MAX_PER_HOUR,
        help_text="Empty: as fast as the accounts may send.",
    )
    cooldown_days = forms.IntegerField(
        label="Days between two broadcasts",
        required=False,
        min_value=1,
        max_value=MAX_COOLDOWN_DAYS,
        help_text="Whoever got another broadcast within so many days is left out. Empty: nobody is.",
    )

    def __init__(self, workspace: Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workspace = workspace
        accounts = Account.objects.for_workspace(workspace).order_by("name", "id")
        segments = Segment.objects.for_workspace(workspace).order_by("name")
        fields: Any = self.fields
        fields["send_at"].help_text = f"In your time zone, {timezone.get_current_timezone_name()}. Empty: at once."
        fields["account_ids"].choices = [(each.pk, f"{each.name} (#{each.pk})") for each in accounts[:MAX_ACCOUNTS]]
        fields["segment_id"].choices = [("", "None"), *((each.pk, each.name) for each in segments)]

    @classmethod
    def values_of(cls, definition: Definition) -> dict[str, Any]:
        """What the form shows of a draft."""
        return {
            "name": definition.name,
            "text": definition.text,
            "format": definition.format,
            "attachments": list(definition.attachments),
            "account_ids": list(definition.account_ids),
            "goes_to": next((name for key, name in _AUDIENCES.items() if key in definition.audience), "segment_id"),
            "segment_id": definition.audience.get("segment_id", ""),
            "tags": "\n".join(definition.audience.get("tags", ())),
            "contacts": "\n".join(definition.audience.get("contact_ids", ())),
            "send_at": definition.send_at,
            "per_hour": definition.per_hour,
            "cooldown_days": definition.cooldown_days,
        }

    def stored_text(self, name: str) -> str:
        """A time as people read it."""
        return time_text(self.initial[name]) if name == "send_at" else super().stored_text(name)

    def clean_text(self) -> str:
        """Browsers send the ends of lines as CR LF."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")

    def clean_tags(self) -> list[str]:
        tags = [tag(line) for line in str(self.cleaned_data["tags"]).splitlines() if line.strip()]
        if len(tags) > MAX_TAGS:
            raise forms.ValidationError(f"At most {MAX_TAGS} tags.")
        return tags

    def clean_contacts(self) -> list[str]:
        """The ids of the contacts that the lines name."""
        lines = [line.strip() for line in str(self.cleaned_data["contacts"]).splitlines() if line.strip()]
        if len(lines) > MAX_LINES:
            raise forms.ValidationError(f"At most {MAX_LINES} contacts. Give more of them a tag, and use that.")
        found, unknown = find_named(self.workspace, lines)
        if unknown:
            raise forms.ValidationError(f"There is no such contact: {', '.join(unknown[:5])}")
        return found

    def clean(self) -> None:
        names, goes_to = tuple(_AUDIENCES.values()), self.cleaned_data.get("goes_to")
        if goes_to and self.cleaned_data.get(goes_to):
            for name in {*names} - {goes_to}:
                self.cleaned_data[name] = "" if name == "segment_id" else []
                self.errors.pop(name, None)
        if sum(bool(self.cleaned_data.get(name)) for name in names) != 1 and not self.errors.keys() & names:
            self.add_error("segment_id", "Choose a segment, or give tags, or contacts: one of the three.")

    def sentences(self) -> list[Word]:
        """The chosen words of the settings, as they were typed."""
        sent_at = ""
        with suppress(forms.ValidationError):
            sent_at = time_text(self.fields["send_at"].clean(self["send_at"].value()))
        pace, cooldown = self["per_hour"].value(), self["cooldown_days"].value()
        return [
            Word("accounts", get_text_list(chosen(self["account_ids"]), "and"), "an account", is_extra=True),
            Word("audience", self._audience_text(), "whom", is_extra=True),
            Word("send_at", sent_at, "at once"),
            Word("pace", f"at most {pace} an hour" if pace else "", "as fast as the accounts may"),
            Word("cooldown", f"who got another within {cooldown} days" if cooldown else "", "nobody"),
        ]

    def _audience_text(self) -> str:
        lines = {name: str(self[name].value() or "").split("\n") for name in ("tags", "contacts")}
        tags, contacts = ([line.strip() for line in each if line.strip()] for each in lines.values())
        texts = {
            "segment_id": ", ".join(chosen(self["segment_id"])),
            "tags": f"everybody with {get_text_list(tags, 'and')}" if tags else "",
            "contacts": f"{len(contacts)} contact{pluralize(len(contacts))}" if contacts else "",
        }
        goes_to = str(self["goes_to"].value())
        return texts.get(goes_to) or next(filter(None, texts.values()), "")

    def definition(self) -> Definition:
        """The broadcast that was filled in. The form must be valid."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "goes_to"}
        segment_id, tags, contact_ids = values.pop("segment_id"), values.pop("tags"), values.pop("contacts")
        audience: dict[str, Any] = {"contact_ids": contact_ids}
        if segment_id or tags:
            audience = {"segment_id": segment_id} if segment_id else {"tags": tags}
        account_ids = tuple(values.pop("account_ids"))
        attachments = tuple(values.pop("attachments").split())
        return Definition(**values, account_ids=account_ids, attachments=attachments, audience=audience)

    def add_domain_error(self, error: DomainError) -> None:
        """Show a service's refusal at the fields that it names."""
        for each in error.errors:
            name = _SHOWN_AT.get(each.field, each.field)
            self.add_error(name if name in self.fields else None, each.detail)
        if not error.errors:
            self.add_error(None, error.detail)
