"""Panel pages of Settings > Templates and Settings > Opt-out words."""

from typing import Any

from django import forms
from django.contrib import admin
from django.forms import Textarea
from django.http import HttpRequest
from django.utils.text import Truncator, capfirst

from crmsolid.core.errors import DomainError
from crmsolid.workspaces.admin_base import TenantAdmin, TenantForm
from crmsolid.workspaces.admin_columns import column, datetime_column
from crmsolid.workspaces.roles import ADMINS
from messaging.models import OptOutWord, Template
from messaging.opt_out_words import MAX_WORD, normal_form
from messaging.sending.message_text import check_template
from messaging.texts import services


class TemplateForm(TenantForm):
    text = forms.CharField(
        widget=Textarea(attrs={"rows": 6}),
        strip=False,
        help_text="{first_name} stands for a field of the contact, {first_name|there} has a fallback where the field "
        "is empty. Your custom fields work by their keys.",
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Template.objects.for_workspace(self.workspace).exclude(pk=self.instance.pk)
        if others.filter(name=name).exists():
            raise forms.ValidationError("A template with this name already exists.")
        return name

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        try:
            check_template(self.workspace, text)
        except DomainError as error:
            raise forms.ValidationError(f"{capfirst(error.detail)}.") from None
        return text


@admin.register(Template)
class TemplateAdmin(TenantAdmin):
    viewers, adders, changers, deleters = ADMINS, ADMINS, ADMINS, ADMINS
    services_audit = True
    form = TemplateForm
    list_display = ("name", "beginning", "changed")
    search_fields = ("name", "text")
    search_help_text = "Name or text"
    empty_text = "Texts that you write again and again: a greeting, an answer about prices, a follow-up."
    add_label = "New template"
    ordering = ("name", "id")
    fields = ("name", "text")
    actions = None
    changed = datetime_column("changed", "updated_at")

    @column("text")
    def beginning(self, template: Template) -> str:
        return Truncator(template.text).chars(80)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = {"name": form.cleaned_data["name"], "text": form.cleaned_data["text"]}
        if change:
            services.update_template(self.actor(request), obj.pk, **values)
        else:
            obj.pk = services.create_template(self.actor(request), **values).pk

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        services.delete_template(self.actor(request), obj.pk)


class OptOutWordForm(TenantForm):
    def clean_word(self) -> str:
        word = normal_form(self.cleaned_data["word"])
        if not 1 <= len(word) <= MAX_WORD:
            raise forms.ValidationError(f"An opt-out word has 1 to {MAX_WORD} characters.")
        if OptOutWord.objects.for_workspace(self.workspace).filter(word=word).exists():
            raise forms.ValidationError("This word is in the list already.")
        return word


@admin.register(OptOutWord)
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
