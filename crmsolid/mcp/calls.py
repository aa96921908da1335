"""Runs a tool for an actor: validation, plan, idempotency, the endpoint's handler, an answer of bounded size."""

import hashlib
import json
import logging
from dataclasses import dataclass
from typing import Any

import mcp_types

from apikeys.authentication import Credentials
from crmsolid.api import idempotency, problems
from crmsolid.api.endpoint import ApiResponse, ListOf
from crmsolid.api.request_context import RequestContext
from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError
from crmsolid.mcp.schemas import UNTRUSTED_FIELDS
from crmsolid.mcp.tool import Arguments, Tool
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Plan
from crmsolid.workspaces.scopes import READ_BESIDE

logger = logging.getLogger("crmsolid.mcp")

# About 16,000 tokens: ids and times have few characters a token. Clients cut off answers of more than 25,000.
MAX_ANSWER_BYTES = 40_000
# What is left of each text (characters) and list (items) when one object alone is larger: the first that suffices.
# Ids, of 30 characters, stay whole, and so do objects of this many members, which is more than any resource has.
SHORTER = ((1000, 1000), (200, 1000), (50, 100), (30, 50), (30, 2))
MEMBERS = 50
SHORTENED = "shortened"
REPLAYED = "crmsolid/idempotency-replayed"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: what was authenticated, and the actor that it is."""

    actor: Actor
    credentials: Credentials
    context: RequestContext


def call_tool(caller: Caller, tool: Tool, arguments: dict[str, Any]) -> mcp_types.CallToolResult:
    """The result of one call. Every refusal is a result too (``isError``), with the problem as structured content."""
    try:
        if caller.credentials.plan == Plan.EXPIRED:
            raise DomainError("plan_required")
        for scope in tool.endpoint.scopes:
            caller.actor.require(scope)
        parsed = tool.parse(arguments)
        if tool.writes:
            data, replayed = _write(caller, tool, parsed, arguments)
        else:
            data, replayed = _read(caller, tool, parsed), False
        data = _shortened(data)
    except Exception as error:
        return _error_result(caller, error)
    text = strictjson.dumps(data).decode()
    return mcp_types.CallToolResult(
        content=[mcp_types.TextContent(text=text)],
        structured_content=data,
        _meta={REPLAYED: True} if replayed else None,
    )


def _error_result(caller: Caller, error: Exception) -> mcp_types.CallToolResult:
    context = caller.context
    refusal = problems.expected_or_logged(error, context.request_id)
    if refusal.code == "scope_missing":
        caller.credentials.record_refusal(refusal, context.ip)
    problem = problems.document(refusal, instance=context.path, request_id=context.request_id)
    lines = [f"{refusal.code}: {problem['detail']}"]
    lines += [f"{part['field']}: {part['detail']}" for part in problem.get("errors", [])]
    if refusal.detail != refusal.info.help:
        lines.append(refusal.info.help)
    text = mcp_types.TextContent(text="\n".join(lines))
    return mcp_types.CallToolResult(content=[text], structured_content=problem, is_error=True)


def _run(caller: Caller, tool: Tool, arguments: Arguments) -> ApiResponse:
    view = tool.view()
    view.actor, view.query, view.body = caller.actor, arguments.values, arguments.values
    response: ApiResponse = tool.handler(view, **arguments.ids)
    return response


def _marked(tool: Tool, data: dict[str, Any]) -> dict[str, Any]:
    return {**data, UNTRUSTED_FIELDS: tool.untrusted_fields} if tool.untrusted_fields else data


# --- writes ---------------------------------------------------------------------------------------------------
def _write(caller: Caller, tool: Tool, parsed: Arguments, arguments: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The answer, and whether it is the stored one of an earlier call with the same idempotency key."""
    if parsed.idempotency_key is None:
        return _marked(tool, _run(caller, tool, parsed).data), False
    actor = caller.actor
    # No Idempotency-Key of REST has a control character, so the two cannot meet.
    digest = hashlib.sha256(parsed.idempotency_key.encode()).hexdigest()
    key = f"\tmcp {caller.credentials.idempotency_namespace} {digest}"
    may_read = [actor.has(READ_BESIDE[scope]) for scope in tool.endpoint.scopes if scope in READ_BESIDE]
    fingerprint = hashlib.sha256(json.dumps([tool.name, may_read, arguments], sort_keys=True).encode()).digest()
    record = idempotency.find(actor.workspace, key)
    if record is not None:
        response = idempotency.replay(record, fingerprint)
    else:
        response = idempotency.run_once(actor.workspace, key, fingerprint, lambda: _run(caller, tool, parsed))
    return _marked(tool, json.loads(response.content)), "Idempotency-Replayed" in response.headers


# --- reads ----------------------------------------------------------------------------------------------------
def _read(caller: Caller, tool: Tool, arguments: Arguments) -> dict[str, Any]:
    """The answer, with fewer rows than were asked for if they would be too large; the cursor goes on after them."""
    data = _marked(tool, _run(caller, tool, arguments).data)
    if isinstance(tool.output, ListOf):
        while len(data["data"]) > 1 and (rows := _rows_that_fit(data)) < len(data["data"]):
            smaller = Arguments(arguments.ids, {**arguments.values, "limit": rows})
            data = _marked(tool, _run(caller, tool, smaller).data)
    return data


def _rows_that_fit(data: dict[str, Any]) -> int:
    """How many of the rows a page can have, at least one."""
    size = len(strictjson.dumps({**data, "data": []}))
    for number, row in enumerate(data["data"]):
        size += len(strictjson.dumps(row)) + 1
        if size > MAX_ANSWER_BYTES:
            return max(number, 1)
    return len(data["data"])


def _shortened(data: dict[str, Any]) -> dict[str, Any]:
    """The answer, with shorter texts and lists if it is too large; ``shortened`` says so."""
    answer = data
    kept = {name: data[name] for name in ("next_cursor", UNTRUSTED_FIELDS) if name in data}
    for characters, items in SHORTER:
        if len(strictjson.dumps(answer)) <= MAX_ANSWER_BYTES:
            break
        answer = {**_shorten(data, characters, items), **kept, SHORTENED: True}
    return answer


def _shorten(value: Any, characters: int, items: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= characters else f"{value[:characters]}… ({len(value)} characters)"
    if isinstance(value, list):
        return [_shorten(item, characters, items) for item in value[:items]]
    if isinstance(value, dict):
        members = list(value.items())[: max(items, MEMBERS)]
        return {name: _shorten(item, characters, items) for name, item in members}
    return value
