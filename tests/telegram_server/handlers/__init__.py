"""Importing this package registers every request the server answers."""

from . import auth, chats, general, messages, people, updates

__all__ = ["auth", "chats", "general", "messages", "people", "updates"]
