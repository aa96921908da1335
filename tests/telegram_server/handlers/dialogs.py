"""messages.getDialogs and getPeerDialogs: the list of chats."""

from collections.abc import Sequence
from typing import Any

from telethon.tl import functions, types

from ..channels import channel_dialog, channel_view, post_view
from ..mailbox import StoredMessage
from ..render import dialog_view, message_view, seconds, state_view, user_views
from ..rpc import Call, handles
from .users import require_peer

LARGEST_PAGE = 100


@handles(functions.messages.GetDialogsRequest)
def get_dialogs(call: Call, request: Any) -> Any:
    chats = call.user.mailbox.chats()
    limit = min(max(request.limit, 0), LARGEST_PAGE)
    page = after_offset(chats, request)[:limit]
    if len(page) == len(chats):
        return types.messages.Dialogs(**with_channels(call, dialog_parts(call, page)))
    return types.messages.DialogsSlice(len(chats), **dialog_parts(call, page))


def after_offset(chats: Sequence[StoredMessage], request: Any) -> list[StoredMessage]:
    """Chats whose newest message is older than the one named by offset_id, or by offset_date alone."""
    if request.offset_id:
        return [newest for newest in chats if newest.id < request.offset_id]
    if before := seconds(request.offset_date):
        return [newest for newest in chats if newest.date < before]
    return list(chats)


def with_channels(call: Call, parts: dict[str, Any]) -> dict[str, Any]:
    """The channels that have posts, at the end of the list."""
    owner = call.user
    channels = [each for each in call.state.channels.values() if owner in each.members and each.texts]
    return parts | dict(
        dialogs=parts["dialogs"] + [channel_dialog(channel) for channel in channels],
        messages=parts["messages"] + [post_view(owner, channel, len(channel.texts)) for channel in channels],
        chats=[channel_view(owner, channel) for channel in channels],
    )


@handles(functions.messages.GetPeerDialogsRequest)
def get_peer_dialogs(call: Call, request: Any) -> Any:
    owner = call.user
    peers = [require_peer(call, each.peer) for each in request.peers if isinstance(each, types.InputDialogPeer)]
    page = [newest for newest in owner.mailbox.chats() if newest.peer in peers]
    return types.messages.PeerDialogs(**dialog_parts(call, page), state=state_view(owner))


def dialog_parts(call: Call, page: Sequence[StoredMessage]) -> dict[str, Any]:
    owner = call.user
    return dict(
        dialogs=[dialog_view(owner, newest) for newest in page],
        messages=[message_view(newest) for newest in page],
        chats=[],
        users=user_views(call.state, owner, [newest.peer for newest in page]),
    )
