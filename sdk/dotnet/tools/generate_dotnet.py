"""Write ``Models/Generated`` of the .NET client from the OpenAPI document: what the API answers, what it takes, and the
values of its enumerations, a file for each topic.

``python sdk/dotnet/tools/generate_dotnet.py`` writes the files. With ``--check`` it only compares, and the exit status
is 1 if one of them is out of date.
"""

import json
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = ROOT / "docs" / "openapi.json"
TARGET = ROOT / "sdk" / "dotnet" / "src" / "CrmSolid.Client" / "Models" / "Generated"
WIDTH = 118

# The names of 1.0, where the document has others; and two schemas that are one class here.
NAMES = {
    "AudienceInput": "Audience",
    "BroadcastInput": "BroadcastDraft",
    "BroadcastWaitingFor": "BroadcastWaitReason",
    "ContactChanges": "ContactFields",
    "ConversationReport": "ConversationsReport",
    "ConversationReportPeriod": "ConversationsReportPeriod",
    "Direction": "MessageDirection",
    "DisabledReason": "WebhookDisabledReason",
    "EnrollInput": "EnrollmentAudience",
    "EventTypeFilter": "EventType",
    "EventTypeOrPing": "EventType",
    "Format": "TextFormat",
    "IfNot": "UnmetConditionAction",
    "MessageWaitingFor": "MessageWaitReason",
    "Mode": "WorkspaceMode",
    "PreviewReason": "SequencePreviewReason",
    "Role": "MemberRole",
    "SecretInUse": "SigningSecret",
    "SendMessageInput": "MessageDraft",
    "SendingWindowInput": "SendingWindow",
    "SequenceInput": "SequenceFields",
    "SequenceStepInput": "StepFields",
    "Thread": "MessageThread",
}
# Inputs that are written as one of the others, or not at all.
NOT_INPUTS = {
    "BroadcastPreviewInput",  # a BroadcastDraft without its hash
    "ContactInput",  # ContactFields
    "EmptyInput",
    "SendingWindowInput",
    "SequenceReplacementInput",  # SequenceChanges
}
LEFT_OUT = {("BroadcastInput", "preview"), ("EnrollInput", "contact_id")}  # methods of their own
INTERNAL = {"SequenceContactInput"}
PARTIAL = {"Condition", "StepFields", "BroadcastDraft"}  # have hand-written parts
NOT_MODELS = {"FileState"}
# Objects that are read as dictionaries; and those whose lists are lists of dictionaries.
AS_MAPS = {"JobResult", "JobError"}
LISTS_AS_MAPS = {"PersonalData"}
MAY_LACK = {("Problem", "request_id")}  # something before the API may have answered
REFERENCES = {("QueuedMessage", "status"): "MessageStatus"}
MEMBER_NAMES = {("WebhookEvent", "event"): "Type", ("Event", "event"): "Type"}
VALUE_NAMES = {"*": "Any"}

CONDITION: dict[str, Any] = {
    "properties": {
        "all": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Condition"},
            "description": "Conditions that all hold.",
        },
        "any": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Condition"},
            "description": "Conditions of which at least one holds.",
        },
        "not": {"$ref": "#/components/schemas/Condition", "description": "A condition that does not hold."},
        "field": {
            "type": "string",
            "description": "The field that is compared, such as `tag`, `stage` or `custom.city`.",
        },
        "op": {"$ref": "#/components/schemas/ConditionOperator", "description": "How it is compared."},
        "value": {"description": "A string, number or boolean, or a list of them."},
    }
}
CHANGED_VALUE: dict[str, Any] = {
    "properties": {"old": {"description": "The value before."}, "new": {"description": "The value now."}}
}
TEXTS = {
    "Account": "A Telegram account of the workspace, or its sandbox.",
    "AccountError": "An error that concerned an account as a whole.",
    "AccountKind": "What is behind an account.",
    "AccountState": "Whether an account can send.",
    "AnalyticsInterval": "The length of the periods of a series.",
    "ApiKey": "The key that made the request.",
    "AttachmentState": "Whether the content of a file is here.",
    "Approval": "Which writes of a key wait until a member approves them.",
    "AudienceInput": "Who gets a broadcast: one of a segment, tags, or a list of contacts.",
    "Author": "Who wrote or caused something.",
    "AuthorType": "Who writes messages.",
    "BroadcastInput": "A broadcast to preview or to start.",
    "BroadcastSample": "One recipient of a previewed broadcast.",
    "BroadcastStatus": "The status of a broadcast.",
    "BroadcastWaitingFor": "Why a broadcast sends nothing at this moment.",
    "ChangedValue": "A value that was changed; null where there was none.",
    "ConditionOperator": "How a condition compares a field with its value.",
    "ContactChanges": "What to write to a contact. What is left out stays as it is; null deletes a value where the type"
    " allows it.",
    "ContactSort": "The order of contacts.",
    "ContactStage": "The stage of a contact.",
    "CustomFieldChanges": "What to change of a custom field. What is left out stays as it is.",
    "CustomFieldInput": "A custom field to define.",
    "CustomFieldType": "The type of a custom field.",
    "Delivery": "One event on its way to one webhook.",
    "DeliveryAnswer": "What a receiver answered.",
    "DeliveryAttempt": "One attempt to deliver an event.",
    "DeliveryRequest": "What was posted to a receiver.",
    "DeliveryStatus": "The status of a delivery. `failed` will be retried, `exhausted` will not.",
    "Direction": "Whether a message was received or sent.",
    "DisabledReason": "Why a webhook is disabled.",
    "EditMessageInput": "The new text of a message.",
    "EnrollInput": "Whom to enroll in a sequence: one of a segment, a filter, or a list of contacts.",
    "EnrollmentReason": "Why an enrollment waits, or why it has ended.",
    "EnrollmentStatus": "The status of an enrollment.",
    "ErrorCode": "The stable code of a refusal.",
    "Event": "An event of the log.",
    "EventData": "What an event is about. Which members have values depends on its type; other members are in"
    " AdditionalProperties.",
    "EventKind": "A type of event, with the schema of its data.",
    "EventType": "The type of an event.",
    "ExportFormat": "The format of an export.",
    "FileKind": "What a file is.",
    "FilterInput": "A filter to try.",
    "Format": "How a text is written.",
    "HistoryState": "How far a request for older messages has come.",
    "IfNot": "What happens to a contact for whom the condition of a step does not hold.",
    "InFlight": "What contacts do who are in a sequence when its next version is published.",
    "JobKind": "What a job does.",
    "JobState": "The state of a job.",
    "KeyLimits": "What narrows a key beyond its scopes.",
    "Me": "What the key may do, and in which workspace.",
    "Member": "Somebody who works in the workspace.",
    "Message": "One message, in or out.",
    "MessageChange": "A change of a message that Telegram has not made.",
    "MessageChangeKind": "What is to be changed of a message.",
    "MessageChangeStatus": "What has become of a change of a message.",
    "MessageSort": "The order of messages.",
    "MessageStatus": "The status of a message.",
    "MessageWaitingFor": "Why a queued message is not sent yet.",
    "Mode": "Whether a key works on the live workspace or its test twin.",
    "NoteChanges": "What to change of a note.",
    "NoteInput": "A note to write.",
    "Plan": "The plan of a workspace.",
    "PointsInput": "Points to add to a score, or to take.",
    "PreviewReason": "Why a previewed step has no time or text.",
    "ProposalStatus": "The status of a proposal.",
    "ProposedCall": "The call that a proposal is of.",
    "QueuedMessage": "A message that was accepted to be sent.",
    "Reaction": "A reaction to a message.",
    "ReactionBy": "Who reacted.",
    "ReactionInput": "The reaction to set.",
    "ReadText": "Whose text was read, and when.",
    "ReadThread": "A thread whose messages were marked as read, or as unread.",
    "RecipientStatus": "The status of a recipient of a broadcast.",
    "RenameTagInput": "The new name of a tag.",
    "ReplayInput": "Which deliveries to repeat.",
    "ResumeMode": "What happens to steps that became due during a pause.",
    "ResumeSequenceInput": "How to go on after a pause.",
    "Role": "What a member may do.",
    "RotateSecretInput": "The new secret of a webhook.",
    "Scope": "What a key may do.",
    "SecretInUse": "One of the two secrets of a webhook around a rotation.",
    "SegmentChanges": "What to change of a segment. What is left out stays as it is.",
    "SegmentExplanation": "Why a contact is in a segment, or is not.",
    "SegmentInput": "A segment to create.",
    "SegmentPreview": "Who a filter finds.",
    "SendAs": "What files are sent as.",
    "SendMessageInput": "A message to send: to a username or Telegram id, or to a contact.",
    "SequenceChanges": "What to change of a sequence: what is left out stays as it is. One that is replaced needs a"
    " name and steps, and what is left out has its default from then on.",
    "SequenceContactInput": "The contact that a sequence is previewed for, or that is enrolled.",
    "SequenceInput": "A sequence to create.",
    "SequencePreview": "When each step of a sequence would be sent to a contact.",
    "SequenceStatus": "The status of a sequence.",
    "SequenceStepInput": "A step of a sequence. A SequenceStep that was read converts to it.",
    "TagChanges": "Tags to add and to remove.",
    "TemplateChanges": "What to change of a template. What is left out stays as it is.",
    "TemplateInput": "A template to create.",
    "Thread": "The conversation of one account with one contact.",
    "ThreadChanges": "What to change of a thread. What is left out stays as it is.",
    "ThreadSort": "The order of threads.",
    "ThreadState": "What is to be done with a thread.",
    "ThreadWithMessages": "A thread with its latest messages.",
    "Webhook": "An endpoint that events are delivered to.",
    "WebhookChanges": "What to change of a webhook. What is left out stays as it is.",
    "WebhookEvent": "An event as it is posted to webhooks and streamed.",
    "WebhookInput": "A webhook to create.",
    "Weekday": "A day of the week.",
    "Workspace": "The workspace that the key belongs to.",
    "WrittenVia": "What a person wrote a message with.",
}
# The file of each topic, by the tags of the operations that answer or take a schema first.
TOPICS = {
    "Accounts": ["Accounts", "Me", "Members"],
    "Contacts": ["Contacts", "Custom fields", "Tags", "Notes"],
    "Segments": ["Segments"],
    "Messages": ["Messages", "Threads", "Templates"],
    "Files": ["Files"],
    "Broadcasts": ["Broadcasts"],
    "Sequences": ["Sequences", "Enrollments"],
    "Webhooks": ["Webhooks", "Deliveries", "Events"],
    "Jobs": ["Jobs"],
    "Proposals": ["Proposals"],
    "Analytics": ["Analytics"],
}
HEADER = """\
// Written by tools/generate_dotnet.py from docs/openapi.json; do not edit.
using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;
"""
SCALARS = {
    "Text": "string",
    "Integer": "long",
    "Number": "double",
    "Flag": "bool",
    "Time": "DateTimeOffset",
    "Any": "JsonElement",
}
PLURALS = {"Text": "Texts", "Integer": "Integers", "Value": "Values", "Model": "Models", "AnyMap": "AnyMaps"}


@dataclass(frozen=True)
class Kind:
    """How a member is read and written: a method of ``MemberReader`` and ``MemberWriting``, the type that the method is
    told, and whether null is documented."""

    method: str
    of: str = ""
    takes_null: bool = False

    @property
    def type(self) -> str:
        """The C# type, without the mark of a null."""
        if self.method.endswith("Maps"):
            return "IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>"
        if self.method.endswith("Map"):
            inner = self.of or SCALARS[self.method.removesuffix("Map")]
            return f"IReadOnlyDictionary<string, {inner}>"
        for single, plural in PLURALS.items():
            if self.method == plural:
                return f"IReadOnlyList<{self.of or SCALARS[single]}>"
        return self.of or SCALARS[self.method]

    @property
    def is_list(self) -> bool:
        return self.method in PLURALS.values()

    @property
    def is_map(self) -> bool:
        return self.method.endswith("Map")


class Generator:
    def __init__(self, document: dict[str, Any]) -> None:
        self.schemas: dict[str, Any] = dict(document["components"]["schemas"])
        self.operations = [one for path in document["paths"].values() for one in path.values()]
        self.patches = {
            reference
            for path in document["paths"].values()
            for reference in _references(path.get("patch", {}).get("requestBody", {}))
        }
        self.versioned = {
            reference
            for one in self.operations
            for status, answer in one["responses"].items()
            if status < "300" and "ETag" in answer.get("headers", {})
            for reference in _references(answer)
        }
        self._add_events()
        self.schemas["Condition"] = {"description": self.schemas["Condition"].get("description"), **CONDITION}
        self.schemas["EventType"] = {"enum": self._event_types()}
        self.models = self._reached(self._answers(), self._parts_of_models)
        self.inputs = self._reached(self._bodies(), self._parts_of_inputs) - self.models - NOT_INPUTS
        parameters = {name for one in self.operations for name in _references(one.get("parameters", []))}
        values = {name for schema in self.models | self.inputs for name in self._referred(schema)} | parameters
        self.values = {name for name in values if "enum" in self.schemas[name]} - {"EventTypeOrPing", "EventTypeFilter"}

    def files(self) -> dict[str, str]:
        """The text of each file, by its name."""
        topics: dict[str, list[str]] = {}
        for name, topic in self._topics().items():
            topics.setdefault(topic, []).append(name)
        files = {}
        for topic, names in topics.items():
            ordered = sorted(names, key=lambda name: (name in self.values, name in self.inputs, self.name(name)))
            text = HEADER + "".join(f"\n{self._declaration(name)}" for name in ordered)
            files[f"{topic}.cs"] = _without_unused(text)
        return {**files, "JsonContext.cs": self._context()}

    def name(self, schema: str) -> str:
        return NAMES.get(schema, schema)

    def _add_events(self) -> None:
        """One model for the events of all types, and one for their data."""
        events = [schema for name, schema in self.schemas.items() if name.endswith("Event") and "properties" in schema]
        data: dict[str, Any] = {}
        for event in events:
            for name, part in event["properties"]["data"]["properties"].items():
                if "properties" not in part and name not in data:  # a part of an object is read as the whole one
                    data[name] = dict(part)
        data["changed"]["additionalProperties"] = {"$ref": "#/components/schemas/ChangedValue"}
        members = dict(events[0]["properties"])
        members["event"] = {"$ref": "#/components/schemas/EventType", "description": "The type."}
        members["data"] = {"$ref": "#/components/schemas/EventData", "description": "What it is about."}
        required = events[0]["required"]
        self.schemas["Event"] = {"properties": members, "required": required}
        posted = {name: part for name, part in members.items() if name != "request_id"}
        self.schemas["WebhookEvent"] = {"properties": posted, "required": required}
        self.schemas["EventData"] = {"properties": {name: _nullable(part) for name, part in data.items()}}
        self.schemas["ChangedValue"] = CHANGED_VALUE

    def _event_types(self) -> list[str]:
        found = {
            value: None for name in ("EventTypeOrPing", "EventTypeFilter", "EventType") for value in self._enum(name)
        }
        return sorted(found, key=lambda value: (value.endswith("*"), value == "ping"))

    def _enum(self, name: str) -> list[str]:
        values: list[str] = self.schemas[name]["enum"]
        return values

    def _answers(self) -> list[str]:
        answered = [
            reference
            for one in self.operations
            for status, answer in one["responses"].items()
            if status < "300"
            for reference in _references(answer)
        ]
        return [*answered, "WebhookEvent", "Problem"]

    def _bodies(self) -> list[str]:
        return [reference for one in self.operations for reference in _references(one.get("requestBody", {}))]

    def _reached(self, names: list[str], parts: Any) -> set[str]:
        found: set[str] = set()
        while names:
            name = names.pop()
            if name not in found:
                found.add(name)
                names += parts(name)
        return {name for name in found if "enum" not in self.schemas[name] and not name.endswith("Page")} - NOT_MODELS

    def _parts_of_models(self, name: str) -> Iterator[str]:
        for member, part in self.schemas[name].get("properties", {}).items():
            if name not in LISTS_AS_MAPS or member == "contact":
                yield from (one for one in _references(part) if one not in AS_MAPS)

    def _parts_of_inputs(self, name: str) -> Iterator[str]:
        yield from _references(self.schemas[name])

    def _referred(self, name: str) -> list[str]:
        return [*_references(self.schemas[name]), *(REFERENCES[key] for key in REFERENCES if key[0] == name)]

    def _topics(self) -> dict[str, str]:
        """The topic of each schema: that of the operation which comes to it in the fewest steps."""
        wanted = self.models | self.inputs | self.values
        topics: dict[str, str] = {"Problem": "Problems", "FieldProblem": "Problems", "ErrorCode": "Problems"}
        topics |= {name: "Webhooks" for name in ("WebhookEvent", "Event", "EventData", "ChangedValue", "EventType")}
        topics |= {name: "Segments" for name in ("Condition", "ConditionOperator")}
        layer = {
            topic: [name for one in self.operations if one["tags"][0] in tags for name in _references(one)]
            for topic, tags in TOPICS.items()
        }
        while any(layer.values()):
            found = {topic: [name for name in names if name not in topics] for topic, names in layer.items()}
            for topic, names in found.items():
                for name in names:
                    topics.setdefault(name, topic)
            layer = {
                topic: [one for name in names for one in _references(self.schemas[name])]
                for topic, names in found.items()
            }
        return {name: topics[name] for name in topics if name in wanted}

    def _declaration(self, name: str) -> str:
        if name in self.values:
            return self._value(name)
        return self._input(name) if name in self.inputs else self._model(name)

    def _text(self, name: str) -> str:
        return self.schemas[name].get("description") or TEXTS[name]

    # Values of enumerations.

    def _value(self, name: str) -> str:
        struct, values = self.name(name), self._enum(name)
        text = TEXTS.get(name) or self._text(name)
        lines = [
            _doc(f"{text} Values that this version does not know are kept.", ""),
            f"[JsonConverter(typeof(StringValueConverter<{struct}>))]",
            f"public readonly record struct {struct} : IStringValue<{struct}>",
            "{",
            "    private readonly string? _value;",
            "",
            "    /// <summary>Makes a value, also one that is not listed.</summary>",
            '    /// <param name="value">As the API writes it.</param>',
            f'    public {struct}(string value) => _value = value is "" ? null : value;',
            "",
        ]
        for value in values:
            lines += [
                f"    /// <summary><c>{value}</c></summary>",
                f"    public static {struct} {_value_name(value)} {{ get; }} = new({json.dumps(value)});",
                "",
            ]
        lines += [
            "    /// <summary>As the API writes it; empty if the answer had none.</summary>",
            '    public string Value => _value ?? "";',
            "",
            f"    static string[] IStringValue<{struct}>.Known =>",
            "    [",
            *_wrapped(list(map(json.dumps, values)), ",", 8),
            "    ];",
            "",
            f"    static {struct} IStringValue<{struct}>.Create(string value) => new(value);",
            "",
            "    /// <summary>Converts a value as the API writes it.</summary>",
            f"    public static implicit operator {struct}(string value) => new(value);",
            "",
            "    /// <inheritdoc/>",
            "    public override string ToString() => Value;",
            "}",
        ]
        return "\n".join(lines) + "\n"

    # What the API answers.

    def _model(self, name: str) -> str:
        model, schema = self.name(name), self.schemas[name]
        needed = self._needed(name)
        parts: dict[str, dict[str, Any]] = schema["properties"]
        kinds = {member: self._kind(name, member, part) for member, part in parts.items()}
        base = {"Event": "WebhookEvent"}.get(model, "VersionedModel" if name in self.versioned else "ApiModel")
        inherited = self.schemas[base]["properties"] if base == "WebhookEvent" else {}
        modifier = "" if model == "WebhookEvent" else "sealed "
        partial = "partial " if model in PARTIAL else ""
        lines = [
            _doc(self._text(name), ""),
            f"[JsonConverter(typeof(ModelConverter<{model}>))]",
            f"public {modifier}{partial}class {model} : {base}, IJsonModel<{model}>",
            "{",
            "    private static readonly MemberNames Names = new(",
            *_wrapped([json.dumps(model), *map(json.dumps, parts)], ");", 8),
            "",
            "    /// <summary>Makes one, such as for a test.</summary>",
            f"    public {model}() {{ }}",
            "",
            *(["    [SetsRequiredMembers]"] if needed else []),
            f"    private {model}(ref Utf8JsonReader json)",
            "    {",
            "        var members = new MemberReader(Names, ref json);",
            "        while (members.Next(ref json))",
            "        {",
            "            switch (members.Index)",
            "            {",
        ]
        for index, (member, kind) in enumerate(kinds.items()):
            of = f"<{kind.of}>" if kind.of else ""
            value = f"members.{kind.method}{of}(ref json)"
            lines.append(f"                case {index}: {_member_name(model, member)} = {value}; break;")
        lines += [
            "                default: Keep(members.Name, ref json); break;",
            "            }",
            "        }",
        ]
        lines += self._checks(name, model, needed)
        lines += ["    }", ""]
        if self._has_empty(name):
            lines += [f"    internal static {model} Empty {{ get; }} = new();", ""]
        for member, part in parts.items():
            if member not in inherited:
                lines += self._property(name, member, part, kinds[member], needed)
        lines += [
            f"    static {model} IJsonModel<{model}>.Read(ref Utf8JsonReader json) => new(ref json);",
            "",
            f"    void IJsonModel<{model}>.Write(Utf8JsonWriter json)",
            "    {",
            "        json.WriteStartObject();",
            *(
                f'        json.{kind.method}("{member}", {_member_name(model, member)});'
                for member, kind in kinds.items()
            ),
            "        WriteKept(json);",
            "        json.WriteEndObject();",
            "    }",
            "}",
        ]
        return "\n".join(lines) + "\n"

    def _needed(self, name: str) -> list[str]:
        """The members without which an object cannot be used."""
        schema = self.schemas[name]
        members = ["id", "event"] if name in ("WebhookEvent", "Event") else ["id"]
        return [
            member
            for member in members
            if member in schema.get("required", []) and "null" not in str(schema["properties"][member].get("type"))
        ]

    def _checks(self, name: str, model: str, needed: list[str]) -> list[str]:
        lines = []
        for member in needed:
            index = list(self.schemas[name]["properties"]).index(member)
            kind = self._kind(name, member, self.schemas[name]["properties"][member])
            missing = {"Text": "is null", "Integer": "== 0"}.get(kind.method, 'is { Value: "" }')
            lines.append(f"        if ({_member_name(model, member)} {missing}) throw members.Missing({index});")
        return lines

    def _has_empty(self, name: str) -> bool:
        """Whether another model has an object of it in any case."""
        return not self._needed(name) and any(
            name in _references(part) and self._kind(other, member, part).method == "Model"
            for other in self.models
            for member, part in self.schemas[other]["properties"].items()
            if not self._may_be_null(other, member, part)
        )

    def _may_be_null(self, name: str, member: str, part: dict[str, Any]) -> bool:
        kind = self._kind(name, member, part)
        is_optional = member not in self.schemas[name].get("required", []) or (name, member) in MAY_LACK
        if kind.is_list or kind.is_map:
            return kind.takes_null or (name in ("Condition", "EventData") and is_optional)
        needs_id = kind.method == "Model" and bool(self._needed(_references(part)[0]))
        return kind.takes_null or is_optional or needs_id

    def _property(self, name: str, member: str, part: dict[str, Any], kind: Kind, needed: list[str]) -> list[str]:
        is_needed = member in needed
        may_be_null = self._may_be_null(name, member, part)
        default = ""
        if not may_be_null and not is_needed:
            if kind.is_list:
                default = " = [];"
            elif kind.is_map:
                inner = kind.type.removeprefix("IReadOnlyDictionary")
                default = f" = ReadOnlyDictionary{inner}.Empty;"
            elif kind.method == "Model":
                default = f" = {kind.of}.Empty;"
            else:
                default = {"Text": ' = "";', "Any": " = PlainJson.Null;"}.get(kind.method, "")
        declared = f"{'required ' if is_needed else ''}{kind.type}{'?' if may_be_null else ''}"
        renamed = (self.name(name), member) in MEMBER_NAMES
        return [
            _doc(part.get("description", ""), "    "),
            *([f'    [JsonPropertyName("{member}")]'] if renamed else []),
            f"    public {declared} {_member_name(self.name(name), member)} {{ get; init; }}{default}",
            "",
        ]

    # What it takes.

    def _input(self, name: str) -> str:
        schema = self.schemas[name]
        parts = dict(schema.get("properties", {}))
        for one in schema.get("oneOf", []):
            parts |= one["properties"]
        partial = "partial " if self.name(name) in PARTIAL else ""
        lines = [
            _doc(TEXTS.get(name) or self._text(name), ""),
            f"{'internal' if name in INTERNAL else 'public'} sealed {partial}class {self.name(name)}",
            "{",
        ]
        for member, part in parts.items():
            if (name, member) not in LEFT_OUT:
                is_required = member in schema.get("required", [])
                lines += self._argument(name, member, part, is_required)
        return "\n".join(lines).rstrip() + "\n}\n"

    def _argument(self, name: str, member: str, part: dict[str, Any], is_required: bool) -> list[str]:
        kind = self._kind(name, member, part)
        declared, attributes = kind.type, []
        if kind.method == "AnyMap":
            declared = "IReadOnlyDictionary<string, object?>"
            attributes = ["    [JsonConverter(typeof(PlainMapConverter))]"]
        if kind.method == "TextMap" and "null" in part["additionalProperties"]["type"]:
            declared = "IReadOnlyDictionary<string, string?>"
        if is_required:
            declared = f"required {declared}{'?' if kind.takes_null else ''}"
            attributes += ["    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]"] if kind.takes_null else []
        elif kind.takes_null and name in self.patches:
            attributes = [
                "    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]",
                f"    [JsonConverter(typeof(OptionalConverter<{declared}?>))]",
            ]
            declared = f"Optional<{declared}?>"
        else:
            declared += "?"
        text = _doc(part.get("description", ""), "    ")
        return [text, *attributes, f"    public {declared} {_member_name('', member)} {{ get; set; }}", ""]

    def _optional_types(self) -> list[str]:
        """What a member of a patch may be beside left out, as far as it is a value type."""
        found = set(re.findall(r"OptionalConverter<(\w+\?)>", "".join(map(self._input, self.inputs))))
        return sorted(found - {"string?", "SendingWindow?"})

    def _kind(self, owner: str, member: str, part: dict[str, Any]) -> Kind:
        if owner in LISTS_AS_MAPS and "items" in part:
            return Kind("AnyMaps")
        if (owner, member) in REFERENCES:
            return Kind("Value", self.name(REFERENCES[owner, member]))
        return self._kind_of(part)

    def _kind_of(self, part: dict[str, Any]) -> Kind:
        if "$ref" in part:
            return self._kind_of_reference(str(part["$ref"]).rpartition("/")[2])
        if "oneOf" in part:
            others = [one for one in part["oneOf"] if one.get("type") != "null"]
            inner = self._kind_of(others[0])
            return Kind(inner.method, inner.of, takes_null=len(others) < len(part["oneOf"]))
        if "anyOf" in part:
            return Kind("Text" if part["anyOf"][0].get("type") == "string" else "Any")
        declared = part.get("type", [])
        kinds = [kind for kind in (declared if isinstance(declared, list) else [declared]) if kind != "null"]
        if len(kinds) != 1:
            return Kind("Any")
        takes_null = "null" in declared
        if kinds == ["array"]:
            inner = self._kind_of(part["items"])
            return Kind(PLURALS[inner.method], inner.of, takes_null)
        if kinds == ["object"]:
            values = part.get("additionalProperties")
            if not values or values is True:
                return Kind("Any", "", takes_null)
            inner = self._kind_of(values)
            return Kind(f"{inner.method}Map", inner.of, takes_null)
        if part.get("format") == "date-time":
            return Kind("Time", "", takes_null)
        method = {"string": "Text", "integer": "Integer", "number": "Number", "boolean": "Flag"}[kinds[0]]
        return Kind(method, "", takes_null)

    def _kind_of_reference(self, name: str) -> Kind:
        if name in AS_MAPS:
            return Kind("AnyMap")
        if "enum" in self.schemas[name]:
            return Kind("Value", self.name(name))
        return Kind("Model", self.name(name))

    # The list of all of them.

    def _context(self) -> str:
        pages = sorted(
            {
                self._kind_of(schema["properties"]["data"]["items"]).of
                for name, schema in self.schemas.items()
                if name.endswith("Page")
            }
        )
        types = sorted({self.name(name) for name in self.models | self.inputs})
        maps = ["IReadOnlyDictionary<string, string>"]  # how an import maps columns
        listed = [*types, *maps, *(f"Page<{page}>" for page in pages), *self._optional_types()]
        return "\n".join(
            [
                "// Written by tools/generate_dotnet.py from docs/openapi.json; do not edit.",
                "using System.Text.Json.Serialization;",
                "",
                "namespace CrmSolid.Client;",
                "",
                "/// <summary>What is read and written as JSON, without reflection.</summary>",
                *(f"[JsonSerializable(typeof({one}))]" for one in listed),
                "internal sealed partial class JsonContext : JsonSerializerContext",
                "{",
                "    public static IEnumerable<JsonConverter> PageConverters =>",
                "    [",
                *(f"        new PageConverter<{page}>()," for page in pages),
                "    ];",
                "}",
                "",
            ]
        )


def _references(part: Any) -> list[str]:
    """The names of the schemas that a part of the document refers to, in their order."""
    found: dict[str, None] = {}

    def visit(one: Any) -> None:
        if isinstance(one, dict):
            if "$ref" in one and str(one["$ref"]).startswith("#/components/schemas/"):
                found[str(one["$ref"]).rpartition("/")[2]] = None
            for inner in one.values():
                visit(inner)
        elif isinstance(one, list):
            for inner in one:
                visit(inner)

    visit(part)
    return list(found)


def _nullable(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    return {
        "oneOf": [{"$ref": part["$ref"]}, {"type": "null"}],
        "description": part.get("description", ""),
    }


def _pascal(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name))


def _member_name(owner: str, member: str) -> str:
    return MEMBER_NAMES.get((owner, member)) or _pascal(member)


def _value_name(value: str) -> str:
    if value in VALUE_NAMES:
        return VALUE_NAMES[value]
    if value.endswith(".*"):
        return f"Any{_pascal(value)}"
    return f"{_pascal(value[1:])}Descending" if value.startswith("-") else _pascal(value)


def _doc(text: str, indent: str) -> str:
    words = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    words = re.sub(r"`([^`]*)`", r"<c>\1</c>", words)
    line = f"{indent}/// <summary>{words}</summary>"
    if len(line) <= WIDTH:
        return line
    lines = textwrap.wrap(words, WIDTH - len(indent) - 4, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"{indent}/// {one}" for one in ["<summary>", *lines, "</summary>"])


def _wrapped(items: list[str], end: str, indent: int) -> list[str]:
    lines = textwrap.wrap(", ".join(items) + end, WIDTH - indent, break_on_hyphens=False)
    return [f"{' ' * indent}{line}" for line in lines]


def _without_unused(text: str) -> str:
    for used, namespace in (
        ("ReadOnlyDictionary<", "System.Collections.ObjectModel"),
        ("SetsRequiredMembers", "System.Diagnostics.CodeAnalysis"),
        ("Utf8Json", "System.Text.Json"),
    ):
        if not re.search(rf"(?<!I){used}", text):
            text = text.replace(f"using {namespace};\n", "")
    return text


def generate(document: dict[str, Any]) -> dict[str, str]:
    return Generator(document).files()


def main() -> int:
    files = generate(json.loads(DOCUMENT.read_text()))
    there = {path.name: path.read_text() for path in TARGET.glob("*.cs")}
    if "--check" in sys.argv:
        return int(there != files)
    TARGET.mkdir(exist_ok=True)
    for name in there.keys() - files.keys():
        (TARGET / name).unlink()
    for name, text in files.items():
        (TARGET / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
