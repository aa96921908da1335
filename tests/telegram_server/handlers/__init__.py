"""Importing this package registers the handlers of all requests that the server answers."""

from . import auth, dialogs, general, messages, updates, users

__all__ = ["auth", "dialogs", "general", "messages", "updates", "users"]
