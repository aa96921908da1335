"""The forms of the pages about a user. What a service refuses stands beside the field."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from crmsolid.panel.account import sign_in
from crmsolid.panel.components.comboboxes import ZoneField
from crmsolid.panel.components.forms import EditForm, ServiceForm
from crmsolid.workspaces.accounts import MAX_PASSWORD, MAX_USER_NAME
from crmsolid.workspaces.models import OpensNext, Theme, User
from crmsolid.workspaces.services import MAX_NAME

MAX_EMAIL = 254
PASSWORD_HELP = "At least 12 characters, not a common password, and not like your name or e-mail address."
CODE_HELP = "The six digits that the app shows, or a recovery code."


def password_field(label: str = "Password", *, new: bool = False, help_text: str = "") -> forms.CharField:
    """Browsers fill in a present password and propose a new one."""
    attributes = {"autocomplete": "new-password" if new else "current-password", "maxlength": MAX_PASSWORD}
    widget = forms.PasswordInput(attrs=attributes)
    said = {"required": "Enter a password."}
    return forms.CharField(label=label, strip=False, widget=widget, help_text=help_text, error_messages=said)


def text_field(label: str, limit: int, **attributes: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, widget=forms.TextInput(attrs={"maxlength": limit, **attributes})
    )


def email_field() -> forms.CharField:
    widget = forms.EmailInput(attrs={"maxlength": MAX_EMAIL, "autocomplete": "email"})
    return forms.CharField(label="E-mail", widget=widget, error_messages={"required": "Enter your e-mail address."})


class LoginForm(AuthenticationForm):
    """Log in with the e-mail address."""

    error_messages = {
        "invalid_login": "That e-mail address and password do not belong together.",
        "inactive": "This account is closed.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail"
        self.fields["username"].widget = forms.EmailInput(
            attrs={"maxlength": MAX_EMAIL, "autocomplete": "username", "autofocus": True}
        )

    def clean(self) -> Any:
        """Look at the password, unless there were too many attempts (``TooManyAttempts``)."""
        if not (self.cleaned_data.get("username") and self.cleaned_data.get("password")):
            return super().clean()  # it hashes nothing
        assert self.request is not None
        attempt = sign_in.Attempt.begin(self.request, self.cleaned_data["username"])
        try:
            return super().clean()
        except ValidationError:
            attempt.count_failure()
            raise


class SignUpForm(ServiceForm):
    name = text_field("Your name", MAX_USER_NAME, autocomplete="name")
    email = email_field()
    password = password_field(new=True, help_text=PASSWORD_HELP)
    workspace = forms.CharField(
        label="Name of the workspace",
        widget=forms.TextInput(attrs={"maxlength": MAX_NAME, "autocomplete": "organization"}),
        error_messages={"required": "Enter a name, such as that of your company."},
        help_text="Usually that of your company or team. You can change it later.",
    )


class AcceptForm(ServiceForm):
    """Accept an invitation with a new account; the address is the invitation's."""

    name = text_field("Your name", MAX_USER_NAME, autocomplete="name")
    password = password_field(new=True, help_text=PASSWORD_HELP)


class ResetRequestForm(forms.Form):
    email = email_field()


def keep_assistants_field() -> forms.BooleanField:
    widget = forms.CheckboxInput(attrs={"aria-describedby": "keep-assistants-help"})
    return forms.BooleanField(label="Keep the assistants that are connected", required=False, widget=widget)


class NewPasswordForm(ServiceForm):
    """A new password, typed twice."""

    field_names = {"password": "new_password1"}
    new_password1 = password_field("New password", new=True, help_text=PASSWORD_HELP)
    new_password2 = password_field("The new password again", new=True)

    def clean(self) -> dict[str, Any]:
        first, second = self.cleaned_data.get("new_password1"), self.cleaned_data.get("new_password2")
        if first and second and first != second:
            self.add_error("new_password2", "The two passwords are not the same.")
        return self.cleaned_data


class ChangePasswordForm(NewPasswordForm):
    old_password = password_field("Present password")
    keep_assistants = keep_assistants_field()
    field_order = ("old_password", "new_password1", "new_password2", "keep_assistants")


class CodeForm(ServiceForm):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}),
        error_messages={"required": "Enter the code that the app shows."},
        help_text=CODE_HELP,
    )


class SetUpForm(CodeForm):
    """Turn the second factor on."""

    password = password_field("Your password")
    keep_assistants = keep_assistants_field()


class ConfirmForm(CodeForm):
    """The password once more, and a code of the second factor."""

    password = password_field("Your password")
    field_order = ("password", "code")


class ProfileForm(EditForm, ServiceForm):
    name = text_field("Your name", MAX_USER_NAME, autocomplete="name")
    time_zone = ZoneField(label="Time zone", max_length=64)
    theme = forms.ChoiceField(label="Appearance", choices=Theme.choices, widget=forms.RadioSelect)
    opens_next = forms.ChoiceField(
        label="Open the next conversation",
        choices=OpensNext.choices,
        widget=forms.RadioSelect,
        help_text="The one that follows in the list where you are.",
    )
    single_keys = forms.BooleanField(
        label="Single keys",
        required=False,
        help_text="Such as E to close a conversation. They never work in a field; ? shows them. Ctrl K works always.",
    )

    @classmethod
    def of(cls, user: User, data: Any = None) -> "ProfileForm":
        return cls(data, initial={name: getattr(user, name) for name in cls.base_fields})
