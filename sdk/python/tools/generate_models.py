"""Write ``models.py`` from the OpenAPI document: a model for each component that an operation answers.

``python sdk/python/tools/generate_models.py`` writes it. With ``--check`` it only compares, and the exit status is 1 if
the file is out of date.
"""

import json
import sys
import textwrap
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = ROOT / "docs" / "openapi.json"
TARGET = ROOT / "sdk" / "python" / "src" / "crmsolid_client" / "models.py"

# Names for the values that several fields share, by one field that has them.
ENUMS = {
    ("AccountOut", "kind"): "AccountKind",
    ("AccountOut", "state"): "AccountState",
    ("AttachmentOut", "kind"): "FileKind",
    ("AttachmentOut", "state"): "AttachmentState",
    ("BroadcastOut", "format"): "Format",
    ("BroadcastOut", "status"): "BroadcastStatus",
    ("BroadcastOut", "waiting_for"): "BroadcastWaitingFor",
    ("ContactOut", "stage"): "ContactStage",
    ("CustomFieldOut", "type"): "CustomFieldType",
    ("DeliveryOut", "status"): "DeliveryStatus",
    ("EndpointOut", "disabled_reason"): "DisabledReason",
    ("EndpointOut", "verified_with"): "SecretInUse",
    ("EndpointOut", "events"): "EventType",
    ("EnrollmentOut", "reason"): "EnrollmentReason",
    ("EnrollmentOut", "status"): "EnrollmentStatus",
    ("EventOut", "event"): "EventTypeOrPing",
    ("JobOut", "state"): "JobState",
    ("MemberOut", "role"): "Role",
    ("MeOut", "mode"): "Mode",
    ("MeOut", "plan"): "Plan",
    ("MeOut", "scopes"): "Scope",
    ("MessageOut", "direction"): "Direction",
    ("MessageOut", "status"): "MessageStatus",
    ("MessageOut", "waiting_for"): "MessageWaitingFor",
    ("PreviewStepOut", "reason"): "PreviewReason",
    ("RecipientOut", "status"): "RecipientStatus",
    ("SequenceOut", "status"): "SequenceStatus",
    ("StepOut", "if_not"): "IfNot",
    ("ThreadOut", "state"): "ThreadState",
}
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
EVENT_OBJECTS = {
    "contact": "Contact",
    "message": "Message",
    "sequence": "Sequence",
    "enrollment": "Enrollment",
    "job": "Job",
}


def generate(document: dict[str, Any]) -> str:
    schemas: dict[str, Any] = document["components"]["schemas"]
    answered = _answered(document)
    shown = [name for name in schemas if name in answered and not name.endswith("Page")]
    named = {_key(_enum(schemas[schema]["properties"][field])): name for (schema, field), name in ENUMS.items()}
    enums = "".join(_alias(name, values) for values, name in sorted(named.items(), key=lambda item: item[1]))
    classes = "".join(_model(name, schemas[name], named) for name in _in_order(shown, schemas))
    return HEADER + enums + _webhook_event(schemas["EventOut"], named) + classes


def model_name(schema: str) -> str:
    return schema.removesuffix("Out")


def _answered(document: dict[str, Any]) -> set[str]:
    """The components that successful JSON answers refer to, directly or not."""
    found: set[str] = set()

    def visit(part: Any) -> None:
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name.endswith(("Out", "Page")) and name not in found:
                found.add(name)
                visit(document["components"]["schemas"][name])
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


def _enum(schema: dict[str, Any]) -> list[str]:
    return [value for value in schema.get("enum", schema.get("items", {}).get("enum", [])) if value is not None]


def _key(values: list[str]) -> tuple[str, ...]:
    return tuple(values)


def _alias(name: str, values: tuple[str, ...]) -> str:
    inner = ", ".join(json.dumps(value) for value in values)
    closed = f"{name}In = Literal[{inner}]\n"
    if len(closed) > WIDTH:
        rows = "".join(f"    {json.dumps(value)},\n" for value in values)
        closed = f"{name}In = Literal[\n{rows}]\n"
    return f"{closed}{name} = {name}In | str\n"


def _model(name: str, schema: dict[str, Any], named: dict[tuple[str, ...], str]) -> str:
    required = set(schema.get("required", []))
    is_event = name == "EventOut"
    lines = [f"\n\nclass {model_name(name)}({'WebhookEvent' if is_event else 'Model'}):\n"]
    if description := schema.get("description"):
        lines += [_docstring(description), "\n"]
    for field, part in schema["properties"].items():
        if not is_event or field in OF_THE_LOG:
            lines.append(_field(field, part, field in required, named))
    return "".join(lines)


def _field(
    name: str, part: dict[str, Any], is_required: bool, named: dict[tuple[str, ...], str], essential: set[str] = ID
) -> str:
    hint = _hint(part, named)
    if not is_required and not hint.startswith("list[") and not _takes_null(hint):
        hint += " | None"
    options = [] if name in essential and is_required and not _takes_null(hint) else [_default(hint, part)]
    attribute = RENAMED.get(name, name)
    if attribute != name:
        options.append(f"alias={json.dumps(name)}")
    if name in SECRET:
        options.append("repr=False")
    value = f" = pydantic.Field({', '.join(options)})" if options else ""
    if len(options) == 1 and options[0].startswith("default="):
        value = f" = {options[0].removeprefix('default=')}"
    description = str(part.get("description", "")).split("\n\n* ")[0].strip()
    if description.startswith("* `"):
        description = ""
    return f"    {attribute}: {hint}{value}\n" + (_docstring(description) if description else "")


def _takes_null(hint: str) -> bool:
    return "None" in hint.split(" | ")


def _default(hint: str, part: dict[str, Any]) -> str:
    """What the field is if the answer lacks it."""
    if _takes_null(hint) or hint == "Any":
        return "default=None"
    for kind in ("list", "dict"):
        if hint.startswith(f"{kind}["):
            return f"default_factory={kind}"
    is_text = part.get("type") == "string" and hint != "Time"
    return 'default=""' if is_text else "default=ABSENT"


def _hint(part: dict[str, Any], named: dict[tuple[str, ...], str]) -> str:
    if "$ref" in part:
        name = str(part["$ref"]).rpartition("/")[2]
        return model_name(name) if name.endswith("Out") else "dict[str, Any]"
    if "allOf" in part:
        return _hint(part["allOf"][0], named)
    if "oneOf" in part:
        return " | ".join("None" if one.get("type") == "null" else _hint(one, named) for one in part["oneOf"])
    kinds = part["type"] if isinstance(part.get("type"), list) else [part.get("type")]
    null = " | None" if "null" in kinds else ""
    kind = next(kind for kind in kinds if kind != "null")
    if values := _enum(part) if kind != "array" else []:
        alias = named.get(_key(values))
        listed = ", ".join(json.dumps(value) for value in values)
        return (alias or f"Literal[{listed}] | str") + null
    if kind == "array":
        return f"list[{_hint(part['items'], named)}]" + null
    if kind == "object":
        inner = part.get("additionalProperties") or {}
        return f"dict[str, {_hint(inner, named) if inner else 'Any'}]" + null
    if part.get("format") == "date-time":
        return "Time" + null
    hint = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", None: "Any"}[kind]
    return hint + null


def _docstring(text: str) -> str:
    words = " ".join(text.split())
    lines = textwrap.wrap(f'"""{words}', WIDTH - 8)
    return textwrap.indent("\n".join(lines) + '"""', "    ") + "\n"


def _webhook_event(schema: dict[str, Any], named: dict[tuple[str, ...], str]) -> str:
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
        + "".join(_field(name, part, True, named, ID | {"event"}) for name, part in fields.items())
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
