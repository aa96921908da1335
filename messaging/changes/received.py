"""What Telegram reports of the changes that the contact made, or a phone of the account, and what a contact of a
sandbox does. Each call is a transaction of its own; what is reported again changes nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from crmsolid.core import clock
from messaging.changes import applying
from messaging.models import Account, Message, Thread
from messaging.threads import albums


@transaction.atomic
def record_read(account: Account, peer_id: int, max_id: int, at: datetime) -> None:
    """The person of this Telegram id has read what the account wrote, up to the message ``max_id``."""
    threads = Thread.unscoped.filter(account=account, contact__telegram_id=peer_id)
    thread = threads.first()
    if thread is not None and applying.lock_contact(thread.contact_id):
        applying.record_read(thread, max_id, at)


@transaction.atomic
def review_reads(contact_id: str, thread_id: str) -> None:
    """A message of the thread was settled: it may have been read before its id was known."""
    if Thread.unscoped.filter(pk=thread_id, read_to__isnull=False).exists() and applying.lock_contact(contact_id):
        applying.review_reads(thread_id, clock.now())


def record_deleted(account: Account, telegram_ids: Sequence[int], at: datetime) -> None:
    """These messages of the account's private conversations are deleted. Telegram numbers them together with those of
    basic groups, so an id belongs to one message, or to a part of an album."""
    found = albums.find_messages(account.pk, telegram_ids)
    for pk in dict.fromkeys(message.pk for _, message in sorted(found.items())):
        with transaction.atomic():
            message = applying.lock_message(Message.unscoped.filter(pk=pk))
            if message is not None:
                applying.record_deletion(message, at, telegram_ids)


@transaction.atomic
def record_reactions(account: Account, telegram_id: int, reactions: Iterable[dict[str, str]]) -> None:
    """These are all reactions to the message, or to a file of it, each ``{"emoji", "by"}``."""
    found = albums.find_message(account.pk, telegram_id)
    message = applying.lock_message(Message.unscoped.filter(pk=found.pk)) if found is not None else None
    if message is not None:
        applying.record_reactions(message, reactions)


# --- Contacts of a sandbox --------------------------------------------------------------------------------------------
@transaction.atomic
def contact_reads(message_id: str) -> None:
    """The contact of a sandbox reads the conversation up to this message, which was sent."""
    message = applying.lock_message(Message.unscoped.filter(pk=message_id, telegram_message_id__isnull=False))
    if message is not None and message.telegram_message_id is not None:
        applying.record_read(message.thread, message.telegram_message_id, clock.now())


@transaction.atomic
def contact_edits(message_id: str, text: str) -> None:
    """The contact of a sandbox changes a message that they wrote."""
    message = applying.lock_message(Message.unscoped.filter(pk=message_id))
    if message is not None:
        applying.record_edit(message, text, [], clock.now())


@transaction.atomic
def contact_deletes(message_id: str) -> None:
    """The contact of a sandbox deletes a message for both sides."""
    message = applying.lock_message(Message.unscoped.filter(pk=message_id))
    if message is not None:
        applying.record_deletion(message, clock.now())


@transaction.atomic
def contact_reacts(message_id: str, emoji: str) -> None:
    """The contact of a sandbox reacts to a message; with an empty ``emoji`` the reaction is taken back."""
    message = applying.lock_message(Message.unscoped.filter(pk=message_id))
    if message is not None:
        applying.record_reactions(message, applying.with_reaction(message, applying.CONTACT, emoji))
