from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"

    def ready(self) -> None:
        from django.db.models import Q
        from django.db.models.signals import post_delete, post_save

        from contacts import timeline, uses
        from contacts.erasing import operands
        from contacts.scoring import history
        from contacts.scoring.models import Trigger
        from crmsolid.core import crypto, erasure
        from crmsolid.jobs import kinds
        from crmsolid.workspaces.configuration import register_section
        from crmsolid.workspaces.models import Membership
        from crmsolid.workspaces.services import on_provision
        from messaging import accounts, texts
        from messaging import erasure as messages
        from messaging.broadcasts import erasure as recipients
        from messaging.broadcasts.job import BROADCAST
        from messaging.broadcasts.message_source import SOURCE, BroadcastSource
        from messaging.broadcasts.querysets import broadcasts_that_name_tag
        from messaging.models import AccountKind, Broadcast
        from messaging.representations import TIMELINE
        from messaging.sending import gateway, sources
        from messaging.sending.sandbox import SandboxGateway
        from messaging.telegram.gateway import queues_of
        from messaging.telegram_models import LoginAttempt, SessionToEnd, TelegramSession
        from messaging.threads import received, state

        gateway.registry[AccountKind.SANDBOX] = SandboxGateway()
        gateway.account_worker_queues[AccountKind.TELEGRAM] = queues_of
        on_provision(accounts.provision)
        on_provision(texts.provision)
        register_section(texts.TEMPLATES, dump=texts.dump_templates, apply=texts.apply_templates)
        register_section(texts.WORDS, dump=texts.dump_words, apply=texts.apply_words)
        uses.of_field.append(texts.of_field)
        timeline.register(TIMELINE)
        history.register(Trigger.REPLY, received.replies_of)
        erasure.register(erase=messages.erase, export=messages.export)
        erasure.register(erase=recipients.erase, export=recipients.export)
        operands.register(Broadcast, "audience", where=~Q(audience__has_key="contact_ids"))
        kinds.register(BROADCAST)
        uses.of_tag.append(broadcasts_that_name_tag)
        sources.registry[SOURCE] = BroadcastSource()
        row = ("workspace_id", "account_id")
        crypto.register_columns(TelegramSession, "auth_key", "future_auth_token", bound_to=row)
        crypto.register_columns(SessionToEnd, "auth_key", bound_to=("workspace_id", "id"))
        crypto.register_columns(LoginAttempt, "encrypted_state", bound_to=("workspace_id", "id"))
        post_delete.connect(state.unassign_removed_member, sender=Membership)
        post_save.connect(state.unassign_demoted_member, sender=Membership)
