"""Who wrote something, such as a message: kept as it was then, and shown as ``{type, id, name}``."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.db.models import TextChoices

if TYPE_CHECKING:
    from crmsolid.workspaces.actor import Actor

MAX_NAME = 254


class AuthorKind(TextChoices):
    """Who writes messages. ``assistant``: a key or a grant over MCP; ``telegram``: somebody on the account's phone."""

    MEMBER = "member"
    KEY = "key"
    ASSISTANT = "assistant"
    SEQUENCE = "sequence"
    BROADCAST = "broadcast"
    RULE = "rule"
    TELEGRAM = "telegram"


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

    def as_json(self) -> dict[str, str | None] | None:
        """How answers and events show it; None for nobody in particular."""
        if not self.kind:
            return None
        return {"type": self.kind, "id": self.ref or None, "name": self.name or None}


# Nobody in particular.
NOBODY = Author()


def author_of(actor: "Actor") -> Author:
    """The author that the actor is, or works for; nobody in particular for management commands and what the product
    does by itself."""
    if actor.works_for is not None:
        return actor.works_for
    subject = actor.subject
    kind = _KINDS.get(subject.kind)
    if kind is None:
        return NOBODY
    if kind == AuthorKind.KEY and actor.surface == "mcp":
        kind = AuthorKind.ASSISTANT
    return Author(kind.value, subject.id, subject.name or subject.label)


class Authored(Protocol):
    """A row with the columns of an author."""

    author_kind: str
    author_ref: str
    author_name: str


def columns_of(author: Author) -> dict[str, str]:
    """The columns that keep an author."""
    return {"author_kind": author.kind, "author_ref": author.ref, "author_name": author.name[:MAX_NAME]}


def kept_author(row: Authored) -> Author:
    """The author that the row keeps."""
    return Author(row.author_kind, row.author_ref, row.author_name) if row.author_kind else NOBODY
