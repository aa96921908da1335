from django.apps import AppConfig


class WorkspacesConfig(AppConfig):
    name = "crmsolid.workspaces"
    label = "workspaces"
    verbose_name = "Workspace"

    def ready(self) -> None:
        from crmsolid.core import crypto, erasure
        from crmsolid.workspaces import kept_forms, sessions
        from crmsolid.workspaces.models import OutgoingEmail, TwoFactor

        crypto.register_columns(TwoFactor, "secret", bound_to=("user_id",))
        crypto.register_columns(OutgoingEmail, "body", bound_to=("to",))
        erasure.register(erase=kept_forms.erase, export=kept_forms.export)
        sessions.connect()
