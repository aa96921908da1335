"""What messaging shows on a contact's page: the way to the conversations with the contact."""

from contacts.models import Contact
from contacts.panel.actions import ContactAction, contact_actions, contact_links
from crmsolid.workspaces.panel_urls import panel_url
from messaging.models import Thread

MAX_THREADS = 3


def conversations_with(contact: Contact) -> list[tuple[str, str]]:
    """The latest conversations, or the way to begin one; the account is named if there are several."""
    rows = Thread.objects.for_workspace(contact.workspace_id).filter(contact=contact)
    threads = list(rows.select_related("account").order_by("-last_message_at", "-id")[:MAX_THREADS])
    several = len(threads) > 1
    return [
        (
            f"Conversation by {each.account}" if several else "Conversation",
            panel_url("inbox_thread", each.pk),
        )
        for each in threads
    ]


contact_links.append(conversations_with)
contact_actions.append(ContactAction("Message", "inbox_new"))
