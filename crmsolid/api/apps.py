from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "crmsolid.api"
    label = "api"

    def ready(self) -> None:
        from crmsolid import checks  # noqa: F401 - registers the checks
