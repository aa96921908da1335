"""What contacts add to the layers below, and to their own lists beside what apps above add."""

from django.db.models import Q

from contacts import (
    bulk,
    custom_fields,
    events,  # noqa: F401 - declares the event types
    tags,
    timeline,
)
from contacts.erasing import operands
from contacts.imports import erasure as imports
from contacts.imports import jobs
from contacts.models import ScoringRule, Segment
from contacts.panel.actions import OWN_CHOICES, bulk_choices
from contacts.scoring import occasions, rescoring
from contacts.scoring import services as scoring
from contacts.scoring.models import Trigger
from contacts.segments import matching, tagging
from contacts.undoing import services as undoing
from crmsolid.core.erasure import KeptData, kept_data
from crmsolid.jobs.kinds import kinds
from crmsolid.jobs.models import Job
from crmsolid.limits import choosing
from crmsolid.workspaces import edge
from crmsolid.workspaces.configuration import Section, sections
from crmsolid.workspaces.purging import purges

for kind in (jobs.IMPORT, tagging.TAG_SEGMENT, bulk.BULK_CHANGE, rescoring.SCORE, rescoring.PREVIEW):
    kinds.register(kind.name, kind)
for action in (bulk.CHANGE_TAGS, bulk.CHANGE_STAGE, bulk.ERASE_CONTACTS, tags.RENAME_TAG):
    bulk.actions.register(action.name, action)

# Segments first: whoever copies one into a job or a broadcast holds it until the copy can be seen, and nobody who holds
# a job or a started broadcast waits for a segment. Then jobs, which are locked before all others.
operands.register_column(Segment, "filter")
# Jobs on many contacts forget the filter at their end.
on_many = (Q(kind=tagging.TAG_SEGMENT.name) | Q(params__has_key="conditions")) & Q(next_run_at__isnull=False)
operands.register_column(Job, "params", where=on_many | Q(kind=rescoring.PREVIEW.name))
operands.register_column(ScoringRule, "value")

edge.people_of.register("segments", matching.people_of)

for choice in OWN_CHOICES:
    bulk_choices.register(choice.action, choice)
for source in timeline.OWN_SOURCES:
    timeline.sources.register(source.name, source)
occasions.sources.register(Trigger.TAG, occasions.tags_of)
occasions.sources.register(Trigger.STAGE, occasions.stages_of)
occasions.sources.register(Trigger.FIELD, occasions.fields_of)

choosing.places.register(choosing.SEGMENTS, matching.segment_names)
kept_data.register("contacts.undoing", KeptData(undoing.erase, undoing.export))
purges.register("contacts.assistant_changes", undoing.past_retention)
kept_data.register("contacts.imports", KeptData(imports.erase, imports.export))
sections.register(custom_fields.SECTION, Section(custom_fields.dump, custom_fields.apply))
# Behind the custom fields, which rules may name.
sections.register(scoring.SECTION, Section(scoring.dump_rules, scoring.apply_rules))
