"""Stores messages that arrive from Telegram, and keeps threads and contacts up to date with what was said.

A message arrives from a contact, or was typed by a person on the account's own phone. Messages of the past, which a
member asked for, are stored without any consequence.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Left

from contacts import activity, lookup, repository
from contacts.activity import Sent
from contacts.models import Contact
from contacts.scoring import occasions
from contacts.scoring.occasions import Occasion
from crmsolid.events.publishing import NewEvent, publish_all
from crmsolid.workspaces.authors import NOBODY
from messaging import authors, team, texts
from messaging.files import received as files
from messaging.formatting.entities import to_json
from messaging.models import Account, AccountKind, Attachment, Direction, Message, OptOutWord, Status
from messaging.representations import MESSAGE_RECEIVED, MESSAGE_SENT, MessageOut
from messaging.sending import sources
from messaging.sending.sources import Answer
from messaging.threads import albums, events, state
from messaging.threads.incoming import Incoming

# How far Telegram's clock and ours may differ where a send is recognized by its time.
CLOCK_TOLERANCE = timedelta(minutes=15)
OWN_SEND_STATUSES = (Status.QUEUED, Status.SENDING, Status.SENT)

REPLY_WINDOW = timedelta(days=30)
AUTO_REPLY_WITHIN = timedelta(seconds=3)
SAME_TEXT_WINDOW = timedelta(hours=24)
SAME_TEXT_CONTACTS = 3
# Shorter texts, such as "Yes, please", come from several people who all wrote them themselves.
SAME_TEXT_MIN_LENGTH = 20
SAME_TEXT_ROWS = 50


@transaction.atomic
def receive(account: Account, incoming: Incoming) -> Message | None:
    """Store the message with its files and publish ``message.received`` (or ``message.sent`` for one typed on the
    phone).

    Returns None if it is stored already, also if it is a part of an album that is: what the album lacks is added to it.
    """
    contact = lookup.find_or_create(
        account.workspace,
        username=incoming.username,
        telegram_id=incoming.telegram_id,
        name=incoming.name,
        last_name=incoming.last_name,
    )
    thread_id, was_closed = state.upsert_thread(account, contact, incoming.at)
    album = albums.find(thread_id, incoming)
    if album is not None:
        rest = albums.extend(album, incoming)
        return receive(account, rest) if rest is not None else None
    incoming, rest = incoming.split()
    message = _new_message(account, contact, thread_id, incoming)
    if not incoming.outgoing:
        _classify(message, account, is_automatic=incoming.is_automatic)
    if not _store([message]):
        return None
    files.attach(message, incoming.parts)
    _record(account, contact, message, incoming, reopens=was_closed and not incoming.outgoing)
    if rest is not None:
        receive(account, rest)
    return message


def _record(account: Account, contact: Contact, message: Message, incoming: Incoming, *, reopens: bool) -> None:
    """What a message that has just been stored changes, and its events."""
    if incoming.outgoing:
        changed = _record_answer(account, contact, message, incoming)
    else:
        opts_out = texts.is_opt_out(message)
        changed = activity.record_received(
            contact, message.id, incoming.at, auto_reply=message.auto_reply, opts_out=opts_out
        )
        repository.notify([contact.id])
        state.record_incoming(account, contact, incoming.at, waits=not (message.auto_reply or opts_out))
        if message.in_reply_to is not None:
            answer = Answer(message.in_reply_to.pk, incoming.at, message.auto_reply, opts_out)
            sources.answered(message.in_reply_to.source, answer)
    event_type = MESSAGE_SENT if incoming.outgoing else MESSAGE_RECEIVED
    data, by = {"message": MessageOut.render(message)}, authors.of_message(message)
    event = NewEvent(event_type, data, contact.id, account_id=account.pk, by=by)
    reopened = [events.of_reopening(message.thread_id)] if reopens else []
    publish_all(account.workspace, [event, *reopened, *changed])


def _record_answer(account: Account, contact: Contact, message: Message, incoming: Incoming) -> list[NewEvent]:
    """A person has written on the phone. An away message of the account itself answers nothing and contacts nobody."""
    if incoming.is_automatic:
        return []
    answered = state.record_answer(account, contact, incoming.at, author_id=None, via=team.PHONE)
    state.record_sent([answered.thread_id], incoming.at)
    team.record_written(message, None, incoming.at, answered)
    sent = Sent(account.workspace_id, by=authors.of_message(message))
    return activity.record_sent({contact.id: sent}, incoming.at)


def store_past(account: Account, contact: Contact, thread_id: str, past: Iterable[Incoming]) -> None:
    """Store messages of the thread that are older than all it has from Telegram. Those that are stored already stay.

    They are no news: no event, score, opt-out or reply comes of them, nothing is unread, and the thread stays where it
    is in the inbox. Of messages that we sent ourselves without learning Telegram's id, they tell the id. Runs in the
    caller's transaction, under the contact's lock.
    """
    past = list(past)
    ids = [number for each in past for number in each.telegram_ids]
    # Telegram numbers the messages of an account, not of a conversation.
    stored = Message.unscoped.filter(account=account, telegram_message_id__in=ids)
    known = set(stored.values_list("telegram_message_id", flat=True)) | files.known_ids(account.pk, ids)
    sends = list(sends_without_id(Message.unscoped.filter(thread_id=thread_id)))
    new: dict[str, tuple[Message, Incoming]] = {}
    for incoming in past:
        if known.issuperset(incoming.telegram_ids):
            continue
        album = albums.find(thread_id, incoming)
        own = find_send(sends, incoming) if incoming.outgoing and album is None else None
        if album is not None:
            albums.extend(album, incoming, is_past=True)
        elif own is None:
            incoming, _ = incoming.split()
            message = _new_message(account, contact, thread_id, incoming, created_at=incoming.at)
            new[message.pk] = message, incoming
        else:
            sends.remove(own)
            learn_id(own, incoming)
    _store([message for message, _ in new.values()])
    for pk in Message.unscoped.filter(pk__in=new).values_list("pk", flat=True):
        message, incoming = new[pk]
        files.attach(message, incoming.parts, is_past=True)


def _store(messages: list[Message]) -> bool:
    """Insert these messages, without those that are stored already; whether the first one was not. Their contact is
    locked."""
    Message.unscoped.bulk_create(messages, ignore_conflicts=True)
    return bool(messages) and Message.unscoped.filter(pk=messages[0].pk).exists()


def sends_without_id(messages: "QuerySet[Message]") -> "QuerySet[Message]":
    """Those of these messages that Telegram may have got from us without our learning its id of them, or of all parts
    of what is being sent."""
    without_part = Attachment.unscoped.filter(message=OuterRef("pk"), telegram_message_id=None)
    is_partly_known = ~Q(kind="text") & Q(status__in=[Status.QUEUED, Status.SENDING]) & Exists(without_part)
    rows = messages.filter(direction=Direction.OUT, unsettled_since__isnull=False)
    rows = rows.filter(Q(telegram_message_id=None) | is_partly_known)
    return rows.filter(status__in=OWN_SEND_STATUSES).order_by("created_at", "id")


def find_send(sends: Iterable[Message], incoming: Incoming) -> Message | None:
    """The first of these sends that can be this message of Telegram's, by its text, its time, and whether it has files;
    if none has the text, the first with a part of it, or of which it is a part: Telegram may have changed it."""
    possible = [send for send in sends if may_be(send, incoming.at) and has_files(send) == bool(incoming.parts)]
    kinds = (same_text, part_of_text)
    return next((send for matches in kinds for send in possible if matches(send.text, incoming.text)), None)


def has_files(send: Message) -> bool:
    return Attachment.unscoped.filter(message=send).exists()


def may_be(send: Message, at: datetime) -> bool:
    """Whether a message that Telegram dates so can be this send, by the times of its attempts alone."""
    if send.unsettled_since is None or send.unsettled_since > at + CLOCK_TOLERANCE:
        return False
    return send.sent_at is None or at <= send.sent_at + CLOCK_TOLERANCE


def same_text(ours: str, theirs: str) -> bool:
    """Whether Telegram's copy can be our text. Telegram strips it and drops or replaces control characters."""
    return _visible(ours) == _visible(theirs)


def part_of_text(ours: str, theirs: str) -> bool:
    """Whether the words of one of the two texts are in the other, in a row."""
    first, second = (f" {' '.join(text.split())} " for text in (ours, theirs))
    return bool(first.strip() and second.strip()) and (first in second or second in first)


def _visible(text: str) -> str:
    return "".join(character for character in text if character.isprintable() and character != " ")


def take_id(send: Message, telegram_message_id: int) -> None:
    """Make Telegram's id free for the send of this thread that has it. Runs under the contact's lock.

    A copy that was stored as typed on the phone, before the id told whose it is, is deleted.
    """
    phone = Message.unscoped.filter(thread_id=send.thread_id, source="phone")
    parts = Attachment.unscoped.filter(account_id=send.account_id, telegram_message_id=telegram_message_id)
    is_copy = Q(telegram_message_id=telegram_message_id) | Q(pk__in=parts.values("message_id"))
    copies = list(phone.filter(is_copy).values_list("pk", flat=True))
    if not copies:
        return
    Message.unscoped.filter(in_reply_to__in=copies).update(in_reply_to=send)
    Message.unscoped.filter(reply_to__in=copies).update(reply_to=send)
    file_ids = list(Attachment.unscoped.filter(message__in=copies).values_list("file_id", flat=True))
    phone.filter(pk__in=copies).delete()
    files.release(file_ids)


def learn_id(send: Message, incoming: Incoming) -> None:
    """Store Telegram's ids of a message that was sent without learning them. Of one that is being sent the answer tells
    them."""
    if send.status != Status.SENT:
        return
    albums.learn_parts(send, incoming)
    if send.telegram_message_id is None:
        rows = Message.unscoped.filter(pk=send.pk, telegram_message_id=None)
        rows.update(telegram_message_id=incoming.telegram_message_id)


def _new_message(account: Account, contact: Contact, thread_id: str, incoming: Incoming, **columns: Any) -> Message:
    return Message(
        workspace_id=account.workspace_id,
        account=account,
        contact=contact,
        thread_id=thread_id,
        direction=Direction.OUT if incoming.outgoing else Direction.IN,
        status=Status.SENT if incoming.outgoing else Status.RECEIVED,
        kind=incoming.kind,
        text=incoming.text,
        entities=to_json(incoming.entities),
        media_text=incoming.media_text,
        grouped_id=incoming.grouped_id,
        reply_to=albums.find_quoted(thread_id, incoming.reply_to),
        quote=incoming.quote,
        rendered=True,
        source="phone" if incoming.outgoing else "direct",
        telegram_message_id=incoming.telegram_message_id,
        auto_reply=incoming.is_automatic,
        sent_at=incoming.at,
        **authors.columns_of(authors.PHONE if incoming.outgoing else NOBODY),
        **columns,
    )


# --- Replies ----------------------------------------------------------------------------------------------------------
def _classify(message: Message, account: Account, *, is_automatic: bool) -> None:
    """Set ``in_reply_to``, ``auto_reply`` and ``text_digest`` of an incoming message that is not stored yet.

    ``is_automatic``: it is known to be an auto-reply. Any other answer to a sandbox counts as a person's. The caller
    holds the lock on the contact. Of the message in ``in_reply_to``, ``source`` and ``sent_at`` are loaded.
    """
    message.auto_reply = is_automatic
    answered = _answered(message, account)
    if answered is None:
        return
    message.in_reply_to = answered
    if account.kind == AccountKind.SANDBOX or message.sent_at is None or answered.sent_at is None:
        return
    # Telegram's times are whole seconds of its own clock, so an answer may seem to be older than its message.
    is_fast = abs(message.sent_at - answered.sent_at) <= AUTO_REPLY_WITHIN
    message.text_digest = text_digest(message.text)
    message.auto_reply = is_automatic or is_fast or _came_from_many(message)


def _answered(message: Message, account: Account) -> Message | None:
    """The sent message that this one quotes, whatever its age, else the latest one before it within 30 days.

    Telegram numbers the messages of an account in their order, so its ids tell what came before more exactly than two
    clocks. They also find the row by an index. In a sandbox the time decides.
    """
    sent = Message.objects.for_workspace(message.workspace_id)
    sent = sent.filter(thread_id=message.thread_id, direction=Direction.OUT, status=Status.SENT)
    sent = sent.only("id", "sent_at", "source")
    quoted = message.reply_to
    is_quoted = quoted is not None and quoted.direction == Direction.OUT and quoted.status == Status.SENT
    if is_quoted or message.sent_at is None:
        return quoted if is_quoted else None
    # An answer is given to a person, not to the account's own away message, which comes within a second.
    recent = sent.filter(sent_at__gte=message.sent_at - REPLY_WINDOW, auto_reply=False)
    if account.kind == AccountKind.SANDBOX:
        return recent.filter(sent_at__lte=message.sent_at).order_by("-sent_at", "-id").first()
    return recent.filter(telegram_message_id__lt=message.telegram_message_id).order_by("-telegram_message_id").first()


def text_digest(text: str) -> int | None:
    """A 64-bit number that equal texts have in common; None if the text is too short to be compared."""
    stripped = text.strip()
    if len(stripped) < SAME_TEXT_MIN_LENGTH:
        return None
    return int.from_bytes(blake2b(stripped.encode(), digest_size=8).digest(), signed=True)


def _came_from_many(message: Message) -> bool:
    """Whether at least three contacts, this one included, answered the account with this text within 24 hours.

    At most 50 rows of an index are read. The first two answers were counted as a person's and stay so.
    """
    if message.text_digest is None or message.sent_at is None:
        return False
    same = Message.objects.for_workspace(message.workspace_id).filter(
        account_id=message.account_id,
        text_digest=message.text_digest,
        sent_at__gt=message.sent_at - SAME_TEXT_WINDOW,
    )
    same = same.exclude(contact_id=message.contact_id).order_by("-sent_at")
    return len(set(same.values_list("contact_id", flat=True)[:SAME_TEXT_ROWS])) >= SAME_TEXT_CONTACTS - 1


def replies_of(contacts: Sequence[Contact]) -> list[Occasion]:
    """What these contacts have written, without auto-replies and opt-out words."""
    by_id = {contact.id: contact for contact in contacts}
    workspace_ids = {contact.workspace_id for contact in contacts}
    words = set(OptOutWord.unscoped.filter(workspace__in=workspace_ids).values_list("workspace_id", "word"))
    rows = Message.unscoped.filter(contact__in=by_id, direction=Direction.IN, auto_reply=False, sent_at__isnull=False)
    return [
        occasions.reply(by_id[contact_id], message_id, at)
        for message_id, contact_id, at, text in rows.values_list(
            "pk", "contact_id", "sent_at", Left("text", texts.MAX_MESSAGE + 1)
        )
        if len(text) > texts.MAX_MESSAGE or (by_id[contact_id].workspace_id, texts.normal_form(text)) not in words
    ]
