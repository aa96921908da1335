"""The builder of a sequence, and publishing what it says."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_pages import FormPageAdmin
from crmsolid.panel.components.forms import SHOWN, lock_row
from crmsolid.panel.components.tenant_page import error_text
from messaging.models import Account
from messaging.panel.composing import field_labels, insertions, person_for_preview, person_picker
from sequences import services, stats
from sequences.definition import Definition, DefinitionErrors, read_definition, with_step_keys
from sequences.models import Sequence, SequenceStatus
from sequences.panel.forms import NEW_SEQUENCE, DefinitionForm, PublishForm, first_error
from sequences.panel.pane import bubbles, place, rules, sentences
from sequences.panel.words import changes, choices, in_words, moves, step_figures, titles
from sequences.versions import Version, current_version, definitions_by_number, keys_ever_used

# A version's number as forms send it.
VERSION = re.compile("[0-9]{1,9}")
# The name of the buttons of the condition of a step.
ROWS = re.compile("step-([0-9]{1,3})-condition:do")
CREATED = "The sequence is saved as a draft. Start it when contacts may be enrolled."
STARTED = "The sequence is started. Contacts can be enrolled now."
NOTHING_CHANGED = "Nothing was changed."


class SequenceEditing(FormPageAdmin):
    """The builder of a sequence, and the page that asks who stays on the published version."""

    def get_urls(self) -> list[URLPattern]:
        publish = self.own_url("<path:object_id>/publish/", require_POST(self.publish_view), "publish")
        return [publish, *super().get_urls()]

    def form_view(self, request: HttpRequest, sequence: Sequence | None) -> HttpResponse:
        """The builder. Buttons that change the steps show it again; nothing is stored before it is saved."""
        form = self._form(request, current_version(sequence) if sequence else None)
        if form.main.is_bound:
            try:
                with unit_of_work():
                    if sequence is None:
                        if (definition := form.read()) is not None:
                            made = services.create_sequence(self.actor(request), definition)
                            return self._saved_draft(request, made, CREATED)
                    else:
                        sequence = lock_row(sequence)
                        current = current_version(sequence)
                        form = self._form(request, current)
                        if (definition := self._read(sequence, current, form)) is not None:
                            return self._update(request, sequence, current, definition)
            except DomainError as error:
                form.add_domain_error(error)
        return self._builder(request, sequence, form)

    def _saved_draft(self, request: HttpRequest, sequence: Sequence, said: str) -> HttpResponse:
        """Back to the builder of a draft, or to the sequence if the button was to start it."""
        if request.POST.get("do") == "start":
            services.start_sequence(self.actor(request), sequence.pk)
            messages.success(request, STARTED)
            return self.page_of(sequence)
        messages.success(request, said)
        return HttpResponseRedirect(panel_url("sequences_sequence_edit", sequence.pk))

    def _builder(self, request: HttpRequest, sequence: Sequence | None, form: DefinitionForm) -> HttpResponse:
        """The page, or what follows the typing alone if a script asks for that."""
        workspace, actor = self.current_workspace(request), self.actor(request)
        definition, problems = form.as_typed(keys_ever_used(sequence) if sequence else ())
        labels = field_labels(workspace)
        context = {
            **titles(sequence, "New sequence" if sequence is None else sequence.name),
            **self._what_they_get(request, form, definition, problems),
            "form": form,
            "says": sentences(form, definition, labels),
        }
        if request.headers.get("HX-Target") == "preview":
            return self.render_page(request, "panel/sequence_pane.html", is_alone=True, **context)
        figures = {}
        if sequence is not None and sequence.status != SequenceStatus.DRAFT:
            groups = stats.people_by_reason(actor, sequence.pk)
            figures = step_figures(sequence, groups, stats.step_outcomes(actor, sequence.pk))
        for each in form.steps:
            each.figures = figures.get(str(each["id"].value()), [])
        picker = person_picker(context["for"])
        context |= {"picker": picker, **insertions(actor)}
        return self.render_page(request, "panel/sequence_form.html", **context)

    def _what_they_get(
        self, request: HttpRequest, form: DefinitionForm, definition: Definition, problems: Mapping[int, str]
    ) -> dict[str, Any]:
        """The steps as the chosen person would get them, or the newest contact if nobody was chosen."""
        words = request.POST.get("for", request.GET.get("for", ""))
        contact = person_for_preview(self.actor(request), words)
        shown: dict[str, Any] = {"for": words, "person": contact, "rules": rules(definition)}
        if contact is None:
            return shown
        try:
            shown["bubbles"] = bubbles(self.actor(request), definition, problems, form, contact)
        except DomainError as error:
            return {**shown, "no_preview": error_text(error)}
        return {**shown, "place": place(definition, contact)}

    def _form(self, request: HttpRequest, current: Version | None) -> DefinitionForm:
        workspace, post = self.current_workspace(request), request.POST
        if request.method == "POST" and "definition" not in post:
            form = DefinitionForm.of_post(workspace, post, current.definition if current else None)
            # A button of the rows of a condition sends no ``do``.
            pressed = next(filter(None, map(ROWS.fullmatch, post)), None)
            operation = f"condition-{pressed[1]}" if pressed else post.get("do", "save")
            return form if operation in ("save", "start") else form.edited(operation)
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
        form = DefinitionForm.of_json(workspace, new)
        form.steps[0].is_open = True
        return form

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
            **titles(sequence, f"Publish {sequence.name}"),
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
        if sequence.status == SequenceStatus.DRAFT:
            return self._saved_draft(request, sequence, "The draft is saved." if changed else NOTHING_CHANGED)
        if not changed:
            messages.info(request, NOTHING_CHANGED)
        elif sequence.version == version:
            messages.success(request, "The name is saved.")
        elif move_people:
            messages.success(request, "Published. Everybody in the sequence goes on with the new steps.")
        else:
            messages.success(request, "Published. People who are enrolled from now on get the new steps.")
        return self.page_of(sequence)
