"""Automation > Sequences: the list, and the page of one."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString

from contacts import custom_fields
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.panel.components.admin_columns import column, datetime_column, fixed_filter, format_time
from crmsolid.panel.components.admin_pages import label_for
from crmsolid.workspaces.actor import ADMINS, WRITERS
from crmsolid.workspaces.configuration import apply_configuration
from sequences import querysets, services, stats
from sequences.configuration import SECTION
from sequences.models import OPEN, EnrollmentStatus, Sequence, SequenceStatus
from sequences.panel.editing import STARTED, SequenceEditing
from sequences.panel.forms import ResumeForm, first_error
from sequences.panel.rehearsals import SequenceRehearsals
from sequences.panel.words import (
    IN_IT,
    SEQUENCE_COLOURS,
    definition_facts,
    people_address,
    resume_choices,
    shown_groups,
    shown_steps,
    step_figures,
    titles,
)
from sequences.running import resuming
from sequences.versions import current_version

# The list says how many of the messages of so many days were answered.
RATE_DAYS = 30
# What to say of a sequence that was copied to test mode.
COPIED = {
    "created": "The sequence is created in test mode, as a draft.",
    "updated": "The sequence is updated in test mode.",
    "unchanged": "The sequence is unchanged in test mode: it was the same already.",
}


class SequenceAdmin(SequenceEditing, SequenceRehearsals):
    adders = WRITERS
    list_display = ("name", "status_label", "in_it", "replied", "next_due", "failed", "changed")
    list_filter = (fixed_filter("status", SequenceStatus.values),)
    search_fields = ("name",)
    search_help_text = "Name"
    ordering = ("-created_at", "-id")
    empty_text = "A sequence sends its messages to the contacts that are enrolled in it, one after another."
    changed = datetime_column("changed", "updated_at")

    # --- List -------------------------------------------------------------------------------------------------
    def load_rows(self, rows: list[Any]) -> None:
        if not rows:
            return
        ids, workspace = [row.pk for row in rows], rows[0].workspace_id
        people, runs = querysets.people_by_status(workspace, ids), querysets.next_runs(workspace, ids)
        rates = querysets.reply_rates(workspace, ids, clock.now() - timedelta(days=RATE_DAYS))
        for row in rows:
            row.people, row.next_run_at = Counter(people.get(row.pk, {})), runs.get(row.pk)
            row.replied_text = f"{rates[row.pk]:.0%}" if row.pk in rates else ""

    @column("status", ordering="status", label=SEQUENCE_COLOURS)
    def status_label(self, sequence: Sequence) -> tuple[str, str]:
        return sequence.status, sequence.get_status_display()

    @column("people in it")
    def in_it(self, sequence: Any) -> SafeString:
        number = sum(sequence.people[status] for status in OPEN)
        address = people_address(sequence, status=IN_IT)
        return format_html('<a class="cs-link" href="{}">{}</a>', address, f"{number:,}")

    @column(f"replied, {RATE_DAYS} days")
    def replied(self, sequence: Any) -> str:
        return str(sequence.replied_text)

    @column("next message")
    def next_due(self, sequence: Any) -> SafeString | str:
        return format_time(sequence.next_run_at)

    @column("failed")
    def failed(self, sequence: Any) -> str:
        return f"{sequence.people[EnrollmentStatus.FAILED]:,}" if sequence.people[EnrollmentStatus.FAILED] else ""

    # --- One sequence -----------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        return [
            self.own_url("<path:object_id>/start/", self.action_view(self._start), "start"),
            self.own_url("<path:object_id>/pause/", self.action_view(self._pause), "pause"),
            self.own_url("<path:object_id>/resume/", self.action_view(self._resume), "resume"),
            self.own_url("<path:object_id>/copy/", self.action_view(self._copy_to_test), "copy"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        sequence = self.row(request, object_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        definition = current_version(sequence).definition
        workspace, actor = self.current_workspace(request), self.actor(request)
        may_change = self.has_change_permission(request)
        is_paused = sequence.status == SequenceStatus.PAUSED
        forecasts = resuming.forecast_sequence(actor, sequence.pk) if may_change and is_paused else []
        groups = stats.people_by_reason(actor, sequence.pk)
        people = Counter[str]()
        for group in groups:
            people[group.status] += group.number
        context = {
            **titles(sequence, sequence.name),
            "status": label_for(SEQUENCE_COLOURS, sequence),
            "facts": definition_facts(workspace, definition),
            "steps": shown_steps(
                workspace, definition, step_figures(sequence, groups, stats.step_outcomes(actor, sequence.pk))
            ),
            "groups": shown_groups(sequence, definition, groups),
            "people": [(status.label, status.value, people[status]) for status in EnrollmentStatus],
            "total": people.total(),
            "people_address": people_address(sequence),
            "may_change": may_change,
            "may_copy": self._may_copy(request),
            "ways": resume_choices(forecasts),
        }
        return self.render_page(request, "panel/sequence.html", **context)

    def _start(self, request: HttpRequest, sequence: Sequence) -> str:
        services.start_sequence(self.actor(request), sequence.pk)
        return STARTED

    def _pause(self, request: HttpRequest, sequence: Sequence) -> str:
        services.pause_sequence(self.actor(request), sequence.pk)
        return "The sequence is paused. Everybody stays in it, and nothing of it is sent until it is resumed."

    def _resume(self, request: HttpRequest, sequence: Sequence) -> str:
        services.resume_sequence(self.actor(request), sequence.pk, mode=resume_mode(request))
        return "The sequence is resumed. Everybody in it gets the rest of the steps."

    def _may_copy(self, request: HttpRequest) -> bool:
        panel = self.panel_context(request)
        return not panel.is_test and panel.has_role(ADMINS) and self.has_change_permission(request)

    def _copy_to_test(self, request: HttpRequest, sequence: Sequence) -> str:
        """Apply the sequence to the test workspace, and the custom fields, which its texts and conditions may name."""
        if not self._may_copy(request):
            raise PermissionDenied
        panel = self.panel_context(request)
        document = {
            custom_fields.SECTION: custom_fields.dump(self.actor(request)),
            SECTION: [current_version(sequence).definition.as_json()],
        }
        applied = apply_configuration(panel.actor(request, panel.live.twin), document)
        [copy] = [change for change in applied if change.section == SECTION]
        fields = Counter(change.action for change in applied if change.section == custom_fields.SECTION)
        if not fields:
            return COPIED[copy.action]
        return f"{COPIED[copy.action]} Custom fields: {', '.join(f'{fields[each]} {each}' for each in sorted(fields))}."


def resume_mode(request: HttpRequest) -> str:
    """The mode that was chosen in a form to resume. Raises ``validation_failed``."""
    form = ResumeForm(request.POST)
    if not form.is_valid():
        raise DomainError("validation_failed", first_error(form))
    mode: str = form.cleaned_data["mode"]
    return mode
