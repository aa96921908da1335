"""Importing this package registers the handlers of all requests that the server answers."""

from . import auth, dialogs, general, login_tokens, messages, updates, users

__all__ = ["auth", "dialogs", "general", "login_tokens", "messages", "updates", "users"]
