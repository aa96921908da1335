"""What a member is told of now: the alerts that still hold, in words."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse

from contacts.models import ContactNote
from crmsolid.core import clock
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.limits.models import Proposal, ProposalStatus
from crmsolid.workspaces.models import Membership, TwoFactor, Workspace
from messaging.alerts import wishes
from messaging.models import Alert, AlertKind, Message

# A page shows so many; of those that are older it makes no sound.
MAX_SHOWN = 20
NEW_FOR = timedelta(minutes=1)
FIRST_WORDS = 120

# What waits for the decision of each of these users, in a workspace (their ids), where something does: a title and a
# text.
WordsOfProposals = Callable[[Collection[tuple[int, int]]], Mapping[tuple[int, int], tuple[str, str]]]
words_of_proposals: ExtensionPoint[WordsOfProposals] = ExtensionPoint("words of proposals in alerts")


@dataclass(frozen=True, slots=True)
class Told:
    """An alert in words: whose conversation it is and what happened there."""

    alert: Alert
    title: str
    text: str

    @property
    def address(self) -> str:
        """The path of the page that leads to the conversation, from whatever workspace."""
        return reverse("live:alert", args=[self.alert.pk])


def unseen() -> "QuerySet[Alert]":
    """Alerts that nobody has seen and that still hold, of users who may read what they are about.

    A message does once it is answered no more, and an assignment until somebody else looks after the conversation.
    """
    workspace = Coalesce(OuterRef("workspace__live_id"), OuterRef("workspace_id"))
    member = Membership.unscoped.filter(user=OuterRef("user_id"), workspace=workspace, role__in=wishes.READERS)
    has_factor = Exists(TwoFactor.objects.filter(user=OuterRef("user_id"), confirmed_at__isnull=False))
    note = ContactNote.unscoped.filter(pk=OuterRef("about"), workspace=OuterRef("workspace_id"))
    holds = Q(kind=AlertKind.MESSAGE, thread__waiting_since__isnull=False)
    holds |= Q(kind=AlertKind.ASSIGNED, thread__assignee=F("user")) | Q(Exists(note), kind=AlertKind.MENTION)
    waits = Proposal.unscoped.filter(
        workspace=OuterRef("workspace_id"), status=ProposalStatus.PENDING, expires_at__gt=clock.now()
    )
    holds |= Q(Exists(waits), kind=AlertKind.PROPOSAL)
    asks_factor = Q(workspace__requires_two_factor=True) | Q(workspace__live__requires_two_factor=True)
    rows: QuerySet[Alert] = Alert.unscoped.filter(
        holds, Exists(member), ~asks_factor | Q(has_factor), seen_at=None, user__is_active=True
    )
    return rows.select_related("thread__contact", "workspace__live")


def in_words(alerts: Iterable[Alert]) -> list[Told]:
    """These alerts in words, without those whose message or note was deleted. Two queries, and some for each
    workspace where something waits for a decision."""
    alerts = list(alerts)
    messages = Message.unscoped.in_bulk([each.about for each in alerts if each.kind == AlertKind.MESSAGE])
    ids = [each.about for each in alerts if each.kind == AlertKind.MENTION]
    notes = ContactNote.unscoped.select_related("contact", "author").in_bulk(ids) if ids else {}
    waiting = {(each.workspace_id, each.user_id) for each in alerts if each.kind == AlertKind.PROPOSAL}
    proposed = words_of_proposals["proposals"](waiting) if waiting else {}
    told = []
    for alert in alerts:
        contact = str(alert.thread.contact) if alert.thread is not None else ""
        if alert.kind == AlertKind.MENTION and alert.about in notes:
            note = notes[alert.about]
            who = note.author.shown_name if note.author else note.author_label
            told.append(Told(alert, str(note.contact), f"{who} mentions you: {_first_words(note.text)}"))
        elif alert.kind == AlertKind.PROPOSAL and (alert.workspace_id, alert.user_id) in proposed:
            told.append(Told(alert, *proposed[alert.workspace_id, alert.user_id]))
        elif alert.kind == AlertKind.ASSIGNED:
            told.append(Told(alert, contact, "You look after this conversation now."))
        elif alert.about in messages:
            message = messages[alert.about]
            words = _first_words(message.text) or message.kind.replace("_", " ").capitalize()
            told.append(Told(alert, contact, words))
    return told


def find_own(user_id: int, alert_id: int) -> Alert | None:
    """An alert of this user, from whatever workspace; None if there is none with this id."""
    rows = Alert.unscoped.select_related("workspace__live")
    return rows.filter(pk=alert_id, user=user_id).first() if alert_id < 2**63 else None


def of_member(user_id: int, workspace: Workspace) -> list[Told]:
    """What the user is told on the pages of this workspace, the newest first: all of live workspaces, and of the twin
    that is shown. What is of another workspace says of which."""
    rows = unseen().filter(Q(workspace__live=None) | Q(workspace=workspace), user=user_id)
    return in_words(rows.order_by("-told_at", "-pk")[:MAX_SHOWN])


def state_of(member: Membership, workspace: Workspace) -> dict[str, Any]:
    """For the pages of the workspace: how many alerts there are, each of them, and whether they make a sound."""
    now = clock.now()
    settings, told = wishes.of_member(member), of_member(member.user_id, workspace)
    quiet = wishes.is_quiet(settings, wishes.zone_of(member), now)
    return {
        "count": len(told),
        "quiet": quiet,
        "sound": settings.sound and not quiet,
        "alerts": [
            {
                "at": int(each.alert.told_at.timestamp() * 1000),
                "is_new": each.alert.told_at > now - NEW_FOR,
                "kind": each.alert.kind,
                "thread": each.alert.thread_id or "",
                "title": labelled(each, workspace),
                "text": each.text,
                "url": each.address,
            }
            for each in told
        ],
    }


def labelled(told: Told, workspace: Workspace | None) -> str:
    """The title, with the name of the workspace if it is another one than that."""
    own = told.alert.workspace.owner_workspace
    return told.title if workspace is not None and own == workspace.owner_workspace else f"{told.title} ({own.name})"


def _first_words(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= FIRST_WORDS else f"{words[: FIRST_WORDS - 1]}…"
