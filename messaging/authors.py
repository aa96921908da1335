"""Who wrote an outgoing message: the columns ``author_kind``, ``author_ref`` and ``author_name`` of whoever makes one.

They are written with the message and stay as they were then, so nothing has to be looked up to show them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import User, Workspace
from messaging.models import AuthorKind, Direction, Message, WrittenMessage

MAX_NAME = 254
# By the kind of the audit log's subject. A key over MCP is an assistant too.
_KINDS = {"user": AuthorKind.MEMBER, "key": AuthorKind.KEY, "grant": AuthorKind.ASSISTANT}


@dataclass(frozen=True, slots=True)
class Author:
    """``ref`` is the id of the user, key, grant, sequence or broadcast. All are empty for nobody in particular."""

    kind: str = ""
    ref: str = ""
    name: str = ""

    @property
    def is_person(self) -> bool:
        """Whether somebody wrote it, through whatever interface, rather than the product by itself."""
        return self.kind in _KINDS.values()

    @property
    def columns(self) -> dict[str, str]:
        """The columns of a message."""
        return {"author_kind": self.kind, "author_ref": self.ref, "author_name": self.name[:MAX_NAME]}


# Of a message that nobody in particular wrote, and of one of the contact.
NOBODY = Author()
# Somebody wrote on the phone of the account; who, Telegram does not tell.
PHONE = Author(AuthorKind.TELEGRAM.value)


def author_of(actor: Actor) -> Author:
    """The author that the actor is; nobody in particular for management commands and the product itself."""
    subject = actor.subject
    kind = _KINDS.get(subject.kind)
    if kind is None:
        return NOBODY
    if kind == AuthorKind.KEY and actor.surface == "mcp":
        kind = AuthorKind.ASSISTANT
    return Author(kind.value, subject.id, subject.name or subject.label)


def of_sequence(sequence_id: str, name: str) -> Author:
    return Author(AuthorKind.SEQUENCE.value, sequence_id, name)


def of_broadcast(broadcast_id: str, name: str) -> Author:
    return Author(AuthorKind.BROADCAST.value, broadcast_id, name)


def of_message(message: Message) -> Author:
    """Who wrote the message, as it says itself."""
    return Author(message.author_kind, message.author_ref, message.author_name)


def of_user(user: User) -> Author:
    return Author(AuthorKind.MEMBER.value, str(user.pk), user.name or user.email)


def find(workspace: Workspace, messages: Iterable[Message]) -> dict[str, Author]:
    """The authors of those of these messages that have one, by the id of the message.

    Of messages from before they said who wrote them, the rows of :mod:`messaging.team` tell it: one query, if there are
    any.
    """
    sent = [each for each in messages if each.direction == Direction.OUT]
    found = {each.pk: of_message(each) for each in sent if each.author_kind}
    older = [each.pk for each in sent if not each.author_kind and each.source == "direct"]
    if older:
        rows = WrittenMessage.objects.for_workspace(workspace).filter(message__in=older).select_related("author")
        found |= {str(row.message_id): _of_row(row) for row in rows}
    return found


def _of_row(row: WrittenMessage) -> Author:
    if row.author is not None:
        return of_user(row.author)
    return Author({"rest": AuthorKind.KEY.value, "mcp": AuthorKind.ASSISTANT.value}.get(row.via, ""))
