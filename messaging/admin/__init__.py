"""The panel's pages of messages, accounts and Telegram logins."""

from messaging.admin import accounts, inbox

__all__ = ["accounts", "inbox"]
