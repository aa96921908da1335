"""What Telegram tells us, into the database: runs in the database's threads, never on the event loop.

Messages are stored one by one, each once; the update state is written after all of them, so a crash in between makes
Telegram tell us again.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import DataError, IntegrityError
from django.db.models import Q
from telethon.tl import types

from messaging import inbox
from messaging.inbox import Incoming
from messaging.models import Account, Direction, Message, Status, TelegramSession, Thread
from messaging.telegram import mapping, peers
from messaging.telegram.mapping import Person, Seen
from messaging.telegram.peers import Peer
from messaging.telegram.session import UpdateState

logger = logging.getLogger("crmsolid.telegram")

ECHO_SLACK = timedelta(minutes=2)
OPEN = (Status.QUEUED, Status.SENDING, Status.SENT)


class Receiver:
    """One account's ear during one login."""

    def __init__(self, account: Account, session: TelegramSession) -> None:
        self.account = account
        self.own_id = session.user_id
        self._epoch = session.login_epoch
        self._kept = UpdateState(session.pts, session.qts, session.date, session.seq)
        self._known: dict[int, Person] = {}

    def keep(self, updates: Sequence[Any], users: Iterable[Any], state: UpdateState) -> None:
        """A batch of updates, in their order, then how far that was."""
        found = [self._heard(update) for update in updates]
        private = {message.peer_id for message in found if message is not None}
        self.meet(user for user in users if user.id in private)  # those who write in groups are nobody's business here
        for update in updates:
            self._take(update)
        self._keep_state(state)

    def strangers(self, updates: Iterable[Any]) -> set[int]:
        """The senders of short updates whom this connection has not met."""
        senders = {update.user_id for update in updates if isinstance(update, types.UpdateShortMessage)}
        return senders - self._known.keys()

    def keep_history(self, messages: Iterable[Any], users: Iterable[Any]) -> None:
        """What a sweep found; most of it is known."""
        self.meet(users)
        for message in messages:
            self._store(mapping.message(message, self.own_id))

    def meet(self, users: Iterable[Any]) -> None:
        """Keep the addresses of those we had not met, or met under another hash or name."""
        known = map(mapping.person, users)
        found = [person for person in known if person is not None and person.peer.id != self.own_id]
        new = [person for person in found if self._known.get(person.peer.id) != person]
        if new:
            peers.save(self.account, {person.peer.id: person.peer for person in new}.values())
            self._known |= {person.peer.id: person for person in new}

    def _heard(self, update: Any) -> Seen | None:
        """The private message that an update brings or changes."""
        if isinstance(update, types.UpdateNewMessage | types.UpdateEditMessage):
            return mapping.message(update.message, self.own_id)
        return mapping.message(update, self.own_id) if isinstance(update, types.UpdateShortMessage) else None

    def _take(self, update: Any) -> None:
        if isinstance(update, types.UpdateEditMessage):
            self._edit(self._heard(update))
        elif isinstance(update, types.UpdateReadHistoryInbox) and isinstance(update.peer, types.PeerUser):
            self._read(update.peer.user_id, update.still_unread_count)
        else:
            self._store(self._heard(update))

    def _store(self, message: Seen | None) -> None:
        if message is None or (message.outgoing and self._is_our_own(message)):
            return
        person = self._person(message.peer_id)
        incoming = Incoming(
            telegram_message_id=message.id,
            text=message.text,
            at=message.at,
            username=person.peer.username or None,
            telegram_id=message.peer_id,
            name=person.name,
            kind=message.kind,
            outgoing=message.outgoing,
        )
        try:
            inbox.receive(self.account, incoming)
        except (DataError, IntegrityError, ValueError):
            # One message that no row can hold must not keep all that follow it out for ever.
            logger.exception("a message cannot be stored", extra={"account_id": self.account.pk})

    def _is_our_own(self, message: Seen) -> bool:
        """A send of the product's, seen from outside: after a lost answer or in a sweep. It may not be settled yet."""
        sends = Message.unscoped.filter(account=self.account, direction=Direction.OUT)
        if sends.filter(telegram_message_id=message.id).exists():
            return True
        to = Q(contact__telegram_id=message.peer_id)
        username = self._person(message.peer_id).peer.username
        if username:
            to |= Q(contact__username_key=username.lower())
        tried = sends.filter(to, telegram_message_id=None, status__in=OPEN)
        # Telegram's clock has whole seconds and is not ours.
        tried = tried.filter(unsettled_since__lte=message.at + ECHO_SLACK)
        same = [row for row in tried if mapping.same_text(row.text, message.text)]
        for row in same[:1]:
            if row.status == Status.SENT:
                Message.unscoped.filter(pk=row.pk, telegram_message_id=None).update(telegram_message_id=message.id)
        return bool(same)

    def _edit(self, message: Seen | None) -> None:
        if message is None or message.edited_at is None:
            return
        rows = Message.unscoped.filter(account=self.account, telegram_message_id=message.id)
        rows.update(text=message.text, edited_at=message.edited_at)

    def _read(self, peer_id: int, unread: int) -> None:
        """The conversation was opened on a phone."""
        rows = Thread.unscoped.filter(account=self.account, contact__telegram_id=peer_id, unread_count__gt=unread)
        rows.update(unread_count=unread)

    def _person(self, peer_id: int) -> Person:
        """Short updates name nobody: then what we know, and for whom we know nothing the bare id."""
        known = self._known.get(peer_id)
        if known is None:
            peer = peers.find(self.account.pk, peer_id) or Peer(peer_id, 0)
            known = Person(peer, "")
        return known

    def _keep_state(self, state: UpdateState) -> None:
        if state == self._kept:
            return
        rows = TelegramSession.unscoped.filter(account=self.account, login_epoch=self._epoch)
        rows.update(pts=state.pts, qts=state.qts, date=state.date, seq=state.seq)
        self._kept = state
