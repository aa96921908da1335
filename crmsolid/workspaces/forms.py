"""What the forms of the panel share: a service's errors beside the fields, and forms that take effect once."""

from typing import Any, ClassVar

from django import forms
from django.core import signing

from crmsolid.core.errors import DomainError
from crmsolid.core.ids import is_id, new_id
from crmsolid.workspaces.models import User

MAX_FORM_AGE_SECONDS = 86_400
_TOO_OLD = "This page is too old. Open it again."


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
