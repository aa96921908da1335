"""One page of a list."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ._model import Model, ResponseInfo
from .errors import UnreadableEvent

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """``next_cursor`` continues after this page; give it as ``cursor`` to the same list. None: this is the last one.

    ``synced_until`` is on the last page of contacts in ascending order of a time: none dated before it can appear any
    more. ``unreadable`` are the events of the page that could not be read, which ``data`` is without."""

    data: list[M]
    next_cursor: str | None
    synced_until: datetime.datetime | None = None
    unreadable: list[UnreadableEvent] = field(default_factory=list)
    response: ResponseInfo = field(default_factory=ResponseInfo)
    rows: list[M | UnreadableEvent] = field(default_factory=list, repr=False, compare=False)
    """Both, in their order."""
