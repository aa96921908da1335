from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "contacts"

    def ready(self) -> None:
        from contacts import configuration, events  # noqa: F401 - importing events declares the event types
        from contacts.imports import erasure, jobs
        from contacts.scoring import configuration as scoring
        from contacts.scoring import rescoring
        from contacts.segments import tagging
        from crmsolid.core.erasure import register as register_erasure
        from crmsolid.jobs import kinds
        from crmsolid.workspaces.configuration import register_section

        kinds.register(jobs.IMPORT)
        kinds.register(tagging.TAG_SEGMENT)
        kinds.register(rescoring.SCORE)
        kinds.register(rescoring.PREVIEW)
        register_erasure(erase=erasure.erase, export=erasure.export)
        register_section(configuration.SECTION, dump=configuration.dump, apply=configuration.apply)
        # Behind the custom fields, which rules may name.
        register_section(scoring.SECTION, dump=scoring.dump, apply=scoring.apply)
