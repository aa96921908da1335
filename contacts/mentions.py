"""Members whom a note mentions by ``@name``: the name as on the page Members, or what stands before the @ of the e-mail
address. Case does not matter, and the longest name that fits counts; members with the same name are all mentioned."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crmsolid.workspaces.models import Membership, User, Workspace

# No mention stands within a word, an address or a path.
_BEGIN, _END = r"(?<![\w/.@=+-])@", r"(?!\w)"


@dataclass(frozen=True, slots=True)
class Mentionable:
    """A member who can be mentioned: ``name`` is what is written behind the @."""

    id: int
    name: str
    email: str


def handles_of(user: User) -> list[str]:
    """What may stand behind the @ to mention this user."""
    names = (" ".join(user.name.split()), user.email.partition("@")[0])
    return [each for each in names if each]


def list_mentionable(workspace: Workspace) -> list[Mentionable]:
    """The members whom a note of the workspace can mention, by name."""
    found = [Mentionable(user.pk, handles_of(user)[0], user.email) for user in _members(workspace)]
    return sorted(found, key=lambda each: each.name.casefold())


def find_mentioned(workspace: Workspace, text: str) -> list[int]:
    """The ids of the members of the workspace whom the text mentions, in rising order."""
    if "@" not in text:
        return []
    by_handle: dict[str, set[int]] = defaultdict(set)
    for user in _members(workspace):
        for handle in handles_of(user):
            by_handle[handle.lower()].add(user.pk)
    found = [by_handle.get(text[start + 1 : end].lower(), set()) for start, end in spans(text, by_handle)]
    return sorted(set[int]().union(*found))


def spans(text: str, handles: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where the text has the @ and one of these names, as beginnings and ends."""
    longest_first = "|".join(re.escape(each) for each in sorted(handles, key=len, reverse=True))
    if longest_first:
        for found in re.finditer(f"{_BEGIN}(?:{longest_first}){_END}", text, re.IGNORECASE):
            yield found.span()


def _members(workspace: Workspace) -> Iterator[User]:
    members = Membership.objects.for_workspace(workspace.owner_workspace).filter(user__is_active=True)
    return (each.user for each in members.select_related("user"))
