from django.apps import AppConfig


class LimitsConfig(AppConfig):
    name = "crmsolid.limits"
    label = "limits"

    def ready(self) -> None:
        from crmsolid.limits import registrations  # noqa: F401
