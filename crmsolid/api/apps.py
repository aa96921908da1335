from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "crmsolid.api"
    label = "api"

    def ready(self) -> None:
        from crmsolid.api import registrations  # noqa: F401
