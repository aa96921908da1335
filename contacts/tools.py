"""The MCP tools of contacts."""

from contacts.views import ContactsView, ContactTagsView, ContactView
from crmsolid.mcp.tool import Tool

TOOLS = (
    Tool(
        "list_contacts",
        "List contacts",
        "Find contacts by part of the name, username or e-mail, by tags, stage or time of change; newest first unless "
        "`sort` says otherwise. Each is answered whole.",
        ContactsView,
    ),
    Tool(
        "get_contact",
        "Read a contact",
        "Read one contact by its id. Nothing can be sent to one that has `opted_out`.",
        ContactView,
    ),
    Tool(
        "upsert_contact",
        "Create or update a contact",
        "Create the contact with this username or email (one of them is needed), or update it if it exists; `created` "
        "says which. Tags are added, other given fields replaced, absent ones kept.",
        ContactsView,
        "POST",
        destructive=True,
    ),
    Tool(
        "tag_contact",
        "Tag a contact",
        "Add tags to a contact, remove tags from it, or both. What is so already is no error.",
        ContactTagsView,
        "POST",
        destructive=True,
    ),
)
