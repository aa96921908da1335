"""Storing what Telegram reports; in database threads, never on the event loop. Our own sends in it are recognized by
:mod:`messaging.telegram.own_sends`.

Each message is stored in a transaction of its own, and only once. The update state is stored after all messages of a
batch, so after a crash in between Telegram reports the batch again.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, transaction
from telethon.tl import types

from crmsolid.core import clock
from messaging import typing
from messaging.changes import applying
from messaging.changes import received as changes
from messaging.files import received as files
from messaging.formatting.entities import to_json
from messaging.models import (
    Direction,
    Message,
    PeerHash,
    Status,
    TelegramSession,
    Thread,
)
from messaging.telegram import mapping, own_sends
from messaging.telegram.client import UpdateState
from messaging.telegram.mapping import Peer, PrivateMessage, merge_albums, private_message
from messaging.telegram.reactions import read_reactions
from messaging.threads import albums, received
from messaging.threads.incoming import Incoming

logger = logging.getLogger("crmsolid.telegram")

MAX_EARLY_EDITS = 1000


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
            own_sends.store_ids(self.account, ids)
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
                if isinstance(update, types.UpdateNewMessage):  # of a difference: it may have been reacted to since
                    self._store_reactions(update.message)

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
        """Those of a message, or of an update about one."""
        reactions = getattr(message, "reactions", None)
        found = None if reactions is None else read_reactions(reactions)
        if found is not None:
            changes.record_reactions(self.account, message_id or message.id, found)

    def store_reactions(self, messages: Iterable[Any]) -> None:
        """Those of messages as Telegram has them now. It repeats none that it reported while the account was away, so
        the stored ones may be out of date."""
        told = {each.id: read_reactions(each.reactions) for each in messages if isinstance(each, types.Message)}
        for number, message in albums.find_messages(self.account.pk, list(told)).items():
            reactions = told[number]
            # A part of an album without reactions says nothing of its other parts.
            is_told = reactions is not None and bool(reactions or message.grouped_id is None)
            if is_told and reactions != message.reactions:
                changes.record_reactions(self.account, number, reactions or ())

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
            reports = own_sends.take_reports(self.account)
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
        if incoming.outgoing and not incoming.is_automatic and own_sends.recognize(self.account, incoming):
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
            own_sends.edit_report(self.account, message)
            return False
        return self._edit(stored, message, message.edited_at)

    @transaction.atomic
    def _edit(self, stored: Message, message: PrivateMessage, edited_at: datetime) -> bool:
        """Store the edited text and the file, if it is another one now. A part of an album without a caption leaves the
        caption of the album as it is."""
        locked = applying.lock_message(Message.unscoped.filter(pk=stored.pk))
        # A conversation that was read before may be stored after a newer edit.
        if locked is None or applying.is_outdated(locked, edited_at):
            return False
        has_text = bool(message.text) or stored.telegram_message_id == message.id
        text = message.text if has_text else locked.text
        entities = to_json(message.entities) if has_text else locked.entities
        new_files = [files.replace_media(locked, part) for part in message.parts]
        return applying.record_edit(locked, text, entities, edited_at, has_new_file=any(new_files))

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
