"""What the panel's own forms share: a service's refusal beside its field, and a page that works once."""

from typing import Any, ClassVar

from django import forms
from django.core import signing

from crmsolid.core.errors import DomainError
from crmsolid.core.ids import is_id, new_id
from crmsolid.workspaces.models import User

FORM_LIVES_SECONDS = 86_400
_TOO_OLD = "This page is too old. Open it again."


class ServiceForm(forms.Form):
    """A form whose values a service judges. ``names_of_service``: its fields that are called otherwise here."""

    names_of_service: ClassVar[dict[str, str]] = {}

    def refuse(self, error: DomainError) -> None:
        """Show a service's refusal beside the fields it is about."""
        for problem in error.errors:
            self.add_error(self.field_of(problem.field), problem.detail)
        if not error.errors:
            self.add_error(None, error.detail)

    def field_of(self, name: str) -> str | None:
        ours = self.names_of_service.get(name, name)
        return ours if ours in self.fields else None


class OnceForm(ServiceForm):
    """Carries the id that the new row will have, signed for its user. A page that is sent again (a reload, a double
    click) asks for the same id, which exists by then: no second row is made and no secret is shown again."""

    kind: ClassVar[str]
    once = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signer = signing.TimestampSigner(salt=f"once:{self.kind}:{user.pk}")
        self.initial.setdefault("once", self.signer.sign(new_id(self.kind)))

    def clean_once(self) -> str:
        try:
            identity = self.signer.unsign(self.cleaned_data["once"], max_age=FORM_LIVES_SECONDS)
        except signing.BadSignature:
            raise forms.ValidationError(_TOO_OLD) from None
        if not is_id(self.kind, identity):
            raise forms.ValidationError(_TOO_OLD)
        return identity
