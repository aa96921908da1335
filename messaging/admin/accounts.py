"""Settings > Telegram accounts: the list, and the page of one account. ``telegram_login`` has the login pages."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crmsolid.core import clock
from crmsolid.workspaces import audit
from crmsolid.workspaces.admin_columns import column, datetime_column, time_text
from crmsolid.workspaces.models import AuditEntry
from crmsolid.workspaces.roles import ADMINS
from messaging import querysets
from messaging.admin.telegram_login import LoginPages
from messaging.forms import LogOutForm
from messaging.models import Account, AccountKind, AccountState, account_state
from messaging.representations import AccountOut
from messaging.telegram import leases

STATE_COLOURS = {"connected": "success", "paused": "warning", "needs_login": "danger", "banned": "danger"}
LOG_IN_AGAIN = (AccountState.NEEDS_LOGIN, AccountState.BANNED)


def state_text(account: Any) -> str:
    """The state to show; ``account`` comes from :meth:`AccountAdmin.get_queryset`."""
    state = account_state(account)
    if state == AccountState.PAUSED and account.paused_until is not None:
        return f"Paused until {time_text(account.paused_until)}"
    if state == AccountState.NEEDS_LOGIN and account.logged_out:
        return "Logged out"
    return str(AccountState(state).label)


@admin.register(Account)
class AccountAdmin(LoginPages):
    """Only name and daily limit can be edited; everything else follows from what Telegram answers."""

    viewers, adders, changers = ADMINS, ADMINS, ADMINS
    add_label = "Add account"
    list_before_template = "panel/telegram_notices.html"
    form_before_template = "panel/telegram_notices.html"
    form_after_template = "panel/telegram_account.html"
    list_display = ("name", "id", "phone_column", "state_column", "today", "kind", "added")
    list_filter = ("kind", "state")
    search_fields = ("name", "telegram_session__phone")
    search_help_text = "Name or phone"
    empty_text = "Messages are sent from an account."
    added = datetime_column("added", "created_at")
    ordering = ("name", "id")
    fieldsets = (
        (None, {"fields": (("name", "daily_limit"),)}),
        ("Account", {"fields": (("id", "kind"), ("phone_column", "state_field"), ("today", "added"))}),
    )
    readonly_fields = ("id", "kind", "phone_column", "state_field", "today", "added")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Everything that a row shows, in one query. The session's key is not read."""
        rows: models.QuerySet[Any] = querysets.with_usage(super().get_queryset(request)).annotate(
            phone=F("telegram_session__phone"),
            logged_out=models.ExpressionWrapper(
                Q(telegram_session__auth_key=b""), output_field=models.BooleanField(null=True)
            ),
            worker=F("telegram_lease__worker"),
            lease_until=F("telegram_lease__lease_until"),
        )
        return rows

    # --- List -------------------------------------------------------------------------------------------------
    @column("phone")
    def phone_column(self, account: Any) -> str:
        return f"+{account.phone}" if account.phone else self.get_empty_value_display()

    @column("state", ordering="state", label=STATE_COLOURS)
    def state_column(self, account: Any) -> tuple[str, str]:
        return account_state(account), state_text(account)

    @column("state")
    def state_field(self, account: Any) -> str:
        return state_text(account)

    @column("used in 24 hours")
    def today(self, account: Any) -> SafeString:
        usage = AccountOut.render(account)
        # Without the waiting messages, used and left would not add up to the limit.
        waiting = f"{account.reserved} waiting, " if account.reserved else ""
        return format_html(
            '<span class="cs-nowrap">{used_today} of {daily_limit}</span><br>'
            '<span class="cs-muted cs-nowrap">{waiting}{left_today} left</span>',
            waiting=waiting,
            **usage,
        )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        accounts = self.get_queryset(request)
        in_trouble = accounts.filter(querysets.in_trouble()).order_by("name")
        can_connect = accounts.filter(kind=AccountKind.TELEGRAM, state__in=leases.LIVE_STATES)
        notices = {
            "in_trouble": [(account, state_text(account)) for account in in_trouble],
            "has_no_worker": can_connect.exists() and not leases.live_workers().exists(),
        }
        return super().changelist_view(request, {**notices, **(extra_context or {})})

    # --- One account ------------------------------------------------------------------------------------------
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        account = self.get_object(request, unquote(object_id)) if self.has_view_permission(request) else None
        context = {} if account is None else self._account_context(request, account)
        buttons = {"show_save_and_add_another": False}  # an account is added by a login, not with this form
        return super().change_view(request, object_id, form_url, {**buttons, **context, **(extra_context or {})})

    def _account_context(self, request: HttpRequest, account: Any) -> dict[str, Any]:
        if account.kind != AccountKind.TELEGRAM:
            return {}
        state = account_state(account)
        is_leased = account.lease_until is not None and account.lease_until > clock.now()
        logins = audit.entries_about(self.current_workspace(request), str(account.pk), kind="telegram")
        ends = logins.filter(action__in=[f"telegram.{each}" for each in LOG_IN_AGAIN])
        ended = ends.first() if state in LOG_IN_AGAIN else None
        return {
            "telegram": account,
            "can_log_in": state in LOG_IN_AGAIN and self.has_add_permission(request),
            "can_log_out": state not in LOG_IN_AGAIN,
            "worker": account.worker.partition("/")[0] if is_leased else "",
            "log_out_form": LogOutForm(),
            "in_trouble": [(account, state_text(account))] if state != AccountState.CONNECTED else [],
            "reason": "" if ended is None else ended.data.get("reason", ""),  # Telegram's error
        }

    def history_entries(self, request: HttpRequest, object_id: str) -> models.QuerySet[AuditEntry]:
        """Includes the logins of the account."""
        logins = audit.entries_about(self.current_workspace(request), object_id, kind="telegram")
        return super().history_entries(request, object_id) | logins
