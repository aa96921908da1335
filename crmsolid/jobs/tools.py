"""The MCP tool of jobs."""

from crmsolid.jobs.views import JobsView, JobView
from crmsolid.mcp.tool import Tool

TOOLS = (
    Tool(
        "list_jobs",
        "List jobs",
        "Imports, broadcasts and bulk changes, newest first: `done` of `total`, the `result`, and in `errors` what "
        "failed and why.",
        JobsView,
        leave_out=frozenset({"kind"}),
        stands_for=(JobView,),
    ),
)
