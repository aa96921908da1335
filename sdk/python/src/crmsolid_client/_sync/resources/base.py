# Generated from _async/resources/base.py by tools/generate_sync.py; do not edit.
"""What all resources have."""

from __future__ import annotations

import dataclasses
from typing import TypeVar

from ..._model import Model
from ..._requests import Call
from ..pages import Pages
from ..transport import Transport

M = TypeVar("M", bound=Model)

PAGE = 100  # objects of a page, unless the caller says otherwise


class Resource:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _pages(self, call: Call, shape: type[M], *, endless: bool = False) -> Pages[M]:
        if all(name != "limit" for name, _ in call.params):
            call = dataclasses.replace(call, params=(*call.params, ("limit", str(PAGE))))
        return Pages(self._transport, call, shape, endless)
