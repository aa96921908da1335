from django.apps import AppConfig


class OAuthConfig(AppConfig):
    name = "crmsolid.oauth"
    label = "oauth"
    verbose_name = "Connected assistants"

    def ready(self) -> None:
        from crmsolid.oauth.services import end_grants_of
        from crmsolid.workspaces import own_access

        own_access.on_end_of_access(end_grants_of)
