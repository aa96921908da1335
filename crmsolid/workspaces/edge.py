"""The edge of what a narrowed key or assistant sees: some of the accounts, the contacts in a segment.

The edge is part of the :class:`~crmsolid.workspaces.models.Workspace` of its actor, so ``for_workspace`` leaves out
what is beyond it, in every query on rows that say how they are about contacts and accounts (``edge_contact``,
``edge_account`` of the model). A query that names the workspace by its id alone does not know the edge: it is for what
the product does by itself, and for rows that belong to a row that was read with the edge.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from crmsolid.core.errors import not_found
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.workspaces.limits import Limits

if TYPE_CHECKING:
    from crmsolid.workspaces.models import Workspace

# The path of a contact itself.
SELF = "pk"


@dataclass(frozen=True, slots=True)
class SegmentPeople:
    """Who is in a segment now: a ``condition`` for querysets of contacts, and queries of the ids of all who are
    ``inside`` and of all others of the workspace."""

    condition: Q
    inside: QuerySet[Any]
    outside: QuerySet[Any]


# The people of the segment with this id in the workspace with this id. Nobody is in a segment that is gone, or whose
# filter does not fit any more. Called at most once a request.
people_of: ExtensionPoint[Callable[[int, str], SegmentPeople]] = ExtensionPoint("people of a segment")


class Edge:
    """What a narrowed key or assistant sees of a workspace. ``account_ids`` empty: all accounts."""

    def __init__(self, workspace_id: int, limits: Limits) -> None:
        self._workspace_id, self._segment_id = workspace_id, limits.segment_id
        self.account_ids = limits.account_ids

    @cached_property
    def people(self) -> SegmentPeople | None:
        """Those of the segment; None if it sees all contacts."""
        return people_of["segments"](self._workspace_id, self._segment_id) if self._segment_id else None

    def of_contacts(self, path: str) -> Q:
        """The rows about contacts inside; ``path`` leads to the contact's id."""
        if self.people is None:
            return Q()
        return self.people.condition if path == SELF else Q(**{f"{path}__in": self.people.inside})

    def of_accounts(self, path: str, contact_path: str = "") -> Q:
        """The rows of accounts inside; with ``contact_path`` also those of no account that are about a contact."""
        if not self.account_ids:
            return Q()
        inside = Q(**{f"{path}__in": self.account_ids})
        return inside | Q(**{f"{path}__isnull": True, f"{contact_path}__gt": ""}) if contact_path else inside

    def sees_account(self, account_id: int) -> bool:
        return not self.account_ids or account_id in self.account_ids

    def require_inside(self, *contact_ids: str) -> None:
        """``not_found`` (404) if one of these is the id of a contact outside."""
        if self.people is not None and self.people.outside.filter(pk__in=contact_ids).exists():
            raise not_found("contact")


def narrowed(workspace: "Workspace", limits: Limits) -> "Workspace":
    """The workspace as a key or an assistant with these limits sees it."""
    if not limits.narrows:
        return workspace
    seen = copy(workspace)
    seen.edge = Edge(workspace.pk, limits)
    return seen
