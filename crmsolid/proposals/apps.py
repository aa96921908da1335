from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    name = "crmsolid.proposals"
    label = "proposals"

    def ready(self) -> None:
        from crmsolid.proposals import registrations  # noqa: F401
