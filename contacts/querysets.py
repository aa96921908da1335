"""How contacts are looked for."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Self

from contacts.normalization import fold
from crmsolid.workspaces.scoping import ScopedQuerySet


class ContactQuerySet(ScopedQuerySet):
    """The filters of lists, exports and the panel."""

    def matching(self, text: str) -> Self:
        """Name, username or e-mail holds ``text``, case-blind in every script; ``%`` and ``_`` are plain characters."""
        return self.filter(search__contains=fold(text))

    def tagged(self, names: Iterable[str]) -> Self:
        """Has every one of these tags."""
        rows = self
        for name in names:
            rows = rows.filter(tag_rows__name=name)
        return rows

    def updated_since(self, moment: datetime) -> Self:
        return self.filter(updated_at__gte=moment)

    def narrowed(self, filters: Mapping[str, Any]) -> Self:
        """By the filters that are given: ``search tag stage updated_since``; others are left alone."""
        rows = self
        if "search" in filters:
            rows = rows.matching(filters["search"])
        if "tag" in filters:
            rows = rows.tagged(filters["tag"])
        if "stage" in filters:
            rows = rows.filter(stage=filters["stage"])
        if "updated_since" in filters:
            rows = rows.updated_since(filters["updated_since"])
        return rows
