"""What the pages of sequences and enrollments share: their base, texts and colours."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from contacts.segments.conditions import describe, load_condition
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.admin_base import WRITERS, LookAheadChangeList, TenantAdmin
from crmsolid.workspaces.models import Workspace
from sequences.definition import StepDefinition
from sequences.forms import UNITS
from sequences.models import Step

SEQUENCE_COLOURS = {"draft": "", "active": "success", "paused": "warning"}
ENROLLMENT_COLOURS = {"active": "success", "paused": "warning", "completed": "info", "stopped": "", "failed": "danger"}


class LoadingChangeList(LookAheadChangeList):
    """A changelist whose page loads what its rows show besides their columns, for all of them together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.model_admin.load_rows(self.result_list)


class SequencesAdmin(TenantAdmin):
    """Pages with their own templates, whose rows only services change."""

    changers = WRITERS
    services_audit = True
    actions = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[LookAheadChangeList]:
        return LoadingChangeList

    def load_rows(self, rows: list[Any]) -> None:
        """Load what the list shows of these rows."""

    def row(self, request: HttpRequest, object_id: str, *, to_change: bool = False) -> Any:
        """The row with this (quoted) id. 403 without the permission, 404 if it is not in this workspace."""
        if not (self.has_change_permission(request) if to_change else self.has_view_permission(request)):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        return row

    def own_url(self, route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        """The URL of a page besides Django's own ones."""
        full_name = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
        return path(route, self.admin_site.admin_view(view), name=full_name)

    def action_view(self, act: Callable[[HttpRequest, Any], str]) -> Callable[..., HttpResponse]:
        """A view of POST requests that change a row with ``act``, which returns what to say then. It redirects to the
        row's page, which shows that, or the service's error."""

        @require_POST
        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            row = self.row(request, object_id, to_change=True)
            try:
                messages.success(request, act(request, row))
            except DomainError as error:
                self.show_error(request, error)
            return self.page_of(row)

        return view

    def page_of(self, row: Any) -> HttpResponse:
        """A redirect to the row's page."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[row.pk]))

    def show_error(self, request: HttpRequest, error: DomainError) -> None:
        """A service's refusal as a message on the next page. One that says nothing itself says its first error."""
        detail = capfirst(error.detail)
        if error.errors and error.detail == error.info.help:
            detail = f"{error.errors[0].field}: {error.errors[0].detail}"
        messages.error(request, f"{detail.rstrip('.')}.")


def label_for(colours: dict[str, str], row: Any) -> dict[str, str]:
    """The row's status for ``unfold/helpers/label.html``."""
    return {"type": colours[row.status], "text": row.get_status_display()}


def duration_text(duration: timedelta) -> str:
    """The duration in words, such as ``1 day 12 hours``; empty for none."""
    words = []
    for unit, length in UNITS.items():
        number, duration = divmod(duration, length)
        if number:
            words.append(f"{number} {unit.removesuffix('s') if number == 1 else unit}")
    return " ".join(words)


def describe_step(workspace: Workspace, step: StepDefinition) -> dict[str, Any]:
    """What a page shows of a step."""
    condition = "" if step.condition is None else describe(load_condition(workspace, step.condition))
    return {
        "key": step.key,
        "delay": duration_text(step.delay),
        "text": step.text,
        "condition": condition,
        "if_not": step.if_not,
    }


def step_names(workspace: Workspace | int, steps: Iterable[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """The names of steps, such as ``Step 2 · again``, by the id of their version and their key; with one query."""
    wanted = set(steps)
    rows = Step.objects.for_workspace(workspace).filter(
        version__in={version for version, _ in wanted}, key__in={key for _, key in wanted}
    )
    return {
        (version, key): f"Step {position + 1} · {key}"
        for version, key, position in rows.values_list("version_id", "key", "position")
    }
