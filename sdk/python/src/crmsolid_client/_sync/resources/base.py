# Generated from _async/resources/base.py by tools/generate_sync.py; do not edit.
"""What all resources have."""

from __future__ import annotations

from typing import TypeVar

from ..._model import Model
from ..._requests import Call
from ..pages import Pages
from ..transport import Transport

M = TypeVar("M", bound=Model)


class Resource:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _pages(self, call: Call, shape: type[M], *, endless: bool = False) -> Pages[M]:
        return Pages(self._transport, call, shape, endless)
