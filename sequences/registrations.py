"""What sequences add to the layers below."""

from contacts import bulk, timeline, uses
from contacts.erasing import operands
from contacts.panel.actions import bulk_choices, contact_actions, contact_sections
from contacts.repository import watchers
from contacts.review import link_finders
from contacts.scoring import occasions
from contacts.scoring.models import Trigger
from crmsolid.core.erasure import KeptData, kept_data
from crmsolid.jobs.kinds import kinds
from crmsolid.workspaces.configuration import Section, sections
from messaging import held
from messaging.files.uses import Use
from messaging.files.uses import uses as file_uses
from messaging.sending import sources
from sequences import (
    configuration,
    erasure,
    events,  # noqa: F401 - declares the event types
    services,
)
from sequences.hooks import ENROLL, ENROLL_JOB, SOURCES, WHILE_HELD, completed_by, of_field, of_tag
from sequences.models import SequenceVersion, Step
from sequences.panel.enrollments import ENROLL_ACTION, ENROLL_CHOICE, sequences_of
from sequences.running import runner
from sequences.running.message_source import SOURCE, SequenceSource

sources.registry.register(SOURCE, SequenceSource())
held.sequences.register("sequences", WHILE_HELD)
watchers.register("sequences.wake", runner.wake)
link_finders.register("sequences.steps", services.new_links_by_change)
kinds.register(ENROLL_JOB.name, ENROLL_JOB)
bulk.actions.register(ENROLL.name, ENROLL)
bulk_choices.register(ENROLL_CHOICE.action, ENROLL_CHOICE)
contact_actions.register("sequences.enroll", ENROLL_ACTION)
contact_sections.register("sequences.enrollments", sequences_of)
uses.of_field.register("sequences", of_field)
uses.of_tag.register("sequences", of_tag)
for source in SOURCES:
    timeline.sources.register(source.name, source)
operands.register_column(SequenceVersion, "stop_on")
operands.register_column(Step, "condition")
file_uses.register("sequences.steps", Use(Step))
occasions.sources.register(Trigger.SEQUENCE_COMPLETED, completed_by)
kept_data.register("sequences.enrollments", KeptData(erasure.erase, erasure.export))
sections.register(configuration.SECTION, Section(configuration.dump, configuration.apply))
