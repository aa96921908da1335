"""Templates that name a custom field."""

from collections.abc import Iterator

from contacts.field_uses import FieldUse
from contacts.models import CustomField
from messaging.models import Template
from messaging.sending.message_text import variables


def in_templates(field: CustomField) -> Iterator[FieldUse]:
    for template in Template.objects.for_workspace(field.workspace_id):
        if field.key in variables(template.text):
            yield FieldUse("Template", template.name, "messaging_template_change", str(template.pk))
