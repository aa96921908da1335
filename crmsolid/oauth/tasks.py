"""Celery tasks of OAuth."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from crmsolid.core import clock
from crmsolid.oauth import client_documents
from crmsolid.oauth.models import (
    AccessToken,
    Application,
    AuthorizationCode,
    DocumentRequest,
    Grant,
    RefreshToken,
)
from crmsolid.oauth.services import end_grant

KEEP_EXPIRED = timedelta(hours=24)  # a client is told that its token has expired, and a code used twice is noticed
KEEP_UNUSED_CLIENTS = timedelta(hours=24)
KEEP_REQUESTS = timedelta(hours=1)  # for a description; by then it is stored, or the problem was shown
BATCH = 500


@shared_task(name=client_documents.TASK)
def fetch_documents() -> int:
    """Fetch the descriptions of clients that members wait for."""
    return client_documents.fetch_due()


@shared_task(name="oauth.purge")
def purge() -> int:
    """Delete expired codes and tokens and clients that nobody has connected, and end grants whose last token is gone.

    Each batch commits by itself. Returns how many rows were deleted.
    """
    now = clock.now()
    lifetime = timedelta(seconds=settings.OAUTH2_PROVIDER["REFRESH_TOKEN_EXPIRE_SECONDS"])
    deleted = _delete(AuthorizationCode.objects.filter(expires__lt=now - KEEP_EXPIRED))
    # Used refresh tokens stay as long as the others, to notice when one is used again.
    deleted += _delete(RefreshToken.objects.filter(created__lt=now - lifetime))
    over = Q(refresh_token=None) | Q(refresh_token__revoked__isnull=False)
    deleted += _delete(AccessToken.objects.filter(over, expires__lt=now - KEEP_EXPIRED))
    deleted += _delete(DocumentRequest.objects.filter(asked_at__lt=now - KEEP_REQUESTS))
    _end_grants_without_tokens()
    unused = ~Exists(Grant.unscoped.filter(application=OuterRef("pk")))
    return deleted + _delete(Application.objects.filter(unused, created__lt=now - KEEP_UNUSED_CLIENTS))


def _end_grants_without_tokens() -> None:
    tokens = RefreshToken.objects.filter(grant=OuterRef("pk"), revoked=None)
    codes = AuthorizationCode.objects.filter(grant=OuterRef("pk"), used_at=None)
    rows = Grant.unscoped.filter(~Exists(tokens), ~Exists(codes), revoked_at=None)
    for grant in rows.select_related("workspace").order_by("created_at")[:BATCH]:
        end_grant(grant, "grant.expired", "no_token_left")


def _delete(rows: QuerySet[Any]) -> int:
    """Each batch is selected and deleted in one transaction, so a client that is connected meanwhile stops it, no more:
    the foreign key of the grant refuses to lose its client."""
    deleted = 0
    while batch := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            deleted += rows.filter(pk__in=batch).delete()[0]
    return deleted
