"""The sequences that name a tag or a custom field."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q

from contacts import field_uses, tag_uses
from contacts.normalization import fold
from contacts.uses import Use
from crmsolid.workspaces.models import Workspace
from messaging.sending.message_text import variables
from sequences.models import OPEN, Enrollment, SequenceVersion, Step

ADVICE = "Edit it and save: a version that contacts are in never changes by itself."


def of_tag(workspace: Workspace, name: str) -> list[Use]:
    """Those that name the tag in the condition of a step, or as what stops them. Of each sequence the latest version
    counts, and those that contacts are in."""
    open_ones = Enrollment.objects.for_workspace(workspace).filter(version=OuterRef("pk"), status__in=OPEN)
    versions = SequenceVersion.objects.for_workspace(workspace).select_related("sequence")
    live = {each.pk: each for each in versions.filter(Q(number=F("sequence__version")) | Exists(open_ones))}
    steps = Step.objects.for_workspace(workspace).filter(version__in=list(live), condition__isnull=False)
    naming = {step.version_id for step in steps if tag_uses.is_named_in(step.condition, name)}
    naming |= {pk for pk, version in live.items() if f"tag:{fold(name)}" in map(fold, version.stop_on)}
    found = {live[pk].sequence_id: live[pk].sequence for pk in naming}
    return [
        Use("Sequence", each.name, "sequences_sequence_change", each.pk, ADVICE)
        for each in sorted(found.values(), key=lambda each: each.name)
    ]


def of_field(workspace: Workspace, key: str) -> Iterator[Use]:
    """Those whose latest version names the field, in a text or in a condition."""
    latest = Step.objects.for_workspace(workspace).filter(version__number=F("version__sequence__version"))
    names = {
        step.version.sequence_id: step.version.sequence.name
        for step in latest.select_related("version__sequence")
        if key in variables(step.text) or field_uses.is_named_in(step.condition, key)
    }
    for pk, name in names.items():
        yield Use("Sequence", name, "sequences_sequence_change", pk)
