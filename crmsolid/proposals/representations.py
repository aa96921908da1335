"""What the API shows of a proposal."""

from datetime import datetime
from typing import Any, ClassVar

from rest_framework import serializers

from contacts.representations import ContactNameOut
from crmsolid.api.examples import TIME
from crmsolid.api.fields import Choice, PageQuery
from crmsolid.api.people import AuthorOut, MemberNameOut
from crmsolid.api.representations import NAMED, Representation
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.limits.models import Proposal, ProposalStatus
from crmsolid.proposals import wording
from crmsolid.workspaces.authors import Author, AuthorKind


class ProposedCallOut(Representation):
    untrusted: ClassVar[tuple[str, ...]] = ("arguments",)
    example = {"operation": "send_message", "arguments": {"account_id": 1, "to": "@marco", "text": "Hello"}}

    operation = serializers.CharField(help_text="The `operationId` of the call.")
    arguments = serializers.DictField(help_text="Its arguments, those of the path included; times are absolute.")


class ReadTextOut(Representation):
    contact = ContactNameOut(allow_null=True, help_text="Whose text was read; null: of somebody that is not known.")
    read_at = serializers.DateTimeField(help_text="When it was answered the last time.")


class ProposalOut(Representation):
    """A write that waits until a member approves it."""

    untrusted: ClassVar[tuple[str, ...]] = ("summary", "problem", "result")
    text_of = NAMED
    is_resource = True
    example = {
        "status": "pending",
        "requested_by": {"type": "assistant", "id": "grt_01M8G4CXAACHKKMDJ7HSGPBW6C", "name": "Claude"},
        "decided_at": None,
        "run_at": None,
        "expires_at": TIME,
    }

    id = serializers.CharField(help_text="The proposal's id.")
    status = serializers.ChoiceField(
        choices=ProposalStatus.values,
        help_text="`approved` is carried out as soon as a worker can, once `run_at` is set it was; `stale`: what it "
        "was made for has changed meanwhile, and nothing was done.",
    )
    summary = serializers.CharField(help_text="What would be done, in words.")
    call = ProposedCallOut(help_text="What would be done.")
    contact = ContactNameOut(allow_null=True, help_text="The contact it is about, if that is one alone.")
    reason = serializers.CharField(help_text="Why it waits: a code, such as `read_somebody_else`.")
    because = serializers.ListField(child=ReadTextOut(), help_text="Whose text was read before, the latest first.")
    requested_by = AuthorOut(allow_null=True, help_text="The key or assistant that asked.")
    created_at = serializers.DateTimeField(help_text="When it was asked for.")
    expires_at = serializers.DateTimeField(help_text="Until when it can be approved.")
    decided_by = MemberNameOut(allow_null=True, help_text="Who approved or rejected it; null until then.")
    decided_at = serializers.DateTimeField(allow_null=True, help_text="When; null until then.")
    note = serializers.CharField(allow_null=True, help_text="What whoever decided says to whoever asked.")
    problem = serializers.CharField(allow_null=True, help_text="Why it is `stale` or `failed`.")
    run_at = serializers.DateTimeField(allow_null=True, help_text="When it was carried out, or could not be.")
    result = serializers.DictField(allow_null=True, help_text="What the call has answered.")
    edited_from = serializers.CharField(allow_null=True, help_text="The proposal that a member edited into this one.")

    @staticmethod
    def read_status(proposal: Proposal) -> str:
        is_over = proposal.status == ProposalStatus.PENDING and proposal.expires_at <= clock.now()
        return ProposalStatus.EXPIRED.value if is_over else str(proposal.status)

    @staticmethod
    def read_summary(proposal: Proposal) -> str:
        return wording.summary_of(proposal)

    @staticmethod
    def read_call(proposal: Proposal) -> dict[str, Any]:
        return {"operation": proposal.operation, "arguments": proposal.arguments}

    @staticmethod
    def read_contact(proposal: Any) -> dict[str, Any] | None:
        return None if proposal.contact is None else ContactNameOut.render(proposal.contact)

    @staticmethod
    def read_because(proposal: Any) -> list[dict[str, Any]]:
        return [
            {"contact": None if contact is None else ContactNameOut.render(contact), "read_at": read_at}
            for contact, read_at in proposal.reads
        ]

    @staticmethod
    def read_requested_by(proposal: Proposal) -> dict[str, Any] | None:
        is_assistant = proposal.asker_kind == "grant" or proposal.surface == "mcp"
        kind = AuthorKind.ASSISTANT if is_assistant else AuthorKind.KEY
        return AuthorOut.of(Author(kind.value, proposal.asker_id, proposal.asker_name))

    @staticmethod
    def read_edited_from(proposal: Proposal) -> str | None:
        return proposal.edited_from or None


class ProposalsQuery(PageQuery):
    status = Choice(required=False, choices=ProposalStatus.values, help_text="Those in this state.")


def read_of(contact_id: str, at: datetime) -> dict[str, str | None]:
    """How a proposal keeps whose text was read."""
    return {"contact_id": contact_id, "read_at": rfc3339(at)}
