"""Helpers of the tests of /mcp: requests, and a workspace in which every tool has something to work on."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client

from contacts.models import Contact, ContactNote, ContactTag, Segment
from contacts.segments.services import create_segment, tag_segment
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import CODES
from crmsolid.events.models import Event
from crmsolid.limits.models import Proposal
from crmsolid.mcp.tool import Tool
from crmsolid.workspaces.models import Membership, Workspace
from messaging.broadcasts.definition import Definition
from messaging.broadcasts.models import Broadcast
from messaging.broadcasts.services import preview_broadcast
from messaging.files import services as files
from messaging.models import Account, Attachment, File, Message, Thread
from messaging.texts import create_template
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from sequences import services as sequences
from sequences.models import Enrollment, Sequence
from tests.messaging.helpers import send
from tests.sequences.helpers import actor, contact, create, enroll
from tests.tenants import Tenants

MODERN, LEGACY = "2026-07-28", "2025-11-25"
ACCEPT = "application/json, text/event-stream"
PICTURE = b"\x89PNG\r\n\x1a\n and so on"
RATE_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit", "X-Request-Id")


# --- Requests -------------------------------------------------------------------------------------------------
def message(method: str = "tools/list", version: str = MODERN, **params: Any) -> dict[str, Any]:
    if version == MODERN:
        params["_meta"] = {
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientInfo": {"name": "tests", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}


def post(token: str | None, body: Any = None, version: str = MODERN, path: str = "/mcp", **headers: str) -> Any:
    """POST one message; ``headers`` with underscores for hyphens."""
    body = message(version=version) if body is None else body
    sent = {"Accept": ACCEPT, "MCP-Protocol-Version": version, "Host": "localhost"}
    if version == MODERN and isinstance(body, dict):
        params = body.get("params", {})
        sent |= {"Mcp-Method": body.get("method", ""), "Mcp-Name": params.get("name", params.get("uri", ""))}
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    client = Client(raise_request_exception=False)
    return client.post(path, data=raw, content_type="application/json", headers=sent)


def call(token: str, tool: str, version: str = MODERN, **arguments: Any) -> Any:
    """The result of a tool call, be it an answer or a refusal."""
    response = post(token, message("tools/call", version, name=tool, arguments=arguments), version)
    assert response.status_code == 200, response.content
    return response.json()["result"]


def answer(token: str, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a tool call answers, which must not be refused."""
    result = call(token, tool, **arguments)
    assert not result["isError"], result["content"]
    assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
    return dict(result["structuredContent"])


def refusal(token: str, tool: str, **arguments: Any) -> dict[str, Any]:
    """The problem of a tool call that must be refused, with ``text``: what the model reads."""
    result = call(token, tool, **arguments)
    assert result["isError"], result["content"]
    problem = result["structuredContent"]
    assert problem["code"] in CODES
    assert "status" not in problem  # many answers have a member of this name, of another type
    (content,) = result["content"]
    assert content["text"].startswith(f"{problem['code']}: ")
    return {**problem, "text": content["text"]}


def assert_refused(response: Any, code: str, *, rpc_id: Any = None) -> dict[str, Any]:
    """A JSON-RPC error whose data is the problem; its id where the message was read. Returns the problem."""
    assert response.status_code == CODES[code].status, response.content
    assert response.headers["Content-Type"] == "application/json"
    body = response.json()
    assert (body["jsonrpc"], body["id"]) == ("2.0", rpc_id)
    problem: dict[str, Any] = body["error"]["data"]
    assert (problem["code"], problem["status"]) == (code, response.status_code)
    assert body["error"]["message"] == f"{code}: {problem['detail']}"
    assert all(name in response.headers for name in RATE_HEADERS)
    return problem


# --- A workspace ----------------------------------------------------------------------------------------------
def write_in(account: Account, username: str, text: str = "Hello", name: str = "") -> Message:
    """Somebody writes to the account."""
    number = Message.unscoped.count() + 1_000_000
    received = receive(account, Incoming(number, text, clock.now(), username=username, name=name))
    assert received is not None
    return received


def attach(message: Message, content: bytes, name: str) -> File:
    """The message has come with this file."""
    file = files.upload(actor(message.workspace), io.BytesIO(content), name)
    File.unscoped.filter(pk=file.pk).update(expires_at=None)
    Message.unscoped.filter(pk=message.pk).update(kind=file.kind)
    Attachment.unscoped.create(
        workspace=message.workspace,
        message=message,
        account=message.account,
        file=file,
        kind=file.kind,
        random_id=message.random_id,
    )
    return file


def furnish(tenants: Tenants, workspace: Workspace) -> dict[str, Any]:
    """Rows for every tool; returns their ids. ``alice`` has written and is in ``active``, ``bobby`` is in nothing."""
    account = tenants.sandbox(workspace)
    incoming = write_in(account, "alice", name="Alice")
    alice, bobby, carol = (contact(workspace, name) for name in ("alice", "bobby", "carol"))
    queued = send(account, "@carol", send_at=clock.now().replace(year=clock.now().year + 1, day=1))
    draft = create(account, start=False, name="Draft")
    active = create(account, name="Active")
    enrolled, paused_one = enroll(active, alice), enroll(active, carol)
    sequences.pause_enrollment(actor(workspace), paused_one.pk)
    segment = create_segment(
        actor(workspace), name="Cold", filter={"field": "tag", "op": "is", "value": "cold"}
    ).segment
    tag_segment(actor(workspace), segment.pk, add=["colder"])
    picture = attach(incoming, PICTURE, "map.png")
    typed = receive(account, Incoming(2_000_000, "Typed on the phone", clock.now(), username="carol", outgoing=True))
    assert typed is not None
    create_template(actor(workspace), name="Welcome", text="Hello {first_name|there}")
    offer: dict[str, Any] = {
        "name": "June offer",
        "text": "Hi {first_name|there}",
        "account_ids": (account.pk,),
        "audience": {"contact_ids": [alice.pk]},
    }
    return {
        "audience_hash": preview_broadcast(actor(workspace), Definition(**offer)).audience_hash,
        "sent": typed.pk,
        "file": picture.pk,
        "account": account.pk,
        "segment": segment.pk,
        "alice": alice.pk,
        "bobby": bobby.pk,
        "thread": incoming.thread_id,
        "member": Membership.unscoped.filter(workspace=workspace.owner_workspace, role="owner").get().user_id,
        "incoming": incoming.pk,
        "queued": queued.pk,
        "draft": draft.pk,
        "active": active.pk,
        "paused": _paused(account).pk,
        "enrolled": enrolled.pk,
        "paused_enrollment": paused_one.pk,
        "proposal": propose(account, alice).pk,
    }


def propose(account: Account, contact: Contact, **changes: Any) -> Proposal:
    """A message to the contact that waits for an approval."""
    arguments = {"account_id": account.pk, "contact_id": contact.pk, "text": "Hello"}
    proposal: Proposal = Proposal.unscoped.create(
        workspace=account.workspace,
        **{
            "operation": "send_message",
            "arguments": arguments,
            "scopes": ["write:messages"],
            "contact_id": contact.pk,
            "reason": "read_somebody_else",
            "because": [{"contact_id": contact.pk, "read_at": rfc3339(clock.now())}],
            "asker_kind": "key",
            "asker_id": "key_1",
            "asker_name": "Claude",
            "surface": "mcp",
            "expires_at": clock.now() + timedelta(days=1),
            **changes,
        },
    )
    return proposal


def _paused(account: Account) -> Sequence:
    sequence = create(account, name="Paused")
    return sequences.pause_sequence(actor(account.workspace), sequence.pk)


# Arguments of a call of each tool that works in a furnished workspace.
ARGUMENTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "whoami": lambda ids: {},
    "list_contacts": lambda ids: {},
    "get_contact": lambda ids: {"contact_id": ids["alice"]},
    "get_contact_score": lambda ids: {"contact_id": ids["alice"]},
    "upsert_contact": lambda ids: {"username": "@alice", "tags": ["vip"], "last_name": "Liddell", "phone": None},
    "tag_contact": lambda ids: {"contact_id": ids["alice"], "add": ["vip"], "remove": ["cold"]},
    "add_note": lambda ids: {"contact_id": ids["alice"], "text": "Called", "thread_id": ids["thread"]},
    "list_segments": lambda ids: {},
    "create_segment": lambda ids: {"name": "Warm", "filter": {"field": "score", "op": "gte", "value": 50}},
    "preview_segment": lambda ids: {"filter": {"not": {"field": "tag", "op": "is", "value": "cold"}}},
    "explain_segment": lambda ids: {"segment_id": ids["segment"], "contact_id": ids["alice"]},
    "list_conversations": lambda ids: {},
    "get_conversation": lambda ids: {"thread_id": ids["thread"]},
    "update_conversation": lambda ids: {"thread_id": ids["thread"], "state": "closed", "assignee_id": ids["member"]},
    "list_messages": lambda ids: {},
    "get_message": lambda ids: {"message_id": ids["incoming"]},
    "get_file": lambda ids: {"file_id": ids["file"]},
    "send_message": lambda ids: {"account_id": ids["account"], "to": "@alice", "text": "Hello {first_name|there}"},
    "edit_message": lambda ids: {"message_id": ids["queued"], "text": "Hello again"},
    "delete_message": lambda ids: {"message_id": ids["sent"]},
    "react_to_message": lambda ids: {"message_id": ids["incoming"], "emoji": "👍"},
    "cancel_message": lambda ids: {"message_id": ids["queued"]},
    "list_accounts": lambda ids: {},
    "preview_broadcast": lambda ids: {
        "name": "June offer",
        "text": "Hi {first_name|there}",
        "account_ids": [ids["account"]],
        "audience": {"contact_ids": [ids["alice"]]},
    },
    "start_broadcast": lambda ids: {**ARGUMENTS["preview_broadcast"](ids), "audience_hash": ids["audience_hash"]},
    "list_templates": lambda ids: {},
    "list_sequences": lambda ids: {},
    "get_sequence": lambda ids: {"sequence_id": ids["active"]},
    "start_sequence": lambda ids: {"sequence_id": ids["draft"]},
    "pause_sequence": lambda ids: {"sequence_id": ids["active"]},
    "resume_sequence": lambda ids: {"sequence_id": ids["paused"]},
    "list_enrollments": lambda ids: {},
    "enroll_contact": lambda ids: {"sequence_id": ids["active"], "contact_id": ids["bobby"]},
    "pause_enrollment": lambda ids: {"enrollment_id": ids["enrolled"]},
    "resume_enrollment": lambda ids: {"enrollment_id": ids["paused_enrollment"]},
    "stop_enrollment": lambda ids: {"enrollment_id": ids["enrolled"]},
    "list_jobs": lambda ids: {},
    "list_proposals": lambda ids: {},
    "get_proposal": lambda ids: {"proposal_id": ids["proposal"]},
    "cancel_proposal": lambda ids: {"proposal_id": ids["proposal"]},
    "get_analytics": lambda ids: {"report": "sequences", "interval": "week"},
}


def in_place_of(tool: Tool, arguments: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """The arguments with this one, without those that can be given only in its place."""
    alternatives = tool.serializer.exactly_one_of
    others = set(alternatives) if name in alternatives else set()
    return {**{key: given for key, given in arguments.items() if key not in others}, name: value}


def contents() -> dict[str, list[Any]]:
    """What the tools can change, in all workspaces; of proposals without who asked, which is whoever got a key."""
    models = (Contact, ContactNote, ContactTag, Segment, Message, Thread, Broadcast, Sequence, Enrollment, Event)
    proposals = list(Proposal.unscoped.order_by("pk").values("pk", "workspace_id", "status", "decided_at"))
    return {**{model.__name__: list(model.unscoped.order_by("pk").values()) for model in models}, "Proposal": proposals}
