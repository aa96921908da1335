"""Opt-outs that outlive an erased contact, so that adding the person again does not undo them.

When a contact that opted out is erased, an HMAC of each of its identities under the secret key is kept. The HMAC
reveals nothing by itself, and matches when the same identity is added again.
"""

import hmac
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.conf import settings

from contacts.models import Contact, OptOut
from crmsolid.core.sql.table import Table

_optouts = Table(OptOut)


def keep(contact: Contact) -> None:
    """Keep the opt-out of a contact that is about to be erased."""
    digests = _digests(contact, [settings.SECRET_KEY])
    rows = [OptOut(workspace_id=contact.workspace_id, digest=digest) for digest in digests]
    _optouts.insert(rows, conflict="(workspace_id, digest) DO NOTHING")


def kept(contact: Contact) -> Any:
    """The opt-outs of erased contacts with one of these identities, as a queryset."""
    return OptOut.objects.for_workspace(contact.workspace_id).filter(digest__in=_digests(contact))


def opted_out_sql(contact: Contact) -> tuple[str, Sequence[Any]]:
    """SQL and its parameters for ``opted_out`` of a new contact: its own value, or whether an opt-out is kept."""
    if contact.opted_out:
        return "%s", [True]
    digests = _digests(contact)
    placeholders = ", ".join(["%s"] * len(digests)) or "NULL"
    exists = f"EXISTS (SELECT 1 FROM {_optouts.name} WHERE workspace_id = %s AND digest IN ({placeholders}))"
    return exists, [contact.workspace_id, *digests]


def _digests(contact: Contact, secrets: Sequence[Any] = ()) -> list[bytes]:
    """An HMAC of each identity of the contact under each secret, by default the secret key and those it replaced."""
    identities = {"username": contact.username_key, "email": contact.email_key, "telegram": contact.telegram_id}
    return [
        hmac.digest(_hmac_key(secret), f"{contact.workspace_id}:{identity_type}:{value}".encode(), "sha256")
        for secret in secrets or (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        for identity_type, value in identities.items()
        if value is not None
    ]


@lru_cache(maxsize=16)
def _hmac_key(secret: str) -> bytes:
    """A key for this use alone, derived in the way of Django's ``salted_hmac``."""
    return sha256(b"crmsolid.optout" + secret.encode()).digest()
