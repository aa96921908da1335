"""messages.*: sending, reading the history, marking as read."""

from collections.abc import Sequence
from typing import Any

from telethon.tl import functions, types

from ..delivery import Draft
from ..errors import failure
from ..mailbox import Reply, StoredMessage
from ..render import message_view, moment, now, seconds, user_views
from ..rpc import Call, handles
from ..session import Session
from ..settings import Answers, Duplicates
from ..state import User
from .users import require_peer

LONGEST_TEXT = 4096
LONGEST_QUOTE = 1024
LARGEST_PAGE = 100


@handles(functions.messages.SendMessageRequest)
def send_message(call: Call, request: Any) -> Any:
    sender = call.user
    recipient = require_peer(call, request.peer)
    if not request.random_id:
        raise failure("RANDOM_ID_EMPTY")
    first = sender.mailbox.random_ids.get(request.random_id)
    if first is not None:
        return duplicate(call, first, request.random_id)
    check_text(request.message)
    check_recipient(recipient)
    draft = Draft(
        text_to_send(sender, request.message),
        request.entities,
        request.random_id,
        noforwards=bool(request.noforwards),
        no_webpage=bool(request.no_webpage),
        invert_media=bool(request.invert_media),
        reply=reply_of(call, recipient, request.reply_to),
    )
    message = call.delivery.post(sender, recipient, draft, own_pushes_but(call))
    return answer(call, message, request.random_id)


def own_pushes_but(call: Call) -> Session | None:
    """The session that gets no update of what it sends itself."""
    return None if call.settings.pushes_own_sends else call.session


def reply_of(call: Call, recipient: User, given: Any) -> Reply | None:
    """What the message answers. Raises RpcFailure for a message that does not exist, and a quote that is not in it."""
    if given is None:
        return None
    target = call.user.mailbox.messages.get(getattr(given, "reply_to_msg_id", 0))
    if target is None or target.is_deleted or target.peer is not recipient:
        raise failure("REPLY_MESSAGE_ID_INVALID")
    quote = given.quote_text
    if quote and (len(quote) > LONGEST_QUOTE or quote not in target.text):
        raise failure("QUOTE_TEXT_INVALID")
    return Reply(target, quote or None, given.quote_entities, given.quote_offset)


def answer(call: Call, message: StoredMessage, random_id: int) -> Any:
    """The answer to a send, in the form of the settings; of a message with media never the shortest one."""
    pts, date, form = call.user.mailbox.pts, moment(message.date), call.settings.answers
    if form is Answers.SHORT and message.media is None:
        return types.UpdateShortSentMessage(message.id, pts, 1, date, out=True, entities=message.entities)
    known, new = types.UpdateMessageID(message.id, random_id), types.UpdateNewMessage(message_view(message), pts, 1)
    if form in (Answers.SINGLE, Answers.ID_ONLY):
        return types.UpdateShort(new if form is Answers.SINGLE else known, date)
    updates = [new] if form is Answers.MESSAGE_ONLY else [known, new]
    users = user_views(call.state, call.user, [message.peer])
    if form is Answers.COMBINED:
        return types.UpdatesCombined(updates, users=users, chats=[], date=date, seq_start=0, seq=0)
    return types.Updates(updates, users=users, chats=[], date=date, seq=0)


def duplicate(call: Call, first: StoredMessage, random_id: int) -> Any:
    """The answer to a used random_id, see Duplicates. Nothing is sent."""
    refuse_duplicates_if_configured(call)
    pts = call.user.mailbox.pts
    updates = [
        types.UpdateMessageID(first.id, random_id),
        types.UpdateNewMessage(message_view(first), pts, pts_count=0),
    ]
    users = user_views(call.state, call.user, [first.peer])
    return types.Updates(updates, users=users, chats=[], date=now(call.user), seq=0)


def refuse_duplicates_if_configured(call: Call) -> None:
    if (call.user.duplicates or call.settings.duplicates) is Duplicates.ERROR:
        raise failure("RANDOM_ID_DUPLICATE")


def text_to_send(sender: User, text: str) -> str:
    """Telegram replaces some texts, such as those with characters that it does not support."""
    if not sender.texts_to_change:
        return text
    sender.texts_to_change -= 1
    return f"{text} (changed)"


def check_text(text: str) -> None:
    if not text.strip():
        raise failure("MESSAGE_EMPTY")
    if len(text) > LONGEST_TEXT:
        raise failure("MESSAGE_TOO_LONG")


def check_recipient(recipient: User) -> None:
    if recipient.is_deactivated:
        raise failure("INPUT_USER_DEACTIVATED")
    if not recipient.accepts_messages:
        raise failure("USER_PRIVACY_RESTRICTED")


@handles(functions.messages.GetHistoryRequest)
def get_history(call: Call, request: Any) -> Any:
    owner = call.user
    chat = owner.mailbox.chat_with(require_peer(call, request.peer))
    page = history_page(chat, request)
    users = user_views(call.state, owner, [message.peer for message in page])
    views = [message_view(message) for message in page]
    if len(page) == len(chat):
        return types.messages.Messages(views, topics=[], chats=[], users=users)
    return types.messages.MessagesSlice(len(chat), views, topics=[], chats=[], users=users)


@handles(functions.messages.GetMessagesRequest)
def get_messages(call: Call, request: Any) -> Any:
    """By their ids, which need no peer: they number all private messages of a user."""
    messages = call.user.mailbox.messages
    found = [messages.get(each.id) for each in request.id]
    found = [None if message is None or message.is_deleted else message for message in found]
    views = [
        types.MessageEmpty(each.id, None) if message is None or message.is_deleted else message_view(message)
        for each, message in zip(request.id, found, strict=True)
    ]
    users = user_views(call.state, call.user, [message.peer for message in found if message is not None])
    return types.messages.Messages(views, topics=[], chats=[], users=users)


def history_page(chat: Sequence[StoredMessage], request: Any) -> list[StoredMessage]:
    """A page, newest first (core.telegram.org/api/offsets): between min_id and max_id, from offset_id on, shifted by
    add_offset."""
    highest = request.max_id or float("inf")
    within = [message for message in chat if request.min_id < message.id < highest]
    start = request.add_offset
    if request.offset_id:
        start += sum(message.id >= request.offset_id for message in within)
    elif before := seconds(request.offset_date):
        start += sum(message.date >= before for message in within)
    end = start + min(max(request.limit, 0), LARGEST_PAGE)
    return within[max(start, 0) : max(end, 0)]


@handles(functions.messages.ReadHistoryRequest)
def read_history(call: Call, request: Any) -> Any:
    reader = call.user
    count = call.delivery.read(reader, require_peer(call, request.peer), request.max_id, call.session)
    return types.messages.AffectedMessages(reader.mailbox.pts, count)
