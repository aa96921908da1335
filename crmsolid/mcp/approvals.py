"""What an assistant is told of a write that waits for an approval, and how its member is asked in its client.

A call in the revision 2026-07-28 can be answered with a question (``input_required``), and is sent again with what the
user has answered. What was asked is in a signed state, so an answer counts for nothing else.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core import signing

from crmsolid.core.errors import invalid
from crmsolid.limits.checks import Reason
from crmsolid.mcp.tool import Tool
from crmsolid.workspaces.actor import Actor

QUESTION = "approval"  # the name of the question, and of what the form asks for
APPROVE, REJECT = "approve", "reject"
_SALT = "crmsolid.mcp.approvals"
_MAX_AGE = 24 * 60 * 60  # seconds, as long as a proposal waits
_ENDED = {
    "approved": "Approved, and not carried out yet",
    "rejected": "Rejected, and nothing was done. Do not try it another way",
    "expired": "Nobody has decided in time, and nothing was done",
    "stale": "Nothing was done, because something has changed since",
    "failed": "Approved, but it could not be done",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back with a call that was sent again: ``state`` as it was given, and the client's ``response``."""

    state: str
    response: Mapping[str, Any]

    @property
    def decision(self) -> bool | None:
        """Whether the user approves; None if they have closed the form."""
        action, content = self.response.get("action"), self.response.get("content") or {}
        if action == "decline" or (action == "accept" and content.get(QUESTION) == REJECT):
            return False
        return True if action == "accept" and content.get(QUESTION) == APPROVE else None


@dataclass(frozen=True, slots=True)
class Approvals:
    """How writes that wait are answered: with a proposal, which ``get_proposal`` reads later.

    ``question`` is what the member is asked of a proposal, None where the panel alone decides; ``decide`` takes the
    member's decision, and carries an approved call out; ``read`` is the proposal as it is now. Each takes the actor,
    and the first two the id of the member.
    """

    get_proposal: Tool
    question: Callable[[Actor, int, str], str | None]
    decide: Callable[[Actor, int, str, bool], None]
    read: Callable[[Actor, str], dict[str, Any]]

    @property
    def untrusted_fields(self) -> list[str]:
        return self.get_proposal.untrusted_fields

    def sentence(self, proposal: dict[str, Any]) -> str:
        """What the assistant reads before the proposal. It has no text of other people."""
        later = f"{self.get_proposal.name} with proposal_id {proposal['id']} tells what became of it."
        if proposal["status"] != "pending":
            return f"{_ENDED[proposal['status']]}. {later}"
        reason = Reason(proposal["reason"])
        place = "beside the conversation or under Approvals" if reason is Reason.DRAFT else "under Approvals"
        return (
            f"Not done yet: this waits for an approval. {reason.label}. A member of the workspace who may do it "
            f"decides, in the panel {place}, until {proposal['expires_at']}. Tell the user, and do not try it another "
            f"way; {later}"
        )

    # --- the question -------------------------------------------------------------------------------------
    def asked(self, actor: Actor, user_id: int, tool: Tool, arguments: dict[str, Any], proposal_id: str) -> Any:
        """The members of a result that asks the member, None where the panel alone decides."""
        question = self.question(actor, user_id, proposal_id)
        if question is None:
            return None
        choice = {"type": "string", "title": "Your decision", "enum": [APPROVE, REJECT]}
        form = {
            "mode": "form",
            "message": question,
            "requestedSchema": {"type": "object", "properties": {QUESTION: choice}, "required": [QUESTION]},
        }
        state = signing.dumps([proposal_id, actor.subject.id, _digest(tool, arguments)], salt=_SALT)
        return {
            "resultType": "input_required",
            "inputRequests": {QUESTION: {"method": "elicitation/create", "params": form}},
            "requestState": state,
        }

    def decided(
        self, actor: Actor, user_id: int, tool: Tool, arguments: dict[str, Any], answered: Answered
    ) -> dict[str, Any]:
        """The proposal once the member's answer was taken. Errors: ``validation_failed`` for the state of another call,
        another assistant, or none of ours; ``scope_missing`` and ``forbidden`` as for a decision in the panel."""
        try:
            proposal_id, grant_id, digest = signing.loads(answered.state, salt=_SALT, max_age=_MAX_AGE)
        except signing.BadSignature:
            raise _wrong_state() from None
        if (grant_id, digest) != (actor.subject.id, _digest(tool, arguments)):
            raise _wrong_state()
        decision = answered.decision
        # What was decided meanwhile, in the panel or by an earlier answer, stays.
        if decision is not None and self.read(actor, proposal_id)["status"] == "pending":
            self.decide(actor, user_id, proposal_id, decision)
        return self.read(actor, proposal_id)


def _digest(tool: Tool, arguments: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps([tool.name, arguments], sort_keys=True).encode()).hexdigest()


def _wrong_state() -> Exception:
    return invalid("requestState", "invalid", "give it as the answer to this call with these arguments had it")


def can_be_asked(meta: Mapping[str, Any]) -> bool:
    """Whether the client shows its user forms: what ``_meta`` of a request declares (2026-07-28)."""
    capabilities = meta.get("io.modelcontextprotocol/clientCapabilities")
    elicitation = capabilities.get("elicitation") if isinstance(capabilities, dict) else None
    # An empty object is a client of forms.
    return isinstance(elicitation, dict) and ("form" in elicitation or not elicitation)
