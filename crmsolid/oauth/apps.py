from django.apps import AppConfig


class OAuthConfig(AppConfig):
    name = "crmsolid.oauth"
    label = "oauth"
    verbose_name = "Connected assistants"
