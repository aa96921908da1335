from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crmsolid.core import erasure, sealed
        from crmsolid.workspaces.services import on_provision
        from messaging import erasure as messages
        from messaging import events, gateway, provisioning
        from messaging.models import AccountKind
        from messaging.sandbox import SandboxGateway
        from messaging.telegram.gateway import TelegramGateway
        from messaging.telegram_models import LoginAttempt, TelegramSession

        gateway.register(AccountKind.SANDBOX, SandboxGateway())
        gateway.register(AccountKind.TELEGRAM, TelegramGateway())
        on_provision(provisioning.provision)
        erasure.register(erase=messages.erase, export=messages.export)
        sealed.register(TelegramSession, "auth_key")
        sealed.register(LoginAttempt, "sealed")
        events.register_events()
