from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "contacts"

    def ready(self) -> None:
        from django.db.models import Q

        # These register checks, events and a bulk action.
        from contacts import bulk, checks, configuration, events, tags  # noqa: F401
        from contacts.erasing import operands
        from contacts.imports import erasure, jobs
        from contacts.models import ScoringRule, Segment
        from contacts.scoring import configuration as scoring
        from contacts.scoring import rescoring
        from contacts.segments import tagging
        from crmsolid.core.erasure import register as register_erasure
        from crmsolid.jobs import kinds
        from crmsolid.workspaces.configuration import register_section
        from crmsolid.workspaces.models import Job

        kinds.register(jobs.IMPORT)
        kinds.register(tagging.TAG_SEGMENT)
        kinds.register(bulk.BULK_CHANGE)
        # Segments first: whoever copies one into a job or a broadcast holds it until the copy can be seen, and nobody
        # who holds a job or a started broadcast waits for a segment. Then jobs, which are locked before all others.
        operands.register(Segment, "filter")
        # Jobs on many contacts forget the filter at their end.
        on_many = Q(kind__in=[tagging.TAG_SEGMENT.name, bulk.BULK_CHANGE.name], next_run_at__isnull=False)
        operands.register(Job, "params", where=on_many | Q(kind=rescoring.PREVIEW.name))
        operands.register(ScoringRule, "value")
        kinds.register(rescoring.SCORE)
        kinds.register(rescoring.PREVIEW)
        register_erasure(erase=erasure.erase, export=erasure.export)
        register_section(configuration.SECTION, dump=configuration.dump, apply=configuration.apply)
        # Behind the custom fields, which rules may name.
        register_section(scoring.SECTION, dump=scoring.dump, apply=scoring.apply)
