"""What a user does with messages on a phone: edits, deletes, reads, reacts, types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from telethon.tl import types

from .event_loop import control
from .media_control import MediaControl, entities_of
from .phone_media import as_bytes, phone_media
from .update_control import Who


class ActionControl(MediaControl):
    """Messages are named by their ids in the mailbox of the user who does something."""

    @control
    def edit(
        self,
        owner: Who,
        message_id: int,
        text: str,
        entities: Sequence[Mapping[str, Any]] = (),
        *,
        hidden: bool = False,
    ) -> None:
        """Change the text or caption of a message that the owner has sent, see `deliver_media` on entities. `hidden`:
        clients do not show it as edited, as when only a link preview was added."""
        message = self._message(owner, message_id)
        self.rpc.delivery.edit(message, text=text, entities=entities_of(entities), edit_hide=hidden)

    @control
    def edit_media(
        self, /, owner: Who, message_id: int, kind: str, content: bytes | str = b"other content", **details: Any
    ) -> None:
        """Replace the media of a message that the owner has sent, see `deliver_media`. The caption stays."""
        message = self._message(owner, message_id)
        media = phone_media(self.state.files, message.owner.dc_id, kind, as_bytes(content), details)
        self.rpc.delivery.edit(message, media=media)

    @control
    def delete(self, owner: Who, message_id: int | Sequence[int], *, revoke: bool = True) -> None:
        """Delete messages with one update for each user: for both, or for the owner alone."""
        ids = [message_id] if isinstance(message_id, int) else message_id
        messages = [self._message(owner, each) for each in ids]
        self.rpc.delivery.delete(messages, is_for_both=revoke)

    @control
    def read(self, reader: Who, peer: Who, max_id: int = 0) -> None:
        """The reader opens the chat on the phone: messages up to max_id (0: all) are read."""
        self.rpc.delivery.read(self.find(reader), self.find(peer), max_id)

    @control
    def react(self, who: Who, message_id: int, reactions: Sequence[str]) -> None:
        """Replace the user's reactions to a message by these emoji; none removes them."""
        self.rpc.delivery.react(self.find(who), self._message(who, message_id), list(reactions))

    @control
    def start_typing(self, sender: Who, recipient: Who, action: str = "SendMessageTypingAction") -> None:
        """Show the recipient what the sender does: an action without arguments, such as SendMessageCancelAction."""
        self.rpc.delivery.type(self.find(sender), self.find(recipient), getattr(types, action)())

    @control
    def actions_seen(self, who: Who) -> list[tuple[int, str]]:
        """What other users were doing, as this user could see it: the other's id, and the name of the action."""
        return list(self.find(who).actions)

    @control
    def hide_read_dates(self, who: Who, hidden: bool = True) -> None:
        """The user shows nobody when they read a message, and learns it of nobody: USER_PRIVACY_RESTRICTED and
        YOUR_PRIVACY_RESTRICTED."""
        self.find(who).hides_read_dates = hidden
