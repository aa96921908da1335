"""Pages for logging Telegram accounts in and out; each step of a login has a page.

Between two steps all state is in the database, so any web process may answer the next one. No step runs in a
transaction, because each talks to Telegram.
"""

import math
from functools import partial
from typing import Any

import segno
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_base import TenantAdmin
from messaging.models import LoginAttempt, QrState
from messaging.telegram import config, leases

REFRESH_SECONDS = 2  # of the page of a QR code
REFRESH_SECONDS_WITHOUT_SCRIPTS = 5
IN_AN_APP = "in a Telegram app, under Settings > Devices"
# What the page says after a logout, by its outcome.
LOGGED_OUT = {
    "ended": (messages.SUCCESS, "{} is logged out. Its messages wait for the next login."),
    "pending": (
        messages.WARNING,
        "{} is logged out here. Telegram could not be told yet, which is tried again for 3 days. To end the session "
        f"now, do it {IN_AN_APP}.",
    ),
    "unreadable": (
        messages.WARNING,
        f"{{}} is logged out here, but Telegram could not be told: end the session {IN_AN_APP}.",
    ),
}


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
        help_text="With the country code. It must have a Telegram account already.",
    )


class OneTimeInput(forms.PasswordInput):
    """Readable while it is typed, but never rendered with the value that was submitted."""

    input_type = "text"


class CodeForm(StepForm):
    """``sent``: what Telegram has sent. Of a code that consists of words, a phone shows its whole keyboard."""

    code = forms.CharField(
        max_length=200,
        widget=OneTimeInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false", "autofocus": True}
        ),
    )

    def __init__(self, sent: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = sent.help_text
        if sent.is_text:
            self.fields["code"].widget.attrs["inputmode"] = "text"


class PasswordForm(StepForm):
    password = forms.CharField(
        label="Two-step password",
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "autofocus": True}),
        help_text="The one set in Telegram under Settings > Privacy and Security, not the code.",
    )


class LogOutForm(forms.Form):
    confirm = forms.BooleanField(error_messages={"required": "Tick the box to log the account out."})


def services() -> Any:
    """The login services, imported when somebody logs in: Telethon costs a web process 30 MiB."""
    config.load_telethon()
    from messaging.telegram import services

    return services


class LoginPages(TenantAdmin):
    """Views for adding an account in two or three steps, logging in again, and logging out."""

    def get_urls(self) -> list[URLPattern]:
        def account_path(route: str, view: Any, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"messaging_account_{name}")

        return [
            account_path("login/qr/", require_POST(self.start_qr), "qr_start"),
            account_path("login/<str:attempt_id>/qr/", self.qr_view, "qr"),
            account_path("login/<str:attempt_id>/", self.step_view, "step"),
            account_path("login/<str:attempt_id>/resend/", require_POST(self.resend_view), "resend"),
            account_path("login/<str:attempt_id>/reset-email/", require_POST(self.reset_email_view), "reset_email"),
            account_path("login/<str:attempt_id>/cancel/", require_POST(self.cancel_view), "cancel"),
            account_path("<int:account_id>/connected/", self.connected_view, "connected"),
            account_path("<int:account_id>/login/", require_POST(self.login_view), "login"),
            account_path("<int:account_id>/logout/", require_POST(self.logout_view), "logout"),
            *super().get_urls(),
        ]

    # --- Logging in -------------------------------------------------------------------------------------------
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Two tabs: the QR code, and with ``?phone`` in the address the phone number, which is step 1. Where no account
        can be added, the page says why."""
        self._require_add(request)
        missing, is_test = config.missing(), self.panel_context(request).is_test
        if not (missing or is_test or request.method == "POST" or "phone" in request.GET):
            context = {"title": "Add a Telegram account", "has_worker": leases.live_workers().exists()}
            return self._page(request, "panel/telegram_add_qr.html", tab="qr", **context)
        form = None if missing or is_test else PhoneForm(request.POST or None)
        if form is not None and request.method == "POST" and form.is_valid():
            try:
                return _next_page(services().begin_login(self.actor(request), **form.cleaned_data))
            except DomainError as error:
                form.add_domain_error(error)
        context = {"title": "Add a Telegram account", "missing": missing, "is_test": is_test, "form": form}
        return self._page(request, "panel/telegram_add.html", **context)

    @method_decorator(sensitive_post_parameters("code", "password"))
    def step_view(self, request: HttpRequest, attempt_id: str) -> HttpResponse:
        """Step 2, the code, or step 3, the password: whichever the login attempt asks for now."""
        self._require_add(request)
        actor = self.actor(request)
        try:
            login = services().login_in_progress(actor, attempt_id=attempt_id)
        except DomainError as error:
            return self._login_over(request, error)
        form_class: Any = PasswordForm if login.needs_password else partial(CodeForm, login.code)
        field = "password" if login.needs_password else "code"
        # A step that is posted again after it succeeded (a double click, a reload) shows the next step, not an error.
        is_submitted = request.method == "POST" and field in request.POST
        form = form_class(request.POST if is_submitted else None)
        if is_submitted and form.is_valid():
            submit = services().submit_password if login.needs_password else services().submit_code
            try:
                result = submit(actor, attempt_id=attempt_id, **form.cleaned_data)
                if login.is_qr:
                    return _redirect("qr", attempt_id)  # it knows which account was expected
                return _next_page(result)
            except DomainError as error:
                if error.code == "not_found":
                    return self._login_over(request, error)
                form.add_domain_error(error)
        title = "Two-step password" if login.needs_password else "Enter the code"
        return self._page(request, "panel/telegram_step.html", title=title, login=login, form=form)

    def resend_view(self, request: HttpRequest, attempt_id: str) -> HttpResponse:
        said = "A new code is on its way. Earlier ones no longer work."
        return self._another_code(request, services().resend_code, attempt_id, said)

    def reset_email_view(self, request: HttpRequest, attempt_id: str) -> HttpResponse:
        said = "Telegram has been asked to remove the login e-mail."
        return self._another_code(request, services().reset_login_email, attempt_id, said)

    def _another_code(self, request: HttpRequest, ask: Any, attempt_id: str, said: str) -> HttpResponse:
        self._require_add(request)
        try:
            result = ask(self.actor(request), attempt_id=attempt_id)
        except DomainError as error:
            if error.code == "not_found":
                return self._login_over(request, error)
            messages.error(request, f"{capfirst(error.detail)}.")
            return _redirect("step", attempt_id)
        if isinstance(result, LoginAttempt) and not result.needs_password:  # else Telegram let the account in
            messages.success(request, said)
        return _next_page(result)

    def cancel_view(self, request: HttpRequest, attempt_id: str) -> HttpResponse:
        self._require_add(request)
        services().cancel_login(self.actor(request), attempt_id=attempt_id)
        return _redirect("add")

    def login_view(self, request: HttpRequest, account_id: int) -> HttpResponse:
        """Log in again with the stored phone. The account keeps its id, threads and messages."""
        self._require_add(request)
        account = self._account(request, account_id)
        if not account.phone:
            return _redirect("add")
        try:
            return _next_page(services().begin_login(self.actor(request), phone=f"+{account.phone}"))
        except DomainError as error:
            messages.error(request, f"{capfirst(error.detail)}.")
            return _redirect("change", account.pk)

    def connected_view(self, request: HttpRequest, account_id: int) -> HttpResponse:
        """What to do next with an account that was just connected."""
        account = self._account(request, account_id)
        curl = (
            f"curl -X POST {request.build_absolute_uri('/v1/messages/send')} \\\n"
            '  -H "Authorization: Bearer $CRMSOLID_KEY" \\\n'
            '  -H "Idempotency-Key: $(uuidgen)" \\\n'
            '  -H "Content-Type: application/json" \\\n'
            f"""  -d '{{"account_id": {account.pk}, "to": "@username", "text": "Hello {{first_name|there}}"}}'"""
        )
        context = {"title": f"{account.name} is connected", "account": account, "curl": curl}
        return self._page(request, "panel/telegram_connected.html", **context)

    # --- By QR code: a worker holds the login, and the page reads its row every two seconds ------------------------
    def start_qr(self, request: HttpRequest) -> HttpResponse:
        """Ask for a code; with ``account`` in the form, to log this account in again."""
        self._require_add(request)
        account_id = _account_id(request.POST.get("account", ""))
        try:
            attempt = services().begin_qr_login(self.actor(request), account_id=account_id)
        except DomainError as error:
            messages.error(request, f"{capfirst(error.detail)}.")
            return HttpResponseRedirect(panel_url("messaging_account_add"))
        # The address keeps the account, because the login is deleted when its code is over.
        query = "" if account_id is None else f"?account={account_id}"
        return HttpResponseRedirect(panel_url("messaging_account_qr", attempt.id) + query)

    def qr_view(self, request: HttpRequest, attempt_id: str) -> HttpResponse:
        """The code and what has become of it; leads on to the password and to the account."""
        if request.headers.get("HX-Request") and not self.has_add_permission(request):
            return self._qr_page(request, None)  # a refusal would leave the last code on the page
        self._require_add(request)
        try:
            login = services().qr_login(self.actor(request), attempt_id=attempt_id)
        except DomainError:  # cancelled, expired, or of another workspace
            return self._qr_page(request, None)
        if login.state == QrState.PASSWORD:
            return _lead(request, panel_url("messaging_account_step", attempt_id))
        if login.state == QrState.CONNECTED:
            self._tell_of_other(request, login)
            return _lead(request, panel_url("messaging_account_connected", login.account_id))
        return self._qr_page(request, login)

    def _qr_page(self, request: HttpRequest, login: Any) -> HttpResponse:
        is_open = login is not None and login.state in (QrState.WAITING, QrState.SCANNED)
        context: dict[str, Any] = {"title": "Scan the QR code", "login": login, "is_open": is_open}
        context["wanted_id"] = _account_id(request.GET.get("account", "")) if login is None else login.wanted_id
        if is_open:
            context |= {"refresh_seconds": REFRESH_SECONDS, "slow_seconds": REFRESH_SECONDS_WITHOUT_SCRIPTS}
            context["has_worker"] = leases.live_workers().exists()
        if is_open and login.address:
            left = (login.renewed_at - clock.now()).total_seconds()
            # Dark on white in both themes, with the quiet zone of four modules that scanners need.
            image = segno.make(login.address, error="m", micro=False).svg_inline(
                scale=6, light="#fff", border=4, svgclass="cs-qr", lineclass=None, omitsize=False
            )
            context |= {"image": mark_safe(image), "seconds_left": max(1, math.ceil(left))}
        return self._page(request, "panel/telegram_qr.html", **context)

    def _tell_of_other(self, request: HttpRequest, login: Any) -> None:
        """Say so if somebody else has scanned the code than whoever was to be logged in again."""
        if login.wanted_id in (None, login.account_id):
            return
        wanted, connected = (self.get_object(request, str(pk)) for pk in (login.wanted_id, login.account_id))
        if wanted is not None and connected is not None:
            messages.warning(
                request,
                f"This is another Telegram user than {wanted.name}: {connected.name} (account {connected.pk}) was "
                f"connected instead. {wanted.name} (account {wanted.pk}) is as it was, and still needs a login.",
            )

    # --- Logging out ------------------------------------------------------------------------------------------
    def logout_view(self, request: HttpRequest, account_id: int) -> HttpResponse:
        """Allowed for an expired workspace too: revoking access must be possible at any time."""
        account = self._account(request, account_id)
        form = LogOutForm(request.POST)
        if not form.is_valid():
            messages.error(request, str(form.errors["confirm"][0]))
            return _redirect("change", account.pk)
        try:
            outcome = services().logout(self.actor(request), account_id=account_id)
        except DomainError as error:
            messages.error(request, f"{capfirst(error.detail)}.")
            return _redirect("change", account.pk)
        level, said = LOGGED_OUT[outcome]
        messages.add_message(request, level, said.format(account.name))
        return _redirect("changelist")

    # --- Helpers ------------------------------------------------------------------------------------------------
    def _require_add(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied

    def _account(self, request: HttpRequest, account_id: int) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        account = self.get_object(request, str(account_id))
        if account is None:
            raise Http404
        return account

    def _login_over(self, request: HttpRequest, error: DomainError) -> HttpResponse:
        """The attempt is finished, cancelled, expired or of another workspace."""
        if error.code == "not_found":
            messages.warning(request, "That login is over. If the account is not listed below, start again.")
            return _redirect("changelist")
        messages.error(request, f"{capfirst(error.detail)}.")
        return _redirect("add")

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        """A page that no browser or proxy may cache."""
        response = self.render_page(request, template, **context)
        response.headers["Cache-Control"] = "no-store"
        return response


def _next_page(result: Any) -> HttpResponse:
    """The page that follows a step: of the next one, or of the account."""
    return _redirect("step" if isinstance(result, LoginAttempt) else "connected", result.pk)


def _redirect(name: str, *arguments: Any) -> HttpResponse:
    return HttpResponseRedirect(panel_url(f"messaging_account_{name}", *arguments))


def _account_id(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _lead(request: HttpRequest, address: str) -> HttpResponse:
    """A redirect. htmx would follow one by itself and look for the part to replace in the other page."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
