"""A message as a gateway reports it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from messaging.files.received import MAX_PARTS, Part, ReceivedMedia
from messaging.formatting.entities import Entity


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as a gateway reports it.

    ``name``: the whole one; ``last_name``: the part at its end, if known. ``outgoing``: it was typed on the account's
    own phone. ``at``: Telegram's time. ``kind``: ``text``, ``photo``, ... ``reply_to``: Telegram's id of the message of
    the same conversation that it quotes, ``quote`` the part of its text. ``is_automatic``: nobody wrote it, it is known
    to be an auto-reply. ``entities``: the formatted parts of ``text``. ``media_text``: what people read where there is
    neither text nor file. ``parts``: its files; an album, which has a ``grouped_id``, may have more than were reported
    yet.
    """

    telegram_message_id: int
    text: str
    at: datetime
    username: str | None = None
    telegram_id: int | None = None
    name: str = ""
    last_name: str = ""
    kind: str = "text"
    outgoing: bool = False
    reply_to: int | None = None
    is_automatic: bool = False
    quote: str = ""
    entities: tuple[Entity, ...] = ()
    media_text: str = ""
    grouped_id: int | None = None
    parts: tuple[Part, ...] = ()

    @property
    def telegram_ids(self) -> list[int]:
        """The ids that the message has at Telegram, one for each part of an album."""
        return sorted({self.telegram_message_id, *(part.telegram_message_id for part in self.parts)})

    def with_parts(self, parts: tuple[Part, ...]) -> Self:
        """The message with these parts only."""
        first = parts[0].telegram_message_id if parts else self.telegram_message_id
        return replace(self, parts=parts, telegram_message_id=first)

    def split(self, room: int = MAX_PARTS) -> tuple[Self, Self | None]:
        """As much of it as fits into one message, and the rest, which is a message of its own."""
        if len(self.parts) <= room:
            return self, None
        rest = replace(self.with_parts(self.parts[room:]), text="", entities=(), grouped_id=None)
        return self.with_parts(self.parts[:room]), rest

    def details(self) -> dict[str, Any]:
        """What :class:`messaging.models.SentReport` has no columns for."""
        return {
            "quote": self.quote,
            "media_text": self.media_text,
            "grouped_id": self.grouped_id,
            "parts": [[part.telegram_message_id, part.media.to_json()] for part in self.parts],
        }

    @staticmethod
    def details_from(stored: dict[str, Any]) -> dict[str, Any]:
        """The arguments that :meth:`details` was made of."""
        parts = tuple(Part(number, ReceivedMedia.from_json(media)) for number, media in stored.get("parts", []))
        return {**stored, "parts": parts}
