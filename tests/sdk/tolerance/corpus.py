"""Answers and events as a later or an older product may send them, made from docs/openapi.json.

For each operation that answers JSON and for each webhook: a complete value; each member left out, and null; each value
of an enumeration that is not known yet; a member that is not known yet in each object. ``write`` writes them as JSON
lines, which the driver of each language reads. A driver answers each with what came of it; ``complaints`` compares.
"""

import json
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text())
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
LATER = "not_known_yet"
# An operation with two answers: the one of the method that is named like the operation.
STATUS = {"start_broadcast": "201", "enroll_contact": "201", "create_contact": "201"}
TEXTS = {"date-time": "2026-06-04T09:00:00Z", "date": "2026-06-04", "email": "sarah@example.com"}
CONDITION = {  # of five kinds and recursive in the document
    "properties": {"field": {"const": "tag"}, "op": {"$ref": "#/components/schemas/ConditionOperator"}, "value": {}}
}
# Members of the data of events that some client reads when they are asked for.
EVENT_OBJECTS = ("contact", "message", "thread", "broadcast", "account", "sequence", "enrollment", "job")
Path_ = tuple[str | int, ...]

# Events as the first version of the product stored them: they lack what was added since.
FIRST_CONTACT: dict[str, Any] = {
    "id": "con_1",
    "name": "Sarah",
    "username": "sarah",
    "email": None,
    "tags": ["trial"],
    "stage": "new",
    "custom_fields": {},
    "created_at": "2024-06-04T09:00:00Z",
}
FIRST_MESSAGE = {
    "id": "msg_1",
    "account_id": 7421,
    "thread_id": "thr_1",
    "contact_id": "con_1",
    "direction": "in",
    "status": "received",
    "text": "Hello",
    "created_at": "2024-06-04T09:00:00Z",
}
FIRST_EVENTS = {"message.received": {"message": FIRST_MESSAGE}, "contact.created": {"contact": FIRST_CONTACT}}


@dataclass(frozen=True, slots=True)
class Case:
    """One answer of an operation, or the body of a webhook if it has none. ``expect`` is ``read``, ``error``,
    ``unreadable`` or several of them; ``kept`` says where what must not be lost stands in the body, or a list that is
    empty if it is left out."""

    name: str
    operation: str
    status: int
    body: Any
    expect: list[str] = field(default_factory=lambda: ["read"])
    kept: list[Path_] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Result:
    """What a driver has seen of the case with this number: ``read``, ``error`` for an answer that cannot be read,
    ``unreadable`` for such an event, or the name of any other error; and the values that had to be kept."""

    number: int
    outcome: str
    kept: list[Any] = field(default_factory=list)


def cases() -> list[Case]:
    return [*_answers(), *_webhooks()]


def write(path: Path) -> list[Case]:
    """Write all cases to a file, one a line, and return them."""
    every = cases()
    path.write_text("".join(json.dumps({"number": n, **asdict(case)}) + "\n" for n, case in enumerate(every)))
    return every


def complaints(every: list[Case], results: Iterable[Result]) -> list[str]:
    """What a client does otherwise than it should."""
    found = {result.number: result for result in results}
    wrong = [f"{case.name}: no result" for number, case in enumerate(every) if number not in found]
    for number, result in found.items():
        case = every[number]
        if result.outcome not in case.expect:
            wrong.append(f"{case.name}: {result.outcome}, not {' or '.join(case.expect)}")
        elif result.outcome == "read":
            expected = [_kept(case.body, path) for path in case.kept]
            wrong += [f"{case.name}: {expected} became {result.kept}"] if result.kept != expected else []
    return wrong


def _answers() -> Iterator[Case]:
    for operations in DOCUMENT["paths"].values():
        for operation in operations.values():
            name = operation["operationId"]
            answers = {status: one for status, one in operation["responses"].items() if status < "300"}
            status = STATUS.get(name) or min(answers)
            content = answers[status].get("content", {})
            if list(content) == ["application/json"]:
                schema = content["application/json"]["schema"]
                # The proposal of a write that waits is none of the operation's own answers.
                own = schema.get("anyOf", [schema])[0]
                yield from _variations(name, name, int(status), own)


def _webhooks() -> Iterator[Case]:
    for event, item in DOCUMENT["webhooks"].items():
        schema = item["post"]["requestBody"]["content"]["application/json"]["schema"]
        yield from _variations(f"webhook {event}", "", 0, schema)
    for event, data in FIRST_EVENTS.items():
        body = {"event": event, "id": "evt_1", "created_at": "2024-06-04T09:00:00Z", "data": data}
        yield Case(f"webhook {event} of the first version", "", 0, body)
        yield Case(f"get_event {event} of the first version", "get_event", 200, body)
    later = {"event": LATER, "id": "evt_1", "created_at": "2030-06-04T09:00:00Z", "data": {LATER: 1}}
    yield Case("webhook of a later type", "", 0, later, kept=[("data", LATER)])
    yield Case("webhook whose data is a text", "", 0, {**later, "data": "a"}, ["unreadable"])
    yield Case("webhook that is a list", "", 0, [], ["unreadable"])


def _variations(name: str, operation: str, status: int, schema: dict[str, Any]) -> Iterator[Case]:
    whole = example(schema)
    rows: Path_ = ("data", 0) if "next_cursor" in whole and "data" in whole and operation != "get_contact_score" else ()
    if "next_cursor" in whole:
        whole["next_cursor"] = None
    yield Case(f"{name}: complete", operation, status, whole)
    for path, object_schema in _objects(schema, whole, ()):
        place = ".".join(map(str, path)) or "itself"
        is_page = path == () and bool(rows)
        with_more = deepcopy(whole)
        _at(with_more, path)[LATER] = {"a": [1, None]}
        kept = [] if is_page else [(*path, LATER)]
        yield Case(f"{name}: {place} with an unknown member", operation, status, with_more, kept=kept)
        for member, part in object_schema["properties"].items():
            expect = _expected(operation, path == rows, object_schema, member)
            without, with_null = deepcopy(whole), deepcopy(whole)
            del _at(without, path)[member]
            _at(with_null, path)[member] = None
            lists = [(*path, member)] if part.get("type") == "array" and not _is_raw(operation, path) else []
            yield Case(f"{name}: {place} without {member}", operation, status, without, expect, lists)
            yield Case(f"{name}: {place} with null as {member}", operation, status, with_null, expect, lists)
            if _is_enumeration(part):
                with_later = deepcopy(whole)
                _at(with_later, path)[member] = LATER
                yield Case(
                    f"{name}: {place} with an unknown {member}", operation, status, with_later, kept=[(*path, member)]
                )


def _is_raw(operation: str, path: Path_) -> bool:
    """Whether some client hands these objects on as they came."""
    is_event = operation in ("", "list_events", "get_event")
    return is_event or "result" in path or (operation == "get_contact_data" and path[:1] not in ((), ("contact",)))


def _expected(operation: str, is_top: bool, schema: dict[str, Any], member: str) -> list[str]:
    """Only an id must be there, and the type of an event. Whether an object inside of another needs its id is the
    matter of each language."""
    part = schema["properties"][member]
    is_event = {"event", "created_at", "data"} <= schema["properties"].keys()
    takes_null = "null" in part.get("type", []) or {"type": "null"} in part.get("oneOf", [])
    if (
        member not in schema.get("required", [])
        or takes_null
        or not (member == "id" or (is_event and member == "event"))
    ):
        return ["read"]
    if not is_top:
        return ["error", "read", "unreadable"]
    if is_event:
        return ["error", "unreadable"] if operation == "get_event" else ["unreadable"]
    return ["error"]


def _objects(schema: dict[str, Any], value: Any, path: Path_) -> Iterator[tuple[Path_, dict[str, Any]]]:
    """The objects of a value, each with where it stands and what it is."""
    schema = _resolved(schema)
    if isinstance(value, list):
        yield from _objects(schema["items"], value[0], (*path, 0))
    elif isinstance(value, dict) and "properties" in schema:
        yield path, schema
        for member, part in schema["properties"].items():
            yield from _objects(part, value[member], (*path, member))
    elif isinstance(value, dict) and isinstance(schema.get("additionalProperties"), dict):
        for key, one in value.items():
            yield from _objects(schema["additionalProperties"], one, (*path, key))


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return (
            CONDITION
            if name == "Condition"
            else _resolved(SCHEMAS["MessageReceivedEvent" if name == "Event" else name])
        )
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return _resolved(next(one for one in schema[several] if one.get("type") != "null"))
    return schema


def _is_enumeration(part: dict[str, Any]) -> bool:
    return "enum" in _resolved(part)


def example(schema: dict[str, Any]) -> Any:
    """A value with everything that it can have."""
    schema = _resolved(schema)
    if "const" in schema or "enum" in schema:
        return schema.get("const") or schema["enum"][0]
    if "properties" in schema:
        return {name: example(part) for name, part in schema["properties"].items()}
    declared = schema.get("type", "string")
    kind = next((one for one in [declared] if isinstance(one, str)), None) or next(k for k in declared if k != "null")
    match kind:
        case "object":
            inner = schema.get("additionalProperties")
            return {"key": example(inner) if isinstance(inner, dict) else "value"}
        case "array":
            return [example(schema["items"])]
        case "string":
            return TEXTS.get(schema.get("format", ""), "text")
        case "integer":
            return 7
        case "number":
            return 0.5
    return True


def _kept(body: Any, path: Path_) -> Any:
    value = _at(body, path[:-1])
    is_there = not isinstance(value, dict) or value.get(path[-1]) is not None
    return value[path[-1]] if is_there else []


def _at(value: Any, path: Path_) -> Any:
    for step in path:
        value = value[step]
    return value
