"""Which of the messages that Telegram reports as sent by an account are our own sends.

Telegram tells it exactly: updateMessageID has the ``random_id`` of a send and the id that the message got. Until that
or an answer comes, a reported message may be any send of its conversation that is unsettled. Then it is kept as a
:class:`SentReport` and looked at again when that send is settled. Text and time decide only about sends that were
settled without learning the id. This runs in database threads.
"""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from contacts.models import Contact
from crmsolid.core import clock
from messaging.models import Account, Direction, Message, SentReport, Status
from messaging.threads import received
from messaging.threads.received import CLOCK_TOLERANCE, OWN_SEND_STATUSES, Incoming


def store_ids(account: Account, ids: Mapping[int, int]) -> None:
    """Store Telegram's ids of sends, by their ``random_id``. A send that has its id was sent: nothing is sent again."""
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


def recognize(account: Account, incoming: Incoming) -> bool:
    """Whether an outgoing message that Telegram reports is, or may be, a send of ours. If it may be, it is kept."""
    sends = Message.unscoped.filter(account=account, direction=Direction.OUT)
    if sends.filter(telegram_message_id=incoming.telegram_message_id).exists():
        return True
    recipient = Q(contact__telegram_id=incoming.telegram_id)
    if incoming.username:
        recipient |= Q(contact__username_key=incoming.username.lower())
    without_id = list(received.sends_without_id(sends.filter(recipient)))
    unsettled = next((send for send in without_id if _may_become(send, incoming)), None)
    if unsettled is not None:
        return _keep(account, unsettled, incoming) or recognize(account, incoming)
    sent = received.find_send(without_id, incoming.text, incoming.at)
    if sent is not None:
        received.learn_id(sent, incoming.telegram_message_id)
    return sent is not None


def _may_become(send: Message, incoming: Incoming) -> bool:
    """Whether the message may turn out to be this send. With another text only if that is found out soon: a message
    typed on the phone must not stay away from the inbox for long."""
    if send.status == Status.SENT or not received.may_be(send, incoming.at):
        return False
    # A time long past is no sign of that: the account may be paused.
    is_due = send.eta is not None and abs(send.eta - clock.now()) <= CLOCK_TOLERANCE
    return send.status == Status.SENDING or is_due or received.same_text(send.text, incoming.text)


def _keep(account: Account, send: Message, incoming: Incoming) -> bool:
    """Keep the message until the send is settled. False if that has happened meanwhile."""
    values = {"kind": incoming.kind, "text": incoming.text, "reply_to": incoming.reply_to, "at": incoming.at}
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


def edit_report(account: Account, telegram_message_id: int, text: str) -> None:
    """Change the text of a message that is kept, if it is."""
    SentReport.unscoped.filter(account=account, telegram_message_id=telegram_message_id).update(text=text)


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
    return [_as_incoming(report) for report in reports]


def _as_incoming(report: SentReport) -> Incoming:
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
    )
