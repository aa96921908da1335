"""One page of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from ._model import Model

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """``next_cursor`` continues after this page; give it as ``cursor`` to the same list. None: this is the last one."""

    data: list[M]
    next_cursor: str | None
