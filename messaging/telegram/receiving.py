"""Storing what Telegram reports, and recognizing our own sends in it; in database threads, never on the event loop.

Each message is stored in a transaction of its own, and only once. The update state is stored after all messages of a
batch, so after a crash in between Telegram reports the batch again.

Which messages are our own sends, Telegram tells exactly: updateMessageID has the ``random_id`` of a send and the id
that the message got. Until that or an answer comes, a reported message may be any send of its conversation that is
unsettled. Then it is kept as a :class:`SentReport` and looked at again when that send is settled. Text and time decide
only about sends that were settled without learning the id.

A part of an album is a message of its own at Telegram, with an id and a ``random_id``: see
:mod:`messaging.threads.albums`.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db.models import Q, QuerySet
from telethon.tl import types

from contacts.models import Contact
from crmsolid.core import clock
from messaging import typing
from messaging.changes import applying
from messaging.changes import received as changes
from messaging.files import received as files
from messaging.formatting.entities import from_json, to_json
from messaging.models import (
    Account,
    Attachment,
    Direction,
    Message,
    PeerHash,
    SentReport,
    Status,
    TelegramSession,
    TelegramUpload,
    Thread,
    UploadState,
)
from messaging.telegram import mapping
from messaging.telegram.client import UpdateState
from messaging.telegram.mapping import Peer, PrivateMessage, merge_albums, private_message
from messaging.telegram.reactions import read_reactions
from messaging.threads import albums, received
from messaging.threads.incoming import Incoming
from messaging.threads.received import CLOCK_TOLERANCE, OWN_SEND_STATUSES

logger = logging.getLogger("crmsolid.telegram")

MAX_EARLY_EDITS = 1000


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


class Receiver:
    """Stores the updates of one account during one login."""

    def __init__(self, session: TelegramSession) -> None:
        self.account = session.account
        self.own_id = session.user_id
        self._login_epoch = session.login_epoch
        self._stored_state = UpdateState(session.pts, session.qts, session.date, session.seq)
        self._peers: dict[int, Peer] = {}
        # By user id, up to which of their messages a phone has read.
        self._read_to: dict[int, int] = {}
        self._bots: set[int] = set()
        # By message id, the latest edits of messages that are not stored: a conversation that was read before the edit
        # may be stored after it.
        self._early_edits: dict[int, PrivateMessage] = {}

    def store_updates(self, updates: Sequence[Any], users: Iterable[Any], state: UpdateState) -> None:
        """Store a batch of updates in order, then the state after it. The ids of our own sends come first: in a
        difference they are behind the messages that they are the ids of."""
        ids = {each.random_id: each.id for each in updates if isinstance(each, types.UpdateMessageID)}
        if ids:
            store_ids(self.account, ids)
        messages = self._messages(updates)
        if ids or any(messages):  # most batches are about groups, or about who is online
            self.review_reports()
        private_peers = {message.peer_id for message in messages if message is not None}
        # The members of groups are not stored: they have nothing to do with the workspace.
        self.save_peers([user for user in users if user.id in private_peers])
        for update, message in zip(updates, messages, strict=True):
            self._store_update(update, message)
        if state != self._stored_state:
            sessions = TelegramSession.unscoped.filter(account=self.account, login_epoch=self._login_epoch)
            sessions.update(pts=state.pts, qts=state.qts, date=state.date, seq=state.seq)
            self._stored_state = state

    def _messages(self, updates: Sequence[Any]) -> list[PrivateMessage | None]:
        """Of each update, the private message that it brings, or the whole album in the place of its first part."""
        messages = [private_message(update, self.own_id) for update in updates]
        are_edits = [isinstance(update, types.UpdateEditMessage) for update in updates]
        new = [None if is_edit else each for each, is_edit in zip(messages, are_edits, strict=True)]
        merged = zip(messages, merge_albums(new), are_edits, strict=True)
        return [message if is_edit else album for message, album, is_edit in merged]

    def _store_update(self, update: Any, message: PrivateMessage | None) -> None:
        match update:
            case types.UpdateReadHistoryInbox():
                if isinstance(update.peer, types.PeerUser):
                    self.apply_read(update.peer.user_id, update.max_id)
            case types.UpdateReadHistoryOutbox():
                if isinstance(update.peer, types.PeerUser):
                    self.apply_receipt(update.peer.user_id, update.max_id)
            case types.UpdateEditMessage():
                self._apply_edit(message)
                self._store_reactions(update.message)
            case types.UpdateDeleteMessages():
                changes.record_deleted(self.account, update.messages, clock.now())
            case types.UpdateMessageReactions():
                if isinstance(update.peer, types.PeerUser):
                    self._store_reactions(update, update.msg_id)
            case types.UpdateUserTyping():
                self._tell_typing(update)
            case _:
                self._store_message(message)

    def store_history(self, messages: Iterable[Any], users: Sequence[Any]) -> None:
        """Store messages read from a conversation. Most of them are stored already, maybe without their latest edit.
        Reading may have taken long, so those from before an erasure meanwhile are left out."""
        cutoff = TelegramSession.unscoped.values_list("history_cutoff", flat=True).get(account=self.account)
        kept = [each for each in messages if cutoff is None or each.date > cutoff]
        if kept:
            self.save_peers(users)
        messages = [private_message(each, self.own_id) for each in kept]
        for message in merge_albums(messages):
            self._store_message(message)
        for message in messages:
            self._store_edit(message)
        for each in kept:
            self._store_reactions(each)

    def _store_reactions(self, message: Any, message_id: int = 0) -> None:
        """Those of a message, or of an update about one. What Telegram reported while the account was away it does not
        repeat; a conversation that is read then tells them."""
        reactions = getattr(message, "reactions", None)
        found = None if reactions is None else read_reactions(reactions)
        if found is not None:
            changes.record_reactions(self.account, message_id or message.id, found)

    def _tell_typing(self, update: types.UpdateUserTyping) -> None:
        if isinstance(update.action, types.SendMessageCancelAction):
            return
        threads = Thread.unscoped.filter(account=self.account, contact__telegram_id=update.user_id)
        if thread_id := threads.values_list("pk", flat=True).first():
            typing.tell_typing(self.account.workspace_id, thread_id, typing.CONTACT)

    def stored_ids(self, message_ids: Sequence[int]) -> set[int]:
        """Those of these messages that are stored."""
        return set(albums.find_messages(self.account.pk, message_ids))

    def save_peers(self, users: Sequence[Any]) -> None:
        """Store the peers of users that this connection has not met, or met with another access hash or name."""
        self.forget_bots(users)
        changed = {
            peer.id: peer
            for peer in map(mapping.peer_from_user, users)
            if peer is not None and peer.id != self.own_id and self._peers.get(peer.id) != peer
        }
        if changed:
            mapping.save_peers(self.account, changed.values())
            self._peers |= changed

    def forget_bots(self, users: Iterable[Any]) -> None:
        """Note which of these users are bots. Their addresses may be stored: they were people's once."""
        bots = {user.id for user in users if isinstance(user, types.User) and user.bot} - self._bots
        if bots:
            PeerHash.unscoped.filter(account=self.account, peer_id__in=bots).delete()
            self._bots |= bots

    def unmet(self, updates: Iterable[Any], users: Iterable[Any]) -> dict[int, int]:
        """By user id, a private message with each user whom neither ``users`` tell nor this connection has met. Short
        updates carry no users."""
        told = {user.id for user in users if isinstance(user, types.User) and (user.bot or not user.min)}
        new = (each for each in updates if not isinstance(each, types.UpdateEditMessage))
        messages = (private_message(update, self.own_id) for update in new)
        return {
            each.peer_id: each.id
            for each in messages
            if each is not None and not any(each.peer_id in met for met in (told, self._peers, self._bots))
        }

    def unknown(self, unmet: dict[int, int]) -> dict[int, int]:
        """Those of the :meth:`unmet` users whom the account has never met either."""
        known = mapping.find_peers(self.account.pk, unmet)
        self._peers |= known
        return {peer_id: message_id for peer_id, message_id in unmet.items() if peer_id not in known}

    def review_reports(self) -> None:
        """Look again at the messages that may be sends of ours: one may be settled now, or its id be known."""
        with transaction.atomic():
            reports = take_reports(self.account)
            for incoming in reports:
                self._store(incoming)
        for incoming in reports:
            self._store_early_edits(incoming)

    def _store_message(self, message: PrivateMessage | None) -> None:
        if message is not None and message.peer_id not in self._bots:
            incoming = as_incoming(message, self._peer(message.peer_id))
            self._store(incoming)
            self._store_early_edits(incoming)

    def _store_early_edits(self, incoming: Incoming) -> None:
        for telegram_id in incoming.telegram_ids:
            self._store_edit(self._early_edits.pop(telegram_id, None))

    def _store(self, incoming: Incoming) -> None:
        # An away message of the account is none of our sends, and a report could not keep that nobody wrote it.
        if incoming.outgoing and not incoming.is_automatic and recognize(self.account, incoming):
            return
        try:
            stored = received.receive(self.account, incoming)
        except (DataError, IntegrityError, ValueError):
            # One message that cannot be stored must not block all that follow it.
            logger.exception("a message cannot be stored", extra={"account_id": self.account.pk})
        else:
            if stored is not None and not incoming.outgoing:
                # Telegram holds back first messages only, and later ones wait for this one.
                cold = Message.unscoped.filter(thread_id=stored.thread_id, status=Status.QUEUED, error="peer_flood")
                cold.update(eta=clock.now())

    def _apply_edit(self, message: PrivateMessage | None) -> None:
        """Store an edit that Telegram reports. It is kept first: the message may be being stored by another thread."""
        if message is None or message.edited_at is None:
            return
        self._early_edits[message.id] = message
        if len(self._early_edits) > MAX_EARLY_EDITS:
            self._early_edits.pop(next(iter(self._early_edits)), None)
        if self._store_edit(message):
            self._early_edits.pop(message.id, None)

    def _store_edit(self, message: PrivateMessage | None) -> bool:
        """Whether the message is stored, and this is its latest edit."""
        if message is None or message.edited_at is None:
            return False
        stored = albums.find_message(self.account.pk, message.id)
        if stored is None:
            edit_report(self.account, message)
            return False
        return self._edit(stored, message, message.edited_at)

    @transaction.atomic
    def _edit(self, stored: Message, message: PrivateMessage, edited_at: datetime) -> bool:
        """Store the edited text and the file, if it is another one now. A part of an album without a caption leaves the
        caption of the album as it is."""
        locked = applying.lock_message(Message.unscoped.filter(pk=stored.pk))
        if locked is None:
            return False
        has_text = bool(message.text) or stored.telegram_message_id == message.id
        text = message.text if has_text else locked.text
        entities = to_json(message.entities) if has_text else locked.entities
        # A conversation that was read before may be stored after a newer edit.
        if not applying.record_edit(locked, text, entities, edited_at):
            return False
        for part in message.parts:
            files.replace_media(stored, part)
        return True

    @transaction.atomic
    def apply_read(self, peer_id: int, max_id: int) -> None:
        """The conversation was opened on a phone, and its messages are read up to this id. Telegram's count of what is
        unread is that of then: a difference reports what was written later before it. What is read in a conversation
        may be stored after it."""
        max_id = self._read_to[peer_id] = max(max_id, self._read_to.get(peer_id, 0))
        threads = Thread.unscoped.filter(account=self.account, contact__telegram_id=peer_id)
        # A message being stored, which counts itself, comes either before this or after it.
        for thread in threads.filter(unread_count__gt=0).select_for_update(of=("self",)):
            received = Message.unscoped.filter(account=self.account, thread=thread, direction=Direction.IN)
            unread = received.filter(telegram_message_id__gt=max_id).count()
            threads.filter(pk=thread.pk, unread_count__gt=unread).update(unread_count=unread)

    def apply_receipt(self, peer_id: int, max_id: int) -> None:
        """The person has read the account's messages up to this id; 0 stands for none."""
        if max_id:
            changes.record_read(self.account, peer_id, max_id, clock.now())

    def _peer(self, peer_id: int) -> Peer:
        """What is known of a user: from this connection, else from the database, else the id alone."""
        return self._peers.get(peer_id) or mapping.find_peer(self.account.pk, peer_id) or Peer(peer_id, 0)


def as_incoming(message: PrivateMessage, peer: Peer) -> Incoming:
    """Telegram's message with this person as the rest of messaging takes it."""
    return Incoming(
        telegram_message_id=message.id,
        text=message.text,
        at=message.at,
        username=peer.username or None,
        telegram_id=message.peer_id,
        name=peer.name,
        last_name=peer.last_name,
        kind=message.kind,
        outgoing=message.outgoing,
        reply_to=message.reply_to,
        is_automatic=message.is_automatic,
        quote=message.quote,
        entities=message.entities,
        media_text=message.media_text,
        grouped_id=message.grouped_id,
        parts=message.parts,
    )
