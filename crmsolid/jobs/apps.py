from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "crmsolid.jobs"
    label = "jobs"

    def ready(self) -> None:
        from crmsolid.jobs import registrations  # noqa: F401
