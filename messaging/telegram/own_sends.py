"""Recognizing our own sends in what Telegram reports; in database threads, never on the event loop.

Which messages are our own sends, Telegram tells exactly: updateMessageID has the ``random_id`` of a send and the id
that the message got. Until that or an answer comes, a reported message may be any send of its conversation that is
unsettled. Then it is kept as a :class:`SentReport` and looked at again when that send is settled. Text and time decide
only about sends that were settled without learning the id.

A part of an album is a message of its own at Telegram, with an id and a ``random_id``: see
:mod:`messaging.threads.albums`.
"""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from contacts.models import Contact
from crmsolid.core import clock
from messaging.formatting.entities import from_json, to_json
from messaging.models import (
    Account,
    Attachment,
    Direction,
    Message,
    SentReport,
    Status,
    TelegramUpload,
    UploadState,
)
from messaging.telegram.mapping import PrivateMessage
from messaging.threads import albums, received
from messaging.threads.incoming import Incoming
from messaging.threads.received import CLOCK_TOLERANCE, OWN_SEND_STATUSES


def store_ids(account: Account, ids: Mapping[int, int]) -> None:
    """Store Telegram's ids of sends and of their files, by their ``random_id``. A send that has its id was sent, and so
    was a file: nothing is sent again."""
    _store_part_ids(account, ids)
    sends = Message.unscoped.filter(account=account, random_id__in=ids, direction=Direction.OUT)
    for send in sends.filter(telegram_message_id=None, status__in=OWN_SEND_STATUSES):
        telegram_id = ids[send.random_id]
        with transaction.atomic():
            # As whoever receives or settles does, so that no copy is stored meanwhile.
            list(Contact.unscoped.select_for_update(no_key=True).filter(pk=send.contact_id))
            received.take_id(send, telegram_id)
            # Another send that was taken for this message, by its text, has the id: this one is exact.
            same = Message.unscoped.filter(thread_id=send.thread_id, telegram_message_id=telegram_id)
            same.filter(direction=Direction.OUT).exclude(pk=send.pk).update(telegram_message_id=None)
            rows = Message.unscoped.filter(pk=send.pk, telegram_message_id=None)
            rows.update(telegram_message_id=telegram_id)


def _store_part_ids(account: Account, ids: Mapping[int, int]) -> None:
    """Store Telegram's ids of files, by their ``random_id``. The first one has that of its message."""
    own = Attachment.unscoped.filter(account=account, message__direction=Direction.OUT)
    parts = own.filter(random_id__in=ids, message__status__in=OWN_SEND_STATUSES).select_related("message")
    for part in parts.order_by("pk"):
        telegram_id = ids[part.random_id]
        if part.telegram_message_id == telegram_id:
            continue
        with transaction.atomic():
            list(Contact.unscoped.select_for_update(no_key=True).filter(pk=part.message.contact_id))
            received.take_id(part.message, telegram_id)
            # Another one was taken for it, by its place in the album.
            own.filter(telegram_message_id=telegram_id).exclude(pk=part.pk).update(telegram_message_id=None)
            Attachment.unscoped.filter(pk=part.pk).update(telegram_message_id=telegram_id)
        # The message from which the file can be addressed anew.
        uploads = TelegramUpload.unscoped.filter(account=account, file=part.file_id, kind=part.kind)
        uploads.filter(origin_message_id=None, state=UploadState.READY).update(origin_message_id=telegram_id)


def recognize(account: Account, incoming: Incoming) -> bool:
    """Whether an outgoing message that Telegram reports is, or may be, a send of ours. If it may be, it is kept."""
    sends = Message.unscoped.filter(account=account, direction=Direction.OUT)
    recipient = Q(contact__telegram_id=incoming.telegram_id)
    if incoming.username:
        recipient |= Q(contact__username_key=incoming.username.lower())
    own = _known(account, sends.filter(recipient), incoming)
    if own is not None:
        if own.source != "phone":
            albums.learn_parts(own, incoming)
        # Of an album that was typed on the phone, some parts may be new.
        return own.source != "phone" or incoming.grouped_id is None
    without_id = list(received.sends_without_id(sends.filter(recipient)))
    unsettled = next((send for send in without_id if _may_become(send, incoming)), None)
    if unsettled is not None:
        return _keep(account, unsettled, incoming) or recognize(account, incoming)
    sent = received.find_send(without_id, incoming)
    if sent is not None:
        received.learn_id(sent, incoming)
    return sent is not None


def _known(account: Account, sends: "QuerySet[Message]", incoming: Incoming) -> Message | None:
    """The outgoing message that has one of the ids, or is the album."""
    found = albums.find_messages(account.pk, incoming.telegram_ids).values()
    known = next((each for each in found if each.direction == Direction.OUT), None)
    if known is None and incoming.grouped_id is not None:
        known = sends.filter(grouped_id=incoming.grouped_id).first()
    return known


def _may_become(send: Message, incoming: Incoming) -> bool:
    """Whether the message may turn out to be this send. With another text only if that is found out soon: a message
    typed on the phone must not stay away from the inbox for long."""
    if send.status == Status.SENT or not received.may_be(send, incoming.at):
        return False
    # A time long past is no sign of that: the account may be paused.
    is_due = send.eta is not None and abs(send.eta - clock.now()) <= CLOCK_TOLERANCE
    return send.status == Status.SENDING or is_due or received.find_send([send], incoming) is not None


def _keep(account: Account, send: Message, incoming: Incoming) -> bool:
    """Keep the message until the send is settled. False if that has happened meanwhile."""
    values = {
        "kind": incoming.kind,
        "text": incoming.text,
        "entities": to_json(incoming.entities),
        "reply_to": incoming.reply_to,
        "details": incoming.details(),
        "at": incoming.at,
    }
    try:
        with transaction.atomic():
            # As whoever settles does, and looks at what is kept afterwards.
            list(Contact.unscoped.select_for_update(no_key=True).filter(pk=send.contact_id))
            current = received.sends_without_id(Message.unscoped.filter(pk=send.pk)).first()
            if current is None or not _may_become(current, incoming):
                return False
            SentReport.unscoped.update_or_create(
                account=account,
                telegram_message_id=incoming.telegram_message_id,
                defaults={"workspace_id": account.workspace_id, "thread_id": send.thread_id, **values},
            )
    except IntegrityError:  # the contact was just erased, with the send
        pass
    return True


def edit_report(account: Account, message: PrivateMessage) -> None:
    """Change the text of a message that is kept, if it is."""
    rows = SentReport.unscoped.filter(account=account, telegram_message_id=message.id)
    rows.update(text=message.text, entities=to_json(message.entities))


def take_reports(account: Account) -> list[Incoming]:
    """Delete what was kept of the account and return it, oldest first, to be looked at again in this transaction."""
    kept = SentReport.unscoped.filter(account=account)
    contact_ids = set(kept.values_list("thread__contact_id", flat=True))
    if not contact_ids:
        return []
    # The contacts first, as whoever erases one does.
    list(Contact.unscoped.select_for_update(no_key=True).filter(pk__in=contact_ids).order_by("pk"))
    rows = kept.filter(thread__contact__in=contact_ids).select_related("thread__contact")
    reports = list(rows.order_by("telegram_message_id").select_for_update(of=("self",)))
    # By their keys: what is kept meanwhile is not in the list, and must stay.
    SentReport.unscoped.filter(pk__in=[report.pk for report in reports]).delete()
    return [_from_report(report) for report in reports]


def _from_report(report: SentReport) -> Incoming:
    contact: Any = report.thread.contact
    return Incoming(
        telegram_message_id=report.telegram_message_id,
        text=report.text,
        at=report.at,
        username=contact.username or None,
        telegram_id=contact.telegram_id,
        kind=report.kind,
        outgoing=True,
        reply_to=report.reply_to,
        entities=from_json(report.entities),
        **Incoming.details_from(report.details),
    )
