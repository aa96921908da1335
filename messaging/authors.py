"""Who wrote an outgoing message: the columns ``author_kind``, ``author_ref`` and ``author_name`` of whoever makes one.

They are written with the message and stay as they were then, so nothing has to be looked up to show them.
"""

from crmsolid.workspaces.authors import NOBODY, Author, AuthorKind
from messaging.models import Message

MAX_NAME = 254
# Somebody wrote on the phone of the account; who, Telegram does not tell.
PHONE = Author(AuthorKind.TELEGRAM.value)


def columns_of(author: Author) -> dict[str, str]:
    """The columns of a message of this author."""
    return {"author_kind": author.kind, "author_ref": author.ref, "author_name": author.name[:MAX_NAME]}


def of_message(message: Message) -> Author:
    """Who wrote the message, as it says itself."""
    return Author(message.author_kind, message.author_ref, message.author_name) if message.author_kind else NOBODY


def of_sequence(sequence_id: str, name: str) -> Author:
    return Author(AuthorKind.SEQUENCE.value, sequence_id, name)


def of_broadcast(broadcast_id: str, name: str) -> Author:
    return Author(AuthorKind.BROADCAST.value, broadcast_id, name)
