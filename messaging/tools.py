"""The MCP tools of messaging."""

from crmsolid.mcp.tool import Tool
from messaging.files import tools as files
from messaging.template_views import TemplatesView
from messaging.views import (
    AccountsView,
    CancelView,
    MessagesView,
    MessageView,
    ReactionsView,
    SendView,
    ThreadsView,
    ThreadView,
)

TOOLS = (
    Tool(
        "list_conversations",
        "List conversations",
        "Who waits for an answer, the longest wait first. `sort` `-last_message_at`: all conversations.",
        ThreadsView,
        defaults=(("sort", "waiting_since"),),
        leave_out=frozenset({"waiting"}),
    ),
    Tool(
        "get_conversation",
        "Read a conversation",
        "Read a conversation with its latest messages, newest first.",
        ThreadView,
        as_listed=True,
        defaults=(("messages", 20),),
    ),
    Tool(
        "set_conversation_state",
        "Close or snooze",
        "Close, snooze or reopen a conversation, and say until when it sleeps.",
        ThreadView,
        "PATCH",
        leave_out=frozenset({"assignee_id"}),
    ),
    Tool(
        "assign_conversation",
        "Assign a conversation",
        "Let a member look after a conversation; null: nobody.",
        ThreadView,
        "PATCH",
        leave_out=frozenset({"state", "snoozed_until"}),
    ),
    Tool(
        "list_messages",
        "List messages",
        "Read messages, newest first. `waiting_for` says why a queued one is not sent yet, `error` why one failed.",
        MessagesView,
    ),
    Tool(
        "get_message",
        "Read a message",
        "Read one message, such as to see whether it has been sent yet.",
        MessageView,
        as_listed=True,
    ),
    *files.TOOLS,
    Tool(
        "send_message",
        "Send a message",
        "Send a message on Telegram from an account of list_accounts. Ask the user first: people see it at once. "
        "`{name}`, `{first_name|there}` and other fields of the contact are filled in; write braces as `{{` and `}}`. "
        "get_message tells what became of it.",
        SendView,
        "POST",
        destructive=True,
        idempotent=False,
        open_world=True,
        leave_out=frozenset({"link_preview"}),
    ),
    Tool(
        "cancel_message",
        "Cancel a message",
        "Cancel a message that is still queued; `invalid_state` says that it is too late.",
        CancelView,
        "POST",
        destructive=True,
    ),
    Tool(
        "edit_message",
        "Edit a message",
        "Change the text of a message for both sides, within 48 hours; `change`: Telegram has yet to do it.",
        MessageView,
        "PATCH",
        destructive=True,
        open_world=True,
    ),
    Tool(
        "delete_message",
        "Delete a message",
        "Delete a sent message for both sides. Ask the user first.",
        MessageView,
        "DELETE",
        destructive=True,
        open_world=True,
    ),
    Tool(
        "react_to_message",
        "React",
        "React to a message from the account that has it.",
        ReactionsView,
        "POST",
        destructive=True,
        open_world=True,
    ),
    Tool(
        "list_accounts",
        "List accounts",
        "The accounts to send from, with their state and the sends left in 24 hours (`left_today`). `sandbox` accounts "
        "reach nobody.",
        AccountsView,
    ),
    Tool(
        "list_templates",
        "List templates",
        "Texts that the team keeps. Give `text`, `format` and `attachments` to send_message, which fills in the names.",
        TemplatesView,
    ),
)
