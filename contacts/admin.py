"""Registers the pages of custom fields, imports, scoring rules and segments with the panel."""

from django.contrib import admin

from contacts.imports import admin as imports_admin  # noqa: F401 - registers them
from contacts.models import CustomField
from contacts.panel.custom_fields import CustomFieldAdmin
from contacts.scoring import admin as scoring_admin  # noqa: F401
from contacts.segments import admin as segments_admin  # noqa: F401

admin.site.register(CustomField, CustomFieldAdmin)
