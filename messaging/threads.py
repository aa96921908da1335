"""Threads: found or made by account and contact."""

from datetime import datetime

from contacts.models import Contact
from crmsolid.core.ids import new_id
from crmsolid.core.sql.prepared_cursor import statement_cursor
from crmsolid.core.sql.table import Table, datetime_param
from messaging.models import Account, Thread

_threads = Table(Thread)

_UPSERT = (
    f"INSERT INTO {_threads.name} (id, workspace_id, account_id, contact_id, unread_count, last_message_at, created_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (account_id, contact_id) DO UPDATE SET"
    " unread_count = {0}.unread_count + excluded.unread_count,"
    " last_message_at = CASE WHEN excluded.last_message_at > {0}.last_message_at THEN excluded.last_message_at"
    " ELSE {0}.last_message_at END RETURNING id"
).format(_threads.name)


def touch(account: Account, contact: Contact, at: datetime, *, unread: int = 0) -> str:
    """The id of the thread, made if need be, with its newest moment and ``unread`` more unread messages."""
    values = [
        new_id("thr"),
        account.workspace_id,
        account.pk,
        contact.pk,
        unread,
        datetime_param(at),
        datetime_param(at),
    ]
    with statement_cursor() as cursor:
        cursor.execute(_UPSERT, values)
        return str(cursor.fetchone()[0])
