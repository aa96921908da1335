"""Sends the files of a message, each with its own ``random_id``, and finds out which of them have arrived.

Those that go together are one request, an album. Whatever becomes known of a part is stored at once, so that the next
attempt sends only what is missing.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from telethon.errors import RPCError
from telethon.tl import functions, types

from crmsolid.core import clock
from messaging.models import UploadState
from messaging.sending.gateway import Delivered, Outgoing, OutgoingFile, SendError
from messaging.telegram import history, quoting, uploading
from messaging.telegram.client import Client
from messaging.telegram.errors import FILE_EXPIRED, RANDOM_ID_DUPLICATE, UnknownRefusal, classify, name_of
from messaging.telegram.mapping import Peer
from messaging.telegram.media import MediaAddress, address_of, album_of, input_media
from messaging.threads.received import CLOCK_TOLERANCE, same_text

logger = logging.getLogger("crmsolid.telegram")

# Telegram may leave out items of an album, which are sent again.
ROUNDS = 3

_EXPIRED = ("FILE_REFERENCE_", "FILE_PART_")
_LOST = ("MEDIA_EMPTY", "MEDIA_INVALID", "FILE_ID_INVALID", "PHOTO_INVALID", "MEDIA_FILE_INVALID")
_POSITION = re.compile(r"_([0-9]+)_")

StoreIds = Callable[[Mapping[int, int]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """A file that is at Telegram. ``caption`` is empty but for the first one."""

    file_id: str
    kind: str
    random_id: int
    address: MediaAddress
    caption: str = ""
    is_first: bool = False


def prepare_files(outgoing: Outgoing) -> tuple[PreparedFile, ...]:
    """The files that are still to be sent. Raises :class:`SendError` if one of them is not at Telegram (any more)."""
    missing = [part for part in outgoing.files if part.telegram_message_id is None]
    keys = [(part.file_id, part.kind) for part in missing]
    uploads = uploading.addresses(outgoing.account_id, keys)
    for key in keys:
        upload = uploads.get(key)
        if upload is not None and upload.state == UploadState.FAILED:
            raise SendError(upload.error or "upload_failed", upload.error_detail, permanent=True)
    if any(key not in uploads or uploads[key].state != UploadState.READY for key in keys):
        raise await_upload(outgoing, keys, "upload")
    return tuple(_prepared(outgoing, part, uploads[part.file_id, part.kind]) for part in missing)


def _prepared(outgoing: Outgoing, part: OutgoingFile, upload: Any) -> PreparedFile:
    is_first = part.random_id == outgoing.random_id
    address = MediaAddress(upload.media_id, upload.access_hash, bytes(upload.file_reference or b""))
    caption = outgoing.text if is_first else ""
    return PreparedFile(part.file_id, part.kind, part.random_id, address, caption, is_first)


class FileExpired(SendError):
    """Telegram does not accept the address of these files any more. ``is_lost``: the files are gone, too."""

    def __init__(self, name: str, parts: Sequence[tuple[str, str]], *, is_lost: bool) -> None:
        super().__init__("file_lost" if is_lost else FILE_EXPIRED, name, retry_after=0.0, pauses_account=False)
        self.parts, self.is_lost = parts, is_lost


def await_upload(
    outgoing: Outgoing, parts: Sequence[tuple[str, str]], code: str, *, is_lost: bool = False
) -> SendError:
    """Let the message wait until these files are at Telegram (again). Nothing was sent."""
    uploading.want_again(outgoing.workspace_id, outgoing.account_id, outgoing.message_id, parts, is_lost=is_lost)
    return SendError(code, "a file is uploaded first", retry_after=0.0, pauses_account=False)


@dataclass(slots=True)
class FileSending:
    """One attempt at the files of a message. ``ids`` are Telegram's ids of what has arrived by ``random_id``, None for
    one whose id is not known."""

    client: Client
    peer: Peer
    outgoing: Outgoing
    files: Sequence[PreparedFile]
    entities: Sequence[Any]
    known_message_ids: frozenset[int]
    store_ids: StoreIds
    ids: dict[int, int | None]
    has_sent: bool = False

    async def run(self, search_since: datetime | None) -> Delivered:
        """Send what is missing; first what an earlier attempt may have sent is looked for, if ``search_since`` is set.
        Raises what Telethon raises, and :class:`SendError` if some parts are still missing."""
        if search_since is not None:
            await self._find(self.files, search_since)
        for _ in range(ROUNDS):
            if not self._missing():
                return self._delivered()
            for group in _requests(self._missing()):
                await self._send(group)
        if self._missing():
            raise SendError("partly_sent", "Telegram has sent some files of the message, and the rest is tried again")
        return self._delivered()

    def _missing(self) -> list[PreparedFile]:
        return [file for file in self.files if file.random_id not in self.ids]

    def _delivered(self) -> Delivered:
        known = {random_id: number for random_id, number in self.ids.items() if number is not None}
        first = known.get(self.outgoing.random_id)
        return Delivered(first, duplicate=not self.has_sent, part_ids=known)

    async def _send(self, group: Sequence[PreparedFile]) -> None:
        try:
            # The first one quotes for all.
            outgoing = self.outgoing if any(file.is_first for file in group) else replace(self.outgoing, reply_to=None)
            answer = await quoting.invoke(self.client, outgoing, partial(self._request, group))
        except RPCError as error:
            await self._settle_refusal(group, error)
            return
        ids, is_new = read_ids(answer, [file.random_id for file in group])
        self.has_sent = self.has_sent or is_new
        await self._learn(ids)

    def _request(self, group: Sequence[PreparedFile], reply_to: Any) -> Any:
        peer = self.peer.to_input()
        items = [
            types.InputSingleMedia(
                input_media(file.address, file.kind),
                file.caption,
                random_id=file.random_id,
                entities=list(self.entities) or None if file.is_first else None,
            )
            for file in group
        ]
        if len(items) > 1:
            return functions.messages.SendMultiMediaRequest(peer, items, reply_to=reply_to)
        [item] = items
        return functions.messages.SendMediaRequest(
            peer, item.media, item.message, random_id=item.random_id, entities=item.entities, reply_to=reply_to
        )

    async def _settle_refusal(self, group: Sequence[PreparedFile], error: RPCError) -> None:
        """Find out whether an earlier attempt has sent these. Raises the error if none of them has arrived."""
        previous = self.outgoing.previous_attempt_at
        if name_of(error) == RANDOM_ID_DUPLICATE:
            await self._settle_duplicates(group, previous or clock.now())
            return
        _raise_expired(group, name_of(error))
        refusal = classify(error)
        if previous is None or not (isinstance(refusal, UnknownRefusal) or refusal.permanent):
            raise error
        # Refused now, but an earlier attempt may have arrived before the recipient blocked the account.
        await self._find(group, previous)
        if any(file.random_id not in self.ids for file in group):
            raise error

    async def _settle_duplicates(self, group: Sequence[PreparedFile], since: datetime) -> None:
        """Telegram has at least one of these. What the conversation does not show is sent alone, which tells."""
        try:
            await self._find(group, since)
        except RPCError as unreadable:  # must not count as a refusal of the message
            logger.warning("the ids of files that were sent before are unknown: %s", name_of(unreadable))
        missing = [file for file in group if file.random_id not in self.ids]
        if len(group) == 1:
            self.ids.update({file.random_id: None for file in missing})
        elif len(missing) == len(group):
            for file in missing:
                await self._send([file])

    async def _learn(self, ids: Mapping[int, int]) -> None:
        new = {random_id: number for random_id, number in ids.items() if self.ids.get(random_id) is None}
        if new:
            self.ids.update(new)
            await self.store_ids(new)

    async def _find(self, files: Sequence[PreparedFile], since: datetime) -> None:
        """Look in the conversation for these files, sent since then, in messages of ours that belong to no other one:
        by the file itself, else by what it is and its caption."""
        found: list[Any] = []
        async for message in history.messages_since(self.client, self.peer, since - CLOCK_TOLERANCE):
            if message.out and message.id not in self.known_message_ids and message.id not in self.ids.values():
                found.append(message)
        found.reverse()
        ids: dict[int, int] = {}
        for matches in (_is_same_file, _is_alike):
            for file in files:
                if file.random_id in self.ids or file.random_id in ids:
                    continue
                match = next((message for message in found if matches(file, message)), None)
                if match is not None:
                    found.remove(match)
                    ids[file.random_id] = match.id
        await self._learn(ids)


def _raise_expired(group: Sequence[PreparedFile], name: str) -> None:
    """Raise :class:`FileExpired` if the error of this name concerns the address of a file. Of an album it has the
    position of the file in it, or none."""
    is_lost = _POSITION.sub("_", name) in _LOST
    if is_lost or name.startswith(_EXPIRED):
        position = _POSITION.search(name)
        index = int(position[1]) if position else len(group)
        files = [group[index]] if index < len(group) else group
        raise FileExpired(name, [(file.file_id, file.kind) for file in files], is_lost=is_lost)


def _requests(files: Sequence[PreparedFile]) -> Iterator[list[PreparedFile]]:
    """What one request may send together."""
    for album, group in groupby(files, key=lambda file: album_of(file.kind)):
        together = list(group)
        if album:
            yield together
        else:
            yield from ([file] for file in together)


def _is_same_file(file: PreparedFile, message: Any) -> bool:
    address = address_of(message.media)
    return address is not None and address.id == file.address.id and _has_caption(file, message)


def _is_alike(file: PreparedFile, message: Any) -> bool:
    """Telegram may give a file another id."""
    kind = types.MessageMediaPhoto if file.kind == "photo" else types.MessageMediaDocument
    return isinstance(message.media, kind) and _has_caption(file, message)


def _has_caption(file: PreparedFile, message: Any) -> bool:
    return same_text(file.caption, message.message or "")


def read_ids(answer: Any, random_ids: Sequence[int]) -> tuple[dict[int, int], bool]:
    """The ids that the answer gives to these, and whether any of it was sent only now: a new message with a
    ``pts_count`` of 0 is an earlier send, repeated."""
    updates = [answer.update] if isinstance(answer, types.UpdateShort) else getattr(answer, "updates", [])
    ids = {each.random_id: each.id for each in updates if isinstance(each, types.UpdateMessageID)}
    new = [each for each in updates if isinstance(each, types.UpdateNewMessage)]
    known = {random_id: ids[random_id] for random_id in random_ids if random_id in ids}
    if not known and len(random_ids) == 1:
        own = [each.message.id for each in new if getattr(each.message, "out", False)]
        known = {random_ids[0]: own[0]} if len(own) == 1 else {}
    return known, not new or any(each.pts_count != 0 for each in new)
