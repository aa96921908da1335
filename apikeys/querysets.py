"""Queries of API keys that have a name."""

from datetime import timedelta

from django.db.models import QuerySet

from apikeys.models import ApiKey
from crmsolid.core import clock
from crmsolid.workspaces.models import Workspace

WARN_BEFORE = timedelta(days=14)


def expiring_keys(workspace: Workspace) -> "QuerySet[ApiKey]":
    """Keys that work now and expire within ``WARN_BEFORE``, without those that were rotated or revoked."""
    now = clock.now()
    rows: QuerySet[ApiKey] = ApiKey.objects.for_workspace(workspace)
    return rows.filter(expires_at__gt=now, expires_at__lte=now + WARN_BEFORE, revoked_at__isnull=True)
