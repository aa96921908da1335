"""Says why a queued message is not sent yet, and which messages wait for an earlier one of their thread.

The conditions are those of the claim, ``messaging.sending.claiming``: a message for which nothing is named here but
``worker`` would be claimed now. No message overtakes another one to the same person that was tried before and is not
settled.
"""

from collections.abc import Collection, Iterable

from django.db.models import BooleanField, Prefetch, QuerySet, prefetch_related_objects
from django.db.models.expressions import RawSQL

from crmsolid.core import clock
from crmsolid.workspaces import sending_hold
from messaging.models import CANNOT_SEND, Account, AccountState, Message, Status, WaitingFor, account_state

_MESSAGES = f'"{Message._meta.db_table}"'


def waiting_for(message: Message) -> WaitingFor | None:
    """Why the message is not sent yet; None unless it is queued.

    A state that somebody has to change is named before a time that passes by itself. For a list of messages call
    :func:`load_accounts` first, or read them with their accounts and :func:`annotate`, or each message costs a query.
    """
    if message.status != Status.QUEUED or message.eta is None:
        return None
    account = message.account
    state = account_state(account)
    # Whoever lists messages has read it with them or with their accounts.
    is_held: bool | None = getattr(message, "sending_is_held", getattr(account, "sending_is_held", None))
    if sending_hold.is_held() if is_held is None else is_held:
        return WaitingFor.HELD
    if state in CANNOT_SEND:
        return WaitingFor(f"account_{state}")
    if not account.workspace.plan_allows_sending:
        return WaitingFor.PLAN
    if state == AccountState.PAUSED:
        return WaitingFor.ACCOUNT_PAUSED
    if message.eta > clock.now():
        return WaitingFor(message.delayed_by or WaitingFor.ETA)
    if message.awaits_upload:
        return WaitingFor.UPLOAD
    is_behind = message.is_behind
    if is_behind is None:
        is_behind = message.pk not in ids_not_behind([message.pk])
    return WaitingFor.EARLIER_MESSAGE if is_behind else WaitingFor.WORKER


def load_accounts(messages: Iterable[Message]) -> None:
    """Load what :func:`waiting_for` needs with one query for all these messages, or none if none of them is queued; and
    with one more for those that are due."""
    queued = [message for message in messages if message.status == Status.QUEUED]
    accounts = Account.unscoped.select_related("workspace__live").annotate(sending_is_held=sending_hold.is_in_force())
    prefetch_related_objects(queued, Prefetch("account", queryset=accounts))
    due = [message for message in queued if message.eta is not None and message.eta <= clock.now()]
    ready = ids_not_behind([message.pk for message in due]) if due else set()
    for message in due:
        message.is_behind = message.pk not in ready


def annotate(messages: "QuerySet[Message]") -> "QuerySet[Message]":
    """These messages with what :func:`waiting_for` asks of the whole installation and of their threads."""
    held = messages.annotate(sending_is_held=sending_hold.is_in_force())
    return held.annotate(is_behind=is_behind())  # type: ignore[no-redef]  # the attribute is there for this


def behind(message: str) -> str:
    """The condition, in SQL, that the message of this alias waits for another one of its thread, which is being sent,
    waits for its retry, or is due and awaits its upload. The parameters are twice the time: a message whose lease has
    expired is claimed again at once, and an upload for a later message holds nobody back.

    Whatever was tried comes before what was not, so a message that is planned for later holds nobody back. The indexes
    are message_tried and message_uploading.
    """
    return (
        f"(EXISTS (SELECT 1 FROM {_MESSAGES} tried WHERE tried.thread_id = {message}.thread_id"
        f" AND tried.attempts > 0 AND tried.status IN ('queued', 'sending') AND tried.id <> {message}.id"
        f" AND (tried.status = 'queued' OR tried.lease_until >= %s) AND ({message}.attempts = 0"
        f" OR tried.created_at < {message}.created_at"
        f" OR tried.created_at = {message}.created_at AND tried.id < {message}.id))"
        f" OR {message}.attempts = 0 AND EXISTS (SELECT 1 FROM {_MESSAGES} first"
        f" WHERE first.thread_id = {message}.thread_id AND first.awaits_upload AND first.status = 'queued'"
        f" AND first.eta <= %s AND (first.created_at, first.id) < ({message}.created_at, {message}.id)))"
    )


def is_behind() -> RawSQL:
    """:func:`behind` now, for an annotation of messages."""
    now = clock.now()
    return RawSQL(behind(_MESSAGES), [now, now], output_field=BooleanField())


def not_behind(messages: "QuerySet[Message]") -> "QuerySet[Message]":
    """Those of these messages that wait for no other one."""
    now = clock.now()
    return messages.extra(where=[f"NOT {behind(_MESSAGES)}"], params=[now, now])


def ids_not_behind(message_ids: Collection[str]) -> set[str]:
    """Those of these ids whose messages wait for no other one."""
    return set(not_behind(Message.unscoped.filter(pk__in=message_ids)).values_list("pk", flat=True))
