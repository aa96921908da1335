"""The MCP tools of contacts."""

from contacts.views import ContactsView
from crmsolid.mcp.tool import Tool

TOOLS = (
    Tool(
        "list_contacts",
        "List contacts",
        "Find contacts by part of the name, username or e-mail, by tag, stage or time of change. Newest first.",
        ContactsView,
    ),
    Tool(
        "upsert_contact",
        "Create or update a contact",
        "Create the contact with this username or email (one of them is needed), or update it if it exists. Tags are "
        "added, other given fields replaced, absent ones kept.",
        ContactsView,
        "POST",
    ),
)
