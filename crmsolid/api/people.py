"""How answers and events name somebody: whoever wrote something, and a member."""

from typing import Any, ClassVar

from rest_framework import serializers

from crmsolid.api.representations import TEAM, Representation
from crmsolid.workspaces.authors import Author, AuthorKind


class AuthorOut(Representation):
    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = TEAM
    example = {"type": "member", "id": "12", "name": "Vera"}

    type = serializers.ChoiceField(
        choices=AuthorKind.values, help_text="`assistant`: a key or an OAuth grant over MCP; `telegram`: on the phone."
    )
    id = serializers.CharField(
        allow_null=True,
        help_text="Of the member (that of `GET /v1/members`), key, grant, sequence or broadcast; null where it is not "
        "known.",
    )
    name = serializers.CharField(allow_null=True, help_text="As it was then.")

    @classmethod
    def of(cls, author: Author) -> dict[str, Any] | None:
        """The JSON object of an author, None for nobody in particular."""
        return author.as_json()


class MemberNameOut(Representation):
    """A member, of whom ``GET /v1/members`` tells more."""

    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = TEAM
    example = {"id": 12, "name": "Vera"}

    id = serializers.IntegerField(help_text="The member's id.")
    name = serializers.CharField(source="shown_name", help_text="The member's name.")
