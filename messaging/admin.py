"""Registers the pages of messaging; they are in ``messaging.panel``."""

from django.contrib import admin

from messaging.broadcasts.models import Broadcast
from messaging.models import Account, Message, MessageAttempt, OptOutWord, Template
from messaging.panel.accounts import AccountAdmin
from messaging.panel.broadcasts import BroadcastAdmin
from messaging.panel.messages import MessageAdmin, MessageAttemptAdmin
from messaging.panel.texts import OptOutWordAdmin, TemplateAdmin

admin.site.register(Account, AccountAdmin)
admin.site.register(Broadcast, BroadcastAdmin)
admin.site.register(Message, MessageAdmin)
admin.site.register(MessageAttempt, MessageAttemptAdmin)
admin.site.register(OptOutWord, OptOutWordAdmin)
admin.site.register(Template, TemplateAdmin)
