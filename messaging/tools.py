"""The MCP tools of messaging."""

from crmsolid.mcp.tool import Tool
from messaging.broadcasts.views import BroadcastsView, PreviewView
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
        about=dict.fromkeys(("state", "unread", "sort"), ""),
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
        about={"messages": ""},
    ),
    Tool(
        "update_conversation",
        "Close, snooze, assign",
        "Close, snooze or reopen a conversation, or let a member of whoami look after it.",
        ThreadView,
        "PATCH",
        about={"state": "", "snoozed_until": "With `snoozed`.", "assignee_id": "null: nobody."},
    ),
    Tool(
        "list_messages",
        "List messages",
        "Read messages, newest first. `waiting_for` says why a queued one is not sent yet, `error` why one failed.",
        MessagesView,
        about={"direction": "", "search": "Beginnings of words, all of them."},
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
        about={
            "account_id": "",
            "text": "At most 4096 UTF-16 units; as the caption of `attachments` 1024.",
            "attachments": "Ids of files, as templates have them; several photos and videos are an album.",
            "reply_to": "Id of the message of the same conversation that it quotes.",
            "quote": "The part of its text that is quoted.",
            "as": "How files are sent.",
        },
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
        about={"text": "As in send_message; of one with files the caption."},
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
        about={"emoji": "In place of an earlier one; null takes it back."},
    ),
    Tool(
        "list_accounts",
        "List accounts",
        "The accounts to send from, with their state and the sends left in 24 hours (`left_today`). `sandbox` accounts "
        "reach nobody.",
        AccountsView,
    ),
    Tool(
        "preview_broadcast",
        "Preview a broadcast",
        "Whom one text to many contacts would reach, and whom not and why. Nothing is sent. Show it to the user, then "
        "start_broadcast with its `audience_hash`.",
        PreviewView,
        "POST",
        read_only=True,
        about={
            "name": "",
            "text": "As in send_message.",
            "attachments": "Ids of files.",
            "account_ids": "Those that send.",
            "audience": "One of `segment_id`, `tags` (all of them) and `contact_ids`.",
            "per_hour": "At most so many messages.",
        },
        leave_out=frozenset({"cooldown_days"}),
    ),
    Tool(
        "start_broadcast",
        "Start a broadcast",
        "Send what preview_broadcast has shown, with the same arguments. Only after the user has agreed to text and "
        "people: it reaches all of them. list_jobs with its `job_id` says how far it is.",
        BroadcastsView,
        "POST",
        destructive=True,
        idempotent=False,
        open_world=True,
        leave_out=frozenset({"preview", "cooldown_days"}),
        needs=frozenset({"audience_hash"}),
        as_listed=True,
        about=dict.fromkeys(
            (
                *("name", "text", "attachments", "account_ids", "audience", "send_at"),
                *("per_hour", "audience_hash"),
            ),
            "",
        ),
    ),
    Tool(
        "list_templates",
        "List templates",
        "Texts that the team keeps. Give `text`, `format` and `attachments` to send_message, which fills in the names.",
        TemplatesView,
    ),
)
