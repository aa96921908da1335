"""Files of messages as the panel draws them."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db.models import prefetch_related_objects
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from crmsolid.panel.components.addresses import panel_url
from crmsolid.workspaces.models import Workspace
from messaging.files.content import INLINE
from messaging.files.models import FileKind, FileState
from messaging.models import File, Message, TelegramDownload
from messaging.querysets import with_attachments

# The largest size of a picture in a bubble, and of one without measures; of stickers and round videos. In CSS pixels.
WIDTH, HEIGHT, UNKNOWN, SMALL = 288, 320, 200, 160
# So many files stand in a line of a list.
MOST_SMALL = 4
# The waveform of a voice message: so many bars of so many pixels, the height of the drawing, and the highest value.
BARS, BAR, WAVE_HEIGHT, LOUDEST = 40, 4, 26, 31
TITLES: dict[str, str] = {
    FileKind.PHOTO: "Photo",
    FileKind.VIDEO: "Video",
    FileKind.VOICE: "Voice message",
    FileKind.VIDEO_NOTE: "Video message",
    FileKind.AUDIO: "Audio",
    FileKind.DOCUMENT: "File",
    FileKind.STICKER: "Sticker",
    FileKind.ANIMATION: "GIF",
}
# By the kind and the first part of the media type, for what browsers draw in a page.
LOOKS: dict[tuple[str, str], str] = {
    (FileKind.PHOTO, "image"): "image",
    (FileKind.STICKER, "image"): "image",
    (FileKind.ANIMATION, "image"): "image",
    (FileKind.ANIMATION, "video"): "video",
    (FileKind.STICKER, "video"): "video",
    (FileKind.VIDEO, "video"): "video",
    (FileKind.VIDEO_NOTE, "video"): "round",
    (FileKind.VOICE, "audio"): "voice",
    (FileKind.AUDIO, "audio"): "audio",
}
ICONS: dict[str, str] = {
    FileKind.PHOTO: "image",
    FileKind.VIDEO: "video",
    FileKind.VOICE: "mic",
    FileKind.VIDEO_NOTE: "video",
    FileKind.AUDIO: "music",
    FileKind.DOCUMENT: "file-text",
    FileKind.STICKER: "smile",
    FileKind.ANIMATION: "video",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A file of a message. ``look`` is how it is drawn: ``image``, ``video``, ``round``, ``voice``, ``audio`` or
    ``row``, a line with its name. ``width`` and ``height`` are those of the drawing in CSS pixels.
    ``deleted_at`` is when it was deleted from its message. ``preview`` is the address of the small picture that stands
    for a file which only Telegram has."""

    id: str
    kind: str
    look: str
    state: str
    name: str
    size: int
    width: int
    height: int
    seconds: int | None
    wave: str
    has_thumbnail: bool
    deleted_at: datetime | None = None
    preview: str = ""

    @property
    def title(self) -> str:
        """What it is, with its duration."""
        return f"{TITLES[self.kind]} {duration_text(self.seconds)}" if self.seconds else TITLES[self.kind]

    @property
    def label(self) -> str:
        """What it is called: its name, or else what it is."""
        return self.name or self.title

    @property
    def heading(self) -> str:
        """What it is in few words: "Voice message 0:12", or the name of a document or a song."""
        return self.label if self.kind in (FileKind.DOCUMENT, FileKind.AUDIO) else self.title

    @property
    def detail(self) -> str:
        """What is said beside ``heading``."""
        if self.state == FileState.GONE:
            return "gone"
        return {FileKind.DOCUMENT.value: self.size_text, FileKind.AUDIO.value: self.duration}.get(self.kind, "")

    @property
    def is_seen_small(self) -> bool:
        """Whether its small picture says it all, without a word."""
        return self.look == "image" and bool(self.thumbnail)

    @property
    def icon(self) -> str:
        return ICONS[self.kind]

    @property
    def size_text(self) -> str:
        return filesizeformat(self.size) if self.size else ""

    @property
    def duration(self) -> str:
        return duration_text(self.seconds)

    @property
    def address(self) -> str:
        return panel_url("file", self.id)

    @property
    def download(self) -> str:
        return panel_url("file", self.id, query={"download": 1})

    @property
    def thumbnail(self) -> str:
        """The address of a small picture; of an image without one, its own."""
        if self.has_thumbnail:
            return panel_url("file_thumbnail", self.id)
        return self.address if self.look == "image" and self.state == FileState.STORED else ""


def with_files(messages: Iterable[Message]) -> list[Message]:
    """The messages with their files, and what is known of those that are at Telegram alone."""
    rows = list(messages)
    with_attachments(rows)
    files = [each.file for row in rows if row.kind in FileKind.values for each in row.attachments.all()]
    prefetch_related_objects([file for file in files if file.state == FileState.ON_DEMAND], "download")
    return rows


def files_of(message: Message) -> list[Shown]:
    """The files of a message that comes from :func:`with_files`, in their order."""
    rows = message.attachments.all() if message.kind in FileKind.values else ()
    return [shown(each.file, each.kind, each.deleted_at) for each in rows]


def shown(file: File, kind: str = "", deleted_at: datetime | None = None) -> Shown:
    """A file, as it is sent or received as this ``kind``; by itself, if that is empty."""
    kind = kind or file.kind
    look = _look(kind, file.type, file.state)
    width, height = _fitted(kind, file.width, file.height)
    return Shown(
        id=file.pk,
        kind=kind,
        look=look,
        state=_state(file),
        name=file.name,
        size=file.size,
        width=width,
        height=height,
        seconds=file.duration,
        wave=wave_path(bytes(file.waveform or b"")) if look == "voice" else "",
        has_thumbnail=bool(file.thumbnail_name),
        deleted_at=deleted_at,
        preview=_preview(file),
    )


def kept_files(workspace: Workspace | int, ids: Iterable[str]) -> dict[str, Shown]:
    """The files that texts are kept with, by their ids, without those that were deleted; one query, or none."""
    wanted = set(ids)
    rows = File.objects.for_workspace(workspace).filter(pk__in=wanted) if wanted else ()
    return {file.pk: shown(file) for file in rows}


def small_files(files: Sequence[Shown], address: str = "") -> SafeString:
    """The files in a line of a list, as links to ``address``, or each to its content; nothing if there are none."""
    if not files:
        return SafeString()
    shown, more = files[:MOST_SMALL], len(files[MOST_SMALL:])
    context = {"files": shown, "more": more, "address": address}
    return mark_safe(render_to_string("panel/files_small.html", context).strip())


def _state(file: File) -> str:
    """The state of the file, or ``loading`` while it is fetched from Telegram."""
    download = _download(file)
    return "loading" if download is not None and download.wanted_at is not None else file.state


def _download(file: File) -> TelegramDownload | None:
    """What is known of a file that only Telegram has; it comes from :func:`with_files`."""
    return getattr(file, "download", None) if file.state == FileState.ON_DEMAND else None


def _preview(file: File) -> str:
    """The bytes themselves: they are in no other answer, and need no other request."""
    download = _download(file)
    preview = bytes(download.preview or b"") if download is not None else b""
    return f"data:image/jpeg;base64,{b64encode(preview).decode()}" if preview else ""


def _look(kind: str, media_type: str, state: str) -> str:
    if state != FileState.STORED or media_type not in INLINE:
        return "row"
    return LOOKS.get((kind, media_type.partition("/")[0]), "row")


def _fitted(kind: str, width: int | None, height: int | None) -> tuple[int, int]:
    """The size of the drawing: that of the file, made smaller until it fits."""
    if kind == FileKind.VIDEO_NOTE:
        return UNKNOWN, UNKNOWN
    if not width or not height:
        return (SMALL, SMALL) if kind == FileKind.STICKER else (UNKNOWN, UNKNOWN)
    most_wide, most_high = (SMALL, SMALL) if kind == FileKind.STICKER else (WIDTH, HEIGHT)
    scale = min(1, most_wide / width, most_high / height)
    return max(round(width * scale), 48), max(round(height * scale), 32)


def wave_path(waveform: Sequence[int]) -> str:
    """The waveform as the path of an SVG: its loudest values, as bars around the middle."""
    if not waveform:
        return ""
    borders = [len(waveform) * number // BARS for number in range(BARS + 1)]
    loudest = [max(waveform[start : max(end, start + 1)]) for start, end in pairwise(borders)]
    heights = [max(2, round(min(each, LOUDEST) / LOUDEST * (WAVE_HEIGHT - 2))) for each in loudest]
    return "".join(f"M{number * BAR + 1} {(WAVE_HEIGHT - high) // 2}v{high}" for number, high in enumerate(heights))


def duration_text(seconds: int | None) -> str:
    """``0:24`` or ``1:02:03``; empty for none."""
    if not seconds:
        return ""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def summary(files: Sequence[Shown]) -> str:
    """The files of a message in few words: "Photo", "Voice message 0:12", "3 photos", or the name of a file."""
    if not files:
        return ""
    kinds = {each.kind for each in files}
    if len(files) == 1:
        return files[0].heading
    if kinds == {FileKind.PHOTO}:
        return f"{len(files)} photos"
    return f"{len(files)} photos and videos" if kinds <= {FileKind.PHOTO, FileKind.VIDEO} else f"{len(files)} files"
