"""messages.*: editing, deleting, reacting, typing, and when a message was read."""

import time
from typing import Any

from telethon.tl import functions, types

from ..errors import failure
from ..mailbox import StoredMessage
from ..render import message_view, moment, now, reactions_update, user_views
from ..rpc import Call, handles
from ..state import User
from .media import check_caption, media_of
from .messages import check_text
from .users import require_peer

READ_DATE_SECONDS = 7 * 86_400
REACTIONS_OF_USER, REACTIONS_OF_PREMIUM_USER = 1, 3
# The reactions of accounts without a subscription, without variation selectors as Telegram wants them.
EMOJI = (
    "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤\u200d🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 "
    "🍾 💋 🖕 😈 😴 😭 🤓 👻 👨\u200d💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷 "
    "🤷\u200d♂ 🤷\u200d♀ 😡"
)


def require_message(call: Call, peer: User, message_id: int) -> StoredMessage:
    """A message of the chat that exists."""
    message = call.user.mailbox.messages.get(message_id)
    if message is None or message.is_deleted or message.peer is not peer:
        raise failure("MESSAGE_ID_INVALID")
    return message


@handles(functions.messages.EditMessageRequest)
def edit_message(call: Call, request: Any) -> Any:
    owner = call.user
    message = require_message(call, require_peer(call, request.peer), request.id)
    if not message.is_out:
        raise failure("MESSAGE_AUTHOR_REQUIRED")
    if message.peer is not owner and message.date + call.settings.edit_seconds < owner.time():
        raise failure("MESSAGE_EDIT_TIME_EXPIRED")
    changes: dict[str, Any] = {}
    if request.message is not None:
        changes |= dict(text=request.message, entities=request.entities)
        if message.media is None or message.media.kind == "web_page":
            check_text(request.message)
        else:
            check_caption(call, request.message)
    if request.media is not None:
        changes["media"] = media_of(call, request.media)
    elif not is_changed(message, changes):
        raise failure("MESSAGE_NOT_MODIFIED")
    call.delivery.edit(message, call.session, no_webpage=bool(request.no_webpage), **changes)
    update = types.UpdateEditMessage(message_view(message), owner.mailbox.pts, pts_count=1)
    return answer_with(call, [update], message.peer)


def is_changed(message: StoredMessage, changes: dict[str, Any]) -> bool:
    if not changes:
        return False
    entities = [[bytes(each) for each in side or ()] for side in (message.entities, changes["entities"])]
    return bool(message.text != changes["text"] or entities[0] != entities[1])


@handles(functions.messages.DeleteMessagesRequest)
def delete_messages(call: Call, request: Any) -> Any:
    """Ids that do not exist are passed over. They need no peer."""
    owner = call.user
    found = [owner.mailbox.messages.get(each) for each in request.id]
    existing = [message for message in found if message is not None and not message.is_deleted]
    call.delivery.delete(existing, is_for_both=bool(request.revoke), origin=call.session)
    return types.messages.AffectedMessages(owner.mailbox.pts, len(existing))


@handles(functions.messages.SendReactionRequest)
def send_reaction(call: Call, request: Any) -> Any:
    """Replaces all reactions of the user to the message."""
    user = call.user
    message = require_message(call, require_peer(call, request.peer), request.msg_id)
    reactions = [reaction_of(each) for each in request.reaction or ()]
    most = REACTIONS_OF_PREMIUM_USER if user.is_premium else REACTIONS_OF_USER
    if len(reactions) > most:
        raise failure("REACTIONS_TOO_MANY")
    call.delivery.react(user, message, reactions, call.session)
    return answer_with(call, [reactions_update(message)], message.peer)


def reaction_of(given: Any) -> str:
    """An emoji. Emoji of one's own need a subscription."""
    if not isinstance(given, types.ReactionEmoji) or given.emoticon not in EMOJI.split():
        raise failure("REACTION_INVALID")
    return str(given.emoticon)


@handles(functions.messages.GetMessagesReactionsRequest)
def get_messages_reactions(call: Call, request: Any) -> Any:
    """Messages that do not exist are left out; those without reactions have an empty list."""
    peer = require_peer(call, request.peer)
    messages = [each for each in call.user.mailbox.chat_with(peer) if each.id in request.id]
    return answer_with(call, [reactions_update(message) for message in messages], peer)


@handles(functions.messages.GetUnreadReactionsRequest)
def get_unread_reactions(call: Call, request: Any) -> Any:
    """The user's messages with new reactions of the peer; reading them here does not make them seen."""
    peer = require_peer(call, request.peer)
    page = [message_view(each) for each in call.user.mailbox.unseen_reactions(peer)[: request.limit]]
    users = user_views(call.state, call.user, [peer])
    return types.messages.Messages(page, topics=[], chats=[], users=users)


@handles(functions.messages.SetTypingRequest)
def set_typing(call: Call, request: Any) -> Any:
    call.delivery.type(call.user, require_peer(call, request.peer), request.action)
    return True


@handles(functions.messages.GetOutboxReadDateRequest)
def get_outbox_read_date(call: Call, request: Any) -> Any:
    user = call.user
    peer = require_peer(call, request.peer)
    message = require_message(call, peer, request.msg_id)
    if not message.is_out:
        raise failure("MESSAGE_ID_INVALID")
    if user.hides_read_dates:
        raise failure("YOUR_PRIVACY_RESTRICTED")
    if peer.hides_read_dates:
        raise failure("USER_PRIVACY_RESTRICTED")
    if message.read_at is None:
        raise failure("MESSAGE_NOT_READ_YET")
    if message.date + READ_DATE_SECONDS < time.time():
        raise failure("MESSAGE_TOO_OLD")
    return types.OutboxReadDate(moment(message.read_at))


def answer_with(call: Call, updates: list[Any], peer: User) -> Any:
    users = user_views(call.state, call.user, [peer])
    return types.Updates(updates, users=users, chats=[], date=now(call.user), seq=0)
