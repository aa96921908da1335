"""What a file is sent as, and which files one message can have: Telegram's rules.

core.telegram.org/bots/api (sendPhoto, sendVoice, sendMediaGroup) states the limits.
"""

from collections.abc import Sequence

from crmsolid.core.errors import invalid
from messaging.files.models import File, FileKind

MAX_TOGETHER = 10
MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_PHOTO_SIDES = 10_000  # width and height together
MAX_PHOTO_RATIO = 20
# What Telegram plays as a voice message.
VOICE_TYPES = ("audio/ogg", "audio/mpeg", "audio/mp4")
_VISUAL = {FileKind.PHOTO, FileKind.VIDEO}


def kind_to_send_as(file: File, as_: str) -> FileKind:
    """What Telegram is to show the file as. ``auto`` is what the file is, or a document where Telegram would refuse it
    as that. ``validation_failed`` for ``voice`` with a file that is no sound which Telegram plays so."""
    if as_ == "voice":
        if file.type not in VOICE_TYPES:
            raise invalid("as", "not_a_voice", "a voice message is Ogg with Opus, MP3 or M4A; send it as a document")
        return FileKind.VOICE
    kind = FileKind(file.kind)
    if as_ == "document" or (kind == FileKind.PHOTO and not _fits_as_photo(file)):
        return FileKind.DOCUMENT
    return kind


def _fits_as_photo(file: File) -> bool:
    """Width and height are not known until a worker has read them; whether they fit is asked for again before the file
    goes to Telegram."""
    if file.size > MAX_PHOTO_BYTES:
        return False
    if file.width is None or file.height is None:
        return True
    sides = sorted((file.width, file.height))
    return sum(sides) <= MAX_PHOTO_SIDES and 0 < sides[0] * MAX_PHOTO_RATIO >= sides[1]


def check_together(kinds: Sequence[FileKind]) -> None:
    """Refuse files of these kinds that one message cannot have. ``validation_failed``: photos and videos go together,
    documents only with documents, audio only with audio, and anything else alone."""
    if len(kinds) > MAX_TOGETHER:
        raise invalid("attachments", "too_many", f"a message has at most {MAX_TOGETHER} files")
    if len(kinds) < 2 or set(kinds) <= _VISUAL:
        return
    if len(set(kinds)) > 1 or kinds[0] not in (FileKind.DOCUMENT, FileKind.AUDIO):
        raise invalid(
            "attachments",
            "not_together",
            "photos and videos go together, documents with documents, audio with audio; everything else goes alone",
            hint="send them as several messages, or all of them with `as: document`",
        )
