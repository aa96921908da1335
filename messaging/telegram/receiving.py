"""Storing what Telegram reports. This runs in database threads, never on the event loop.

Each message is stored in a transaction of its own, and only once. The update state is stored after all messages of a
batch, so after a crash in between Telegram reports the batch again.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import DataError, IntegrityError, transaction
from telethon.tl import types

from crmsolid.core import clock
from messaging import inbox
from messaging.inbox import Incoming
from messaging.models import Direction, Message, Status, TelegramSession, Thread
from messaging.telegram import mapping, own_sends
from messaging.telegram.client import UpdateState
from messaging.telegram.mapping import Peer, PrivateMessage, private_message

logger = logging.getLogger("crmsolid.telegram")


class Receiver:
    """Stores the updates of one account during one login."""

    def __init__(self, session: TelegramSession) -> None:
        self.account = session.account
        self.own_id = session.user_id
        self._login_epoch = session.login_epoch
        self._stored_state = UpdateState(session.pts, session.qts, session.date, session.seq)
        self._peers: dict[int, Peer] = {}
        # Without a state Telegram reports nothing that was missed. Until the conversations were read, none is stored.
        self.needs_history = not session.pts

    def store_updates(self, updates: Sequence[Any], users: Iterable[Any], state: UpdateState) -> None:
        """Store a batch of updates in order, then the state after it. The ids of our own sends come first: in a
        difference they are behind the messages that they are the ids of."""
        ids = {each.random_id: each.id for each in updates if isinstance(each, types.UpdateMessageID)}
        if ids:
            own_sends.store_ids(self.account, ids)
        self.review_reports()
        messages = [private_message(update, self.own_id) for update in updates]
        private_peers = {message.peer_id for message in messages if message is not None}
        # The members of groups are not stored: they have nothing to do with the workspace.
        self.save_peers(user for user in users if user.id in private_peers)
        for update, message in zip(updates, messages, strict=True):
            if isinstance(update, types.UpdateReadHistoryInbox):
                self._apply_read(update)
            elif isinstance(update, types.UpdateEditMessage):
                if message is not None and message.edited_at is not None:
                    rows = Message.unscoped.filter(account=self.account, telegram_message_id=message.id)
                    rows.update(text=message.text, edited_at=message.edited_at)
            else:
                self._store_message(message)
        if state != self._stored_state and not (state.pts and self.needs_history):
            sessions = TelegramSession.unscoped.filter(account=self.account, login_epoch=self._login_epoch)
            sessions.update(pts=state.pts, qts=state.qts, date=state.date, seq=state.seq)
            self._stored_state = state

    def store_history(self, messages: Iterable[Any], users: Iterable[Any]) -> None:
        """Store messages read from a conversation; most of them are stored already."""
        self.save_peers(users)
        for message in messages:
            self._store_message(private_message(message, self.own_id))

    def save_peers(self, users: Iterable[Any]) -> None:
        """Store the peers of users that this connection has not met, or met with another access hash or name."""
        changed = {
            peer.id: peer
            for peer in map(mapping.peer_from_user, users)
            if peer is not None and peer.id != self.own_id and self._peers.get(peer.id) != peer
        }
        if changed:
            mapping.save_peers(self.account, changed.values())
            self._peers |= changed

    def unknown_senders(self, updates: Iterable[Any]) -> set[int]:
        """The senders of short updates whom this connection has not met. Short updates carry no user data."""
        senders = {update.user_id for update in updates if isinstance(update, types.UpdateShortMessage)}
        return senders - self._peers.keys()

    @transaction.atomic
    def review_reports(self) -> None:
        """Look again at the messages that may be sends of ours: one may be settled now, or its id be known."""
        for incoming in own_sends.take_reports(self.account):
            self._store(incoming)

    def _store_message(self, message: PrivateMessage | None) -> None:
        if message is not None:
            self._store(as_incoming(message, self._peer(message.peer_id)))

    def _store(self, incoming: Incoming) -> None:
        if incoming.outgoing and own_sends.recognize(self.account, incoming):
            return
        try:
            stored = inbox.receive(self.account, incoming)
        except (DataError, IntegrityError, ValueError):
            # One message that cannot be stored must not block all that follow it.
            logger.exception("a message cannot be stored", extra={"account_id": self.account.pk})
        else:
            if stored is not None and not incoming.outgoing:
                # Telegram holds back first messages only, and later ones wait for this one.
                cold = Message.unscoped.filter(thread_id=stored.thread_id, status=Status.QUEUED, error="peer_flood")
                cold.update(eta=clock.now())

    def _apply_read(self, update: Any) -> None:
        """The conversation was opened on a phone. Telegram's count does not include what a difference reports before
        the read and was written after it."""
        if isinstance(update.peer, types.PeerUser):
            threads = Thread.unscoped.filter(account=self.account, contact__telegram_id=update.peer.user_id)
            for thread in threads.filter(unread_count__gt=0):
                received = Message.unscoped.filter(account=self.account, thread=thread, direction=Direction.IN)
                unread = received.filter(telegram_message_id__gt=update.max_id).count()
                threads.filter(pk=thread.pk, unread_count__gt=unread).update(unread_count=unread)

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
    )
