"""Automation > Sequences: the list, the page of one, its form, publishing, and the preview for a contact."""

import re
from collections import Counter
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from contacts import custom_fields
from contacts.lookup import find_named
from contacts.models import Contact
from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_columns import column, datetime_column, fixed_filter, time_text
from crmsolid.panel.components.admin_pages import FormPageAdmin, label_for
from crmsolid.panel.components.forms import SHOWN, lock_row
from crmsolid.panel.components.tenant_page import error_text
from crmsolid.workspaces.actor import ADMINS, WRITERS
from crmsolid.workspaces.configuration import apply_configuration
from crmsolid.workspaces.models import Workspace
from messaging.models import Account
from sequences import querysets, services, stats
from sequences.configuration import SECTION
from sequences.definition import Definition, DefinitionErrors, read_definition, with_step_keys
from sequences.models import OPEN, EnrollmentStatus, Reason, Sequence, SequenceStatus
from sequences.panel.forms import (
    NEW_SEQUENCE,
    DefinitionForm,
    PreviewForm,
    PublishForm,
    RehearsalForm,
    ResumeForm,
    first_error,
)
from sequences.panel.words import (
    IN_IT,
    SEQUENCE_COLOURS,
    changes,
    choices,
    definition_facts,
    in_words,
    moves,
    people_address,
    played,
    resume_choices,
    shown_groups,
    shown_steps,
)
from sequences.running import resuming
from sequences.running.rehearsal import rehearse_sequence
from sequences.versions import Version, current_version, definitions_by_number, keys_ever_used

# A version's number as forms send it.
VERSION = re.compile("[0-9]{1,9}")
CREATED = "The sequence is saved as a draft. Start it when contacts may be enrolled."
# What to say of a sequence that was copied to test mode.
COPIED = {
    "created": "The sequence is created in test mode, as a draft.",
    "updated": "The sequence is updated in test mode.",
    "unchanged": "The sequence is unchanged in test mode: it was the same already.",
}


class SequenceAdmin(FormPageAdmin):
    adders = WRITERS
    list_display = ("name", "status_label", "version", "in_it", "completed", "stopped", "failed", "changed")
    list_filter = (fixed_filter("status", SequenceStatus.values),)
    search_fields = ("name",)
    search_help_text = "Name"
    ordering = ("-created_at", "-id")
    empty_text = "A sequence sends its messages to the contacts that are enrolled in it, one after another."
    changed = datetime_column("changed", "updated_at")

    # --- List -------------------------------------------------------------------------------------------------
    def load_rows(self, rows: list[Any]) -> None:
        people = querysets.people_by_status(rows[0].workspace_id, [row.pk for row in rows]) if rows else {}
        for row in rows:
            row.people = Counter(people.get(row.pk, {}))

    @column("status", ordering="status", label=SEQUENCE_COLOURS)
    def status_label(self, sequence: Sequence) -> tuple[str, str]:
        return sequence.status, sequence.get_status_display()

    @column("people in it")
    def in_it(self, sequence: Any) -> SafeString:
        number = sum(sequence.people[status] for status in OPEN)
        address = people_address(sequence, status=IN_IT)
        return format_html('<a class="cs-link" href="{}">{}</a>', address, number)

    @column("completed")
    def completed(self, sequence: Any) -> int:
        return int(sequence.people[EnrollmentStatus.COMPLETED])

    @column("stopped")
    def stopped(self, sequence: Any) -> int:
        return int(sequence.people[EnrollmentStatus.STOPPED])

    @column("failed")
    def failed(self, sequence: Any) -> int:
        return int(sequence.people[EnrollmentStatus.FAILED])

    # --- One sequence -----------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        return [
            self.own_url("<path:object_id>/publish/", require_POST(self.publish_view), "publish"),
            self.own_url("<path:object_id>/preview/", self.preview_view, "preview"),
            self.own_url("<path:object_id>/rehearse/", self.rehearse_view, "rehearse"),
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
            **_titles(sequence, sequence.name),
            "status": label_for(SEQUENCE_COLOURS, sequence),
            "facts": definition_facts(workspace, definition),
            "steps": shown_steps(workspace, sequence, definition, groups, stats.step_outcomes(actor, sequence.pk)),
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
        return "The sequence is started. Contacts can be enrolled now."

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

    # --- The form ---------------------------------------------------------------------------------------------
    def form_view(self, request: HttpRequest, sequence: Sequence | None) -> HttpResponse:
        """The form. Buttons that add, remove and move a step show it again; nothing is stored before it is saved."""
        form = self._form(request, current_version(sequence) if sequence else None)
        if form.main.is_bound:
            try:
                with unit_of_work():
                    if sequence is None:
                        if (definition := form.read()) is not None:
                            made = services.create_sequence(self.actor(request), definition)
                            messages.success(request, CREATED)
                            return self.page_of(made)
                    else:
                        sequence = lock_row(sequence)
                        current = current_version(sequence)
                        form = self._form(request, current)
                        if (definition := self._read(sequence, current, form)) is not None:
                            return self._update(request, sequence, current, definition)
            except DomainError as error:
                form.add_domain_error(error)
        titles = _titles(sequence, "New sequence" if sequence is None else f"Edit {sequence.name}")
        return self.render_page(request, "panel/sequence_form.html", form=form, **titles)

    def _form(self, request: HttpRequest, current: Version | None) -> DefinitionForm:
        workspace, post = self.current_workspace(request), request.POST
        if request.method == "POST" and "definition" not in post:
            form = DefinitionForm.of_post(workspace, post, current.definition if current else None)
            # A button of the rows of a condition sends no ``do``.
            operation = "rows" if any(name.endswith("-condition:do") for name in post) else post.get("do", "save")
            return form if operation == "save" else form.edited(operation)
        if request.method == "POST" and current is not None:  # back from the page that asks who stays and who moves
            try:
                definition = read_definition(workspace, strictjson.loads(post["definition"].encode()))
                version = int(post["version"]) if VERSION.fullmatch(post.get("version", "")) else current.number
                return DefinitionForm.of_json(workspace, definition.as_json(), version, post.get(SHOWN))
            except (DefinitionErrors, strictjson.MalformedJSON, strictjson.NullCharacter):
                messages.error(request, "Your changes could not be read any more.")
        if current is not None:
            return DefinitionForm.of_json(workspace, current.definition.as_json(), current.number)
        accounts = list(Account.objects.for_workspace(workspace).values_list("pk", flat=True)[:2])
        new = {**NEW_SEQUENCE, "time_zone": workspace.owner_workspace.time_zone}
        new["account_ids"] = accounts[:1] if len(accounts) == 1 else []
        return DefinitionForm.of_json(workspace, new)

    def _read(self, sequence: Sequence, current: Version, form: DefinitionForm) -> Definition | None:
        """What was sent, with what others have published meanwhile beside it; None if something was refused, such as
        steps that somebody else has changed too."""
        base = self._base(sequence, form.version, current)
        definition = form.read(current.definition, base)
        if definition is None or base.steps == current.definition.steps or definition.steps == current.definition.steps:
            return definition
        said = in_words(form.workspace, replace(current.definition, steps=base.steps), current.definition)
        error = f"The steps were changed meanwhile. {said} Save again to replace them with yours."
        form.refuse_steps(error, current.number)
        return None

    def _base(self, sequence: Sequence, version: int | None, current: Version) -> Definition:
        """The definition that was edited: that of this version, if there is one."""
        return definitions_by_number(sequence, [version or 0]).get(version or 0, current.definition)

    def _update(
        self, request: HttpRequest, sequence: Sequence, current: Version, definition: Definition
    ) -> HttpResponse:
        """Publish the definition, or ask first what happens to those who are in the sequence."""
        # A step that is added in the form is a new one, wherever it stands.
        definition = replace(definition, steps=with_step_keys(definition.steps, (), keys_ever_used(sequence)))
        people = services.people_by_step(self.actor(request), sequence.pk)
        if people and replace(definition, name=sequence.name) != current.definition:
            return self._ask_who_moves(request, sequence, current, definition, people)
        return self._publish(request, sequence, definition, current.number, move_people=False)

    # --- Publishing -------------------------------------------------------------------------------------------
    def _ask_who_moves(
        self,
        request: HttpRequest,
        sequence: Sequence,
        current: Version,
        definition: Definition,
        people: dict[tuple[int, str], int],
    ) -> HttpResponse:
        """Say what changes and who is in the sequence, and ask what happens to them."""
        rows = moves(sequence, definition, people)
        context = {
            **_titles(sequence, f"Publish {sequence.name}"),
            "changes": changes(self.current_workspace(request), current.definition, definition),
            "rows": rows,
            "total": sum(people.values()),
            "choices": choices(rows),
            "definition": strictjson.dumps(definition.as_json()).decode(),
            "form": DefinitionForm.of_json(sequence.workspace, current.definition.as_json(), current.number).main,
        }
        return self.render_page(request, "panel/sequence_publish.html", **context)

    def publish_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        sequence = self.row(request, object_id, to_change=True)
        form = PublishForm(request.POST)
        if not form.is_valid():
            messages.error(request, first_error(form))
        else:
            values = form.cleaned_data
            try:
                definition = read_definition(self.current_workspace(request), values["definition"])
                with unit_of_work():
                    sequence = lock_row(sequence)
                    current = current_version(sequence)
                    if self._was_changed(request, current, values["version"]):
                        return self._ask_again(request, sequence, current, definition, values["version"])
                    return self._publish(
                        request, sequence, definition, current.number, move_people=values["people"] == "move"
                    )
            except DefinitionErrors as error:
                messages.error(request, f"{capfirst(error.errors[0].detail)}.")
            except DomainError as error:
                self.show_error(request, error)
        return HttpResponseRedirect(panel_url("sequences_sequence_edit", sequence.pk))

    def _was_changed(self, request: HttpRequest, current: Version, version: int) -> bool:
        """Whether another version was published, or the sequence was renamed, since the page was made."""
        workspace = self.current_workspace(request)
        shown = DefinitionForm.of_json(workspace, current.definition.as_json()).main.shown
        return version != current.number or request.POST.get(SHOWN, shown) != shown

    def _ask_again(
        self, request: HttpRequest, sequence: Sequence, current: Version, definition: Definition, version: int
    ) -> HttpResponse:
        """The page once more, which says how the definition differs from what is published now."""
        base = self._base(sequence, version, current)
        said = in_words(self.current_workspace(request), base, current.definition)
        said = said or f"Its name is {sequence.name} now."
        text = (
            f"Nothing was published: the sequence was changed meanwhile. {said} Publish again to replace it with yours."
        )
        messages.error(request, text)
        keys = {step.key for step in base.steps}  # others may have given the keys of the new steps to their own
        steps = [step if step.key in keys else replace(step, key="") for step in definition.steps]
        definition = replace(definition, steps=with_step_keys(steps, (), keys_ever_used(sequence)))
        people = services.people_by_step(self.actor(request), sequence.pk)
        return self._ask_who_moves(request, sequence, current, definition, people)

    def _publish(
        self, request: HttpRequest, sequence: Sequence, definition: Definition, version: int, *, move_people: bool
    ) -> HttpResponse:
        """Publish the definition, which was made from this version."""
        sequence, changed = services.update_sequence(
            self.actor(request), sequence.pk, definition, move_people=move_people
        )
        if not changed:
            messages.info(request, "Nothing was changed.")
        elif sequence.status == SequenceStatus.DRAFT:
            messages.success(request, "The draft is saved.")
        elif sequence.version == version:
            messages.success(request, "The name is saved.")
        elif move_people:
            messages.success(request, "Published. Everybody in the sequence goes on with the new steps.")
        else:
            messages.success(request, "Published. People who are enrolled from now on get the new steps.")
        return self.page_of(sequence)

    # --- Preview ----------------------------------------------------------------------------------------------
    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The steps as a contact would get them. ``?contact=`` is an id, a username or an e-mail address."""
        sequence = self.row(request, object_id, to_change=True)
        form = PreviewForm(request.GET if "contact" in request.GET else None)
        contact, steps = None, []
        if form.is_bound and form.is_valid():
            contact = find_contact(self.current_workspace(request), form.cleaned_data["contact"])
            if contact is None:
                form.add_error("contact", "There is no such contact.")
            else:
                steps = services.preview_sequence(self.actor(request), sequence.pk, contact_id=contact.pk)
        shown = [
            {
                "key": step.step,
                "planned": time_text(step.planned_at),
                "reason": Reason(step.reason).label if step.reason else "",
                "text": step.text,
            }
            for step in steps
        ]
        title = _titles(sequence, f"Preview of {sequence.name}")
        return self.render_page(
            request, "panel/sequence_preview.html", form=form, contact=contact, steps=shown, **title
        )

    # --- Rehearsal --------------------------------------------------------------------------------------------
    def rehearse_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The whole sequence played with the engine that sends, on a clock that jumps. The POST plays it; nothing of it
        stays, so its answer is the page itself."""
        sequence = self.row(request, object_id, to_change=True)
        form = RehearsalForm(request.POST if request.method == "POST" else None)
        shown: list[dict[str, Any]] = []
        contact = None
        if form.is_bound and form.is_valid():
            name = form.cleaned_data["contact"]
            contact = find_contact(self.current_workspace(request), name) if name else None
            if name and contact is None:
                form.add_error("contact", "There is no such contact.")
            else:
                try:
                    contact_id = contact.pk if contact else None
                    timeline = rehearse_sequence(self.actor(request), sequence.pk, contact_id=contact_id)
                    definition = current_version(sequence).definition
                    shown = [played(entry, definition) for entry in timeline]
                except DomainError as error:
                    form.add_error("contact", error_text(error))
        title = _titles(sequence, f"Rehearsal of {sequence.name}")
        return self.render_page(
            request, "panel/sequence_rehearsal.html", form=form, played=shown, contact=contact, **title
        )


def _titles(sequence: Sequence | None, title: str) -> dict[str, Any]:
    return {"title": title, "page_label": title, "original": sequence, "sequence": sequence}


def resume_mode(request: HttpRequest) -> str:
    """The mode that was chosen in a form to resume. Raises ``validation_failed``."""
    form = ResumeForm(request.POST)
    if not form.is_valid():
        raise DomainError("validation_failed", first_error(form))
    mode: str = form.cleaned_data["mode"]
    return mode


def find_contact(workspace: Workspace, text: str) -> Contact | None:
    """The contact with this id, username or e-mail address."""
    ids, _ = find_named(workspace, [text.strip()])
    return Contact.objects.for_workspace(workspace).filter(pk__in=ids).first()
