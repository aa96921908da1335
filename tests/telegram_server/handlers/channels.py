"""updates.getChannelDifference."""

from typing import Any

from telethon.tl import functions, types

from ..channels import Channel, channel_view, post_view
from ..errors import failure
from ..rpc import Call, handles


@handles(functions.updates.GetChannelDifferenceRequest)
def get_channel_difference(call: Call, request: Any) -> Any:
    user, channel = call.user, find_channel(call, request.channel)
    if not 0 < request.pts <= channel.pts:
        raise failure("PERSISTENT_TIMESTAMP_INVALID")
    numbers = range(request.pts, channel.pts)
    if not numbers:
        return types.updates.ChannelDifferenceEmpty(channel.pts, final=True)
    return types.updates.ChannelDifference(
        channel.pts,
        new_messages=[post_view(user, channel, number) for number in numbers],
        other_updates=[],
        chats=[channel_view(user, channel)],
        users=[],
        final=True,
    )


def find_channel(call: Call, peer: Any) -> Channel:
    channel = call.state.channels.get(getattr(peer, "channel_id", 0))
    if channel is None or peer.access_hash != channel.access_hash(call.user) or call.user not in channel.members:
        raise failure("CHANNEL_INVALID")
    return channel
