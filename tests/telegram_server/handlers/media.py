"""messages.uploadMedia, sendMedia and sendMultiMedia (core.telegram.org/api/files#albums-grouped-media)."""

from typing import Any

from telethon.tl import functions, types

from ..delivery import Draft
from ..errors import RpcFailure, failure
from ..files import in_album
from ..mailbox import Reply
from ..media import Media, accepted_thumbnail, kind_of, media_view, photo_fields
from ..render import message_view, now, user_views
from ..rpc import Call, handles
from ..settings import PREMIUM_FACTOR
from ..state import AlbumFault, User
from .messages import (
    answer,
    check_recipient,
    check_text,
    duplicate,
    own_pushes_but,
    refuse_duplicates_if_configured,
    reply_of,
    text_to_send,
)
from .users import require_peer

LARGEST_ALBUM = 10
UPLOADED = (types.InputMediaUploadedPhoto, types.InputMediaUploadedDocument)
# What the name of a photo ends with.
PICTURE_ENDINGS = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".tif", ".bmp")
# The kinds that may be in one album with each other.
ALBUM_KINDS = ({"photo", "video"}, {"document"}, {"audio"})


@handles(functions.messages.UploadMediaRequest)
def upload_media(call: Call, request: Any) -> Any:
    require_peer(call, request.peer)
    return media_view(call.user, media_of(call, request.media))


@handles(functions.messages.SendMediaRequest)
def send_media(call: Call, request: Any) -> Any:
    sender = call.user
    recipient = require_peer(call, request.peer)
    if not request.random_id:
        raise failure("RANDOM_ID_EMPTY")
    media = media_of(call, request.media) if call.settings.checks_media_first else None
    first = sender.mailbox.random_ids.get(request.random_id)
    if first is not None:
        return duplicate(call, first, request.random_id)
    is_text = isinstance(request.media, types.InputMediaWebPage)
    check_text(request.message) if is_text else check_caption(call, request.message)
    check_recipient(recipient)
    reply = reply_of(call, recipient, request.reply_to)
    draft = draft_of(sender, request, request, media or media_of(call, request.media), reply)
    return answer(call, call.delivery.post(sender, recipient, draft, own_pushes_but(call)), request.random_id)


@handles(functions.messages.SendMultiMediaRequest)
def send_multi_media(call: Call, request: Any) -> Any:
    """All items or none, unless a fault lets only some be accepted; the answer names those."""
    sender = call.user
    recipient = require_peer(call, request.peer)
    check_album(call, request.multi_media)
    media = media_of_items(call, request.multi_media)
    check_recipient(recipient)
    reply = reply_of(call, recipient, request.reply_to)
    fault = sender.album_faults.pop(0) if sender.album_faults else AlbumFault()
    groups = [call.state.new_group(), call.state.new_group()]
    updates: list[Any] = []
    for position, item in enumerate(request.multi_media):
        if fault.accepted is not None and position not in fault.accepted:
            continue
        message = sender.mailbox.random_ids.get(item.random_id)
        is_new = message is None
        if message is None:
            group = groups[fault.is_split and position >= len(request.multi_media) / 2]
            draft = draft_of(sender, request, item, media[position], reply, group)
            message = call.delivery.post(sender, recipient, draft, own_pushes_but(call))
        new = types.UpdateNewMessage(message_view(message), sender.mailbox.pts, pts_count=int(is_new))
        updates += [types.UpdateMessageID(message.id, item.random_id), new]
    users = user_views(call.state, sender, [recipient])
    return types.Updates(updates, users=users, chats=[], date=now(sender), seq=0)


def media_of_items(call: Call, items: list[Any]) -> dict[int, Media]:
    """Of the items that were not sent before, by their positions; if the settings say so, the others are checked, too.
    Raises RpcFailure, RANDOM_ID_DUPLICATE if duplicates are an error."""
    known = [position for position, item in enumerate(items) if item.random_id in call.user.mailbox.random_ids]
    if known and not call.settings.checks_media_first:
        refuse_duplicates_if_configured(call)
    checked = [position for position in range(len(items)) if call.settings.checks_media_first or position not in known]
    media = {position: album_media(call, items[position], position) for position in checked}
    check_kinds([each.kind for each in media.values()])
    if known:
        refuse_duplicates_if_configured(call)
    return media


def draft_of(
    sender: User, request: Any, item: Any, media: Media, reply: Reply | None, grouped_id: int | None = None
) -> Draft:
    """`item` has the caption: the request itself, or an item of an album."""
    return Draft(
        text_to_send(sender, item.message) if item.message else "",
        item.entities,
        item.random_id,
        media=media,
        grouped_id=grouped_id,
        noforwards=bool(request.noforwards),
        invert_media=bool(request.invert_media),
        reply=reply,
    )


def media_of(call: Call, given: Any) -> Media:
    """Raises RpcFailure for what cannot be sent."""
    if isinstance(given, types.InputMediaUploadedPhoto):
        return new_photo(call, given)
    if isinstance(given, types.InputMediaUploadedDocument):
        return new_document(call, given)
    if isinstance(given, types.InputMediaWebPage):
        return chosen_preview(given)
    if not isinstance(given, types.InputMediaPhoto | types.InputMediaDocument):
        raise failure("MEDIA_INVALID")
    file = call.state.files.find(call.user, given.id, "MEDIA_EMPTY")
    if file.is_photo is not isinstance(given, types.InputMediaPhoto):
        raise failure("MEDIA_EMPTY")
    kind = "photo" if file.is_photo else kind_of(file.attributes)
    return Media(kind, file, ttl_seconds=given.ttl_seconds, spoiler=bool(given.spoiler))


def new_photo(call: Call, given: Any) -> Media:
    content = call.state.files.assemble(call.user, given.file)
    if not given.file.name.lower().endswith(PICTURE_ENDINGS):
        raise failure("PHOTO_EXT_INVALID")
    file = call.state.files.add(content, call.authorization.dc_id, **photo_fields(content))
    return Media("photo", file, ttl_seconds=given.ttl_seconds, spoiler=bool(given.spoiler))


def new_document(call: Call, given: Any) -> Media:
    files = call.state.files
    content = files.assemble(call.user, given.file)
    thumbnail = b"" if given.thumb is None else accepted_thumbnail(files.assemble(call.user, given.thumb))
    file = files.add(
        content,
        call.authorization.dc_id,
        mime_type=given.mime_type,
        attributes=given.attributes,
        thumbnail=thumbnail,
    )
    return Media(kind_of(given.attributes), file, ttl_seconds=given.ttl_seconds, spoiler=bool(given.spoiler))


def chosen_preview(given: Any) -> Media:
    """The sender has chosen the address whose preview is shown, and how large it is."""
    sizes = dict(force_large_media=given.force_large_media, force_small_media=given.force_small_media)
    page = types.WebPage(1, given.url, given.url, hash=0, title="A page")
    return Media("web_page", value=types.MessageMediaWebPage(page, manual=True, **sizes))


def check_caption(call: Call, caption: str) -> None:
    if len(caption) > call.settings.caption_limit * (PREMIUM_FACTOR if call.user.is_premium else 1):
        raise failure("MEDIA_CAPTION_TOO_LONG")


def check_album(call: Call, items: list[Any]) -> None:
    if not items:
        raise failure("MEDIA_EMPTY")
    if len(items) > LARGEST_ALBUM:
        raise failure("MULTI_MEDIA_TOO_LONG")
    if not all(item.random_id for item in items):
        raise failure("RANDOM_ID_EMPTY")
    if len({item.random_id for item in items}) < len(items):
        raise failure("RANDOM_ID_DUPLICATE")
    for item in items:
        check_caption(call, item.message)
        if isinstance(item.media, UPLOADED):
            raise failure("MEDIA_INVALID")


def album_media(call: Call, item: Any, position: int) -> Media:
    try:
        return media_of(call, item.media)
    except RpcFailure as refusal:
        raise in_album(refusal, position) from None


def check_kinds(kinds: list[str]) -> None:
    if kinds and not any(set(kinds) <= allowed for allowed in ALBUM_KINDS):
        raise failure("MEDIA_GROUPED_INVALID")
