"""What waits about a contact, below the messages of the conversation, and the words of it in alerts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from crmsolid.core import clock
from crmsolid.limits.models import DraftOutcome, Proposal, ProposalStatus
from crmsolid.limits.waiting import may_decide, waiting_for
from crmsolid.proposals import querysets, wording
from crmsolid.proposals.panel import drawing
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership, Workspace
from messaging.models import Format, Thread
from messaging.panel.media import Shown

# So many are shown in a conversation, the oldest first.
SHOWN = 20


@dataclass(slots=True)
class Bubble:
    """A message that waits, as the conversation shows it. ``goes_into_composer``: that is where a member edits it."""

    row: drawing.Row
    html: SafeString | None
    files: list[Shown]
    send_at: datetime | None
    may_decide: bool

    @property
    def is_draft(self) -> bool:
        return bool(self.row.proposal.outcome)

    @property
    def goes_into_composer(self) -> bool:
        return self.is_draft and not self.files and self.send_at is None


def below_messages(request: HttpRequest, actor: Actor, thread: Thread, *, may_change: bool) -> str:
    """HTML of what waits about the contact of the thread: messages of its account as bubbles, all else as lines. Empty
    if nothing does. One query then."""
    rows = Proposal.objects.for_workspace(actor.workspace).filter(
        contact_id=thread.contact_id, status=ProposalStatus.PENDING, expires_at__gt=clock.now()
    )
    found = list(rows.order_by("created_at", "id")[:SHOWN])
    if not found:
        return ""
    querysets.load_people(actor.workspace, found)
    bubbles, lines = [], []
    for each in found:
        if each.operation == "send_message" and each.arguments.get("account_id") == thread.account_id:
            decides = may_change and may_decide(actor.role, each.scopes)
            html, files = drawing.text_of(actor, each), drawing.files_of(actor, each)
            bubbles.append(Bubble(drawing.row_of(each), html, files, drawing.send_at_of(each), decides))
        else:
            lines.append(drawing.row_of(each))
    context = {"bubbles": bubbles, "lines": lines, "thread": thread, "decides": may_decide(actor.role, [])}
    return render_to_string("panel/inbox_proposed.html", context, request)


def draft_text(actor: Actor, thread: Thread, proposal_id: str) -> tuple[str, str] | None:
    """The text of a draft beside the conversation, and its format; None if it is not one that waits."""
    rows = Proposal.objects.for_workspace(actor.workspace).filter(
        pk=proposal_id,
        contact_id=thread.contact_id,
        arguments__account_id=thread.account_id,
        outcome=DraftOutcome.OPEN,
        status=ProposalStatus.PENDING,
    )
    arguments = rows.values_list("arguments", flat=True).first()
    if arguments is None:
        return None
    return str(arguments.get("text") or ""), str(arguments.get("format") or Format.PLAIN)


def words_in_alerts(told: Collection[tuple[int, int]]) -> dict[tuple[int, int], tuple[str, str]]:
    """Who asks for what, for each of these workspaces and users of it (their ids): by the latest that waits and that
    the user can decide, without texts of messages. None for a user who can decide nothing that waits. Two queries for
    each workspace, and some for each role that has users among them."""
    words: dict[tuple[int, int], tuple[str, str]] = {}
    for workspace in Workspace.objects.select_related("live").filter(pk__in={workspace_id for workspace_id, _ in told}):
        user_ids = [user_id for workspace_id, user_id in told if workspace_id == workspace.pk]
        members = Membership.objects.for_workspace(workspace.owner_workspace).filter(user__in=user_ids)
        by_role: dict[str, list[int]] = {}
        for user_id, role in members.values_list("user_id", "role"):
            by_role.setdefault(role, []).append(user_id)
        for role, users in by_role.items():
            latest = waiting_for(workspace, role).order_by("-created_at", "-id").first()
            if latest is not None:
                querysets.load_people(workspace, [latest])
                said = (latest.asker_name or "A key", f"asks for a decision: {wording.title_of(latest)}")
                words |= {(workspace.pk, user_id): said for user_id in users}
    return words
