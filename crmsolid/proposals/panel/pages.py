"""The page Approvals: what waits for a decision, one proposal with its conversation, and what was decided."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from crmsolid.core.errors import DomainError
from crmsolid.core.ids import is_id
from crmsolid.limits import waiting
from crmsolid.limits.models import Proposal, ProposalStatus
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.tenant_page import TenantPage, error_text
from crmsolid.proposals import services
from crmsolid.proposals.panel import drawing
from crmsolid.workspaces.actor import WRITERS
from messaging.alerts import recording
from messaging.models import Thread
from messaging.panel.conversation import local_time

PAGE = 50
WAITING = "waiting"
VIEWS: dict[str, tuple[str, str]] = {
    WAITING: ("Waiting", "Nothing waits for you."),
    ProposalStatus.APPROVED.value: ("Approved", "Nothing was approved."),
    ProposalStatus.REJECTED.value: ("Rejected", "Nothing was rejected."),
    ProposalStatus.EXPIRED.value: ("Expired", "Nothing has expired."),
    ProposalStatus.STALE.value: ("Out of date", "Nothing was out of date."),
    ProposalStatus.FAILED.value: ("Failed", "Nothing has failed."),
}
# Reasons that are given by one click.
REASONS = ("The facts are wrong", "This is not how we write", "I answer myself")


class ApprovalsPage(TenantPage):
    """What waits, the oldest first; beside it the first of it, or the one that the address names."""

    name, title, template = "approvals", "Approvals", "panel/approvals.html"
    viewers = changers = WRITERS

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(None)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Decide those that were chosen in the list."""
        approve = self.approves("approve_many", "reject_many")
        ids = [each for each in request.POST.getlist("ids") if is_id("prp", each)]
        decided = services.decide_many(self.actor, ids, approve=approve, note=self.note())
        verb = "approved" if approve else "rejected"
        said = f"{decided.done} {'was' if decided.done == 1 else 'were'} {verb}."
        if decided.over:
            them = "it" if decided.over == 1 else "them"
            said += f" {decided.over} did not wait any more, so nothing was done with {them}."
        self.say(said)
        return self.redirect("approvals")

    def approves(self, yes: str, no: str) -> bool:
        action = self.request.POST.get("action", "")
        if action not in (yes, no):
            raise Http404
        return action == yes

    def note(self) -> str:
        """Why it was rejected: what was typed, or the reason that was clicked."""
        return self.request.POST.get("reason") or self.request.POST.get("note", "")

    # --- What is shown --------------------------------------------------------------------------------------------
    def view(self) -> str:
        given = self.request.GET.get("show", "")
        return given if given in VIEWS else WAITING

    def show(self, proposal: Proposal | None, *, status: int = 200, **context: Any) -> HttpResponse:
        recording.mark_proposals_seen(self.actor)
        view, cursor = self.view(), self.request.GET.get("after") or None
        try:
            found = self.list_page(view, cursor)
        except DomainError as error:
            if error.code != "invalid_cursor":
                raise
            found, cursor = self.list_page(view, None), None
        if proposal is None and found.rows:
            proposal = services.find_for_member(self.actor, found.rows[0].pk)
        count = waiting.count_waiting(self.workspace, self.actor.role)
        return self.render(
            rows=drawing.rows_of(found.rows),
            next_cursor=found.next_cursor,
            is_first_page=cursor is None,
            view=view,
            view_title=VIEWS[view][0],
            views=[(each, title) for each, (title, _) in VIEWS.items()],
            nothing=VIEWS[view][1],
            is_waiting_view=view == WAITING,
            count=count,
            reasons=REASONS,
            status=status,
            **self.pane(proposal, view),
            **{"pane": "list", **context},
        )

    def list_page(self, view: str, cursor: str | None) -> Any:
        if view == WAITING:
            return services.list_waiting(self.actor, limit=PAGE, cursor=cursor)
        return services.list_ended(self.actor, view, limit=PAGE, cursor=cursor)

    def pane(self, proposal: Proposal | None, view: str) -> dict[str, Any]:
        if proposal is None:
            return {"shown": None}
        shown = drawing.shown(self.actor, proposal)
        is_waiting = view == WAITING
        return {
            "shown": shown,
            "thread": shown.thread,
            "user_id": self.panel.membership.user_id,
            "workspace_id": self.workspace.pk,
            "next_id": self.neighbour(proposal, after=True) if is_waiting else "",
            "previous_id": self.neighbour(proposal, after=False) if is_waiting else "",
            "edited_text": proposal.arguments.get("text", ""),
            "edited_at": shown.send_at,
        }

    def neighbour(self, proposal: Proposal, *, after: bool) -> str:
        """The id of the one that waits after this one, or before it; empty if there is none."""
        rows = waiting.waiting_for(self.workspace, self.actor.role)
        if after:
            later = Q(created_at__gt=proposal.created_at) | Q(created_at=proposal.created_at, pk__gt=proposal.pk)
            return str(rows.filter(later).values_list("pk", flat=True).first() or "")
        earlier = Q(created_at__lt=proposal.created_at) | Q(created_at=proposal.created_at, pk__lt=proposal.pk)
        found = rows.filter(earlier).order_by("-created_at", "-id")
        return str(found.values_list("pk", flat=True).first() or "")


def typed_time(at: datetime) -> str:
    """As the forms have it, which know no seconds."""
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"


class ProposalPage(ApprovalsPage):
    """One proposal, and its decision."""

    name, model = "approvals_proposal", Proposal

    def get(self, request: HttpRequest, proposal_id: str) -> HttpResponse:  # type: ignore[override]
        return self.show(self.proposal(proposal_id), pane="conversation")

    def post(self, request: HttpRequest, proposal_id: str) -> HttpResponse:  # type: ignore[override]
        proposal = self.proposal(proposal_id)
        following = self.neighbour(proposal, after=True)
        if request.POST.get("action") == "edit":
            return self.edit(proposal, following)
        approve = self.approves("approve", "reject")
        decided = services.decide(self.actor, proposal.pk, approve=approve, note=self.note())
        title = drawing.row_of(decided).title
        yes, no = ("Sent", "Dismissed") if proposal.outcome else ("Approved", "Rejected")
        return self.decided(following, f"{yes if approve else no}: {title}.")

    def edit(self, proposal: Proposal, following: str) -> HttpResponse:
        """Approve it with the text and the time of the form. The time stays, to the second, if it was not changed."""
        posted, planned = self.request.POST, drawing.send_at_of(proposal)
        shown = typed_time(planned) if planned is not None else ""
        text, typed = posted.get("text", ""), posted.get("send_at", shown)
        at = planned if typed == shown else local_time(typed) if typed else None
        arguments: dict[str, Any] = {"text": text.replace("\r\n", "\n")}
        if typed != shown:
            arguments["send_at"] = at.isoformat() if at else None
        try:
            if typed and at is None:
                raise DomainError("validation_failed", "give a date and a time, or neither")
            edited = services.edit_and_approve(self.actor, proposal.pk, arguments)
        except DomainError as error:
            if error.code != "validation_failed":
                raise
            context = {"edited_text": text, "edited_at": at, "edit_error": error_text(error)}
            return self.show_refused(proposal, context)
        return self.decided(following, f"Approved as you edited it: {drawing.row_of(edited).title}.")

    def show_refused(self, proposal: Proposal, context: dict[str, Any]) -> HttpResponse:
        page = self.show(proposal, status=422, pane="conversation")
        page.context_data |= context  # type: ignore[attr-defined]
        return page

    def decided(self, following: str, said: str) -> HttpResponse:
        """Back to the conversation where it was decided, else to the next one, or to the list."""
        self.say(said)
        thread_id = self.request.POST.get("thread", "")
        if is_id("thr", thread_id) and self.rows(Thread).filter(pk=thread_id).exists():
            return self.redirect("inbox_thread", thread_id)
        return HttpResponseRedirect(panel_url("approvals_proposal", following) if following else panel_url("approvals"))

    def proposal(self, proposal_id: str) -> Proposal:
        return services.find_for_member(self.actor, self.row(Proposal, proposal_id).pk)
