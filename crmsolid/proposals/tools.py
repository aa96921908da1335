"""The MCP tools of proposals: what became of writes that wait for an approval."""

from crmsolid.mcp.tool import Tool
from crmsolid.proposals.views import CancelProposalView, ProposalsView, ProposalView

TOOLS = (
    Tool(
        "list_proposals",
        "List proposals",
        "Your writes that wait for a member's approval, or did, newest first.",
        ProposalsView,
        as_listed=True,
        leave_out=frozenset({"status"}),
    ),
    Tool(
        "get_proposal",
        "Read a proposal",
        "What became of a write that waited: `status`, a `note` of who decided, its `result`.",
        ProposalView,
        as_listed=True,
    ),
    Tool(
        "cancel_proposal",
        "Cancel a proposal",
        "Take back a write that waits for an approval.",
        CancelProposalView,
        "POST",
        destructive=True,
    ),
)
