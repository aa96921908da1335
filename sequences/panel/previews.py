"""A sequence as a contact would get it: its texts, and the whole of it played."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from contacts.lookup import find_named
from contacts.models import Contact
from crmsolid.core.errors import DomainError
from crmsolid.panel.components.admin_columns import time_text
from crmsolid.panel.components.admin_pages import PageAdmin
from crmsolid.panel.components.tenant_page import error_text
from crmsolid.workspaces.models import Workspace
from sequences import services
from sequences.models import Reason
from sequences.panel.forms import PreviewForm, RehearsalForm
from sequences.panel.words import played, titles
from sequences.running.rehearsal import rehearse_sequence
from sequences.versions import current_version


class SequencePreviews(PageAdmin):
    """The preview and the rehearsal of a sequence."""

    def get_urls(self) -> list[URLPattern]:
        return [
            self.own_url("<path:object_id>/preview/", self.preview_view, "preview"),
            self.own_url("<path:object_id>/rehearse/", self.rehearse_view, "rehearse"),
            *super().get_urls(),
        ]

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
        about = titles(sequence, f"Preview of {sequence.name}")
        return self.render_page(
            request, "panel/sequence_preview.html", form=form, contact=contact, steps=shown, **about
        )

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
        about = titles(sequence, f"Rehearsal of {sequence.name}")
        return self.render_page(
            request, "panel/sequence_rehearsal.html", form=form, played=shown, contact=contact, **about
        )


def find_contact(workspace: Workspace, text: str) -> Contact | None:
    """The contact with this id, username or e-mail address."""
    ids, _ = find_named(workspace, [text.strip()])
    return Contact.objects.for_workspace(workspace).filter(pk__in=ids).first()
