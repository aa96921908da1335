"""Lists that span several pages."""

from __future__ import annotations

import dataclasses
import datetime
from collections import deque
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

from .._model import Model
from .._pages import Page
from .._requests import Call
from ..errors import UnreadableEvent
from .transport import AsyncTransport

M = TypeVar("M", bound=Model)


class AsyncRows(Generic[M]):
    """The objects of the pages. It may be iterated over further after an UnreadableEvent."""

    def __init__(self, pages: AsyncIterator[Page[M]]) -> None:
        self._pages = pages
        self._rows: deque[M | UnreadableEvent] = deque()

    def __aiter__(self) -> AsyncRows[M]:
        return self

    async def __anext__(self) -> M:
        while not self._rows:
            self._rows.extend((await anext(self._pages)).rows)
        row = self._rows.popleft()
        if isinstance(row, UnreadableEvent):
            raise row
        return row


class AsyncPages(Generic[M]):
    """The objects of a list, whose pages are requested as they are needed. Each iteration starts at the beginning.

    ``limit`` of the list is the size of a page, not how many objects follow in all.
    """

    def __init__(self, transport: AsyncTransport, call: Call, shape: type[M], endless: bool) -> None:
        self._transport = transport
        self._call = call
        self._shape = shape
        self._endless = endless

    def __aiter__(self) -> AsyncRows[M]:
        return AsyncRows(self.by_page())

    async def by_page(self) -> AsyncIterator[Page[M]]:
        """The pages themselves, whose ``next_cursor`` can be kept to go on from later."""
        call = self._call
        while True:
            page = await self._transport.page(call, self._shape)
            yield page
            # Any list may have an empty page in between. One that never ends has a cursor even then, to poll with.
            if page.next_cursor is None or (self._endless and not page.data):
                return
            others = tuple(pair for pair in call.params if pair[0] != "cursor")
            call = dataclasses.replace(call, params=(*others, ("cursor", page.next_cursor)))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._call.path}>"


class AsyncChanges(AsyncPages[M]):
    """What has changed from an instant on. Once the iteration has come to its end, ``synced_until`` is the instant with
    which to come back; until then it is the one that was given."""

    def __init__(self, transport: AsyncTransport, call: Call, shape: type[M], since: datetime.datetime | None) -> None:
        super().__init__(transport, call, shape, endless=False)
        self.synced_until = since

    async def by_page(self) -> AsyncIterator[Page[M]]:
        """The pages themselves."""
        async for page in super().by_page():
            yield page
            self.synced_until = page.synced_until or self.synced_until
