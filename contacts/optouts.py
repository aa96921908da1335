"""Opt-outs that outlive their contact, so that a later import cannot undo them.

What stays of an erased person who wanted no messages is an HMAC of each identity under the secret key: it tells
nothing by itself, and is found again when the same identity comes back.
"""

import hmac
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.conf import settings

from contacts.models import Contact, OptOut
from crmsolid.core.sql.table import Table

_optouts = Table(OptOut)


def remember(contact: Contact) -> None:
    """Keep the opt-out of a contact that is about to be erased."""
    rows = [OptOut(workspace_id=contact.workspace_id, digest=digest) for digest in _digests(contact, current=True)]
    _optouts.insert(rows, conflict="(workspace_id, digest) DO NOTHING")


def forget(contact: Contact) -> None:
    """The person may be written to again: somebody said so of the contact by hand."""
    digests = list(_digests(contact))
    OptOut.objects.for_workspace(contact.workspace_id).filter(digest__in=digests).delete()


def stands(contact: Contact) -> bool:
    """Whether one of the contact's identities opted out in an earlier life."""
    digests = list(_digests(contact))
    return bool(OptOut.objects.for_workspace(contact.workspace_id).filter(digest__in=digests).exists())


def expression(contact: Contact) -> tuple[str, Sequence[Any]]:
    """SQL for ``opted_out`` of a new contact: as given, or because an identity opted out before an erasure."""
    if contact.opted_out:
        return "%s", [True]
    digests = list(_digests(contact))
    placeholders = ", ".join(["%s"] * len(digests)) or "NULL"
    exists = f"EXISTS (SELECT 1 FROM {_optouts.name} WHERE workspace_id = %s AND digest IN ({placeholders}))"
    return exists, [contact.workspace_id, *digests]


def _digests(contact: Contact, *, current: bool = False) -> Iterator[bytes]:
    """Under the secret key, and (unless ``current``) under those it replaced."""
    secrets = [settings.SECRET_KEY, *([] if current else settings.SECRET_KEY_FALLBACKS)]
    identities = {
        "username": contact.username_key,
        "email": contact.email_key,
        "telegram": str(contact.telegram_id) if contact.telegram_id is not None else None,
    }
    for secret in secrets:
        for kind, value in identities.items():
            if value is not None:
                text = f"{contact.workspace_id}:{kind}:{value}"
                yield hmac.digest(_key(secret), text.encode(), "sha256")


@lru_cache(maxsize=16)
def _key(secret: str) -> bytes:
    """A key for this use alone, as Django's ``salted_hmac`` derives one."""
    return sha256(b"crmsolid.optout" + secret.encode()).digest()
