"""Registers the pages of custom fields, imports, scoring rules and segments with the panel."""

from django.contrib import admin

from contacts.imports.panel import ContactImportAdmin
from contacts.models import ContactImport, CustomField, ScoringRule, Segment
from contacts.panel.custom_fields import CustomFieldAdmin
from contacts.scoring.panel import ScoringRuleAdmin
from contacts.segments.panel import SegmentAdmin

admin.site.register(CustomField, CustomFieldAdmin)
admin.site.register(ContactImport, ContactImportAdmin)
admin.site.register(ScoringRule, ScoringRuleAdmin)
admin.site.register(Segment, SegmentAdmin)
