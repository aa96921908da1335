"""The MCP tools of contacts."""

from contacts.note_views import NotesView
from contacts.scoring.views import ScoreView
from contacts.segments.views import ExplainView, PreviewView, SegmentsView
from contacts.views import ContactsView, ContactTagsView, ContactView
from crmsolid.mcp.tool import Tool

AS_LISTED = "As in list_contacts."

TOOLS = (
    Tool(
        "list_contacts",
        "List contacts",
        "Find contacts who match all that is given, the newest first. `username`, `email` and `phone` are exact.",
        ContactsView,
        about={
            **dict.fromkeys(("username", "email", "phone", "segment", "sort"), ""),
            "ids": "Unknown ones are left out.",
            "tag": "All of them.",
        },
    ),
    Tool(
        "get_contact",
        "Read a contact",
        "Read one contact. Nothing can be sent to one that has `opted_out`.",
        ContactView,
        as_listed=True,
    ),
    Tool(
        "get_contact_score",
        "Explain a score",
        "The contact's `score`, and in `data` what changed it.",
        ScoreView,
        as_listed=True,
    ),
    Tool(
        "upsert_contact",
        "Create or update a contact",
        "Create the contact with this username or email (one of them is needed), or update it if it exists; `created` "
        "says which. Tags are added, other given fields replaced, absent ones kept.",
        ContactsView,
        "POST",
        destructive=True,
        as_listed=True,
        about={"tags": "", "custom_fields": "Values by the keys that whoami lists; null removes one."},
    ),
    Tool(
        "tag_contact",
        "Tag a contact",
        "Add tags to a contact, remove some, or both. What is so already is no error.",
        ContactTagsView,
        "POST",
        destructive=True,
    ),
    Tool(
        "add_note",
        "Add a note",
        "Write a note about a contact for the team; the contact never sees it. `@name` tells a member.",
        NotesView,
        "POST",
        idempotent=False,
        as_listed=True,
        about={"text": ""},
    ),
    Tool(
        "list_segments",
        "List segments",
        "The saved filters of contacts, newest first, each with how many are in it. list_contacts with `segment` lists "
        "them.",
        SegmentsView,
    ),
    Tool(
        "create_segment",
        "Save a filter",
        "Save a filter as a segment under a new name. preview_segment says before whom it has.",
        SegmentsView,
        "POST",
        idempotent=False,
        as_listed=True,
        about={"filter": AS_LISTED},
    ),
    Tool(
        "preview_segment",
        "Preview a filter",
        "Count the contacts that a filter matches; `sample` has the ten newest. Nothing is saved.",
        PreviewView,
        "POST",
        read_only=True,
        about={"filter": AS_LISTED},
    ),
    Tool(
        "explain_segment",
        "Explain a segment",
        "Whether a contact is in a segment (`matches`), and why: in `leaves` each comparison, the contact's `actual` "
        "value, and if it holds.",
        ExplainView,
        as_listed=True,
    ),
)
