"""Drafts: messages of assistants that only write drafts (``Limits.only_drafts``). Each stands beside its conversation
until a member sends it, dismisses it or answers in other words; what was sent is compared with it, so that a team sees
how often the assistant would have been right."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Avg, Count, Q
from django.db.models.functions import TruncWeek

from crmsolid.core import clock
from crmsolid.limits.checks import Reason
from crmsolid.limits.models import DraftOutcome, Proposal
from crmsolid.workspaces.models import Workspace
from messaging.models import Format, Message, Thread
from messaging.sending import message_text

# A message with so many percent of the words of a draft is that draft, edited.
EDITED_FROM = 50
# So many drafts of one conversation are compared with a message, the newest ones.
MAX_COMPARED = 20
WEEKS = 12
# The columns of what is not a draft, or is none any more: one that was taken back, or could not be sent.
NOT_COMPARED = {"outcome": DraftOutcome.NONE, "kept_percent": None}


def has_conversation(workspace: Workspace, reason: str, operation: str, arguments: Mapping[str, Any], who: str) -> bool:
    """Whether the call is a draft that a conversation can show: a message to somebody (the id of the contact) with whom
    its account has one."""
    account_id = arguments.get("account_id")
    if reason != Reason.DRAFT or operation != "send_message" or not who or not isinstance(account_id, int):
        return False
    return bool(Thread.objects.for_workspace(workspace).filter(contact=who, account=account_id).exists())


def compare(draft: str, sent: str) -> tuple[DraftOutcome, int]:
    """What became of a draft when this was sent, and how many percent of the words are the same."""
    if " ".join(draft.split()) == " ".join(sent.split()) != "":
        return DraftOutcome.SAME, 100
    drafted, written = Counter(draft.casefold().split()), Counter(sent.casefold().split())
    longest = max(drafted.total(), written.total())
    kept = 100 * (drafted & written).total() // longest if longest else 0
    return (DraftOutcome.EDITED if kept >= EDITED_FROM else DraftOutcome.OTHER), kept


def open_drafts(message: Message) -> list[Proposal]:
    """The drafts beside the conversation of a message, locked, which no message was compared with yet. Those that
    somebody decides at this moment are left out."""
    rows = Proposal.objects.for_workspace(message.workspace_id).filter(
        contact_id=message.contact_id,
        outcome=DraftOutcome.OPEN,
        arguments__account_id=message.account_id,
        expires_at__gt=clock.now(),
    )
    found = rows.select_for_update(of=("self",), skip_locked=True).select_related("workspace__live")
    return list(found.order_by("-created_at", "-id")[:MAX_COMPARED])


def compare_each(drafts: Sequence[Proposal], message: Message) -> list[tuple[Proposal, DraftOutcome, int]]:
    """What the message makes of these drafts: of the one that it is most like, or of all if it is like none."""
    compared = []
    for draft in drafts:
        outcomes = [compare(text, message.text) for text in _texts(draft, message)]
        outcome, kept = max(outcomes, key=lambda each: each[1])
        compared.append((draft, outcome, kept))
    best = max(compared, key=lambda each: each[2])
    return compared if best[1] == DraftOutcome.OTHER else [best]


def _texts(draft: Proposal, message: Message) -> list[str]:
    """The text of the draft as it was written, and as the contact would get it."""
    text, format = str(draft.arguments.get("text") or ""), str(draft.arguments.get("format") or Format.PLAIN)
    try:
        return [text, message_text.render_for(message.contact, text, format, caption=True).text]
    except ValueError:  # a value is missing
        return [text]


@dataclass(frozen=True, slots=True)
class Week:
    """What became of the drafts that were written in the week from ``begins`` on. ``kept`` is how many percent of the
    words those have kept that were edited, None without any."""

    begins: date
    same: int
    edited: int
    other: int
    nothing: int
    kept: int | None

    @property
    def total(self) -> int:
        return self.same + self.edited + self.other + self.nothing

    @property
    def agreed(self) -> int:
        """In percent of all."""
        return 100 * self.same // self.total


def agreement(workspace: Workspace, holder: str) -> list[Week]:
    """What became of the holder's drafts in the last ``WEEKS`` weeks, the latest first, without weeks that have none.
    Those that still wait are not counted. One query."""
    now = clock.now()
    rows = Proposal.objects.for_workspace(workspace).filter(holder=holder, created_at__gt=now - timedelta(weeks=WEEKS))
    rows = rows.exclude(outcome=DraftOutcome.NONE).exclude(outcome=DraftOutcome.OPEN, expires_at__gt=now).order_by()
    weeks = rows.annotate(week=TruncWeek("created_at", tzinfo=workspace.zone)).values("week")
    counted = weeks.annotate(
        same=Count("pk", filter=Q(outcome=DraftOutcome.SAME)),
        edited=Count("pk", filter=Q(outcome=DraftOutcome.EDITED)),
        other=Count("pk", filter=Q(outcome=DraftOutcome.OTHER)),
        nothing=Count("pk", filter=Q(outcome=DraftOutcome.OPEN)),
        kept=Avg("kept_percent", filter=Q(outcome=DraftOutcome.EDITED)),
    )
    return [
        Week(
            each["week"].date(),
            same=each["same"],
            edited=each["edited"],
            other=each["other"],
            nothing=each["nothing"],
            kept=None if each["kept"] is None else round(each["kept"]),
        )
        for each in counted.order_by("-week")
    ]
