"""How answers and events name somebody: whoever wrote something, and a member."""

from typing import Any, ClassVar

from rest_framework import serializers

from crmsolid.api.representations import Representation
from crmsolid.workspaces.authors import Author, AuthorKind


class AuthorId(serializers.Field[Any, Any, Any, Any]):
    """The id of a member is an integer, as ``GET /v1/members`` has it; those of all others are strings."""

    def json_schema(self) -> dict[str, Any]:
        return {"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}


class AuthorOut(Representation):
    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    example = {"type": "member", "id": 12, "name": "Vera"}

    type = serializers.ChoiceField(
        choices=AuthorKind.values, help_text="`assistant`: a key or an OAuth grant over MCP; `telegram`: on the phone."
    )
    id = AuthorId(help_text="Of the member, key, grant, sequence or broadcast; null where it is not known.")
    name = serializers.CharField(allow_null=True, help_text="As it was then.")

    @classmethod
    def of(cls, author: Author) -> dict[str, Any] | None:
        """The JSON object of an author, None for nobody in particular."""
        if not author.kind:
            return None
        ref = int(author.ref) if author.kind == AuthorKind.MEMBER and author.ref else author.ref or None
        return {"type": author.kind, "id": ref, "name": author.name or None}


class MemberNameOut(Representation):
    """A member, of whom ``GET /v1/members`` tells more."""

    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    example = {"id": 12, "name": "Vera"}

    id = serializers.IntegerField()
    name = serializers.CharField(source="shown_name")
