"""Write ``models.py`` from the OpenAPI document: a model for each component that an operation answers.

``python sdk/python/tools/generate_models.py`` writes it. With ``--check`` it only compares, and the exit status is 1 if
the file is out of date.
"""

import json
import sys
import textwrap
from collections.abc import Container
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = ROOT / "docs" / "openapi.json"
TARGET = ROOT / "sdk" / "python" / "src" / "crmsolid_client" / "models.py"

# The names of models as they were in 1.0, where the document has clearer ones.
NAMES = {
    "AccountConversationFigures": "AccountConversations",
    "AccountReport": "Accounts",
    "AccountReportPeriod": "AccountsPeriod",
    "ApiKey": "Key",
    "BroadcastRecipient": "Recipient",
    "BroadcastReport": "Broadcasts",
    "BroadcastReportPeriod": "BroadcastsPeriod",
    "CanceledMessage": "Canceled",
    "ChangedThread": "ThreadChanged",
    "ContactScore": "Score",
    "ConversationReport": "Conversations",
    "ConversationReportPeriod": "ConversationsPeriod",
    "DeliveryAnswer": "Answer",
    "DeliveryAttempt": "Attempt",
    "DeliveryRequest": "Request",
    "EnrollmentFigures": "SequenceResults",
    "EnrollmentReport": "Enrollments",
    "EnrollmentReportPeriod": "EnrollmentsPeriod",
    "EveryoneFigures": "Everyone",
    "FunnelReport": "Funnel",
    "FunnelReportPeriod": "FunnelPeriod",
    "FunnelStage": "Stage",
    "HourReport": "Hours",
    "HourReportPeriod": "HoursPeriod",
    "IssuedWebhook": "IssuedEndpoint",
    "MemberConversationFigures": "MemberConversations",
    "MessageChange": "Change",
    "QueuedMessage": "Queued",
    "Ratio": "Rate",
    "ReadThread": "Read",
    "SegmentExplanation": "Explanation",
    "SegmentLeaf": "Leaf",
    "SendingWindow": "Window",
    "SequenceFigures": "VersionFigures",
    "SequencePreview": "Preview",
    "SequencePreviewStep": "PreviewStep",
    "SequenceReport": "Sequences",
    "SequenceReportPeriod": "SequencesPeriod",
    "SequenceStep": "Step",
    "TeamReport": "Team",
    "TeamReportPeriod": "TeamPeriod",
    "ThreadWithMessages": "ThreadDetail",
    "UploadedFile": "File",
    "UpsertedContact": "ContactUpserted",
    "WaitingAge": "Age",
    "Webhook": "Endpoint",
    "WrittenContact": "ContactWritten",
    "WrittenCustomField": "CustomFieldWritten",
    "WrittenSegment": "SegmentWritten",
    "WrittenTemplate": "TemplateWritten",
}
# Objects that are read as dicts; and those whose lists are lists of dicts.
AS_DICTS = {"JobResult", "JobError"}
LISTS_AS_DICTS = {"PersonalData"}
RENAMED = {"from": "from_", "schema": "schema_"}  # a keyword of Python, a method of pydantic's models
ID = {"id"}  # what an object cannot be used without
SECRET = {"secret"}  # shown by no repr
WIDTH = 116
HEADER = '''"""What the API answers. Generated from docs/openapi.json by tools/generate_models.py; do not edit.

Values of an enumeration that are not listed here are kept: ``Role`` is any text, and ``RoleIn``, which arguments take,
is one of those that are listed. Times are aware. Only ``id``, and the type of an event, must be there. Another member
that is missing, or null although the API does not say so, is empty if it is a text, a list or an object of any members,
else None.
"""

from __future__ import annotations

from typing import Any, Literal

import pydantic

from ._model import ABSENT, EventBase, Model, Time

'''
OF_THE_LOG = {"request_id"}  # what an event has only in the log
EVENT = "An event as it is delivered, and the `X-Request-Id` of the call that caused it."
# Of all types together.
HINTS = {("Event", "event"): "EventTypeOrPing", ("Event", "data"): "dict[str, Any]"}
EVENT_OBJECTS = {
    "contact": "Contact",
    "message": "Message",
    "thread": "Thread",
    "broadcast": "Broadcast",
    "account": "Account",
    "sequence": "Sequence",
    "enrollment": "Enrollment",
    "job": "Job",
}


def generate(document: dict[str, Any]) -> str:
    schemas: dict[str, Any] = document["components"]["schemas"]
    enums = {name: schemas[name]["enum"] for name in schemas if name in _answered(document) and "enum" in schemas[name]}
    models = answered_models(document)
    classes = "".join(_model(name, models[name], enums) for name in _in_order(sorted(models, key=model_name), models))
    aliases = "".join(_alias(name, values) for name, values in enums.items())
    return HEADER + aliases + _webhook_event(models["Event"], enums) + classes


def answered_models(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The schemas of the components that have a model each, and of ``Event``, the one model for events of all types."""
    schemas: dict[str, Any] = document["components"]["schemas"]
    answered = _answered(document)
    models = {name: schemas[name] for name in schemas if name in answered and _is_model(name, schemas[name])}
    ping = schemas["PingEvent"]
    return {**models, "Event": {"description": EVENT, "required": ping["required"], "properties": ping["properties"]}}


def _is_model(name: str, schema: dict[str, Any]) -> bool:
    return "properties" in schema and not name.endswith(("Page", "Event"))


def _is_dict(name: str) -> bool:
    return name in AS_DICTS or name.endswith("Condition")


def model_name(schema: str) -> str:
    return NAMES.get(schema, schema)


def _answered(document: dict[str, Any]) -> set[str]:
    """The components that successful JSON answers refer to, directly or not."""
    found: set[str] = set()

    def visit(part: Any) -> None:
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name and name not in found and not _is_dict(name):
                found.add(name)
                schema = document["components"]["schemas"][name]
                visit(schema["properties"]["contact"] if name in LISTS_AS_DICTS else schema)
            for inner in part.values():
                visit(inner)
        elif isinstance(part, list):
            for inner in part:
                visit(inner)

    for operations in document["paths"].values():
        for operation in operations.values():
            visit([answer.get("content") for status, answer in operation["responses"].items() if status < "300"])
    return found


def _in_order(names: list[str], schemas: dict[str, Any]) -> list[str]:
    """Every model after those that it refers to."""
    ordered: list[str] = []

    def add(name: str) -> None:
        if name in ordered:
            return
        for other in names:
            if other != name and f'"#/components/schemas/{other}"' in json.dumps(schemas[name]):
                add(other)
        ordered.append(name)

    for name in names:
        add(name)
    return ordered


def _alias(name: str, values: list[str]) -> str:
    inner = ", ".join(json.dumps(value) for value in values)
    closed = f"{name}In = Literal[{inner}]\n"
    if len(closed) > WIDTH:
        rows = "".join(f"    {json.dumps(value)},\n" for value in values)
        closed = f"{name}In = Literal[\n{rows}]\n"
    return f"{closed}{name} = {name}In | str\n"


def _model(name: str, schema: dict[str, Any], enums: Container[str]) -> str:
    required = set(schema.get("required", []))
    is_event = name == "Event"
    lines = [f"\n\nclass {model_name(name)}({'WebhookEvent' if is_event else 'Model'}):\n"]
    if description := schema.get("description"):
        lines += [_docstring(description), "\n"]
    for field, part in schema["properties"].items():
        if not is_event or field in OF_THE_LOG:
            lines.append(_field(name, field, part, field in required, enums))
    return "".join(lines)


def _field(
    model: str, name: str, part: dict[str, Any], is_required: bool, enums: Container[str], essential: set[str] = ID
) -> str:
    hint = HINTS.get((model, name)) or _hint(part)
    if model in LISTS_AS_DICTS and "items" in part:
        hint = "list[dict[str, Any]]"
    if not is_required and not hint.startswith("list[") and not _takes_null(hint):
        hint += " | None"
    options = [] if name in essential and is_required and not _takes_null(hint) else [_default(hint, part, enums)]
    attribute = RENAMED.get(name, name)
    if attribute != name:
        options.append(f"alias={json.dumps(name)}")
    if name in SECRET:
        options.append("repr=False")
    value = f" = pydantic.Field({', '.join(options)})" if options else ""
    if len(options) == 1 and options[0].startswith("default="):
        value = f" = {options[0].removeprefix('default=')}"
    description = part.get("description", "")
    return f"    {attribute}: {hint}{value}\n" + (_docstring(description) if description else "")


def _takes_null(hint: str) -> bool:
    return "None" in hint.split(" | ")


def _default(hint: str, part: dict[str, Any], enums: Container[str]) -> str:
    """What the field is if the answer lacks it."""
    if _takes_null(hint) or hint == "Any":
        return "default=None"
    for kind in ("list", "dict"):
        if hint.startswith(f"{kind}["):
            return f"default_factory={kind}"
    is_text = hint in enums or (part.get("type") == "string" and hint != "Time")
    return 'default=""' if is_text else "default=ABSENT"


def _hint(part: dict[str, Any]) -> str:
    if "$ref" in part:
        name = str(part["$ref"]).rpartition("/")[2]
        return "dict[str, Any]" if _is_dict(name) else model_name(name)
    if "oneOf" in part:
        return " | ".join("None" if one.get("type") == "null" else _hint(one) for one in part["oneOf"])
    declared = part.get("type", [])
    kinds = [kind for kind in (declared if isinstance(declared, list) else [declared]) if kind != "null"]
    if len(kinds) != 1:  # any JSON value, or a plain one
        return "Any"
    null = " | None" if "null" in declared else ""
    if "enum" in part:
        listed = ", ".join(json.dumps(value) for value in part["enum"] if value is not None)
        return f"Literal[{listed}] | str{null}"
    if kinds == ["array"]:
        return f"list[{_hint(part['items'])}]{null}"
    if kinds == ["object"]:
        inner = part.get("additionalProperties")
        return f"dict[str, {_hint(inner) if inner else 'Any'}]{null}"
    if part.get("format") == "date-time":
        return f"Time{null}"
    return {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}[kinds[0]] + null


def _docstring(text: str) -> str:
    words = " ".join(text.split())
    lines = textwrap.wrap(f'"""{words}', WIDTH - 8)
    return textwrap.indent("\n".join(lines) + '"""', "    ") + "\n"


def _webhook_event(schema: dict[str, Any], enums: Container[str]) -> str:
    """An event as it is delivered, which an event of the log extends."""
    fields = {name: part for name, part in schema["properties"].items() if name not in OF_THE_LOG}
    objects = "".join(
        f"\n    @property\n    def {name}(self) -> {shape} | None:\n"
        f'        """The {name} as the API answers it; None if the event has none."""\n'
        f'        return self._member("{name}", {shape})\n'
        for name, shape in EVENT_OBJECTS.items()
    )
    return (
        "\n\nclass WebhookEvent(EventBase):\n"
        '    """An event as a webhook or the stream of messages delivers it."""\n\n'
        + "".join(_field("Event", name, part, True, enums, ID | {"event"}) for name, part in fields.items())
        + objects
    )


def main() -> int:
    text = generate(json.loads(DOCUMENT.read_text()))
    if "--check" in sys.argv:
        return int(TARGET.read_text() != text)
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
