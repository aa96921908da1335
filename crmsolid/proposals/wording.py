"""What a proposal would do, in a sentence for people."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crmsolid.limits.models import Proposal

MAX_QUOTED = 200
MAX_NAMED = 3

Words = Callable[[Mapping[str, Any]], str]
# Fields of contacts whose names are not what people call them.
_FIELDS = {"email": "e-mail", "opted_out": "opt-out", "custom_fields": "custom fields", "time_zone": "time zone"}


def summary_of(proposal: Proposal) -> str:
    """Such as ``Send Marco a message from Sales DE: “Hello”``. The proposal has its ``contact`` and its ``names``
    loaded."""
    text = proposal.arguments.get("text")
    title = title_of(proposal)
    return f"{title}: “{text[:MAX_QUOTED]}”" if isinstance(text, str) and text else title


def title_of(proposal: Proposal) -> str:
    """The same without the text of a message or a note."""
    given = {**proposal.arguments, **{f"{name}'s name": each for name, each in proposal.names.items()}}
    given |= {"whom": _whom(proposal), "is_known": proposal.contact is not None}
    words = _TITLES.get(proposal.operation)
    if words is not None:
        return words(given) if callable(words) else words.format(whom=given["whom"])
    title = proposal.operation.replace("_", " ").capitalize()
    return f"{title} ({proposal.contact})" if proposal.contact is not None else title


def _whom(proposal: Proposal) -> str:
    if proposal.contact is not None:
        return str(proposal.contact)
    return str(proposal.arguments.get("to") or proposal.arguments.get("username") or "somebody")


def _name(given: Mapping[str, Any], argument: str, otherwise: str) -> str:
    """What the row is called that the argument names; ``otherwise`` if that is not there any more."""
    return str(given.get(f"{argument}'s name") or otherwise)


def listed(names: Sequence[str], what: str) -> str:
    """``a, b and c``, or ``a, b, c and 4 more`` of ``what``."""
    if len(names) > MAX_NAMED:
        return f"{', '.join(names[:MAX_NAMED])} and {len(names) - MAX_NAMED} more {what}"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _send(given: Mapping[str, Any]) -> str:
    account = given.get("account_id's name")
    what = "a file" if given.get("attachments") and not given.get("text") else "a message"
    return f"Send {given['whom']} {what}{f' from {account}' if account else ''}"


def _update_contact(given: Mapping[str, Any]) -> str:
    names = [key for key in given if key not in ("whom", "is_known", "contact_id") and not key.endswith("'s name")]
    fields = [f"the {_FIELDS.get(each, each.replace('_', ' '))}" for each in names]
    return f"Change {listed(fields, 'fields')} of {given['whom']}" if fields else f"Change {given['whom']}"


def _upsert(given: Mapping[str, Any]) -> str:
    """Of somebody who is a contact it is a change of them, whatever name it gives them."""
    if not given["is_known"]:
        return f"Add {given.get('name') or given.get('first_name') or given['whom']}"
    found_by = "username" if given.get("username") else "email"
    return _update_contact({name: value for name, value in given.items() if name != found_by})


def _tag(whom: str, given: Mapping[str, Any]) -> str:
    added, removed = _texts(given.get("add")), _texts(given.get("remove"))
    parts = [f"tag {whom} with {listed(added, 'tags')}"] if added else []
    if removed:
        tags = f"the tag{'s' if len(removed) > 1 else ''} {listed(removed, 'tags')}"
        parts.append(f"take {tags} from {'them' if added else whom}")
    said = " and ".join(parts) or f"change the tags of {whom}"
    return said[0].upper() + said[1:]


def _points(given: Mapping[str, Any]) -> str:
    points = given.get("points")
    if not isinstance(points, int):
        return f"Change the score of {given['whom']}"
    return f"{'Add' if points > 0 else 'Take'} {abs(points)} points {'to' if points > 0 else 'from'} {given['whom']}"


def _update_thread(given: Mapping[str, Any]) -> str:
    """Both parts, if it changes the state and who looks after it."""
    whom, state = f"the conversation with {given['whom']}", given.get("state")
    parts = []
    if state in ("open", "closed"):
        parts.append(f"{'Open' if state == 'open' else 'Close'} {whom}")
    elif given.get("snoozed_until") or state == "snoozed":
        parts.append(f"Snooze {whom}")
    if "assignee_id" in given:
        it = "it" if parts else whom
        is_assigned = given["assignee_id"] is not None
        parts.append(f"assign {it} to {_name(given, 'assignee_id', 'a member')}" if is_assigned else f"unassign {it}")
    said = " and ".join(parts) or f"Change {whom}"
    return said[0].upper() + said[1:]


def _enroll(given: Mapping[str, Any]) -> str:
    sequence, ids = _name(given, "sequence_id", "a sequence"), _texts(given.get("contact_ids"))
    whom = f"{len(ids):,} {'person' if len(ids) == 1 else 'people'}" if ids else str(given["whom"])
    if given.get("segment_id"):
        whom = f"everybody in {_name(given, 'segment_id', 'a segment')}"
    elif given.get("filter") is not None:
        whom = "everybody who meets a filter"
    return f"Enroll {whom} in {sequence}"


_TITLES: dict[str, str | Words] = {
    # Messages
    "send_message": _send,
    "update_message": "Change a message to {whom}",
    "delete_message": "Delete a message to {whom}",
    "cancel_message": "Cancel a message to {whom}",
    "reactions_message": "React to a message of {whom}",
    "update_thread": _update_thread,
    "load_thread_history": "Load older messages with {whom}",
    "read_thread": "Mark the conversation with {whom} as read",
    "mark_thread_unread": "Mark the conversation with {whom} as unread",
    "create_template": lambda given: f"Make the template {given.get('name', '')}",
    "update_template": lambda given: f"Change the template {_name(given, 'template_id', '')}".rstrip(),
    "delete_template": lambda given: f"Delete the template {_name(given, 'template_id', '')}".rstrip(),
    "start_broadcast": lambda given: f"Start the broadcast {given.get('name', '')}".rstrip(),
    "pause_broadcast": lambda given: f"Pause {_name(given, 'broadcast_id', 'a broadcast')}",
    "resume_broadcast": lambda given: f"Resume {_name(given, 'broadcast_id', 'a broadcast')}",
    "cancel_broadcast": lambda given: f"Cancel {_name(given, 'broadcast_id', 'a broadcast')}",
    "retry_failed_broadcast": lambda given: f"Send again what failed in {_name(given, 'broadcast_id', 'a broadcast')}",
    # Contacts
    "create_contact": _upsert,
    "update_contact": _update_contact,
    "delete_contact": "Erase {whom} for good",
    "tag_contact": lambda given: _tag(str(given["whom"]), given),
    "add_points": _points,
    "create_note": "Write a note about {whom}",
    "update_note": "Change a note about {whom}",
    "delete_note": "Delete a note about {whom}",
    "rename_tag": lambda given: f"Rename the tag {given.get('tag', '')} to {given.get('name', '')}",
    "delete_tag": lambda given: f"Take the tag {given.get('tag', '')} from everybody",
    "create_segment": lambda given: f"Make the segment {given.get('name', '')}",
    "update_segment": lambda given: f"Change {_name(given, 'segment_id', 'a segment')}",
    "delete_segment": lambda given: f"Delete {_name(given, 'segment_id', 'a segment')}",
    "tag_segment": lambda given: _tag(f"everybody in {_name(given, 'segment_id', 'a segment')}", given),
    "create_custom_field": lambda given: f"Add the custom field {given.get('label') or given.get('key', '')}",
    "update_custom_field": lambda given: f"Change the custom field {given.get('key', '')}",
    "import_contacts": "Import contacts",
    # Sequences
    "create_sequence": lambda given: f"Make the sequence {given.get('name', '')}",
    "replace_sequence": lambda given: f"Replace {_name(given, 'sequence_id', 'a sequence')}",
    "update_sequence": lambda given: f"Change {_name(given, 'sequence_id', 'a sequence')}",
    "start_sequence": lambda given: f"Start {_name(given, 'sequence_id', 'a sequence')}",
    "pause_sequence": lambda given: f"Pause {_name(given, 'sequence_id', 'a sequence')}",
    "resume_sequence": lambda given: f"Resume {_name(given, 'sequence_id', 'a sequence')}",
    "enroll_contact": _enroll,
    "pause_enrollment": "Pause the sequence of {whom}",
    "resume_enrollment": "Resume the sequence of {whom}",
    "stop_enrollment": "Stop the sequence of {whom}",
    # Webhooks
    "create_webhook": lambda given: f"Send events to {given.get('url', '')}",
    "update_webhook": lambda given: f"Change the webhook to {_name(given, 'endpoint_id', 'an address')}",
    "delete_webhook": lambda given: f"Delete the webhook to {_name(given, 'endpoint_id', 'an address')}",
    "rotate_secret_webhook": lambda given: (
        f"Replace the secret of the webhook to {_name(given, 'endpoint_id', 'an address')}"
    ),
    "test_webhook": lambda given: f"Send a test to the webhook to {_name(given, 'endpoint_id', 'an address')}",
    "replay_webhook": lambda given: f"Send again what failed at {_name(given, 'endpoint_id', 'a webhook')}",
    "replay_delivery": "Send a delivery again",
    "cancel_job": "Cancel long work",
}
