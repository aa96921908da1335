"""The sequences that name a tag: in the condition of a step, or as what stops them."""

from django.db.models import Exists, F, OuterRef, Q

from contacts.normalization import fold
from contacts.tag_uses import TagUse, is_named_in
from crmsolid.workspaces.models import Workspace
from sequences.models import OPEN, Enrollment, SequenceVersion, Step

ADVICE = "Edit it and save: a version that contacts are in never changes by itself."


def find(workspace: Workspace, name: str) -> list[TagUse]:
    """Of each sequence the latest version counts, and those that contacts are in."""
    open_ones = Enrollment.objects.for_workspace(workspace).filter(version=OuterRef("pk"), status__in=OPEN)
    versions = SequenceVersion.objects.for_workspace(workspace).select_related("sequence")
    live = {each.pk: each for each in versions.filter(Q(number=F("sequence__version")) | Exists(open_ones))}
    steps = Step.objects.for_workspace(workspace).filter(version__in=list(live), condition__isnull=False)
    naming = {step.version_id for step in steps if is_named_in(step.condition, name)}
    naming |= {pk for pk, version in live.items() if f"tag:{fold(name)}" in map(fold, version.stop_on)}
    found = {live[pk].sequence_id: live[pk].sequence for pk in naming}
    return [
        TagUse("Sequence", each.name, "sequences_sequence_change", each.pk, ADVICE)
        for each in sorted(found.values(), key=lambda each: each.name)
    ]
