"""How tests send media from a phone, read what arrived, and disturb files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from telethon.tl import types

from .channel_control import ChannelControl
from .delivery import Draft
from .event_loop import control
from .mailbox import StoredMessage
from .phone_media import as_bytes, phone_media
from .records import DeliveryRecord, UploadRecord, delivery_record, upload_record
from .state import AlbumFault
from .update_control import Who


class MediaControl(ChannelControl):
    """Contents of files are bytes, or base64 through the control port."""

    @control
    def deliver_media(
        self,
        /,
        sender: Who,
        recipient: Who,
        kind: str,
        content: bytes | str = b"content",
        *,
        caption: str = "",
        entities: Sequence[Mapping[str, Any]] = (),
        grouped_id: int | None = None,
        noforwards: bool = False,
        date: int | None = None,
        dc_id: int | None = None,
        **details: Any,
    ) -> DeliveryRecord:
        """Send media without a client, as from a phone; `dc_id` is where its file is (None: the sender's home).

        Kinds: photo, video, video_note, animation, voice, audio, document, sticker; contact, location, live_location,
        venue, poll, dice, story, invoice, web_page, unsupported. An entity is {"_": "MessageEntityBold", "offset": 0,
        "length": 4}. Details of files: name (None: the file has no name), mime_type, width, height, duration
        (seconds), waveform, title, performer, emoji, spoiler, thumbnail (whether it has one), ttl_seconds
        (0x7FFFFFFF: view once). Details of other kinds: phone_number, first_name, last_name; longitude, latitude,
        title, address, period; question, answers; value, emoji; url; total_amount.
        """
        user = self.find(sender)
        home = user.dc_id if dc_id is None else dc_id
        draft = Draft(
            caption,
            entities_of(entities),
            date=date,
            media=phone_media(self.state.files, home, kind, as_bytes(content), details),
            grouped_id=grouped_id,
            noforwards=noforwards,
        )
        return delivery_record(self.rpc.delivery.post(user, self.find(recipient), draft))

    @control
    def deliver_album(self, sender: Who, recipient: Who, items: Sequence[Mapping[str, Any]]) -> list[DeliveryRecord]:
        """Send an album at once. An item is the arguments of `deliver_media` from `kind` on. To send it one by one,
        call that with one `new_group()`."""
        grouped_id = self.new_group()
        return [self.deliver_media(sender, recipient, grouped_id=grouped_id, **item) for item in items]

    @control
    def deliver_service(self, /, sender: Who, recipient: Who, action: str, **fields: Any) -> DeliveryRecord:
        """Send a service message: the name of an action of Telegram's schema, such as MessageActionScreenshotTaken,
        and its fields."""
        draft = Draft("", action=getattr(types, action)(**fields))
        return delivery_record(self.rpc.delivery.post(self.find(sender), self.find(recipient), draft))

    @control
    def new_group(self) -> int:
        """A grouped_id."""
        return self.state.new_group()

    # What arrived

    @control
    def file_content(self, who: Who, message_id: int) -> bytes:
        """The file of a message, named by its id in the user's mailbox. Raises ValueError if it has none."""
        return self._file(who, message_id).content

    @control
    def uploads(self, who: Who) -> list[UploadRecord]:
        """The uploads of the user, in the order in which they began."""
        return [upload_record(each) for each in self.state.files.uploads_of(self.find(who))]

    @control
    def parts_saved(self, who: Who) -> int:
        """How many parts of files the user's clients have sent; repeated ones count again."""
        return self.state.files.parts_saved[self.find(who).id]

    # Disturbances

    @control
    def drop_parts(self, who: Who, numbers: Sequence[int]) -> None:
        """Answer the next saving of each of these parts with success, and do not keep the part."""
        self.find(who).parts_to_drop.extend(numbers)

    @control
    def forget_parts(self, who: Who, numbers: Sequence[int] = ()) -> None:
        """Lose these parts of all uploads of the user; all parts without numbers. Sending the file is refused with
        FILE_PART_n_MISSING then."""
        for upload in self.state.files.uploads_of(self.find(who)):
            for number in numbers or tuple(upload.parts):
                upload.parts.pop(number, None)

    @control
    def expire_file_references(self, who: Who) -> None:
        """All references that the user has been given are refused with FILE_REFERENCE_EXPIRED; messages that are read
        again have new ones."""
        self.find(who).reference_generation += 1

    @control
    def lose_file(self, who: Who, message_id: int) -> None:
        """The file of a message is gone, for everybody: LOCATION_INVALID, and MEDIA_EMPTY if it is sent."""
        self._file(who, message_id).is_lost = True

    @control
    def destroy_media(self, who: Who, message_id: int) -> None:
        """Self-destructing media were opened: messages that are read again have only the time to live of them, on both
        sides. No client is told."""
        media = self._message(who, message_id).media
        if media is None:
            raise ValueError(f"message {message_id} has no media")
        media.is_gone = True

    @control
    def accept_album_items(self, who: Who, positions: Sequence[int]) -> None:
        """Of the next album that the user sends, send and answer only the items at these positions, from 0."""
        self.find(who).album_faults.append(AlbumFault(accepted=list(positions)))

    @control
    def split_album(self, who: Who) -> None:
        """Send the next album of the user as two, with a grouped_id each."""
        self.find(who).album_faults.append(AlbumFault(is_split=True))

    def _message(self, who: Who, message_id: int) -> StoredMessage:
        return self.find(who).mailbox.messages[message_id]

    def _file(self, who: Who, message_id: int) -> Any:
        media = self._message(who, message_id).media
        if media is None or media.file is None:
            raise ValueError(f"message {message_id} has no file")
        return media.file


def entities_of(given: Sequence[Mapping[str, Any]]) -> list[Any] | None:
    """Entities from plain values."""
    made = [getattr(types, each["_"])(**{name: value for name, value in each.items() if name != "_"}) for each in given]
    return made or None
