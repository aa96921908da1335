"""Who wrote an outgoing message: the columns ``author_kind``, ``author_ref`` and ``author_name`` of whoever makes one.

They are written with the message and stay as they were then, so nothing has to be looked up to show them.
"""

from crmsolid.workspaces.authors import Author, AuthorKind, kept_author
from crmsolid.workspaces.authors import columns_of as columns_of
from messaging.models import Message

# Somebody wrote on the phone of the account; who, Telegram does not tell.
PHONE = Author(AuthorKind.TELEGRAM.value)


def of_message(message: Message) -> Author:
    """Who wrote the message, as it says itself."""
    return kept_author(message)


def of_sequence(sequence_id: str, name: str) -> Author:
    return Author(AuthorKind.SEQUENCE.value, sequence_id, name)


def of_broadcast(broadcast_id: str, name: str) -> Author:
    return Author(AuthorKind.BROADCAST.value, broadcast_id, name)
