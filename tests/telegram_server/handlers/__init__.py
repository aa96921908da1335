"""Importing this package registers the handlers of all requests that the server answers."""

from . import actions, auth, channels, dialogs, general, login_tokens, media, messages, updates, upload, users

__all__ = [
    "actions",
    "auth",
    "channels",
    "dialogs",
    "general",
    "login_tokens",
    "media",
    "messages",
    "updates",
    "upload",
    "users",
]
