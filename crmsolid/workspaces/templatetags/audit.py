"""``{% load audit %}``: entries of the audit log in sentences."""

from collections.abc import Iterable

from django import template

from crmsolid.workspaces.audit_sentences import Description, describe
from crmsolid.workspaces.models import AuditEntry

register = template.Library()


@register.filter
def in_sentences(entries: Iterable[AuditEntry]) -> list[Description]:
    """The entries with their sentences, see :func:`crmsolid.workspaces.audit_sentences.describe`."""
    return describe(entries)
