from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "crmsolid.api"
    label = "api"

    def ready(self) -> None:
        from crmsolid import checks  # noqa: F401 - registers the checks
        from crmsolid.api import erasure as stored_answers
        from crmsolid.core import erasure

        erasure.register(erase=stored_answers.erase, export=stored_answers.export)
