"""The panel's pages of messages, accounts and Telegram logins."""

from messaging.admin import accounts as accounts
from messaging.admin import broadcasts as broadcasts
from messaging.admin import inbox as inbox
