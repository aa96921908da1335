"""Panel pages of Settings > Templates and Settings > Opt-out words."""

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from contacts.custom_fields import by_key
from contacts.forms import LinesField
from contacts.models import Contact
from crmsolid.core.errors import DomainError
from crmsolid.core.ids import is_id
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_base import TenantAdmin, TenantForm
from crmsolid.panel.components.admin_columns import column, datetime_column
from crmsolid.panel.components.admin_pages import PageAdmin
from crmsolid.panel.components.comboboxes import Combobox
from crmsolid.panel.components.forms import EditForm, ServiceForm, lock_row
from crmsolid.workspaces.actor import ADMINS, WRITERS
from crmsolid.workspaces.models import Workspace
from messaging import texts as services
from messaging.models import OptOutWord, Template
from messaging.panel.composing import (
    FileIdsField,
    FormatChoice,
    as_html,
    insertions,
    person_for_preview,
    with_small_files,
)
from messaging.panel.media import kept_files
from messaging.sending.message_text import BUILT_IN_VARIABLES, check_template, fallbacks_for, preview_for
from messaging.texts import MAX_WORD, normal_form

# The button of the composer that brings its text here.
KEEP = "keep_template"
FALLBACK_HELP = (
    "Write {first_name|there} for a field with a fallback. Without one, contacts whose field is empty get no message."
)


# Who has a template, as the form of a new one asks.
WHOSE = {"shared": "Everybody", "own": "Only me"}


class TemplateForm(EditForm, ServiceForm):
    name = forms.CharField(
        max_length=services.MAX_NAME, widget=forms.TextInput(attrs={"placeholder": "Name of the template"})
    )
    text = LinesField(4, required=True, strip=False)
    format = FormatChoice()
    attachments = FileIdsField()
    whose = forms.ChoiceField(label="Who has it", choices=WHOSE.items(), widget=forms.RadioSelect, required=False)
    contact = forms.CharField(
        label="Preview for",
        required=False,
        max_length=200,
        widget=Combobox("people"),
        help_text="Name, username or e-mail address of a contact. Empty: the newest contact.",
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """A text as somebody gets it, or why it cannot be sent to them. ``fallbacks``: what stands where they have no
    value, by variable."""

    who: str
    text: SafeString
    problem: str
    fallbacks: dict[str, str]


class WhoseFilter(SimpleListFilter):
    """The templates of everybody, or those of whoever reads the list."""

    title = "who has it"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(WHOSE.items())

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Template]") -> "QuerySet[Template]":
        return queryset.filter(owner__isnull=self.value() == "shared") if self.value() in WHOSE else queryset


class TemplateAdmin(PageAdmin):
    """Who may share templates changes those of everybody, and every writing member their own."""

    viewers, adders, changers, deleters = WRITERS, WRITERS, WRITERS, WRITERS
    list_display = ("name", "beginning", "whose", "uses", "used", "changed")
    list_filter = (WhoseFilter,)
    search_fields = ("name", "text")
    search_help_text = "Name or text"
    empty_text = "Texts that you write again and again: a greeting, an answer about prices, a follow-up."
    add_label = "New template"
    ordering = ("name", "id")
    fields = ("name", "text", "format")
    changed = datetime_column("changed", "updated_at")
    used = datetime_column("last used", "used_at")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Template]":
        return services.visible(self.actor(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_theirs(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._is_theirs(request, obj)

    def _is_theirs(self, request: HttpRequest, template: Template | None) -> bool:
        return template is None or services.may_change(template, self.actor(request))

    @column("who has it")
    def whose(self, template: Template) -> str:
        return WHOSE["shared" if template.owner_id is None else "own"]

    @column("text")
    def beginning(self, template: Template) -> str:
        return Truncator(template.text).chars(80)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._form_view(request, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        template = self.row(request, object_id)
        if not self.has_change_permission(request, template):
            return super().change_view(request, object_id, form_url, extra_context)
        return self._form_view(request, template)

    def _form_view(self, request: HttpRequest, template: Template | None) -> HttpResponse:
        """The form. One button saves it, the other shows the text as a contact gets it."""
        form = self._form(request, template)
        previews: list[Preview] = []
        if request.POST.get("do") == "preview":
            form.fields["name"].required = False
            if form.is_valid():
                previews = self._previews(request, form)
        elif form.is_bound:
            try:
                with unit_of_work():
                    form = self._form(request, template and lock_row(template))
                    if form.is_valid():
                        return self._save(request, template, form)
            except DomainError as error:
                form.add_domain_error(error)
        title = "New template" if template is None else template.name
        context = {"title": title, "page_label": title, "original": template, "form": form, "previews": previews}
        if request.headers.get("HX-Target") == "preview":
            return self.render_page(request, "panel/template_pane.html", is_alone=True, **context)
        return self.render_page(request, "panel/template_form.html", **insertions(self.actor(request)), **context)

    def _form(self, request: HttpRequest, template: Template | None) -> TemplateForm:
        names = ("name", "text", "format", "attachments")
        stored = {"whose": "shared"} if template is None else {name: getattr(template, name) for name in names}
        if request.POST.get("do") == KEEP:
            form = TemplateForm(initial=self._of_composer(request), shown=TemplateForm(initial=stored).shown)
        else:
            form = TemplateForm(request.POST if request.method == "POST" else None, initial=stored)
        variables = " ".join(f"{{{name}}}" for name in self._variables(request))
        form.fields["text"].help_text = f"{FALLBACK_HELP} Fields: {variables}"
        if template is not None or not services.may_share(self.actor(request)):
            del form.fields["whose"]
        return form

    def _of_composer(self, request: HttpRequest) -> dict[str, str]:
        """What stood in the composer, of which the name is still to be given."""
        return {"whose": "own", **{name: request.POST.get(name, "") for name in ("text", "format", "attachments")}}

    def _save(self, request: HttpRequest, template: Template | None, form: TemplateForm) -> HttpResponse:
        values = {name: form.cleaned_data[name] for name in ("name", "text", "format")}
        values["attachments"] = form.cleaned_data["attachments"].split()
        if template is None:
            is_shared = services.may_share(self.actor(request)) and form.cleaned_data.get("whose") != "own"
            services.create_template(self.actor(request), **values, shared=is_shared)
        else:
            services.update_template(self.actor(request), template.pk, **values)
        messages.success(
            request, "The template is saved. Messages that were sent or scheduled before stay as they are."
        )
        thread_id = request.GET.get("thread", "")
        if is_id("thr", thread_id):
            return HttpResponseRedirect(panel_url("inbox_thread", thread_id))
        return HttpResponseRedirect(panel_url("messaging_template_changelist"))

    def _variables(self, request: HttpRequest) -> list[str]:
        """The fields of a contact that a text may name."""
        return sorted([*BUILT_IN_VARIABLES, *by_key(self.current_workspace(request))])

    def _previews(self, request: HttpRequest, form: TemplateForm) -> list[Preview]:
        """The text for the contact that was asked for, or the newest, and for one of whom nothing is known. An error
        that does not depend on the contact stands beside the text."""
        workspace = self.current_workspace(request)
        text, format = form.cleaned_data["text"], form.cleaned_data["format"]
        words = form.cleaned_data["contact"]
        try:
            check_template(workspace, text, format)
            person = person_for_preview(self.actor(request), words)
        except DomainError as error:
            form.add_domain_error(error)
            return []
        if words and person is None:
            form.add_error("contact", "No contact has this name, username or e-mail address.")
        previews = [_preview(workspace, str(person), person, text, format)] if person else []
        previews.append(_preview(workspace, "a contact without any details", Contact(), text, format))
        ids = form.cleaned_data["attachments"].split()
        files = kept_files(workspace, ids)
        return [replace(each, text=with_small_files(each.text, ids, files)) for each in previews]

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        services.delete_template(self.actor(request), obj.pk)


def _preview(workspace: Workspace, who: str, contact: Contact, text: str, format: str) -> Preview:
    try:
        shown = as_html(preview_for(workspace, contact, text, format))
        return Preview(who, shown, "", fallbacks_for(contact, text, format))
    except DomainError as error:
        return Preview(who, SafeString(), error.detail, {})


class OptOutWordForm(TenantForm):
    def clean_word(self) -> str:
        word = normal_form(self.cleaned_data["word"])
        if not 1 <= len(word) <= MAX_WORD:
            raise forms.ValidationError(f"An opt-out word has 1 to {MAX_WORD} characters.")
        if OptOutWord.objects.for_workspace(self.workspace).filter(word=word).exists():
            raise forms.ValidationError("This word is in the list already.")
        return word


class OptOutWordAdmin(TenantAdmin):
    """A word is added or removed; it never changes."""

    viewers, adders, deleters = ADMINS, ADMINS, ADMINS
    services_audit = True
    form = OptOutWordForm
    list_display = ("word", "added")
    search_fields = ("word",)
    search_help_text = "Word"
    list_before_template = "panel/opt_out_words_note.html"
    empty_text = "Nobody can opt out by a message. Add a word, such as stop: who sends it gets no more messages."
    add_label = "New word"
    ordering = ("word", "id")
    fields = ("word",)
    actions = None
    keeps_history = False
    added = datetime_column("added", "created_at")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.pk = services.add_opt_out_word(self.actor(request), form.cleaned_data["word"])[0].pk

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        services.remove_opt_out_word(self.actor(request), obj.pk)
