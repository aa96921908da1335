"""The order of the messages to one person: none overtakes another that was tried before and is not settled."""

from collections.abc import Collection

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from crmsolid.core import clock
from crmsolid.core.sql.table import Table
from messaging.models import Message

_messages = Table(Message).name


def behind(message: str) -> str:
    """The condition, in SQL, that the message of this alias waits for another one of its thread, which is being sent or
    waits for its retry. The parameter is the time: a message whose lease has expired is claimed again at once.

    Whatever was tried comes before what was not, so a message that is planned for later holds nobody back. The index is
    message_tried.
    """
    return (
        f"EXISTS (SELECT 1 FROM {_messages} tried WHERE tried.thread_id = {message}.thread_id"
        f" AND tried.attempts > 0 AND tried.status IN ('queued', 'sending') AND tried.id <> {message}.id"
        f" AND (tried.status = 'queued' OR tried.lease_until >= %s) AND ({message}.attempts = 0"
        f" OR tried.created_at < {message}.created_at"
        f" OR tried.created_at = {message}.created_at AND tried.id < {message}.id))"
    )


def is_behind() -> RawSQL:
    """:func:`behind` now, for an annotation of messages."""
    return RawSQL(behind(_messages), [clock.now()], output_field=BooleanField())


def not_behind(messages: "QuerySet[Message]") -> "QuerySet[Message]":
    """Those of these messages that wait for no other one."""
    return messages.extra(where=[f"NOT {behind(_messages)}"], params=[clock.now()])


def ids_not_behind(message_ids: Collection[str]) -> set[str]:
    """Those of these ids whose messages wait for no other one."""
    return set(not_behind(Message.unscoped.filter(pk__in=message_ids)).values_list("pk", flat=True))
