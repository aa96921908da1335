"""The named queries on contacts."""

from collections.abc import Mapping
from typing import Any, Self

from contacts.normalization import fold
from crmsolid.workspaces.scoping import ScopedQuerySet


class ContactQuerySet(ScopedQuerySet):
    def filtered(self, filters: Mapping[str, Any]) -> Self:
        """The contacts that match all of these filters, each of which may be absent:

        - ``search``: text in the name, username or e-mail address, regardless of case; ``%`` and ``_`` match themselves
        - ``tag``: a list of tags, all of which the contact has
        - ``stage``
        - ``updated_since``: a datetime
        """
        rows = self
        if "search" in filters:
            rows = rows.filter(search__contains=fold(filters["search"]))
        for name in filters.get("tag", ()):
            rows = rows.filter(tag_rows__name=name)
        if "stage" in filters:
            rows = rows.filter(stage=filters["stage"])
        if "updated_since" in filters:
            rows = rows.filter(updated_at__gte=filters["updated_since"])
        return rows
