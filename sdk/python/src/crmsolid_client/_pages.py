"""One page of a list."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Generic, TypeVar

from ._model import Model

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """``next_cursor`` continues after this page; give it as ``cursor`` to the same list. None: this is the last one.

    ``synced_until`` is on the last page of contacts in ascending order of a time: none dated before it can appear any
    more."""

    data: list[M]
    next_cursor: str | None
    synced_until: datetime.datetime | None = None
