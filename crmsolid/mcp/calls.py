"""Runs a tool for an actor: validation, plan, idempotency, the endpoint's handler, an answer of bounded size."""

import hashlib
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from apikeys.authentication import Credentials
from crmsolid.api import idempotency, problems
from crmsolid.api.endpoint import ApiResponse, ListOf
from crmsolid.api.request_context import RequestContext
from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError
from crmsolid.core.http.problem_document import document
from crmsolid.mcp.times import cursor_as_of
from crmsolid.mcp.tool import UNTRUSTED_FIELDS, Arguments, Tool
from crmsolid.mcp.wording import Wording
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Plan

logger = logging.getLogger("crmsolid.mcp")

# About 16,000 tokens: ids and times have few characters a token. Clients cut off answers of more than 25,000.
MAX_ANSWER_BYTES = 40_000
# What is left of each text (characters) and list (items) when one object alone is larger: the first that suffices.
# Ids, of 30 characters, stay whole, and so do objects of this many members, which is more than any resource has.
SHORTER = ((1000, 1000), (200, 1000), (50, 100), (30, 50), (30, 2))
MEMBERS = 50
SHORTENED = "shortened"
# By the member that a refusal has. Errors repeat names that were sent, and list the keys and choices of custom fields;
# accounts are named in the detail too.
UNTRUSTED_IN_REFUSALS = {"errors": ["errors[].field", "errors[].detail"], "accounts": ["detail", "accounts[].name"]}
# What is wrong, in the text of a refusal: so many lines, and so much (characters) of a name that is not ours.
MAX_ERRORS = 10
MAX_NAME = 60
_PLAIN_NAME = re.compile(rf"[\w.\[\]-]{{1,{MAX_NAME}}}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: what was authenticated, and the actor that it is."""

    actor: Actor
    credentials: Credentials
    context: RequestContext


@dataclass(frozen=True, slots=True)
class Result:
    """What a call answers: ``data``, and ``text`` for the model, with other ``blocks`` of MCP such as a picture. A
    refusal (``is_error``) has the problem as data; ``replayed``: it is the stored answer of an earlier call with the
    same idempotency key."""

    data: dict[str, Any]
    text: str
    blocks: Sequence[dict[str, Any]] = ()
    is_error: bool = False
    replayed: bool = False


def call_tool(caller: Caller, tool: Tool, arguments: dict[str, Any], wording: Wording) -> Result:
    """The result of one call, whatever goes wrong: an unexpected error is logged and answered as an internal one."""
    replayed = False
    blocks: Sequence[dict[str, Any]] = ()
    caller.context.tool = tool.name
    try:
        if caller.credentials.plan == Plan.EXPIRED:
            raise DomainError("plan_required")
        for scope in tool.endpoint.scopes:
            caller.actor.require(scope)
        parsed = tool.parse(arguments, caller.actor.workspace)
        if tool.writes:
            data, replayed = _write(caller, tool, parsed, arguments)
            text = _render(tool, data)
        else:
            data, text, blocks = _read(caller, tool, parsed)
        if len(text) > MAX_ANSWER_BYTES:
            data, text = _shortened(data)
    except Exception as error:
        return _error_result(caller, error, wording)
    return Result(data, text.decode(), blocks, replayed=replayed)


def _render(tool: Tool, data: dict[str, Any]) -> bytes:
    """The answer as JSON, once it says where text of other people is."""
    if tool.untrusted_fields:
        data[UNTRUSTED_FIELDS] = tool.untrusted_fields
    return strictjson.dumps(data)


def _error_result(caller: Caller, error: Exception, wording: Wording) -> Result:
    context = caller.context
    refusal = context.error = problems.expected_or_logged(error, context.request_id)
    problem = document(refusal, instance=context.path, request_id=context.request_id)
    # The answer to a call has no status of HTTP, and `status` of an answer is a resource's.
    del problem["status"]
    problem["detail"] = wording(problem["detail"])
    for part in problem.get("errors", []):
        part["detail"] = wording(part["detail"])
    untrusted = [path for member, paths in UNTRUSTED_IN_REFUSALS.items() if problem.get(member) for path in paths]
    if untrusted:
        problem[UNTRUSTED_FIELDS] = untrusted
    wrong = [f"{_quoted(part['field'])}: {part['detail']}" for part in problem.get("errors", [])]
    said = [f"{refusal.code}: {detail}" for detail in wrong[:MAX_ERRORS] or [problem["detail"]]]
    if len(wrong) > MAX_ERRORS:
        said.append(f"{len(wrong) - MAX_ERRORS} more are in `errors`.")
    advice = wording.advice(refusal.code)
    if advice or refusal.detail != refusal.info.help or wrong:
        said.append(advice or wording(refusal.info.help))
    return Result(problem, "\n".join(said), is_error=True)


def _quoted(name: str) -> str:
    """A plain name as it is; any other in quotes and on one line, and only the beginning of a long one."""
    return name if _PLAIN_NAME.fullmatch(name) else json.dumps(name[:MAX_NAME])


def _run(caller: Caller, tool: Tool, arguments: Arguments) -> ApiResponse:
    view = tool.view()
    view.actor, view.context = caller.actor, caller.context
    view.query = view.body = arguments.values
    response: ApiResponse = tool.handler(view, **arguments.ids)
    return response


# --- writes ---------------------------------------------------------------------------------------------------
def _write(caller: Caller, tool: Tool, parsed: Arguments, arguments: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The answer, and whether it is the stored one of an earlier call with the same idempotency key."""
    if parsed.idempotency_key is None:
        return _run(caller, tool, parsed).data or {}, False
    actor = caller.actor
    # No Idempotency-Key of REST has a control character, so the two cannot meet.
    digest = hashlib.sha256(parsed.idempotency_key.encode()).hexdigest()
    key = f"\tmcp {caller.credentials.idempotency_namespace} {digest}"
    may_read = idempotency.reads_beside(actor, tool.endpoint.scopes)
    fingerprint = hashlib.sha256(json.dumps([tool.name, may_read, arguments], sort_keys=True).encode()).digest()
    record = idempotency.find(actor.workspace, key)
    if record is not None:
        response = idempotency.replay(record, fingerprint)
    else:
        response = idempotency.run_once(actor.workspace, key, fingerprint, lambda: _run(caller, tool, parsed))
    return json.loads(response.content or "{}"), "Idempotency-Replayed" in response.headers


# --- reads ----------------------------------------------------------------------------------------------------
def _read(caller: Caller, tool: Tool, arguments: Arguments) -> tuple[dict[str, Any], bytes, Sequence[dict[str, Any]]]:
    """The answer, also as JSON, and its blocks. A page that would be too large has fewer rows; its cursor goes on after
    them."""
    response = _run(caller, tool, arguments)
    data = _with_instant(response.data, arguments)
    text = _render(tool, data)
    while isinstance(tool.output, ListOf) and len(text) > MAX_ANSWER_BYTES and len(data["data"]) > 1:
        smaller = replace(arguments, values={**arguments.values, "limit": _rows_that_fit(data["data"])})
        data = _with_instant(_run(caller, tool, smaller).data, arguments)
        text = _render(tool, data)
    return data, text, response.blocks


def _with_instant(data: dict[str, Any], arguments: Arguments) -> dict[str, Any]:
    """The page, whose cursor goes on with the same span if that was given by relative times."""
    if arguments.as_of is not None and data.get("next_cursor"):
        return {**data, "next_cursor": cursor_as_of(data["next_cursor"], arguments.as_of)}
    return data


def _rows_that_fit(rows: list[Any]) -> int:
    """How many of these rows, which are too large together, fit into an answer; one at least."""
    size = 0
    for number, row in enumerate(rows):
        size += len(strictjson.dumps(row)) + 1
        if size > MAX_ANSWER_BYTES:
            return max(number, 1)
    return len(rows) - 1


def _shortened(data: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The answer with shorter texts and lists, and as JSON; ``shortened`` says so. Its cursor goes on to work."""
    kept = {name: data[name] for name in ("next_cursor", UNTRUSTED_FIELDS) if name in data}
    for characters, items in SHORTER:
        answer = {**_shorten(data, characters, items), **kept, SHORTENED: True}
        text = strictjson.dumps(answer)
        if len(text) <= MAX_ANSWER_BYTES:
            break
    return answer, text


def _shorten(value: Any, characters: int, items: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= characters else f"{value[:characters]}… ({len(value)} characters)"
    if isinstance(value, list):
        return [_shorten(item, characters, items) for item in value[:items]]
    if isinstance(value, dict):
        members = list(value.items())[: max(items, MEMBERS)]
        return {name: _shorten(item, characters, items) for name, item in members}
    return value
