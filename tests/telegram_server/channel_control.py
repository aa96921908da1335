"""How tests make and use channels."""

from collections.abc import Sequence

from telethon.tl import types

from .channels import Channel, pushed_post
from .event_loop import control
from .update_control import UpdateControl, Who

FIRST_CHANNEL_ID = 2_000_001


class ChannelControl(UpdateControl):
    @control
    def create_channel(self, title: str, members: Sequence[Who]) -> int:
        """Returns the id of the channel."""
        channel_id = FIRST_CHANNEL_ID + len(self.state.channels)
        self.state.channels[channel_id] = Channel(channel_id, title, [self.find(who) for who in members])
        return channel_id

    @control
    def post(self, channel_id: int, text: str) -> int:
        """Post in the channel and push it to the members. Returns how many sessions were told."""
        channel = self.state.channels[channel_id]
        channel.texts.append(text)
        return sum(self._push(member, pushed_post(member, channel)) for member in channel.members)

    @control
    def push_channel_too_long(self, channel_id: int) -> int:
        """Tell the members to ask for the channel's difference. Returns how many sessions were told."""
        channel = self.state.channels[channel_id]
        update = types.UpdateChannelTooLong(channel_id, pts=channel.pts)
        return sum(self._push(member, self._short(member, update)) for member in channel.members)
