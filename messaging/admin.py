"""Registers the pages of messaging; they are in ``messaging.panel``."""

from django.contrib import admin

from contacts.panel.actions import ContactAction, contact_actions, contact_links
from messaging.broadcasts.models import Broadcast
from messaging.models import Account, Message, MessageAttempt, OptOutWord, Template
from messaging.panel.accounts import AccountAdmin
from messaging.panel.broadcasts import BroadcastAdmin
from messaging.panel.messages import MessageAdmin, MessageAttemptAdmin
from messaging.panel.texts import OptOutWordAdmin, TemplateAdmin
from messaging.panel.words import conversations_with

admin.site.register(Account, AccountAdmin)
admin.site.register(Broadcast, BroadcastAdmin)
admin.site.register(Message, MessageAdmin)
admin.site.register(MessageAttempt, MessageAttemptAdmin)
admin.site.register(OptOutWord, OptOutWordAdmin)
admin.site.register(Template, TemplateAdmin)

contact_links.append(conversations_with)
contact_actions.append(ContactAction("Message", "inbox_new"))
