"""Opt-outs that outlive an erased contact, so that adding the person again does not undo them.

When a contact that opted out is erased, an HMAC of each of its identities under the secret key is kept. The HMAC
reveals nothing by itself, and matches when the same identity is added again.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.conf import settings

from contacts.models import Contact, OptOut

# What an identity is called in what is hashed, by its column.
IDENTITIES = {"username_key": "username", "email_key": "email", "telegram_id": "telegram"}


def keep(contact: Contact) -> None:
    """Keep the opt-out of a contact that is about to be erased."""
    keep_digests(contact.workspace_id, digests_of(contact, [settings.SECRET_KEY]))


def keep_digests(workspace_id: int, digests: Iterable[bytes]) -> None:
    """Keep opt-outs of which only the digests are known."""
    rows = [OptOut(workspace_id=workspace_id, digest=digest) for digest in digests]
    OptOut.objects.for_workspace(workspace_id).bulk_create(rows, ignore_conflicts=True)


def kept(contact: Contact) -> Any:
    """The opt-outs of erased contacts with one of these identities, as a queryset."""
    return OptOut.objects.for_workspace(contact.workspace_id).filter(digest__in=digests_of(contact))


def opted_out_sql(contact: Contact) -> tuple[str, Sequence[Any]]:
    """SQL and its parameters for ``opted_out`` of a new contact: its own value, or whether an opt-out is kept."""
    if contact.opted_out:
        return "%s", [True]
    digests = digests_of(contact)
    placeholders = ", ".join(["%s"] * len(digests)) or "NULL"
    exists = f'EXISTS (SELECT 1 FROM "{OptOut._meta.db_table}" WHERE workspace_id = %s AND digest IN ({placeholders}))'
    return exists, [contact.workspace_id, *digests]


def kept_among(workspace_id: int, identities: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these identities (column and key) for which an opt-out of an erased contact is kept."""
    by_digest = {digest: each for each in identities for digest in digests(workspace_id, dict([each]))}
    rows = OptOut.objects.for_workspace(workspace_id).filter(digest__in=list(by_digest))
    return {by_digest[bytes(digest)] for digest in rows.values_list("digest", flat=True)}


def digests(workspace_id: int, identities: Mapping[str, Any], secrets: Sequence[Any] = ()) -> list[bytes]:
    """An HMAC of each identity (column and key) under each secret, by default the secret key and those it replaced."""
    return [
        hmac.digest(_hmac_key(secret), f"{workspace_id}:{IDENTITIES[column]}:{value}".encode(), "sha256")
        for secret in secrets or (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        for column, value in identities.items()
        if value is not None
    ]


def digests_of(contact: Contact, secrets: Sequence[Any] = ()) -> list[bytes]:
    """As :func:`digests`, for the identities of a contact."""
    return digests(contact.workspace_id, {column: getattr(contact, column) for column in IDENTITIES}, secrets)


@lru_cache(maxsize=16)
def _hmac_key(secret: str) -> bytes:
    """A key for this use alone, derived in the way of Django's ``salted_hmac``."""
    return sha256(b"crmsolid.optout" + secret.encode()).digest()
