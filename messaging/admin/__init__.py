"""The panel's pages of messages, accounts, Telegram logins, templates and opt-out words."""

from messaging.admin import accounts as accounts
from messaging.admin import broadcasts as broadcasts
from messaging.admin import contacts as contacts
from messaging.admin import inbox as inbox
from messaging.admin import texts as texts
