from django.apps import AppConfig


class WorkspacesConfig(AppConfig):
    name = "crmsolid.workspaces"
    label = "workspaces"
    verbose_name = "Workspace"

    def ready(self) -> None:
        from crmsolid.workspaces import registrations  # noqa: F401
