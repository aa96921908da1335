"""What messaging adds to the layers below, and to its own lists beside what sequences add."""

from django.db.models import Q

from contacts import notes, timeline, uses
from contacts.erasing import operands
from contacts.notes import mention_watchers
from contacts.panel.actions import ContactAction, bulk_pages, contact_actions, contact_conversations
from contacts.panel.query import added_columns
from contacts.review import link_finders
from contacts.scoring import occasions
from contacts.scoring.models import Trigger
from contacts.undoing.recording import ASSIGNEE
from contacts.undoing.services import undoers
from crmsolid.core.alive import loops
from crmsolid.core.crypto import register_columns
from crmsolid.core.erasure import KeptData, kept_data
from crmsolid.events.positions import listeners
from crmsolid.jobs.kinds import kinds
from crmsolid.limits import choosing
from crmsolid.workspaces.configuration import Section, sections
from crmsolid.workspaces.purging import purges
from crmsolid.workspaces.services import provisioners, role_watchers
from messaging import account_workers, accounts, notices, review, texts
from messaging import erasure as messages
from messaging.alerts import push, recording
from messaging.broadcasts import erasure as recipients
from messaging.broadcasts.job import BROADCAST
from messaging.broadcasts.message_source import SOURCE, BroadcastSource
from messaging.broadcasts.models import ENDED
from messaging.broadcasts.querysets import broadcasts_that_name_tag
from messaging.changes import queue as changes
from messaging.files.uses import Use
from messaging.files.uses import uses as file_uses
from messaging.models import (
    AccountKind,
    Broadcast,
    LoginAttempt,
    PushKey,
    PushSubscription,
    SessionToEnd,
    TelegramSession,
    Template,
    ThreadDraft,
)
from messaging.panel import contact_list
from messaging.panel.timeline import TIMELINE, conversations_with
from messaging.sending import gateway, sources
from messaging.sending.sandbox import SandboxGateway
from messaging.telegram import celery_worker
from messaging.threads import drafts, received, state
from messaging.threads.services import reading
from messaging.threads.services.actions import undo_assignment
from webhooks.accounts import Accounts
from webhooks.accounts import accounts as endpoint_accounts

gateway.registry.register(AccountKind.SANDBOX, SandboxGateway())
account_workers.queues_of_kind.register(AccountKind.TELEGRAM, celery_worker.queues_of)
loops.register(AccountKind.TELEGRAM, celery_worker.goes_on)
sources.registry.register(SOURCE, BroadcastSource())
kinds.register(BROADCAST.name, BROADCAST)

provisioners.register("messaging.accounts", accounts.provision)
provisioners.register("messaging.opt_out_words", texts.provision)
# In the order in which an answer of the member locks the same rows.
role_watchers.register("messaging.templates", texts.delete_own)
role_watchers.register("messaging.assignees", state.unassign_member)
role_watchers.register("messaging.drafts", drafts.forget_member)
role_watchers.register("messaging.alerts", recording.forget_member)
listeners.register("messaging.alerts", recording.record_received)
mention_watchers.register("messaging.alerts", recording.mention)
sections.register(texts.TEMPLATES, Section(texts.dump_templates, texts.apply_templates))
sections.register(texts.WORDS, Section(texts.dump_words, texts.apply_words))

contact_conversations.register("messaging.conversations", conversations_with)
added_columns.register("messaging.conversations", contact_list.COLUMNS)
bulk_pages.register("message", contact_list.WRITE)
contact_actions.register("messaging.message", ContactAction("Message", "inbox_new"))
timeline.sources.register(TIMELINE.name, TIMELINE)
notes.note_watchers.register("messaging.threads", notices.tell_of_note)
notes.conversation_finders.register("messaging.threads", reading.is_conversation_with)
occasions.sources.register(Trigger.REPLY, received.replies_of)
uses.of_field.register("messaging.templates", texts.of_field)
uses.of_tag.register("messaging.broadcasts", broadcasts_that_name_tag)
file_uses.register("messaging.templates", Use(Template))
file_uses.register("messaging.drafts", Use(ThreadDraft, column="content__attachments"))
file_uses.register("messaging.broadcasts", Use(Broadcast, ~Q(status__in=ENDED)))
operands.register_column(Broadcast, "audience", where=~Q(audience__has_key="contact_ids"))

link_finders.register("messaging.messages", review.new_links_by_change)
undoers.register(ASSIGNEE, undo_assignment)
purges.register("messaging.changes", changes.past_retention)
purges.register("messaging.alerts", recording.past_retention)
purges.register("messaging.push_subscriptions", push.past_retention)
purges.register("messaging.drafts", drafts.past_retention)
choosing.places.register(choosing.ACCOUNTS, accounts.account_names)
endpoint_accounts.register("messaging.accounts", Accounts(accounts.find_accounts, accounts.account_names))
kept_data.register("messaging.messages", KeptData(messages.erase, messages.export))
kept_data.register("messaging.recipients", KeptData(recipients.erase, recipients.export))
register_columns(TelegramSession, "auth_key", "future_auth_token", bound_to=("workspace_id", "account_id"))
register_columns(SessionToEnd, "auth_key", bound_to=("workspace_id", "id"))
register_columns(LoginAttempt, "encrypted_state", bound_to=("workspace_id", "id"))
register_columns(PushKey, "private_key", bound_to=("id",))
register_columns(PushSubscription, "subscription", bound_to=("user_id", "digest"))
