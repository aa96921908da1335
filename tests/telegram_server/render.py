"""TL objects from the server's state, as one user sees them."""

import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from telethon.tl import types

from .mailbox import Change, DeletedMessages, EditedMessage, Event, NewMessage, ReadInbox, Reply, StoredMessage
from .media import media_view
from .state import ServerState, User


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def seconds(date: datetime | None) -> float:
    """Unix seconds of a date in a request; 0 if there is none."""
    return date.timestamp() if date else 0


def now(user: User | None) -> datetime:
    """The time of this user's clock; of the machine's for somebody who has not logged in."""
    return moment(int(time.time() if user is None else user.time()))


def user_view(state: ServerState, viewer: User, user: User) -> Any:
    """A deactivated user has an id and no name; a phone number is shown to its owner only."""
    if user.is_deactivated:
        return types.User(user.id, deleted=True, access_hash=state.access_hash(viewer, user))
    return types.User(
        user.id,
        is_self=viewer is user,
        access_hash=state.access_hash(viewer, user),
        first_name=user.first_name,
        last_name=user.last_name or None,
        username=user.username,
        phone=user.phone if viewer is user else None,
        bot=user.is_bot,
        premium=user.is_premium,
        bot_info_version=1 if user.is_bot else None,
    )


def user_views(state: ServerState, viewer: User, users: Iterable[User]) -> list[Any]:
    """Each user once, the viewer first."""
    unique = {user.id: user for user in (viewer, *users)}
    return [user_view(state, viewer, user) for user in unique.values()]


def message_view(message: StoredMessage) -> Any:
    """In a private chat the peer is always the other user, and there is no from_id."""
    if message.action is not None:
        fields = dict(peer_id=types.PeerUser(message.peer.id), date=moment(message.date), action=message.action)
        return types.MessageService(message.id, **fields, out=message.is_out)
    return types.Message(
        id=message.id,
        peer_id=types.PeerUser(message.peer.id),
        date=moment(message.date),
        message=message.text,
        out=message.is_out,
        entities=message.entities,
        edit_hide=message.edit_hide,
        edit_date=None if message.edited_at is None else moment(message.edited_at),
        offline=message.offline,
        via_business_bot_id=message.via_business_bot_id,
        media=None if message.media is None else media_view(message.owner, message.media),
        grouped_id=message.grouped_id,
        noforwards=message.noforwards,
        invert_media=message.invert_media,
        reply_to=None if message.reply is None else reply_view(message.reply),
        reactions=reactions_view(message) if message.reactions else None,
    )


def reply_view(reply: Reply) -> Any:
    return types.MessageReplyHeader(
        quote=reply.quote_text is not None,
        reply_to_msg_id=reply.to.id,
        quote_text=reply.quote_text,
        quote_entities=reply.quote_entities,
        quote_offset=reply.quote_offset,
    )


def reactions_view(message: StoredMessage) -> Any:
    """As the owner of this copy sees them: the oldest reaction first; who reacted is known in private chats."""
    viewer = message.owner
    given = [
        (user_id, reaction, date) for user_id, (reactions, date) in message.reactions.items() for reaction in reactions
    ]
    chosen = list(message.reactions.get(viewer.id, ([], 0))[0])
    counts = Counter(reaction for _, reaction, _ in given)
    results = [
        types.ReactionCount(reaction_view(each), count, chosen.index(each) if each in chosen else None)
        for each, count in counts.items()
    ]
    recent = [
        types.MessagePeerReaction(
            types.PeerUser(user_id),
            moment(date),
            reaction_view(each),
            my=user_id == viewer.id,
            unread=user_id != viewer.id and message.has_unseen_reaction,
        )
        for user_id, each, date in given
    ]
    return types.MessageReactions(results, can_see_list=True, recent_reactions=recent or None)


def reactions_update(message: StoredMessage) -> Any:
    return types.UpdateMessageReactions(types.PeerUser(message.peer.id), message.id, reactions_view(message))


def reaction_view(reaction: str) -> Any:
    return types.ReactionEmoji(reaction)


def update_view(event: Event) -> Any:
    change = event.change
    if isinstance(change, NewMessage):
        return types.UpdateNewMessage(message_view(change.message), event.pts, pts_count=1)
    if isinstance(change, EditedMessage):
        return types.UpdateEditMessage(message_view(change.message), event.pts, pts_count=1)
    if isinstance(change, DeletedMessages):
        return types.UpdateDeleteMessages([each.id for each in change.messages], event.pts, pts_count=event.count)
    peer = types.PeerUser(change.peer.id)
    if isinstance(change, ReadInbox):
        return types.UpdateReadHistoryInbox(peer, change.max_id, change.still_unread, event.pts, pts_count=1)
    return types.UpdateReadHistoryOutbox(peer, change.max_id, event.pts, pts_count=1)


def peers_of(change: Change) -> list[User]:
    """The users whom a client has to know to understand the update. An update on deletions names no peer."""
    if isinstance(change, DeletedMessages):
        return []
    return [change.message.peer if isinstance(change, NewMessage | EditedMessage) else change.peer]


def pushed_view(state: ServerState, viewer: User, event: Event) -> Any:
    """The update to push, with the users in it, so that a client learns their access hashes."""
    users = user_views(state, viewer, peers_of(event.change))
    return types.Updates([update_view(event)], users=users, chats=[], date=now(viewer), seq=0)


def short_view(event: Event) -> Any | None:
    """The short form of a new text message, without users; None for what has no short form, or more than a text."""
    if not isinstance(event.change, NewMessage):
        return None
    message = event.change.message
    more = (message.offline, message.via_business_bot_id, message.media, message.reply, message.action)
    if any(more) or message.noforwards:
        return None
    return types.UpdateShortMessage(
        id=message.id,
        user_id=message.peer.id,
        message=message.text,
        pts=event.pts,
        pts_count=1,
        date=moment(message.date),
        out=message.is_out,
        entities=message.entities,
    )


def state_view(user: User, pts: int | None = None) -> Any:
    mailbox = user.mailbox
    unread = sum(len(mailbox.unread_from(message.peer)) for message in mailbox.chats())
    return types.updates.State(mailbox.pts if pts is None else pts, qts=0, date=now(user), seq=1, unread_count=unread)


def dialog_view(owner: User, newest: StoredMessage) -> Any:
    mailbox, peer = owner.mailbox, newest.peer
    return types.Dialog(
        peer=types.PeerUser(peer.id),
        top_message=newest.id,
        read_inbox_max_id=mailbox.read_inbox.get(peer.id, 0),
        read_outbox_max_id=mailbox.read_outbox.get(peer.id, 0),
        unread_count=len(mailbox.unread_from(peer)),
        unread_mentions_count=0,
        unread_reactions_count=len(mailbox.unseen_reactions(peer)),
        unread_poll_votes_count=0,
        notify_settings=types.PeerNotifySettings(),
    )
