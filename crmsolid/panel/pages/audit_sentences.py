"""The words of the audit log: a sentence for each action.

``SENTENCES`` is the only place that knows the words of an action; ``tests/architecture/test_audit_sentences.py`` finds
the actions that the code records and asks for one of each.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import TextChoices
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst

from contacts import bulk
from crmsolid.core.periods import duration_text
from crmsolid.jobs.kinds import kind_of
from crmsolid.jobs.models import Job
from crmsolid.panel.components.template_tags import moment_text
from crmsolid.workspaces.models import HoldReason
from messaging.broadcasts.models import RecipientStatus
from sequences.panel.forms import RESUME_MODES
from webhooks.models import DisabledReason


@dataclass(frozen=True, slots=True)
class Thing:
    """A kind of row that entries are about: its model, the columns of which the first that is not empty is its name,
    and the name of its page. A row has no page any more once ``ended``, a column with a time, is set. One that has a
    value in the column ``owner`` is not named."""

    model: str
    names: tuple[str, ...] = ()
    page: str = ""
    ended: str = ""
    owner: str = ""


KEY = Thing("apikeys.ApiKey", ("name",), "apikeys_apikey_change")
GRANT = Thing("oauth.Grant", ("client_name",), "oauth_grant_change")
ENDPOINT = Thing("webhooks.Endpoint", ("url",), "webhooks_endpoint_change", "deleted_at")
DELIVERY = Thing("webhooks.Delivery", ("event_type",), "webhooks_delivery_change", "endpoint__deleted_at")
ACCOUNT = Thing("messaging.Account", ("name",), "messaging_account_change")
TEMPLATE = Thing("messaging.Template", ("name",), "messaging_template_change", owner="owner")
MESSAGE = Thing("messaging.Message", ("contact__name", "contact__username"), "messaging_message_change")
THREAD = Thing("messaging.Thread", ("contact__name", "contact__username"), "inbox_thread")
BROADCAST = Thing("messaging.Broadcast", ("name",), "messaging_broadcast_change")
SEQUENCE = Thing("sequences.Sequence", ("name",), "sequences_sequence_change")
CONTACT = Thing("contacts.Contact", ("name", "username", "email"), "contacts_contact_change")
SEGMENT = Thing("contacts.Segment", ("name",), "contacts_segment_change")
FIELD = Thing("contacts.CustomField", ("label",), "contacts_customfield_change")
RULE = Thing("contacts.ScoringRule", ("name",), "contacts_scoringrule_change", "archived_at")
JOB = Thing("workspaces.Job", (), "workspaces_job_change")
PROPOSAL = Thing("limits.Proposal", ("asker_name",), "approvals_proposal")
MEMBER = Thing("workspaces.Membership", ("user__name", "user__email"))
INVITATION = Thing("workspaces.Invitation", ("email",))


Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sentence:
    """What somebody did, after their name. ``{it}`` is the row of ``thing``, other names in braces are of the entry's
    data. ``own`` stands for ``text`` where the row itself did it: "The API key {it} was refused".

    The keys in ``hidden`` and those in the sentence are no details. ``words`` say the values of a key that are no words
    as they are stored; ``lines`` are whole details in place of a key and its value.

    ``list_page`` is for what no row stands for: ``{it}`` is these words, and leads to this page with the entry's target
    as ``session``.
    """

    text: str
    thing: Thing | None = None
    hidden: tuple[str, ...] = ()
    words: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    lines: Mapping[str, Callable[[Data], str]] = field(default_factory=dict)
    own: str = ""
    list_page: tuple[str, str] | None = None


def _overlap(both: str, end: str) -> Callable[[Data], str]:
    """How long what was replaced goes on beside the new one."""

    def line(data: Data) -> str:
        overlap = duration_text(timedelta(seconds=data.get("overlap_seconds", 0)))
        return f"{both} for {overlap}" if overlap else end

    return line


def _refusal(data: Data) -> str:
    """Why a key or an assistant was refused."""
    code, reason = data.get("code"), data.get("reason")
    if code == "ip_not_allowed":
        return f"It may not be used from {reason if reason and reason != 'None' else 'an unknown address'}"
    if code == "scope_missing":
        return f"It lacks the scope {reason}" if reason else "It lacks a scope"
    return capfirst(key_title(code or reason or ""))


def _filters(data: Data) -> str:
    return f"Filters: {', '.join(key_title(name) for name in data.get('filters', ())) or 'none'}"


def _one_of(key: str, texts: Mapping[Any, str]) -> dict[str, Callable[[Data], str]]:
    """The line that belongs to the value of a key."""
    return {key: lambda data: texts.get(data.get(key), "")}


def _count(key: str, title: str) -> dict[str, Callable[[Data], str]]:
    return {key: lambda data: f"{title}: {in_words(data.get(key))}"}


def _job_kind(name: str) -> str:
    return kind_of(Job(kind=name)).label


def _bulk_action(name: str) -> str:
    return bulk.actions[name].label.lower() if name in bulk.actions else name


def _choice(choices: type[TextChoices]) -> Callable[[str], str]:
    """The label of a value, as a part of a sentence."""
    labels = {str(each.value): str(each.label) for each in choices}
    return lambda value: labels[value][0].lower() + labels[value][1:] if value in labels else value


GRANT_ENDS = {
    "authorization_code_reused": "its authorization code was used twice",
    "refresh_token_reused": "its refresh token was used twice",
    "revoked_by_client": "it gave its access up",
    "password_changed": "with a change of the password",
    "password_reset": "with a reset of the password",
    "two_factor_on": "when two-factor authentication was turned on",
    "two_factor_off": "when two-factor authentication was turned off",
}


_OPERATION = {"operation": lambda name: name.replace("_", " ")}

SENTENCES: Mapping[str, Sentence] = {
    # Settings
    "key.created": Sentence("made the API key {it}", KEY, ("name", "prefix")),
    "key.renamed": Sentence("renamed the API key {old} to {new}", KEY),
    "key.rotated": Sentence(
        "replaced the API key {it}",
        KEY,
        ("replacement",),
        lines={"overlap_seconds": _overlap("Both keys work", "The old one stopped at once")},
    ),
    "key.revoked": Sentence("revoked the API key {it}", KEY, ("name", "prefix")),
    "key.expired": Sentence("ended the API key {it}: its last day has passed", KEY, ("name", "prefix")),
    "key.refused": Sentence(
        "was refused with the API key {it}", KEY, ("reason",), lines={"code": _refusal}, own="{it} was refused"
    ),
    "grant.created": Sentence("connected the assistant {it}", GRANT, ("client",)),
    "grant.limits_changed": Sentence("changed the limits of the assistant {it}", GRANT, ("client",)),
    "grant.revoked": Sentence(
        "disconnected the assistant {it}",
        GRANT,
        ("client",),
        words={"reason": lambda reason: GRANT_ENDS.get(reason, reason)},
        own="{it} was disconnected",
    ),
    "grant.expired": Sentence("disconnected the assistant {it}, which nobody used", GRANT, ("client", "reason")),
    "grant.refused": Sentence(
        "was refused as the assistant {it}", GRANT, ("reason",), lines={"code": _refusal}, own="{it} was refused"
    ),
    "webhook.created": Sentence(
        "added the webhook {it}", ENDPOINT, words={"events": lambda event: "all events" if event == "*" else event}
    ),
    "webhook.updated": Sentence("changed the webhook {it}", ENDPOINT),
    "webhook.deleted": Sentence("deleted the webhook {it}", ENDPOINT),
    "webhook.disabled": Sentence("disabled the webhook {it}", ENDPOINT, words={"reason": _choice(DisabledReason)}),
    "webhook.secret_rotated": Sentence(
        "replaced the secret of the webhook {it}",
        ENDPOINT,
        lines={"overlap_seconds": _overlap("Both secrets are in force", "The old one ended at once")},
    ),
    "webhook.tested": Sentence("sent a test ping to the webhook {it}", ENDPOINT),
    "webhook.replayed": Sentence("sent the delivery of {it} again", DELIVERY),
    "webhook.replay_started": Sentence(
        "sent again what failed at the webhook {it}",
        ENDPOINT,
        ("job",),
        lines=_count("total", "Deliveries"),
    ),
    "account.created": Sentence("added the account {it}", ACCOUNT),
    "account.changed": Sentence("changed the Telegram account {it}", ACCOUNT),
    "account.paused": Sentence("paused the account {it}", ACCOUNT),
    "account.resumed": Sentence("resumed the account {it}", ACCOUNT),
    "account.messages_canceled": Sentence(
        "canceled {messages} messages of the account {it}, which waited while sending was held", ACCOUNT
    ),
    "sending.held": Sentence("held sending on the whole server", words={"reason": _choice(HoldReason)}),
    "sending.released": Sentence(
        "released sending on the whole server",
        lines=_one_of("mode", {"resume": "What waited is sent", "cancel": "What waited was canceled"}),
    ),
    "telegram.login_started": Sentence("started to log a Telegram account in"),
    "telegram.logged_in": Sentence("logged the Telegram account {it} in", ACCOUNT),
    "telegram.logged_out": Sentence("logged the Telegram account {it} out", ACCOUNT),
    "telegram.needs_login": Sentence("found that Telegram had ended the session of {it}", ACCOUNT),
    "telegram.banned": Sentence("found that Telegram had closed {it}", ACCOUNT),
    "telegram.frozen": Sentence("found that Telegram had frozen {it}", ACCOUNT),
    "telegram.unfrozen": Sentence("found that Telegram had lifted the freeze of {it}", ACCOUNT),
    "template.created": Sentence("made the template {it}", TEMPLATE),
    "template.changed": Sentence("changed the template {it}", TEMPLATE),
    "template.deleted": Sentence("deleted the template {it}", TEMPLATE),
    "opt_out_word.added": Sentence("added the opt-out word {word}"),
    "opt_out_word.removed": Sentence("removed the opt-out word {word}"),
    "customfield.created": Sentence("made the custom field {it}", FIELD),
    "customfield.changed": Sentence("changed the custom field {it}", FIELD),
    "scoringrule.created": Sentence("made the scoring rule {it}", RULE, ("name",)),
    "scoringrule.updated": Sentence("changed the scoring rule {it}", RULE, ("name",)),
    "scoringrule.deleted": Sentence("deleted the scoring rule {it}", RULE, ("name",)),
    "configuration.applied": Sentence("copied settings from another workspace"),
    # The workspace and its people
    "workspace.created": Sentence("made the workspace"),
    "workspace.updated": Sentence("changed the workspace"),
    "workspace.two_factor_required": Sentence("changed whether members need two-factor authentication"),
    "plan.changed": Sentence("changed the plan"),
    "membership.changed": Sentence("changed the role of {it}", MEMBER),
    "membership.work_changed": Sentence("changed the work of {it}", MEMBER),
    "membership.deleted": Sentence("removed {user}"),
    "membership.two_factor_off": Sentence("turned two-factor authentication of {it} off", MEMBER),
    "invitation.created": Sentence("invited {it}", INVITATION),
    "invitation.sent_again": Sentence("sent the invitation of {it} again", INVITATION),
    "invitation.revoked": Sentence("revoked the invitation of {it}", INVITATION),
    "invitation.accepted": Sentence("accepted an invitation and joined", None, ("membership",)),
    "user.signed_up": Sentence("signed up"),
    "user.changed": Sentence("changed their profile"),
    "user.password_changed": Sentence("changed their password"),
    "user.password_reset": Sentence("set a new password with a link from an e-mail"),
    "user.session_ended": Sentence("signed out on another device"),
    "user.sessions_ended": Sentence("signed out everywhere else", lines=_count("ended", "Sessions")),
    "user.two_factor_on": Sentence("turned two-factor authentication on"),
    "user.two_factor_off": Sentence("turned two-factor authentication off"),
    "user.recovery_code_used": Sentence("signed in with a recovery code", lines=_count("left", "Codes left")),
    "user.recovery_codes_replaced": Sentence("made new recovery codes"),
    # Contacts
    "contact.created": Sentence("added the contact {it}", CONTACT),
    "contact.changed": Sentence("changed the contact {it}", CONTACT),
    "contact.tagged": Sentence("changed the tags of {it}", CONTACT),
    "assistant.contacts_changed": Sentence(
        "{it}", list_page=("changed contacts", "contacts_assistantchange_changelist")
    ),
    "contact.change_undone": Sentence("took back what {by} had changed of {it}", CONTACT),
    "contact.erased": Sentence("erased the contact {it}", CONTACT),
    "contact.enrolled": Sentence("enrolled {it} in the sequence {sequence}", CONTACT),
    "contact.enrollment_paused": Sentence("paused the sequence {sequence} for {it}", CONTACT),
    "contact.enrollment_resumed": Sentence("resumed the sequence {sequence} for {it}", CONTACT),
    "contact.enrollment_stopped": Sentence("stopped the sequence {sequence} for {it}", CONTACT),
    "contact.note_added": Sentence("wrote a note about {it}", CONTACT, ("note",)),
    "contact.note_edited": Sentence("edited a note about {it}", CONTACT, ("note",)),
    "contact.note_deleted": Sentence("deleted a note about {it}", CONTACT, ("note",)),
    "contact.score_adjusted": Sentence("changed the score of {it} by hand", CONTACT),
    "contact.bulk_started": Sentence(
        "started to change {contacts} contacts at once: {what} ({it})", JOB, words={"what": _bulk_action}
    ),
    "contact.data_exported": Sentence("downloaded all that is kept about {it}", CONTACT),
    "contacts.exported": Sentence(
        "downloaded a file of contacts",
        lines={"filters": _filters, "format": lambda data: f"Format: {str(data.get('format', 'csv')).upper()}"},
    ),
    "contacts.failed_rows_exported": Sentence("downloaded the failed rows of an import ({it})", JOB),
    "contacts.import_started": Sentence("started an import ({it})", JOB),
    "segment.created": Sentence("made the segment {it}", SEGMENT),
    "segment.updated": Sentence("changed the segment {it}", SEGMENT),
    "segment.deleted": Sentence("deleted the segment {it}", SEGMENT),
    "segment.tagged": Sentence("changed the tags of everybody in {it}", SEGMENT, ("job",)),
    "tag.renamed": Sentence("renamed the tag {tag} to {to}"),
    "tag.deleted": Sentence("deleted the tag {tag}"),
    # Writes that wait for an approval
    "proposal.created": Sentence("proposed: {operation} ({it})", PROPOSAL, ("reason", "edited_from"), words=_OPERATION),
    "proposal.canceled": Sentence("took back what it had proposed: {operation} ({it})", PROPOSAL, words=_OPERATION),
    "proposal.approved": Sentence("approved: {operation} ({it})", PROPOSAL, words=_OPERATION),
    "proposal.rejected": Sentence("rejected: {operation} ({it})", PROPOSAL, words=_OPERATION),
    "proposal.expired": Sentence(
        "ended what nobody had decided in time: {operation} ({it})", PROPOSAL, words=_OPERATION
    ),
    "proposal.done": Sentence("carried out what was approved: {operation} ({it})", PROPOSAL, words=_OPERATION),
    "proposal.stale": Sentence(
        "did not do what was approved, because it is out of date: {operation} ({it})", PROPOSAL, words=_OPERATION
    ),
    "proposal.failed": Sentence("could not do what was approved: {operation} ({it})", PROPOSAL, words=_OPERATION),
    # Conversations and automation
    "message.accepted": Sentence("wrote a message to {it}", MESSAGE, ("thread",)),
    "message.canceled": Sentence("canceled a message to {it}", MESSAGE),
    "message.replanned": Sentence("changed a planned message to {it}", MESSAGE),
    "message.edited": Sentence("changed the text of a message to {it}", MESSAGE),
    "message.deleted": Sentence("deleted a message to {it} for both sides", MESSAGE),
    "message.reacted": Sentence("reacted to a message of the conversation with {it}", MESSAGE),
    "message.retried": Sentence("sent the failed message to {it} again", MESSAGE, ("message",)),
    "thread.read": Sentence("read the conversation with {it}", THREAD),
    "thread.unread": Sentence("marked the conversation with {it} as unread", THREAD),
    "thread.closed": Sentence("closed the conversation with {it}", THREAD),
    "thread.reopened": Sentence("reopened the conversation with {it}", THREAD),
    "thread.snoozed": Sentence("snoozed the conversation with {it} until {until}", THREAD),
    "thread.assigned": Sentence("assigned the conversation with {it} to {user}", THREAD),
    "thread.history_requested": Sentence("asked Telegram for older messages with {it}", THREAD),
    "thread.unassigned": Sentence("took the conversation with {it} from its assignee", THREAD),
    "broadcast.saved": Sentence("saved the broadcast {it}", BROADCAST),
    "broadcast.deleted": Sentence("deleted the draft of the broadcast {it}", BROADCAST, ("name",)),
    "broadcast.started": Sentence("started the broadcast {it}", BROADCAST, ("job",)),
    "broadcast.paused": Sentence("paused the broadcast {it}", BROADCAST),
    "broadcast.resumed": Sentence("resumed the broadcast {it}", BROADCAST),
    "broadcast.canceled": Sentence("canceled the broadcast {it}", BROADCAST),
    "broadcast.exported": Sentence(
        "downloaded the recipients of the broadcast {it}", BROADCAST, words={"status": _choice(RecipientStatus)}
    ),
    "broadcast.retried": Sentence("sent the broadcast {it} again to {recipients} people", BROADCAST),
    "sequence.created": Sentence("made the sequence {it}", SEQUENCE),
    "sequence.published": Sentence(
        "published version {version} of the sequence {it}",
        SEQUENCE,
        lines=_one_of(
            "moved",
            {True: "Everybody who is in it goes on in this version", False: "Who is in it stays in their version"},
        ),
    ),
    "sequence.started": Sentence("started the sequence {it}", SEQUENCE),
    "sequence.paused": Sentence("paused the sequence {it}", SEQUENCE),
    "sequence.resumed": Sentence(
        "resumed the sequence {it}",
        SEQUENCE,
        lines=_one_of("mode", {mode.value: title for mode, (title, _) in RESUME_MODES.items()}),
    ),
    "job.canceled": Sentence("canceled a job: {kind} ({it})", JOB, words={"kind": _job_kind}),
}

# How an operator calls the interface that somebody used.
SURFACES: Mapping[str, str] = {
    "rest": "API",
    "mcp": "MCP",
    "panel": "Panel",
    "command": "Command line",
    "system": "By itself",
}

KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "keys": ("API keys", ("key.",)),
    "assistants": ("Assistants", ("grant.", "assistant.")),
    "approvals": ("Approvals", ("proposal.",)),
    "webhooks": ("Webhooks", ("webhook.",)),
    "accounts": ("Telegram accounts", ("account.", "telegram.", "sending.")),
    "settings": ("Other settings", ("template.", "opt_out_word.", "customfield.", "scoringrule.", "configuration.")),
    "people": ("Members and the workspace", ("workspace.", "plan.", "membership.", "invitation.", "user.")),
    "contacts": ("Contacts", ("contact.", "contacts.", "segment.", "tag.")),
    "conversations": ("Conversations", ("message.", "thread.", "broadcast.")),
    "sequences": ("Sequences", ("sequence.",)),
    "jobs": ("Jobs", ("job.",)),
}


def key_title(name: Any) -> str:
    return str(name).replace("_", " ")


def in_words(value: Any) -> str:
    """A value of an entry's data as a person would write it."""
    if value is None or value in ("", []):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(in_words(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{key_title(name)}: {in_words(each)}" for name, each in value.items())
    at = parse_datetime(value) if isinstance(value, str) and len(value) >= 20 and value[4:5] == "-" else None
    return moment_text(at) if at is not None and at.tzinfo is not None else str(value)
