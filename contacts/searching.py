"""Search for people while somebody types: a few, within a bounded time."""

import re

from django.db.models import QuerySet

from contacts.models import Contact, pieces_of, search_has
from contacts.normalization import fold
from crmsolid.core.ids import is_id
from crmsolid.core.postgresql.statement_timeout import StatementTimeout, statement_timeout
from crmsolid.workspaces.actor import Actor, Scope

# Of one or two letters, which no index knows, and of what takes longer than this, only so many of the newest contacts
# are looked through.
NEWEST = 20_000
SECONDS = 0.1
# Of so many of the newest that fit, those in whom a name, the username or the address begins so come first.
RANKED = 50


def search_contacts(actor: Actor, text: str, *, limit: int) -> list[Contact]:
    """A few contacts with this text in the name, username or e-mail address, regardless of case, or with this id.
    Errors: ``scope_missing``."""
    actor.require(Scope.READ_CONTACTS)
    rows: QuerySet[Contact] = Contact.objects.for_workspace(actor.workspace)
    if is_id("con", text):
        return list(rows.filter(pk=text))
    folded = fold(text)
    begins = re.compile(rf"(?:^|[\n ])@?{re.escape(folded)}")
    found = _newest(rows.order_by("-created_at", "-id"), folded)
    return sorted(found, key=lambda contact: not begins.search(contact.search))[:limit]


def _newest(rows: "QuerySet[Contact]", folded: str) -> list[Contact]:
    """The newest that fit."""
    fitting = rows.filter(search_has(folded))
    if pieces_of(folded):
        try:
            with statement_timeout(SECONDS):
                return list(fitting[:RANKED])
        except StatementTimeout:
            pass
    oldest = rows.values_list("created_at", flat=True)[NEWEST - 1 : NEWEST].first()
    return list(fitting.filter(created_at__gte=oldest)[:RANKED] if oldest else fitting[:RANKED])
