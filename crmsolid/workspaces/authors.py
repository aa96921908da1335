"""Who wrote something, such as a message: kept as it was then, and shown as ``{type, id, name}``."""

from dataclasses import dataclass

from django.db.models import TextChoices

from crmsolid.workspaces.actor import Actor


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


def author_of(actor: Actor) -> Author:
    """The author that the actor is; nobody in particular for management commands and the product itself."""
    subject = actor.subject
    kind = _KINDS.get(subject.kind)
    if kind is None:
        return NOBODY
    if kind == AuthorKind.KEY and actor.surface == "mcp":
        kind = AuthorKind.ASSISTANT
    return Author(kind.value, subject.id, subject.name or subject.label)
