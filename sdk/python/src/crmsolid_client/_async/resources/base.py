"""What all resources have."""

from __future__ import annotations

import dataclasses
from typing import TypeVar

from ..._model import Model
from ..._requests import Call
from ..pages import AsyncPages
from ..transport import AsyncTransport

M = TypeVar("M", bound=Model)

PAGE = 100  # objects of a page, unless the caller says otherwise


class AsyncResource:
    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    def _pages(self, call: Call, shape: type[M], *, endless: bool = False) -> AsyncPages[M]:
        if all(name != "limit" for name, _ in call.params):
            call = dataclasses.replace(call, params=(*call.params, ("limit", str(PAGE))))
        return AsyncPages(self._transport, call, shape, endless)
