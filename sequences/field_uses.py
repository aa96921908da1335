"""Sequences whose latest version names a custom field, in a text or in a condition."""

from collections.abc import Iterator

from django.db.models import F

from contacts.field_uses import FieldUse, is_named_in
from contacts.models import CustomField
from messaging.sending.message_text import variables
from sequences.models import Step


def in_sequences(field: CustomField) -> Iterator[FieldUse]:
    latest = Step.objects.for_workspace(field.workspace_id).filter(version__number=F("version__sequence__version"))
    names = {
        step.version.sequence_id: step.version.sequence.name
        for step in latest.select_related("version__sequence")
        if field.key in variables(step.text) or is_named_in(field, step.condition)
    }
    for pk, name in names.items():
        yield FieldUse("Sequence", name, "sequences_sequence_change", pk)
