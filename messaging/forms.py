"""Forms of Settings > Telegram accounts. Each step of a login asks one question and shows its errors beside it."""

from typing import Any

from django import forms

from crmsolid.core.errors import DomainError


class StepForm(forms.Form):
    """A form with one field, named like the argument of the step's service."""

    def add_domain_error(self, error: DomainError) -> None:
        """Show the error of a service beside the field."""
        [field] = self.fields
        for detail in [problem.detail for problem in error.errors] or [error.detail]:
            self.add_error(field, f"{detail[:1].upper()}{detail[1:]}.")


class PhoneForm(StepForm):
    phone = forms.CharField(
        label="Phone number",
        max_length=32,
        widget=forms.TextInput(
            attrs={"type": "tel", "autocomplete": "off", "placeholder": "+1 555 0001", "autofocus": True}
        ),
    )


class OneTimeInput(forms.PasswordInput):
    """Readable while it is typed, but never rendered with the value that was submitted."""

    input_type = "text"


class CodeForm(StepForm):
    """``is_text``: the code consists of words, so a phone shows its whole keyboard."""

    code = forms.CharField(
        max_length=200,
        widget=OneTimeInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false", "autofocus": True}
        ),
    )

    def __init__(self, *args: Any, is_text: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_text:
            self.fields["code"].widget.attrs["inputmode"] = "text"


class PasswordForm(StepForm):
    password = forms.CharField(
        label="Two-step password",
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


class LogOutForm(forms.Form):
    confirm = forms.BooleanField(error_messages={"required": "Tick the box to log the account out."})
