"""Settings > Telegram accounts: the list, and the page of one account. ``telegram_login`` has the login pages."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_columns import column, datetime_column, format_time, time_text
from crmsolid.panel.components.template_tags import ago
from crmsolid.panel.components.tenant_page import error_text
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import ADMINS
from crmsolid.workspaces.models import AuditEntry
from messaging import accounts, querysets
from messaging.models import (
    LIVE_STATES,
    REFUSED_PAUSE_SECONDS,
    REPEATED_REFUSAL,
    Account,
    AccountKind,
    AccountState,
    account_state,
)
from messaging.panel.telegram_login import LoginPages, LogOutForm
from messaging.panel.words import connection_problem
from messaging.representations import AccountOut
from messaging.telegram import leases

STATE_COLOURS = {
    "connected": "success",
    "paused": "warning",
    "frozen": "danger",
    "needs_login": "danger",
    "banned": "danger",
}
NEW_FOR = timedelta(days=21)  # how long the page gives advice for a new account
LOG_IN_AGAIN = (AccountState.NEEDS_LOGIN, AccountState.BANNED)


def state_text(account: Any) -> str:
    """The state to show; ``account`` comes from :meth:`AccountAdmin.get_queryset`."""
    state = account_state(account)
    if account.is_unconnected and state == AccountState.CONNECTED:
        return "Not connected"
    if state == AccountState.PAUSED and account.paused_until is not None:
        return f"Paused until {time_text(account.paused_until)}"
    if state == AccountState.NEEDS_LOGIN and account.logged_out:
        return "Logged out"
    return str(AccountState(state).label)


def _problems(accounts: Iterable[Any]) -> list[tuple[Any, str]]:
    return [(account, connection_problem(account)) for account in accounts]


def _troubles(accounts: Iterable[Any]) -> list[tuple[Any, str, bool]]:
    return [(account, state_text(account), _is_refused(account)) for account in accounts]


def _is_refused(account: Any) -> bool:
    """Whether the pause is the one after several people were refused. One that Telegram asks for later, while this is
    still the latest error, ends at another time."""
    if account.last_error_code != REPEATED_REFUSAL or account.paused_until is None:
        return False
    pause = (account.paused_until - account.last_error_at).total_seconds()
    return abs(pause - REFUSED_PAUSE_SECONDS) < 60


class AccountAdmin(LoginPages):
    """Only name and daily limit can be edited; everything else follows from what Telegram answers."""

    viewers, adders, changers = ADMINS, ADMINS, ADMINS
    audited_values = frozenset({"name", "daily_limit"})
    add_label = "Add account"
    list_before_template = "panel/telegram_notices.html"
    form_before_template = "panel/telegram_notices.html"
    form_after_template = "panel/telegram_account.html"
    list_display = ("name", "id", "phone_column", "state_column", "connection", "today", "kind", "added")
    list_filter = ("kind", "state")
    search_fields = ("name", "telegram_session__phone")
    search_help_text = "Name or phone"
    empty_text = "Messages are sent from an account."
    added = datetime_column("added", "created_at")
    ordering = ("name", "id")
    fieldsets = (
        (None, {"fields": (("name", "daily_limit"),)}),
        (
            "Account",
            {
                "fields": (
                    ("id", "kind"),
                    ("phone_column", "state_field"),
                    ("connection", "last_error"),
                    ("today", "added"),
                )
            },
        ),
    )
    readonly_fields = ("id", "kind", "phone_column", "state_field", "connection", "last_error", "today", "added")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Everything that a row shows, in one query. The session's key is not read."""
        rows = querysets.with_connection(querysets.with_usage(super().get_queryset(request)))
        return rows.annotate(
            phone=F("telegram_session__phone"),
            logged_out=models.ExpressionWrapper(
                Q(telegram_session__auth_key=b""), output_field=models.BooleanField(null=True)
            ),
            worker=F("telegram_lease__worker"),
            lease_until=F("telegram_lease__lease_until"),
        )

    # --- List -------------------------------------------------------------------------------------------------
    @column("phone")
    def phone_column(self, account: Any) -> str:
        return f"+{account.phone}" if account.phone else self.get_empty_value_display()

    @column("state", ordering="state", label=STATE_COLOURS)
    def state_column(self, account: Any) -> tuple[str, str]:
        is_down = account.is_unconnected and account_state(account) == AccountState.CONNECTED
        return "needs_login" if is_down else account_state(account), state_text(account)

    @column("state")
    def state_field(self, account: Any) -> str:
        return state_text(account)

    @column("connection")
    def connection(self, account: Any) -> SafeString | str:
        """Since when it stands, and when Telegram was heard last."""
        lines = [
            format_html("{} {}", text, show(at))
            for text, show, at in (
                ("Connected since", format_time, account.connected_at),
                ("Heard from Telegram", ago, account.heard_at),
            )
            if at is not None
        ]
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines)) or self.get_empty_value_display()

    @column("last error")
    def last_error(self, account: Any) -> SafeString | str:
        if account.last_error_at is None:
            return self.get_empty_value_display()
        return format_html("{} ({})", capfirst(account.last_error_message), ago(account.last_error_at))

    @column("used in 24 hours")
    def today(self, account: Any) -> SafeString:
        usage = AccountOut.render(account)
        # Without the waiting messages, used and left would not add up to the limit.
        waiting = f"{account.reserved} waiting, " if account.reserved else ""
        return format_html(
            '<meter class="cs-meter" min="0" max="{daily_limit}" value="{taken}" aria-hidden="true"></meter>'
            '<span class="cs-nowrap">{used_today} of {daily_limit}</span><br>'
            '<span class="cs-muted cs-nowrap">{waiting}{left_today} left</span>',
            taken=usage["daily_limit"] - usage["left_today"],
            waiting=waiting,
            **usage,
        )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        accounts = self.get_queryset(request)
        in_trouble = accounts.filter(querysets.in_trouble()).order_by("name")
        can_connect = accounts.filter(kind=AccountKind.TELEGRAM, state__in=LIVE_STATES)
        has_no_worker = can_connect.exists() and not leases.live_workers().exists()
        # Without a worker none is connected, and one notice says so of all.
        unconnected = [] if has_no_worker else accounts.filter(querysets.unconnected()).order_by("name")
        notices = {
            "in_trouble": _troubles(in_trouble),
            "has_no_worker": has_no_worker,
            "unconnected": _problems(unconnected),
        }
        return super().changelist_view(request, {**notices, **(extra_context or {})})

    # --- Pausing by hand ---------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        said = {
            "pause": "{} is paused. Its messages wait until you resume it; what people write still arrives.",
            "resume": "{} sends again. What waited goes out as its daily limit allows.",
        }
        acts = {"pause": accounts.pause_account, "resume": accounts.resume_account}
        own = [
            path(
                f"<int:account_id>/{name}/",
                self.admin_site.admin_view(self._act(act, said[name])),
                name=f"messaging_account_{name}",
            )
            for name, act in acts.items()
        ]
        return [*own, *super().get_urls()]

    def _act(self, act: Callable[[Any, int], Account], said: str) -> Callable[..., HttpResponse]:
        @require_POST
        def view(request: HttpRequest, account_id: int) -> HttpResponse:
            if not self.has_change_permission(request):
                raise PermissionDenied
            if self.get_object(request, str(account_id)) is None:
                raise Http404
            try:
                messages.success(request, said.format(act(self.actor(request), account_id).name))
            except DomainError as error:
                messages.error(request, error_text(error))
            return HttpResponseRedirect(panel_url("messaging_account_change", account_id))

        return view

    # --- One account ------------------------------------------------------------------------------------------
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        account = self.get_object(request, unquote(object_id)) if self.has_view_permission(request) else None
        context = {} if account is None else self._account_context(request, account)
        buttons = {"show_save_and_add_another": False}  # an account is added by a login, not with this form
        return super().change_view(request, object_id, form_url, {**buttons, **context, **(extra_context or {})})

    def _account_context(self, request: HttpRequest, account: Any) -> dict[str, Any]:
        state = account_state(account)
        by_hand = {
            "account": account,
            "can_pause": state == AccountState.CONNECTED and self.has_change_permission(request),
            "can_resume": (state == AccountState.FROZEN or (state == AccountState.PAUSED and not account.paused_until))
            and self.has_change_permission(request),
            "in_trouble": _troubles([account] if state != AccountState.CONNECTED else []),
            "unconnected": _problems([account]) if account.is_unconnected else [],
        }
        if account.kind != AccountKind.TELEGRAM:
            return by_hand
        return {**by_hand, **self._telegram_context(request, account, state)}

    def _telegram_context(self, request: HttpRequest, account: Any, state: str) -> dict[str, Any]:
        is_leased = account.lease_until is not None and account.lease_until > clock.now()
        logins = audit.entries_about(self.current_workspace(request), str(account.pk), kind="telegram")
        ends = logins.filter(action__in=[f"telegram.{each}" for each in LOG_IN_AGAIN])
        ended = ends.first() if state in LOG_IN_AGAIN else None
        return {
            "telegram": account,
            "is_new": account.created_at > clock.now() - NEW_FOR,
            "can_log_in": state in LOG_IN_AGAIN and self.has_add_permission(request),
            "can_log_out": state not in LOG_IN_AGAIN,
            "worker": account.worker.partition("/")[0] if is_leased else "",
            "log_out_form": LogOutForm(),
            "reason": "" if ended is None else ended.data.get("reason", ""),  # Telegram's error
        }

    def history_entries(self, request: HttpRequest, object_id: str) -> models.QuerySet[AuditEntry]:
        """Includes the logins of the account."""
        logins = audit.entries_about(self.current_workspace(request), object_id, kind="telegram")
        return super().history_entries(request, object_id) | logins
