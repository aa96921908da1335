"""REST endpoints of broadcasts: parse, call one service, render."""

from collections.abc import Callable
from typing import Any

from contacts.models import Contact
from contacts.representations import ContactNameOut
from crmsolid.api.endpoint import ApiResponse, ListOf, endpoint
from crmsolid.api.fields import EmptyIn
from crmsolid.api.views import WorkspaceView
from crmsolid.core.clock import rfc3339
from crmsolid.workspaces.actor import Actor, Scope
from messaging.broadcasts import services
from messaging.broadcasts.definition import Definition
from messaging.broadcasts.inputs import BroadcastIn, BroadcastPreviewIn, BroadcastsQuery, RecipientsQuery, definition_of
from messaging.broadcasts.models import Broadcast
from messaging.broadcasts.representations import BroadcastOut, BroadcastPreviewOut, RecipientOut
from messaging.formatting.entities import Formatted
from messaging.formatting.html import shown_as_html

READ, WRITE = (Scope.READ_MESSAGES,), (Scope.WRITE_MESSAGES,)


def _preview(actor: Actor, definition: Definition) -> ApiResponse:
    preview = services.preview_broadcast(actor, definition)
    shows_people = actor.has(Scope.READ_CONTACTS)
    hidden = {"contact": None, "text": None, "html": None}
    sample = [
        {"contact_id": contact.id, **(_shown(contact, text) if shows_people else hidden)}
        for contact, text in preview.sample
    ]
    return ApiResponse(
        BroadcastPreviewOut.render(preview, sample=sample, finishes_at=rfc3339(preview.finishes_at)),
        contact_ids=[contact.id for contact, _ in preview.sample],
    )


def _shown(contact: Contact, text: Formatted) -> dict[str, Any]:
    return {"contact": ContactNameOut.render(contact), "text": text.text, "html": shown_as_html(text)}


class BroadcastsView(WorkspaceView):
    """Broadcasts: one text to many contacts."""

    @endpoint(scopes=READ, query=BroadcastsQuery, responses={200: ListOf(BroadcastOut)}, slow=True)
    def get(self) -> ApiResponse:
        page = services.list_broadcasts(self.actor, **self.query)
        return ApiResponse(page.as_dict([BroadcastOut.render(broadcast) for broadcast in page.rows]))

    @endpoint(
        scopes=WRITE,
        body=BroadcastIn,
        responses={201: BroadcastOut, 200: BroadcastPreviewOut},
        error_codes=("not_found", "audience_changed", "invalid_state", "filter_too_costly"),
        operation_id="start_broadcast",
        reads_if="preview",
        slow=True,
    )
    def post(self) -> ApiResponse:
        definition = definition_of(self.body)
        if self.body["preview"]:
            return _preview(self.actor, definition)
        broadcast = services.start_broadcast(self.actor, definition, audience_hash=self.body.get("audience_hash"))
        headers = {"Location": f"/v1/broadcasts/{broadcast.pk}"}
        return ApiResponse(BroadcastOut.render(broadcast), status=201, headers=headers)


class PreviewView(WorkspaceView):
    """What a broadcast would do if it were started now: who gets the message, and who does not and why.

    Nothing is stored or sent. Start with the `audience_hash` of the answer to send exactly this to exactly these
    people.
    """

    @endpoint(
        scopes=WRITE,
        body=BroadcastPreviewIn,
        responses={200: BroadcastPreviewOut},
        error_codes=("not_found", "filter_too_costly"),
        reads=True,
        slow=True,
    )
    def post(self) -> ApiResponse:
        return _preview(self.actor, definition_of(self.body))


class BroadcastView(WorkspaceView):
    """Read a broadcast with the counts of its recipients."""

    @endpoint(scopes=READ, responses={200: BroadcastOut}, slow=True)
    def get(self, broadcast_id: str) -> ApiResponse:
        return ApiResponse(BroadcastOut.render(services.get_broadcast(self.actor, broadcast_id)))


class RecipientsView(WorkspaceView):
    """List the recipients of a broadcast, those who were excluded too."""

    @endpoint(scopes=READ, query=RecipientsQuery, responses={200: ListOf(RecipientOut)})
    def get(self, broadcast_id: str) -> ApiResponse:
        page = services.list_recipients(self.actor, broadcast_id, **self.query)
        hidden = {} if self.actor.has(Scope.READ_CONTACTS) else {"contact": None}
        return ApiResponse(page.as_dict([RecipientOut.render(recipient, **hidden) for recipient in page.rows]))


class _ChangeView(WorkspaceView):
    """The base of the calls that change the state of a broadcast."""

    def change(self, service: Callable[..., Broadcast], broadcast_id: str) -> ApiResponse:
        return ApiResponse(BroadcastOut.render(service(self.actor, broadcast_id)))


class PauseBroadcastView(_ChangeView):
    """Pause a running broadcast: nothing of it is sent until it is resumed."""

    @endpoint(scopes=WRITE, body=EmptyIn, responses={200: BroadcastOut}, error_codes=("invalid_state",))
    def post(self, broadcast_id: str) -> ApiResponse:
        return self.change(services.pause_broadcast, broadcast_id)


class ResumeBroadcastView(_ChangeView):
    """Resume a paused broadcast: it goes on where it was."""

    @endpoint(scopes=WRITE, body=EmptyIn, responses={200: BroadcastOut}, error_codes=("invalid_state",))
    def post(self, broadcast_id: str) -> ApiResponse:
        return self.change(services.resume_broadcast, broadcast_id)


class CancelBroadcastView(_ChangeView):
    """End a broadcast for good. What is being sent at this moment is sent, nothing after it."""

    @endpoint(scopes=WRITE, body=EmptyIn, responses={200: BroadcastOut}, error_codes=("invalid_state",))
    def post(self, broadcast_id: str) -> ApiResponse:
        return self.change(services.cancel_broadcast, broadcast_id)


class RetryFailedView(_ChangeView):
    """Send a new message to those whose message failed and certainly has not arrived."""

    @endpoint(scopes=WRITE, body=EmptyIn, responses={200: BroadcastOut}, error_codes=("invalid_state",))
    def post(self, broadcast_id: str) -> ApiResponse:
        return self.change(services.retry_failed, broadcast_id)
