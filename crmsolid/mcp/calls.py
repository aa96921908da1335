"""Runs a tool for an actor: validation, plan, idempotency, the endpoint's handler, an answer of bounded size."""

import hashlib
import json
import logging
import re
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

from apikeys.authentication import Credentials
from crmsolid.api import given_text, idempotency, problems
from crmsolid.api.endpoint import ApiResponse, ListOf
from crmsolid.api.held_writes import is_held
from crmsolid.api.request_context import RequestContext
from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError
from crmsolid.core.http.problem_document import document
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.limits import reading
from crmsolid.mcp.approvals import Answered, Approvals
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

    @property
    def user_id(self) -> int | None:
        """The member who has connected the assistant; None for a key."""
        return self.credentials.row.user_id if self.credentials.kind == "grant" else None


@dataclass(frozen=True, slots=True)
class Result:
    """What a call answers: ``data``, and ``text`` for the model, with other ``blocks`` of MCP such as a picture. A
    refusal (``is_error``) has the problem as data, and a write that waits (``held``) its proposal; ``replayed``: it is
    the stored answer of an earlier call with the same idempotency key."""

    data: dict[str, Any]
    text: str
    blocks: Sequence[dict[str, Any]] = ()
    is_error: bool = False
    held: bool = False
    replayed: bool = False


def call_tool(
    caller: Caller,
    tool: Tool,
    arguments: dict[str, Any],
    wording: Wording,
    approvals: Approvals | None = None,
    answered: Answered | None = None,
) -> Result:
    """The result of one call, whatever goes wrong: an unexpected error is logged and answered as an internal one.
    ``answered``: the call is sent again, with what the member has answered."""
    held = replayed = is_error = False
    blocks: Sequence[dict[str, Any]] = ()
    caller.context.tool = tool.name
    try:
        if caller.credentials.plan == Plan.EXPIRED:
            raise DomainError("plan_required")
        for scope in tool.endpoint.scopes:
            caller.actor.require(scope)
        tool.endpoint.require_served(caller.actor.limits)  # before the stored answer of an earlier call
        parsed = tool.parse(arguments, caller.actor.workspace)
        if answered is not None and approvals and tool.writes:
            data, held, is_error = _decided(caller, tool, arguments, approvals, answered)
            text = _render(approvals.untrusted_fields if held else tool.untrusted_fields, data)
        elif tool.writes:
            data, held, replayed = _write(caller, tool, parsed, arguments)
            text = _render(approvals.untrusted_fields if held and approvals else tool.untrusted_fields, data)
        else:
            data, text, blocks = _read(caller, tool, parsed)
        if len(text) > MAX_ANSWER_BYTES:
            data, text = _shortened(data)
        if held and approvals:
            text = f"{approvals.sentence(data)}\n".encode() + text
    except Exception as error:
        return _error_result(caller, error, wording)
    return Result(data, text.decode(), blocks, is_error=is_error, held=held, replayed=replayed)


def _render(untrusted_fields: list[str], data: dict[str, Any]) -> bytes:
    """The answer as JSON, once it says where text of other people is."""
    if untrusted_fields:
        data[UNTRUSTED_FIELDS] = untrusted_fields
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
    return tool.run(caller.actor, arguments, caller.context)


# --- writes ---------------------------------------------------------------------------------------------------
def _write(
    caller: Caller, tool: Tool, parsed: Arguments, arguments: dict[str, Any]
) -> tuple[dict[str, Any], bool, bool]:
    """The answer, whether it is the proposal of a write that waits, and whether it is the stored one of an earlier call
    with the same idempotency key."""
    actor = caller.actor

    def run() -> ApiResponse:
        response = _run(caller, tool, parsed)
        given_text.record_answer(actor, tool.endpoint, tool.call_of(parsed), response)
        return response

    if parsed.idempotency_key is None:
        with unit_of_work() if reading.matters_to(actor) else nullcontext():
            answer = run()
        return answer.data or {}, is_held(answer.status, answer.data), False
    # No Idempotency-Key of REST has a control character, so the two cannot meet.
    digest = hashlib.sha256(parsed.idempotency_key.encode()).hexdigest()
    key = f"\tmcp {caller.credentials.idempotency_namespace} {digest}"
    may_read = idempotency.reads_beside(actor, tool.endpoint.scopes)
    identified = [tool.name, may_read, arguments, *filter(None, [idempotency.limits_of(actor)])]
    fingerprint = hashlib.sha256(json.dumps(identified, sort_keys=True).encode()).digest()
    record = idempotency.find(actor.workspace, key)
    if record is not None:
        response = idempotency.replay(actor.workspace, record, fingerprint)
    else:
        response = idempotency.run_once(actor.workspace, key, fingerprint, run)
    replayed = idempotency.is_replay(response)
    if replayed:
        call = tool.call_of(parsed)
        given_text.record_replay(actor, tool.endpoint, call, response.status_code, response.content)
    data = json.loads(response.content or "{}")
    return data, is_held(response.status_code, data), replayed


def _decided(
    caller: Caller, tool: Tool, arguments: dict[str, Any], approvals: Approvals, answered: Answered
) -> tuple[dict[str, Any], bool, bool]:
    """What a call that the member was asked about answers: what it has done, else its proposal (True), and whether it
    will not be done."""
    user_id = caller.user_id
    if user_id is None:
        raise DomainError("forbidden", "only who has connected an assistant is asked")
    proposal = approvals.decided(caller.actor, user_id, tool, arguments, answered)
    given_text.record_proposal(caller.actor, proposal)
    if proposal["status"] == "approved" and proposal["run_at"] is not None:
        return proposal["result"] or {}, False, False
    return proposal, True, proposal["status"] not in ("pending", "approved")


# --- reads ----------------------------------------------------------------------------------------------------
def _read(caller: Caller, tool: Tool, arguments: Arguments) -> tuple[dict[str, Any], bytes, Sequence[dict[str, Any]]]:
    """The answer, also as JSON, and its blocks. A page that would be too large has fewer rows; its cursor goes on after
    them."""
    response = _run(caller, tool, arguments)
    data = _with_instant(response.data, arguments)
    text = _render(tool.untrusted_fields, data)
    while isinstance(tool.output, ListOf) and len(text) > MAX_ANSWER_BYTES and len(data["data"]) > 1:
        smaller = replace(arguments, values={**arguments.values, "limit": _rows_that_fit(data["data"])})
        data = _with_instant(_run(caller, tool, smaller).data, arguments)
        text = _render(tool.untrusted_fields, data)
    given_text.record_answer(caller.actor, tool.endpoint, tool.call_of(arguments), replace(response, data=data))
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
