from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crmsolid.core import erasure, reencryption
        from crmsolid.workspaces.services import on_provision
        from messaging import erasure as messages
        from messaging import events, services  # noqa: F401 - importing events declares the event types
        from messaging.models import AccountKind
        from messaging.sending import gateway
        from messaging.sending.sandbox import SandboxGateway
        from messaging.telegram.gateway import TelegramGateway
        from messaging.telegram_models import LoginAttempt, TelegramSession

        gateway.register(AccountKind.SANDBOX, SandboxGateway())
        gateway.register(AccountKind.TELEGRAM, TelegramGateway())
        on_provision(services.provision)
        erasure.register(erase=messages.erase, export=messages.export)
        reencryption.register(TelegramSession, "auth_key")
        reencryption.register(LoginAttempt, "encrypted_state")
