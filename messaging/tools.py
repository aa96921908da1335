"""The MCP tools of messaging."""

from crmsolid.mcp.tool import Tool
from messaging.views import SendView

TOOLS = (
    Tool(
        "send_message",
        "Send a message",
        "Send a direct message on Telegram. It cannot be taken back once it is sent, so ask the user first. `{name}`, "
        "`{first_name|there}` and other fields of the contact are filled in; write a brace as `{{`.",
        SendView,
        "POST",
        destructive=True,
        idempotent=False,
        open_world=True,
    ),
)
