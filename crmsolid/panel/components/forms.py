"""Forms of the panel: with a service's errors beside the fields, that take effect once, and that edit stored values.

An ``EditForm`` overwrites nothing that somebody else has changed meanwhile: it sends what it showed beside what is
wanted. It is filled in and checked in the transaction that writes, with the row locked: a field that the member has not
changed keeps what is stored by then, and a field that somebody else has changed too is refused.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from django import forms
from django.core import signing
from django.forms.renderers import DjangoTemplates
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crmsolid.core.errors import DomainError, not_found
from crmsolid.core.ids import is_id, new_id
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import User, Workspace
from crmsolid.workspaces.scoping import WorkspaceModel

Row = TypeVar("Row", bound=WorkspaceModel)
# Names that begin so are not listed among what somebody has typed.
SHOWN = "_shown"
MAX_FORM_AGE_SECONDS = 86_400
_TOO_OLD = "This page is too old. Open it again."


class Renderer(DjangoTemplates):
    """Draws widgets as Django does. What people write in a field has a direction of its own, such as that of Hebrew."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        widget = context.get("widget", {})
        if widget.get("type") in ("text", "search") or template_name == forms.Textarea.template_name:
            widget["attrs"].setdefault("dir", "auto")
        return super().render(template_name, context, request)


class ServiceForm(forms.Form):
    """A form checked by a service. ``field_names`` maps the service's names to the form's names, where they differ."""

    field_names: ClassVar[dict[str, str]] = {}

    def add_domain_error(self, error: DomainError) -> None:
        """Show a service's error beside the fields that it names, else above the form."""
        for field_error in error.errors:
            name = self.field_names.get(field_error.field, field_error.field)
            self.add_error(name if name in self.fields else None, field_error.detail)
        if not error.errors:
            self.add_error(None, error.detail)


class SubmitOnceForm(ServiceForm):
    """A form that carries the id of the row it will create, signed for its user.

    A page that is sent again (a reload, a double click) asks for the same id, which exists by then. So no second row
    is created, and no secret is shown again.
    """

    kind: ClassVar[str]
    once = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signer = signing.TimestampSigner(salt=f"once:{self.kind}:{user.pk}")
        self.initial.setdefault("once", self.signer.sign(new_id(self.kind)))

    def clean_once(self) -> str:
        try:
            row_id = self.signer.unsign(self.cleaned_data["once"], max_age=MAX_FORM_AGE_SECONDS)
        except signing.BadSignature:
            raise forms.ValidationError(_TOO_OLD) from None
        if not is_id(self.kind, row_id):
            raise forms.ValidationError(_TOO_OLD)
        return row_id


def lock_row(row: Row) -> Row:
    """The row as it is stored now, locked until the caller's transaction ends. ``not_found`` if it was deleted."""
    rows = type(row).objects.for_workspace(row.workspace_id).filter(pk=row.pk)
    locked: Row | None = rows.select_for_update(no_key=True).first()
    if locked is None:
        raise not_found(str(row._meta.verbose_name))
    return locked


def lock_workspace(actor: Actor) -> Workspace:
    """The actor's live workspace, as :func:`lock_row`."""
    return Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace.owner_workspace.pk)


class EditForm(forms.BaseForm):
    """A form of stored values, which are its ``initial``; those of a form that was sent are read under a lock.

    The template draws ``shown_input``. A request without it wants all that it says, and no more. ``units`` are fields
    that mean something only together: who changes one of them has changed all of them. ``shown`` hands on what another
    form of the same values has sent.
    """

    units: ClassVar[tuple[tuple[str, ...], ...]] = ()

    def __init__(self, *args: Any, shown: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sent_shown = self.data.get(self.add_prefix(SHOWN)) if self.is_bound else shown
        self._shown = _read(self.sent_shown)
        self._untouched: set[str] = set()

    @property
    def shown(self) -> str:
        """What the page shows of each field, as digests. A field that the member has left alone shows what was sent,
        which may be older than what is stored."""
        now = {name: _digest(self._stored(name)) for name in self._compared()}
        older = {name: _digest(self._sent(name)) for name in self._untouched} if self.is_bound else self._shown
        return json.dumps({**now, **older})

    @property
    def shown_input(self) -> SafeString:
        return format_html('<input type="hidden" name="{}" value="{}">', self.add_prefix(SHOWN), self.shown)

    def full_clean(self) -> None:
        conflicts = self._compare() if self.is_bound else []
        for name in self._untouched:
            self.fields[name].disabled = True  # Django then takes the initial value, which is the stored one
        super().full_clean()
        if self.is_bound:
            self.changed_data  # noqa: B018 - Django keeps what it finds here, while those fields are left out
        for name in self._untouched:
            self.fields[name].disabled = False
        for name in conflicts:
            said = self.stored_text(name)
            said = f"Changed meanwhile to “{said}”" if said else "Emptied meanwhile"
            self.add_error(name, f"{said}. Save again to replace it with yours.")

    def stored_text(self, name: str) -> str:
        """The stored value of a field in words."""
        field, texts = self.fields[name], self._stored(name)
        titles = {str(value): str(title) for value, title in getattr(field, "choices", ())}
        separator = " " if isinstance(field.widget, forms.MultiWidget) else ", "
        return separator.join(titles.get(text, text) for text in texts)

    def _compare(self) -> list[str]:
        """Find the fields that the member has left alone, or has not seen, such as a custom field that is new; return
        those that somebody else has changed too."""
        conflicts = []
        unseen = [name for name in self._compared() if name not in self._shown]
        self._untouched = {name for name in unseen if self._shown or self._is_omitted(name)}
        for unit in self._units():
            sent = {name: _digest(self._sent(name)) for name in unit}
            now = {name: _digest(self._stored(name)) for name in unit}
            shown = {name: self._shown[name] for name in unit}
            if sent == shown:
                self._untouched |= set(unit)
            elif now not in (shown, sent):
                conflicts += [name for name in unit if now[name] != shown[name]]
        return conflicts

    def _units(self) -> Iterable[tuple[str, ...]]:
        """The fields of which is known what the page showed, together with those that they belong to."""
        together = {name: unit for unit in self.units for name in unit}
        units = dict.fromkeys(together.get(name, (name,)) for name in self._compared())
        return [unit for unit in units if self._shown.keys() >= set(unit)]

    def _is_omitted(self, name: str) -> bool:
        """Whether the request does not have the field. Of radio buttons none may be chosen."""
        widget = self.fields[name].widget
        is_omitted = widget.value_omitted_from_data(self.data, self.files, self.add_prefix(name))
        return is_omitted and not isinstance(widget, forms.RadioSelect)

    def _compared(self) -> list[str]:
        return [name for name, field in self.fields.items() if not field.widget.is_hidden]

    def _stored(self, name: str) -> list[str]:
        return _texts(self.fields[name], self[name].initial)

    def _sent(self, name: str) -> list[str]:
        return _texts(self.fields[name], self[name].data)


def _texts(field: forms.Field, value: Any) -> list[str]:
    """What a browser sends of a field that shows this value and that nobody touches. ``value`` may also be what was
    sent."""
    widget = field.widget
    if isinstance(widget, forms.CheckboxInput):
        return [str(bool(value))]
    if isinstance(widget, forms.MultiWidget):
        parts: Any = value if isinstance(value, list) else widget.decompress(value)
    else:
        parts = widget.format_value(field.prepare_value(value))
    parts = parts if isinstance(parts, list | tuple) else [parts]
    texts = [str(part).replace("\r\n", "\n") for part in parts if part not in (None, "")]
    return texts if isinstance(widget, forms.MultiWidget) else sorted(texts)


def _digest(texts: list[str]) -> str:
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]


def _read(sent: str | None) -> dict[str, str]:
    try:
        read = json.loads(sent or "{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
