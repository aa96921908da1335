"""What all resources have."""

from __future__ import annotations

from typing import TypeVar

from ..._model import Model
from ..._requests import Call
from ..pages import AsyncPages
from ..transport import AsyncTransport

M = TypeVar("M", bound=Model)


class AsyncResource:
    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    def _pages(self, call: Call, shape: type[M], *, endless: bool = False) -> AsyncPages[M]:
        return AsyncPages(self._transport, call, shape, endless)
