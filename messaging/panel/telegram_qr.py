"""The pages of a login by QR code: the first tab of Add account, and the code itself.

The account worker holds the login; this page only reads its row, every two seconds.
"""

import math
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.panel.components.addresses import panel_url
from messaging.models import QrState
from messaging.panel.telegram_login import LoginPages, services
from messaging.telegram import config, leases

REFRESH_SECONDS = 2
REFRESH_SECONDS_WITHOUT_SCRIPTS = 5


class QrLoginPages(LoginPages):
    """Adds the views of a login by QR code to those of a login by phone."""

    def get_urls(self) -> list[URLPattern]:
        view, start = self.admin_site.admin_view(self.qr_view), self.admin_site.admin_view(require_POST(self.start_qr))
        return [
            path("login/qr/", start, name="messaging_account_qr_start"),
            path("login/<str:attempt_id>/qr/", view, name="messaging_account_qr"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Two tabs: the QR code, and with ``?phone`` in the address the phone number."""
        is_possible = not config.missing() and not self.panel_context(request).is_test
        if request.method == "POST" or "phone" in request.GET or not is_possible:
            return super().add_view(request, form_url, extra_context)
        self._require_add(request)
        context = {"title": "Add a Telegram account", "has_worker": leases.live_workers().exists()}
        return self._page(request, "panel/telegram_add_qr.html", tab="qr", **context)

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
            context |= {"image": _drawn(login.address), "seconds_left": max(1, math.ceil(left))}
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


def _account_id(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _drawn(address: str) -> SafeString:
    """Dark on white in both themes, with the quiet zone of four modules that scanners need."""
    image = segno.make(address, error="m", micro=False).svg_inline(
        scale=6, light="#fff", border=4, svgclass="cs-qr", lineclass=None, omitsize=False
    )
    return mark_safe(image)


def _lead(request: HttpRequest, address: str) -> HttpResponse:
    """A redirect. htmx would follow one by itself and look for the part to replace in the other page."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
