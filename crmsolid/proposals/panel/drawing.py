"""A proposal as the panel shows it: what would be done, to whom, why it waits, and the conversation beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.limits.checks import Reason
from crmsolid.limits.models import Proposal, ProposalStatus
from crmsolid.limits.waiting import may_decide
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.template_tags import duration_words, moment_text
from crmsolid.proposals import querysets, wording
from crmsolid.proposals.services import DRAFT_NOTES, EDITABLE
from crmsolid.workspaces.actor import Actor
from messaging import services as messages
from messaging.models import File, Format, Thread
from messaging.panel import composing, media
from messaging.panel.bubbles import Drawing, Part
from messaging.panel.formatted import html_of
from messaging.panel.media import Shown
from messaging.threads.services import answering

# So many of the last messages stand beside a proposal.
MESSAGES = 8
MAX_READ = 3
# A longer value is folded.
MAX_VALUE = 300
# Arguments that are said elsewhere: in the title, as the text or as files.
_SAID = ("text", "format", "attachments", "contact_id", "thread_id")
_SAID_OF_A_MESSAGE = ("account_id", "to", "send_at")
# What a row of the list quotes: what these arguments name.
_QUOTED = ("message_id", "note_id")


@dataclass(frozen=True, slots=True)
class Fact:
    """An argument in words, in full."""

    name: str
    value: str

    @property
    def is_long(self) -> bool:
        return len(self.value) > MAX_VALUE


@dataclass(slots=True)
class Row:
    """A proposal in a list: ``left`` is how long it can still be decided, ``said`` what became of it."""

    proposal: Proposal
    title: str
    text: str
    left: str
    said: str

    @property
    def whom(self) -> str:
        return str(self.proposal.contact) if self.proposal.contact is not None else ""

    @property
    def kind(self) -> str:
        """The same for those that can be decided together."""
        return f"{self.proposal.operation} {self.proposal.holder}"


@dataclass(slots=True)
class ShownProposal:
    """Everything that the pane of one proposal shows."""

    row: Row
    why: SafeString
    html: SafeString | None
    files: list[Shown]
    send_at: datetime | None
    account: str
    facts: list[Fact]
    is_waiting: bool
    may_decide: bool
    is_message: bool
    thread: Thread | None
    parts: list[Part] = field(default_factory=list)

    @property
    def editable(self) -> bool:
        return self.row.proposal.operation in EDITABLE


def rows_of(proposals: Sequence[Proposal]) -> list[Row]:
    """The proposals, whose people are loaded, as the list shows them."""
    return [row_of(each) for each in proposals]


def row_of(proposal: Proposal) -> Row:
    text = proposal.arguments.get("text")
    minutes = int((proposal.expires_at - clock.now()).total_seconds() // 60)
    left = f"{duration_words(minutes)} left" if minutes >= 1 else "ends now"
    if isinstance(text, str):
        format = str(proposal.arguments.get("format") or Format.PLAIN)
        text = " ".join(composing.with_fields_named(text[:1_000], composing.OWN_FIELDS, format).split())[:120]
    else:
        named = next((proposal.names[each] for each in _QUOTED if each in proposal.names), "")
        text = f"“{' '.join(named[:1_000].split())[:120]}”" if named else ""
    return Row(proposal, wording.title_of(proposal), text or "", left, said_of(proposal))


def is_waiting(proposal: Proposal) -> bool:
    return proposal.status == ProposalStatus.PENDING and proposal.expires_at > clock.now()


def said_of(proposal: Proposal) -> str:
    """What became of it, with who and when; empty while it waits."""
    if is_waiting(proposal):
        return ""
    if proposal.canceled:
        return f"Taken back by whoever asked, {_when(proposal.decided_at)}"
    who = proposal.decided_by.shown_name if proposal.decided_by else "somebody"
    match proposal.status:
        case ProposalStatus.REJECTED if proposal.note in DRAFT_NOTES.values():
            return f"Answered by {who}, {_when(proposal.decided_at)}"
        case ProposalStatus.REJECTED:
            return f"Rejected by {who}, {_when(proposal.decided_at)}"
        case ProposalStatus.APPROVED if proposal.run_at is None:
            return f"Approved by {who}, {_when(proposal.decided_at)}. It is being done."
        case ProposalStatus.APPROVED:
            return f"Approved by {who} and done, {_when(proposal.run_at)}"
        case ProposalStatus.STALE:
            return f"Approved by {who}, and not done: it was out of date, {_when(proposal.run_at)}"
        case ProposalStatus.FAILED:
            return f"Approved by {who}, and it failed, {_when(proposal.run_at)}"
    return f"Expired {_when(proposal.expires_at)}: nobody decided it in time"


def shown(actor: Actor, proposal: Proposal) -> ShownProposal:
    """The proposal, whose people are loaded, with its conversation."""
    contact, thread = proposal.contact, _thread(actor, proposal)
    return ShownProposal(
        row=row_of(proposal),
        why=why(actor, proposal),
        html=text_of(actor, proposal),
        files=files_of(actor, proposal),
        send_at=send_at_of(proposal),
        account=proposal.names.get("account_id", ""),
        facts=facts(actor, proposal),
        is_waiting=is_waiting(proposal),
        may_decide=may_decide(actor.role, proposal.scopes),
        is_message=proposal.operation == "send_message",
        thread=thread,
        parts=_parts(actor, thread) if thread is not None and contact is not None else [],
    )


def send_at_of(proposal: Proposal) -> datetime | None:
    """When it would be sent; None: at once, or it sends nothing."""
    at = proposal.arguments.get("send_at")
    return parse_datetime(at) if isinstance(at, str) else None


def text_of(actor: Actor, proposal: Proposal) -> SafeString | None:
    """The text as it would be sent to the contact, formatted; None without one."""
    text, contact = proposal.arguments.get("text"), proposal.contact
    if not isinstance(text, str) or not text:
        return None
    format = str(proposal.arguments.get("format") or Format.PLAIN)
    if contact is not None and proposal.operation in EDITABLE:
        try:
            found = answering.preview_text(actor, contact.pk, text=text, format=format)
        except DomainError:
            pass
        else:
            return html_of(found.text, found.entities)
    return composing.with_fields_marked(text, composing.field_labels(actor.workspace), format)


def files_of(actor: Actor, proposal: Proposal) -> list[Shown]:
    ids = [each for each in proposal.arguments.get("attachments") or () if isinstance(each, str)]
    rows = File.objects.for_workspace(actor.workspace).in_bulk(ids) if ids else {}
    return [media.shown(rows[each]) for each in ids if each in rows]


def why(actor: Actor, proposal: Proposal) -> SafeString:
    """Why it waits, with links to the conversations that were read."""
    reads = proposal.reads
    threads = _threads(actor, [contact.pk for contact, _ in reads[:MAX_READ] if contact is not None])
    read = format_html_join(", ", "{}", ((_read(contact, at, threads),) for contact, at in reads[:MAX_READ]))
    if len(reads) > MAX_READ:
        read = format_html("{} and {} more", read, len(reads) - MAX_READ)
    match proposal.reason:
        case Reason.READ_SOMEBODY_ELSE:
            return format_html("It read what somebody else wrote: {}.", read)
        case Reason.MANY if reads:
            return format_html("It is about more than one person, and it read what somebody wrote: {}.", read)
        case Reason.NEW_LINK:
            return format_html("It has a link that this conversation does not have, and it read {}.", read)
        case Reason.DRAFT if reads:
            return format_html("It only writes drafts. Before this one it read what somebody else wrote: {}.", read)
        case Reason.CHANGED_ADDRESS:
            return format_html("It changes how messages reach this contact, or did so before.")
    known = dict(Reason.choices)
    return format_html("{}.", known.get(proposal.reason, proposal.reason))


def facts(actor: Actor, proposal: Proposal) -> list[Fact]:
    """The arguments in words, without those that are said elsewhere: whoever approves the proposal sees all of it."""
    said = {*_SAID, *(_SAID_OF_A_MESSAGE if proposal.operation == "send_message" else ())}
    found = []
    for name, value in proposal.arguments.items():
        if name in said and not (name == "contact_id" and proposal.contact is None):
            continue
        words = proposal.names.get(name) or _value(value)
        if name == "contact_ids":
            words = "\n".join(querysets.names_of_contacts(actor.workspace, proposal)) or words
        found.append(Fact(name.removesuffix("_id").replace("_", " ").capitalize(), words))
    return found


def _value(value: Any) -> str:
    """Each of several objects is a line, so that none looks like a part of another."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ("", [], {}):
        return "none"
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        said = "\n".join(f"{number}. {_value(each)}" for number, each in enumerate(value, 1))
    elif isinstance(value, list):
        said = ", ".join(_value(each) for each in value)
    elif isinstance(value, dict):
        said = ", ".join(f"{str(name).replace('_', ' ')}: {_value(each)}" for name, each in value.items())
    else:
        at = parse_datetime(value) if isinstance(value, str) and value[4:5] == "-" and len(value) >= 20 else None
        said = moment_text(at) if at is not None else str(value)
    return said


def _when(at: datetime | None) -> str:
    if at is None:
        return "at an unknown time"
    local = timezone.localtime(at)
    return f"at {local:%H:%M}" if local.date() == timezone.localtime(clock.now()).date() else f"on {moment_text(at)}"


def _read(contact: Contact | None, at: str, threads: dict[str, str]) -> SafeString:
    when = _when(parse_datetime(at))
    if contact is None:
        return format_html("somebody {}", when)
    address = panel_url("contacts_contact_change", contact.pk)
    if contact.pk in threads:
        address = panel_url("inbox_thread", threads[contact.pk])
    return format_html('<a class="cs-link" href="{}"><bdi>{}</bdi></a> {}', address, contact, when)


def _threads(actor: Actor, contact_ids: Sequence[str]) -> dict[str, str]:
    """The id of the latest conversation of each of these contacts."""
    rows = Thread.objects.for_workspace(actor.workspace).filter(contact__in=contact_ids).order_by("last_message_at")
    return dict(rows.values_list("contact_id", "pk")) if contact_ids else {}


def _thread(actor: Actor, proposal: Proposal) -> Thread | None:
    if not proposal.contact_id:
        return None
    rows = Thread.objects.for_workspace(actor.workspace).filter(contact=proposal.contact_id)
    account_id = proposal.arguments.get("account_id")
    if isinstance(account_id, int):
        rows = rows.filter(account=account_id)
    thread: Thread | None = rows.select_related("contact", "account").order_by("-last_message_at").first()
    return thread


def _parts(actor: Actor, thread: Thread) -> list[Part]:
    found = messages.list_messages(actor, thread_id=thread.pk, limit=MESSAGES)
    return list(Drawing(actor.workspace, thread, found.rows[::-1]).parts(()))
