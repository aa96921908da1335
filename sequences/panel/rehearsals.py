"""The whole of a sequence played."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from contacts.lookup import find_named
from contacts.models import Contact
from crmsolid.core.errors import DomainError
from crmsolid.panel.components.admin_pages import PageAdmin
from crmsolid.panel.components.tenant_page import error_text
from crmsolid.workspaces.models import Workspace
from messaging.panel.media import kept_files
from sequences.panel.forms import RehearsalForm
from sequences.panel.words import played, titles
from sequences.running.rehearsal import rehearse_sequence
from sequences.versions import current_version


class SequenceRehearsals(PageAdmin):
    """The rehearsal of a sequence."""

    def get_urls(self) -> list[URLPattern]:
        return [
            self.own_url("<path:object_id>/rehearse/", self.rehearse_view, "rehearse"),
            *super().get_urls(),
        ]

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
                    files = kept_files(sequence.workspace_id, definition.attachments)
                    shown = [played(entry, definition, files) for entry in timeline]
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
