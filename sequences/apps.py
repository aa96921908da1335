from django.apps import AppConfig


class SequencesConfig(AppConfig):
    name = "sequences"

    def ready(self) -> None:
        from contacts import bulk, field_uses, tag_uses, timeline
        from contacts.erasing import operands
        from contacts.scoring import history
        from contacts.scoring.models import Trigger
        from contacts.watchers import watchers
        from crmsolid.core import erasure
        from crmsolid.workspaces.configuration import register_section
        from messaging.sending import sources
        from sequences import configuration, events, runner, scoring  # noqa: F401 - events declares the event types
        from sequences import erasure as enrollments
        from sequences.bulk import ENROLL
        from sequences.field_uses import in_sequences
        from sequences.message_source import SOURCE, SequenceSource
        from sequences.models import SequenceVersion, Step
        from sequences.tag_uses import find as sequences_with_tag
        from sequences.timeline import SOURCES

        sources.registry[SOURCE] = SequenceSource()
        watchers.append(runner.wake)
        bulk.register(ENROLL)
        field_uses.register(in_sequences)
        for source in SOURCES:
            timeline.register(source)
        operands.register(SequenceVersion, "stop_on")
        operands.register(Step, "condition")
        tag_uses.finders.append(sequences_with_tag)
        history.register(Trigger.SEQUENCE_COMPLETED, scoring.completed_by)
        erasure.register(erase=enrollments.erase, export=enrollments.export)
        register_section(configuration.SECTION, dump=configuration.dump, apply=configuration.apply)
