"""What several operations share of the OpenAPI document: enumerations with names, and the events.

Generators name types after components. What is written out at each place gets no name, or one with a number.
"""

import re
from collections.abc import Mapping
from typing import Any

from crmsolid.events.catalogue import EventType, envelope_schema, event_types

Schema = dict[str, Any]

# The names of enumerations, each by a place where it stands: a property of a component, or a parameter of an operation.
ENUMERATIONS = {
    "AccountKind": "Account.kind",
    "AccountState": "Account.state",
    "AnalyticsInterval": "get_analytics_funnel?interval",
    "Approval": "KeyLimits.approval",
    "AttachmentState": "Attachment.state",
    "AuthorType": "Author.type",
    "BooleanOperator": "OptedOutCondition.op",
    "BroadcastStatus": "Broadcast.status",
    "BroadcastWaitingFor": "Broadcast.waiting_for",
    "ConditionOperator": "CustomFieldCondition.op",
    "ContactSort": "list_contacts?sort",
    "ContactStage": "Contact.stage",
    "CustomFieldType": "CustomField.type",
    "DeliveryStatus": "Delivery.status",
    "Direction": "Message.direction",
    "DisabledReason": "Webhook.disabled_reason",
    "EnrollmentReason": "Enrollment.reason",
    "EnrollmentStatus": "Enrollment.status",
    "ErrorCode": "Problem.code",
    "EventType": "Webhook.events",
    "EventTypeFilter": "list_events?type",
    "EventTypeOrPing": "EventKind.type",
    "ExportFormat": "export_contacts?format",
    "FileKind": "Attachment.kind",
    "Format": "Broadcast.format",
    "HistoryState": "HistoryRequest.state",
    "IfNot": "SequenceStep.if_not",
    "InFlight": "SequenceChanges.in_flight",
    "JobKind": "list_jobs?kind",
    "JobState": "Job.state",
    "MessageChangeKind": "MessageChange.kind",
    "MessageChangeStatus": "MessageChange.status",
    "MessageSort": "list_messages?sort",
    "MessageStatus": "Message.status",
    "MessageWaitingFor": "Message.waiting_for",
    "Mode": "Me.mode",
    "NumberOperator": "ScoreCondition.op",
    "Plan": "Me.plan",
    "PreviewReason": "SequencePreviewStep.reason",
    "ProposalStatus": "Proposal.status",
    "ReactionBy": "Reaction.by",
    "RecipientStatus": "BroadcastRecipient.status",
    "ResumeMode": "ResumeSequenceInput.mode",
    "Role": "Member.role",
    "Scope": "Me.scopes",
    "SecretInUse": "Webhook.verified_with",
    "SendAs": "SendMessageInput.as",
    "SequenceStatus": "Sequence.status",
    "StageOperator": "StageCondition.op",
    "TextOperator": "EmailCondition.op",
    "ThreadSort": "list_threads?sort",
    "ThreadState": "Thread.state",
    "TimeOperator": "CreatedAtCondition.op",
    "Weekday": "SendingWindowInput.days",
    "WrittenVia": "WriterFigures.via",
}
# Parts of schemas that judge, and of which no type is made.
_JUDGING = ("if", "then", "else", "not", "propertyNames")


def reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def or_null(schema: Schema) -> Schema:
    return {"oneOf": [schema, {"type": "null"}]}


# --- Enumerations -----------------------------------------------------------------------------------------------------
def with_named_enumerations(document: Schema) -> Schema:
    """A copy of the document where each enumeration of ``ENUMERATIONS`` is a component, and a reference to it stands
    wherever one has the same values."""
    schemas = document["components"]["schemas"]
    operations = {each["operationId"]: each for path in document["paths"].values() for each in path.values()}
    names: dict[tuple[str, ...], str] = {}
    for name, place in ENUMERATIONS.items():
        values = _values(_at(place, schemas, operations))
        if values:
            names[values] = name
    copy: Schema = _referring_to_enumerations(document, names)
    copy["components"]["schemas"] |= {name: {"type": "string", "enum": list(values)} for values, name in names.items()}
    return copy


def _at(place: str, schemas: Mapping[str, Schema], operations: Mapping[str, Schema]) -> Schema:
    """The schema that stands there, or that of the items; empty if the document has no such place."""
    operation_id, _, parameter = place.partition("?")
    found: Schema
    if parameter:
        all_parameters = operations.get(operation_id, {}).get("parameters", [])
        found = next((each["schema"] for each in all_parameters if each["name"] == parameter), {})
    else:
        component, _, name = place.partition(".")
        found = schemas.get(component, {}).get("properties", {}).get(name, {})
    items: Schema = found.get("items", found)
    return items


def _values(schema: Schema) -> tuple[str, ...]:
    return tuple(value for value in schema.get("enum", ()) if value is not None)


def _referring_to_enumerations(node: Any, names: Mapping[tuple[str, ...], str]) -> Any:
    if isinstance(node, list):
        return [_referring_to_enumerations(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {key: value if key in _JUDGING else _referring_to_enumerations(value, names) for key, value in node.items()}
    if not isinstance(copy.get("enum"), list) or _values(copy) not in names:
        return copy
    is_null = None in copy["enum"]
    name = names[_values(copy)]
    rest = {key: value for key, value in copy.items() if key not in ("type", "enum")}
    return (or_null(reference(name)) if is_null else reference(name)) | rest


# --- Events -----------------------------------------------------------------------------------------------------------
_ENVELOPE = {
    "event": "The type.",
    "id": "The event's id: the same on every retry and replay.",
    "created_at": "When it happened.",
    "data": "What it is about.",
}
_REQUEST_ID = {
    "type": ["string", "null"],
    "description": "In the log alone: the `X-Request-Id` of the call that caused it; null if no call did.",
}


def event_name(event_type: EventType) -> str:
    """The component that an event of this type is: ``ContactCreatedEvent``."""
    return "".join(word.title() for word in re.split(r"[._]", event_type.name)) + "Event"


def event_components(schemas: Mapping[str, Schema]) -> dict[str, Schema]:
    """The schema of each event type, and ``Event``, which is any of them. The log and the webhooks share them."""
    found = {event_name(each): _event_schema(each, schemas) for each in event_types()}
    mapping = {each.name: reference(event_name(each))["$ref"] for each in event_types()}
    found["Event"] = {
        "description": "An event, told from the others by `event`. Within v1 more types are added.",
        "oneOf": [reference(name) for name in found],
        "discriminator": {"propertyName": "event", "mapping": mapping},
    }
    return found


def _event_schema(event_type: EventType, schemas: Mapping[str, Schema]) -> Schema:
    envelope = envelope_schema(event_type)
    properties = _by_reference(envelope["properties"], schemas) | {"request_id": _REQUEST_ID}
    for name, text in _ENVELOPE.items():
        properties[name] |= {"description": text}
    for name, part in properties["data"]["properties"].items():
        part.setdefault("description", f"The {name}.")
    return {
        "type": "object",
        "description": event_type.description,
        "required": envelope["required"],
        "properties": properties,
    }


def _by_reference(node: Any, schemas: Mapping[str, Schema]) -> Any:
    """A copy where what a component shows, by its title, is a reference to it."""
    if isinstance(node, list):
        return [_by_reference(item, schemas) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("title") in schemas:
        return reference(node["title"])
    if isinstance(node.get("anyOf"), list) and node["anyOf"][-1] == {"type": "null"}:
        return or_null(_by_reference(node["anyOf"][0], schemas)) | {k: v for k, v in node.items() if k != "anyOf"}
    return {name: _by_reference(value, schemas) for name, value in node.items()}
