"""What a page says after something was done, with a button that takes it back where a service can.

With a script it is a toast in the corner for 8 seconds, without one a strip above the page.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Undo:
    """The form of the button Undo: the address of a page of the panel, and what is posted to it."""

    address: str
    fields: Mapping[str, str] = field(default_factory=dict)


def done(request: HttpRequest, text: str, *, undo: Undo | None = None) -> None:
    """Say on the next page that something was done."""
    tags = json.dumps([undo.address, dict(undo.fields)]) if undo is not None else ""
    messages.success(request, text, extra_tags=tags)


def undo_of(message: Message) -> Undo | None:
    """How to take back what the message says."""
    return Undo(*json.loads(message.extra_tags)) if message.extra_tags else None
