"""Logging Telegram accounts in and out, a page a step.

Between two steps everything stands in the database, so any process may answer the next one. No step runs in a
transaction: each talks to Telegram.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from crmsolid.core.errors import DomainError
from crmsolid.workspaces.admin_base import TenantAdmin
from messaging.forms import CodeForm, LogOutForm, PasswordForm, PhoneForm, StepForm
from messaging.models import Account, LoginAttempt
from messaging.telegram import config
from messaging.telegram.loading import load_telethon

LIST = "admin:messaging_account_changelist"


def services() -> Any:
    """Loaded when somebody logs in, not with the panel: Telethon costs a web process 30 MiB."""
    load_telethon()
    from messaging.telegram import services

    return services


class LoginPages(TenantAdmin):
    """Adding an account in two or three steps, logging in again, logging out."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view

        def at(route: str, view: Any, name: str) -> URLPattern:
            return path(route, wrap(view), name=f"messaging_account_{name}")

        return [
            at("login/<str:attempt_id>/", self.step_view, "step"),
            at("login/<str:attempt_id>/resend/", require_POST(self.resend_view), "resend"),
            at("login/<str:attempt_id>/cancel/", require_POST(self.cancel_view), "cancel"),
            at("<int:account_id>/connected/", self.connected_view, "connected"),
            at("<int:account_id>/login/", require_POST(self.login_view), "login"),
            at("<int:account_id>/logout/", require_POST(self.logout_view), "logout"),
            *super().get_urls(),
        ]

    # --- Logging in -------------------------------------------------------------------------------------------
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The phone; or, where no account can be added, why not."""
        self._require_add(request)
        context = {"missing": config.missing(), "is_test": self.panel_context(request).is_test}
        if context["missing"] or context["is_test"]:
            return self._page(request, "panel/telegram_add.html", title="Add a Telegram account", **context)
        form = PhoneForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                attempt = services().begin_login(self.actor(request), **form.answer())
                return _to("step", attempt.id)
            except DomainError as error:
                form.add_domain_error(error)
        return self._page(request, "panel/telegram_add.html", title="Add a Telegram account", form=form, **context)

    @method_decorator(sensitive_post_parameters("code", "password"))
    def step_view(self, request: HttpRequest, attempt_id: str) -> HttpResponse:
        """The code, then the password if Telegram asks for one: what is asked stands with the attempt."""
        self._require_add(request)
        actor = self.actor(request)
        try:
            login = services().open_login(actor, attempt_id=attempt_id)
        except DomainError as error:
            return self._over(request, error)
        kind = PasswordForm if login.needs_password else CodeForm
        # A step sent again after it went well (a double click, a reload) shows the next one, not a refusal.
        is_answered = request.method == "POST" and kind.question in request.POST
        form = kind(request.POST if is_answered else None)
        if is_answered and form.is_valid():
            verb = services().submit_password if login.needs_password else services().submit_code
            try:
                return self._after_step(request, verb(actor, attempt_id=attempt_id, **form.answer()))
            except DomainError as error:
                if error.code == "not_found":
                    return self._over(request, error)
                form.add_domain_error(error)
        return self._step_page(request, login, form)

    def resend_view(self, request: HttpRequest, attempt_id: str) -> HttpResponse:
        self._require_add(request)
        actor = self.actor(request)
        try:
            services().resend_code(actor, attempt_id=attempt_id)
        except DomainError as error:
            if error.code == "not_found":
                return self._over(request, error)
            messages.error(request, f"{capfirst(error.detail)}.")
        else:
            messages.success(request, "A new code is on its way. Earlier ones no longer work.")
        return _to("step", attempt_id)

    def cancel_view(self, request: HttpRequest, attempt_id: str) -> HttpResponse:
        self._require_add(request)
        services().cancel_login(self.actor(request), attempt_id=attempt_id)
        return _to("add")

    def login_view(self, request: HttpRequest, account_id: int) -> HttpResponse:
        """Log in again by the phone that is known; the account keeps its number, threads and messages."""
        self._require_add(request)
        account: Any = self.get_object(request, str(account_id))
        if account is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(account_id))
        if not account.phone:
            return _to("add")
        try:
            attempt = services().begin_login(self.actor(request), phone=f"+{account.phone}")
        except DomainError as error:
            messages.error(request, f"{capfirst(error.detail)}.")
            return _to("change", account.pk)
        return _to("step", attempt.id)

    def connected_view(self, request: HttpRequest, account_id: int) -> HttpResponse:
        """What to do with an account now that it is connected."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        account: Any = self.get_object(request, str(account_id))
        if account is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(account_id))
        curl = (
            f"curl -X POST {request.build_absolute_uri('/v1/messages/send')} \\\n"
            '  -H "Authorization: Bearer $CRMSOLID_KEY" \\\n'
            '  -H "Idempotency-Key: $(uuidgen)" \\\n'
            '  -H "Content-Type: application/json" \\\n'
            f"""  -d '{{"account_id": {account.pk}, "to": "@username", "text": "Hello {{first_name|there}}"}}'"""
        )
        context = {"title": f"{account.name} is connected", "account": account, "curl": curl}
        return self._page(request, "panel/telegram_connected.html", **context)

    # --- Logging out ------------------------------------------------------------------------------------------
    def logout_view(self, request: HttpRequest, account_id: int) -> HttpResponse:
        """Also for an expired workspace: giving access back must work at any time."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        account: Any = self.get_object(request, str(account_id))
        if account is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(account_id))
        form = LogOutForm(request.POST)
        if not form.is_valid():
            messages.error(request, str(form.errors["confirm"][0]))
            return _to("change", account.pk)
        try:
            heard = services().logout(self.actor(request), account)
        except DomainError as error:
            messages.error(request, f"{capfirst(error.detail)}.")
            return _to("change", account.pk)
        if heard:
            messages.success(request, f"{account.name} is logged out. Its messages wait for the next login.")
        else:
            messages.warning(
                request,
                f"{account.name} is logged out here, but Telegram could not be told: end the session in a Telegram "
                "app, under Settings > Devices.",
            )
        return HttpResponseRedirect(reverse(LIST))

    # --- Parts ------------------------------------------------------------------------------------------------
    def _require_add(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied

    def _after_step(self, request: HttpRequest, result: Account | LoginAttempt) -> HttpResponse:
        if isinstance(result, LoginAttempt):
            return _to("step", result.id)
        return _to("connected", result.pk)

    def _over(self, request: HttpRequest, error: DomainError) -> HttpResponse:
        """The attempt is finished, forgotten, expired or somebody else's: the list shows what came of it."""
        if error.code == "not_found":
            messages.warning(request, "That login is over. If the account is not listed below, start again.")
            return HttpResponseRedirect(reverse(LIST))
        messages.error(request, f"{capfirst(error.detail)}.")
        return _to("add")

    def _step_page(self, request: HttpRequest, login: Any, form: StepForm) -> HttpResponse:
        title = "Two-step password" if login.needs_password else "Enter the code"
        return self._page(request, "panel/telegram_step.html", title=title, login=login, form=form)

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        """Never kept by a browser or a proxy."""
        request.current_app = self.admin_site.name
        whole = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media, **context}
        response = TemplateResponse(request, template, whole)
        response.headers["Cache-Control"] = "no-store"
        return response


def _to(name: str, *arguments: Any) -> HttpResponse:
    return HttpResponseRedirect(reverse(f"admin:messaging_account_{name}", args=arguments))
