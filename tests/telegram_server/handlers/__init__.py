"""Importing this package registers the handlers of all requests that the server answers."""

from . import auth, channels, dialogs, general, login_tokens, media, messages, updates, upload, users

__all__ = ["auth", "channels", "dialogs", "general", "login_tokens", "media", "messages", "updates", "upload", "users"]
