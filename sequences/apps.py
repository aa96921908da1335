from django.apps import AppConfig


class SequencesConfig(AppConfig):
    name = "sequences"

    def ready(self) -> None:
        from contacts import bulk, timeline, uses
        from contacts.erasing import operands
        from contacts.scoring import history
        from contacts.scoring.models import Trigger
        from contacts.watchers import watchers
        from crmsolid.core import erasure
        from crmsolid.workspaces.configuration import register_section
        from messaging import held
        from messaging.sending import sources
        from sequences import configuration, events  # noqa: F401 - events declares the event types
        from sequences import erasure as enrollments
        from sequences.hooks import ENROLL, SOURCES, WHILE_HELD, completed_by, of_field, of_tag
        from sequences.models import SequenceVersion, Step
        from sequences.running import runner
        from sequences.running.message_source import SOURCE, SequenceSource

        sources.registry[SOURCE] = SequenceSource()
        held.sequences.append(WHILE_HELD)
        watchers.append(runner.wake)
        bulk.register(ENROLL)
        uses.of_field.append(of_field)
        uses.of_tag.append(of_tag)
        for source in SOURCES:
            timeline.register(source)
        operands.register(SequenceVersion, "stop_on")
        operands.register(Step, "condition")
        history.register(Trigger.SEQUENCE_COMPLETED, completed_by)
        erasure.register(erase=enrollments.erase, export=enrollments.export)
        register_section(configuration.SECTION, dump=configuration.dump, apply=configuration.apply)
