from django.apps import AppConfig


class OAuthConfig(AppConfig):
    name = "crmsolid.oauth"
    label = "oauth"
    verbose_name = "Connected assistants"

    def ready(self) -> None:
        from crmsolid.oauth import registrations  # noqa: F401
