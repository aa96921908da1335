"""Secrets that a session keeps between two pages. Django stores sessions readable, so these are encrypted in it."""

import json
from typing import Any

from cryptography.fernet import InvalidToken

from crmsolid.core import clock, crypto


def store(session: Any, name: str, value: Any, *, seconds: float) -> None:
    """Keep a value that JSON can hold under this name for so many seconds."""
    text = json.dumps([clock.now().timestamp() + seconds, value])
    session[name] = crypto.seal(text.encode(), f"session {name}").decode()


def read(session: Any, name: str) -> Any:
    """The value; None if there is none, its time is over, or its key was removed from ``FIELD_ENCRYPTION_KEYS``."""
    try:
        until, value = json.loads(crypto.unseal(str(session.get(name, "")).encode(), f"session {name}"))
    except InvalidToken:
        return None
    return value if clock.now().timestamp() < until else None
