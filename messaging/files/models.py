"""Files: uploaded by a caller or received from Telegram; which messages have them, and their copies at Telegram."""

from functools import partial
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.workspaces.edge import Edge
from crmsolid.workspaces.scoping import WorkspaceModel


class FileKind(models.TextChoices):
    PHOTO = "photo", "Photo"
    VIDEO = "video", "Video"
    VOICE = "voice", "Voice message"
    VIDEO_NOTE = "video_note", "Video message"
    AUDIO = "audio", "Audio"
    DOCUMENT = "document", "File"
    STICKER = "sticker", "Sticker"
    ANIMATION = "animation", "GIF"


class FileState(models.TextChoices):
    """Whether the content is here. ``on_demand``: Telegram has it, and it is fetched when somebody asks for it or a
    worker comes to it. ``too_large``: it exceeds what this installation fetches. ``gone``: nobody has it any more."""

    STORED = "stored", "Stored"
    ON_DEMAND = "on_demand", "On demand"
    TOO_LARGE = "too_large", "Too large"
    GONE = "gone", "Gone"


class File(WorkspaceModel):
    """One file. ``type`` is the media type that the content shows, ``name`` how people call it, without a path.

    ``kind`` is what the file is by itself; a message may send a photo as a document (:class:`Attachment`). ``size`` is
    in bytes, ``duration`` in seconds, ``waveform`` has up to 100 values of 0 to 31. ``storage_name`` and
    ``thumbnail_name`` are names in Django's storage, empty while there is nothing. ``processed_at`` is when a worker
    has read the measures from the content and made the thumbnail, which was begun ``tries`` times; until
    ``lease_until`` a worker is at it. ``expires_at`` is when it is deleted unless something
    uses it by then; NULL once something does. ``has_message`` is set by :mod:`messaging.files.retention`, which looks
    every hour whether the other files are still used.
    """

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "fil"), editable=False)
    name = models.CharField(max_length=255, blank=True)
    type = models.CharField(max_length=100)
    kind = models.CharField(max_length=12, choices=FileKind.choices)
    state = models.CharField(max_length=10, choices=FileState.choices, default=FileState.STORED)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    duration = models.PositiveIntegerField(null=True, blank=True)
    waveform = models.BinaryField(null=True, blank=True)
    storage_name = models.CharField(max_length=200, blank=True)
    thumbnail_name = models.CharField(max_length=200, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    has_message = models.BooleanField(default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    @classmethod
    def within(cls, edge: Edge) -> Q:
        """The files of messages that are seen, and those that no message has."""
        of_messages = Attachment.unscoped.filter(file=OuterRef("pk"))
        return ~Q(Exists(of_messages)) | Q(Exists(of_messages.filter(Attachment.within(edge))))

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FileKind.values), name="file_kind"),
            models.CheckConstraint(condition=Q(state__in=FileState.values), name="file_state"),
            models.CheckConstraint(condition=Q(size__gte=0), name="file_size"),
            models.CheckConstraint(condition=~Q(state="stored") | ~Q(storage_name=""), name="file_stored"),
        ]
        indexes = [
            # What the files of a workspace take, from the index alone.
            models.Index(fields=["workspace"], include=["size"], name="file_sizes", condition=Q(state="stored")),
            models.Index(fields=["expires_at"], name="file_expiry", condition=Q(expires_at__isnull=False)),
            models.Index(fields=["id"], name="file_review", condition=Q(has_message=False, expires_at=None)),
            models.Index(
                fields=["created_at"], name="file_unprocessed", condition=Q(state="stored", processed_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.id


class StoredObject(WorkspaceModel):
    """A name in the storage whose content is to be deleted: its row is gone, or never came to be.

    The row is written before the content of an upload, and with the deletion of a file; ``not_before`` is when nobody
    can need the content any more. Whoever keeps the content deletes the row in the same transaction.
    """

    name = models.CharField(max_length=200, unique=True)
    not_before = models.DateTimeField(default=clock.now)
    attempts = models.PositiveIntegerField(default=0)

    class Meta(WorkspaceModel.Meta):
        indexes = [models.Index(fields=["not_before"], name="storedobject_due")]


class Attachment(WorkspaceModel):
    """A file of a message, at ``position`` from 0. ``kind`` is what it is sent as, or was received as.

    Each part of an album is a message of its own at Telegram, so each has a ``random_id`` and a
    ``telegram_message_id``; those of position 0 are the ones of the message. ``deleted_at`` is when it was deleted
    there by either side, alone or with the others.
    """

    message = models.ForeignKey("messaging.Message", on_delete=models.CASCADE, related_name="attachments")
    account = models.ForeignKey("messaging.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="attachments")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=12, choices=FileKind.choices)
    random_id = models.BigIntegerField(editable=False)
    telegram_message_id = models.BigIntegerField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    edge_contact: ClassVar[str] = "message__contact_id"
    edge_account: ClassVar[str] = "account_id"

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["message", "position"], name="attachment_position"),
            models.UniqueConstraint(fields=["account", "random_id"], name="attachment_random_id"),
            models.CheckConstraint(condition=Q(position__lt=10), name="attachment_at_most_ten"),
        ]
        indexes = [
            models.Index(
                fields=["account", "telegram_message_id"],
                name="attachment_of_telegram",
                condition=Q(telegram_message_id__isnull=False),
            )
        ]


class UploadState(models.TextChoices):
    """``wanted``: a worker is to upload it, or goes on with it. ``ready``: messages can be sent with it."""

    WANTED = "wanted", "Wanted"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class TelegramUpload(WorkspaceModel):
    """The copy of a file at Telegram, as one account may use it: uploaded once, and used again by every message.

    Telegram makes different media of a file, so there is a row for each ``kind``. While it is ``wanted``,
    ``upload_id`` names the parts that were sent, of which the first ``parts_sent`` have arrived. When it is ``ready``,
    ``media_id``, ``access_hash`` and ``file_reference`` address it; references expire and are renewed from the message
    ``origin_message_id``, else the file is uploaded again. ``lease`` is that of the worker in progress.
    """

    account = models.ForeignKey("messaging.Account", on_delete=models.CASCADE, related_name="+", db_index=False)
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="uploads")
    kind = models.CharField(max_length=12, choices=FileKind.choices)
    state = models.CharField(max_length=10, choices=UploadState.choices, default=UploadState.WANTED)
    upload_id = models.BigIntegerField(null=True, blank=True)
    parts_sent = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    media_id = models.BigIntegerField(null=True, blank=True)
    access_hash = models.BigIntegerField(null=True, blank=True)
    file_reference = models.BinaryField(null=True, blank=True)
    origin_message_id = models.BigIntegerField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(default=clock.now)
    error = models.CharField(max_length=40, blank=True)
    error_detail = models.CharField(max_length=200, blank=True)

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account", "file", "kind"], name="telegramupload_once"),
            models.CheckConstraint(condition=Q(state__in=UploadState.values), name="telegramupload_state"),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(media_id__isnull=False, access_hash__isnull=False),
                name="telegramupload_ready",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "not_before"], name="telegramupload_due", condition=Q(state="wanted"))
        ]


class TelegramDownload(WorkspaceModel):
    """Where Telegram has the content of a received file, and how much of it has been fetched.

    ``telegram_message_id`` is the message that has the file, from which an expired ``file_reference`` is renewed.
    ``thumb_size`` is the size of a photo to ask for, empty for a document. ``preview`` is a JPEG of some 40 pixels that
    its message has in itself, for the panel alone. ``fetched`` is how many bytes lie in the storage, in ``segments``:
    names of contents, in their order. ``wanted_at`` is when it was asked for: at its receipt within the bounds of
    automatic fetching (``is_automatic``, until somebody asks for it too), else by somebody; NULL while nobody wants it.
    The row is deleted once the file is stored.
    """

    account = models.ForeignKey("messaging.Account", on_delete=models.CASCADE, related_name="+", db_index=False)
    file = models.OneToOneField(File, on_delete=models.CASCADE, related_name="download")
    telegram_message_id = models.BigIntegerField()
    dc_id = models.PositiveSmallIntegerField()
    media_id = models.BigIntegerField()
    access_hash = models.BigIntegerField()
    file_reference = models.BinaryField()
    thumb_size = models.CharField(max_length=4, blank=True)
    preview = models.BinaryField(max_length=2048, null=True, blank=True)
    fetched = models.BigIntegerField(default=0)
    segments = models.JSONField(default=list, blank=True)
    wanted_at = models.DateTimeField(null=True, blank=True)
    is_automatic = models.BooleanField(default=False, db_default=False, editable=False)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(default=clock.now)
    error = models.CharField(max_length=40, blank=True)

    class Meta(WorkspaceModel.Meta):
        indexes = [
            models.Index(
                fields=["account", "not_before"],
                name="telegramdownload_due",
                condition=Q(wanted_at__isnull=False),
            )
        ]


def files_column() -> "models.JSONField[Any, Any]":
    """Ids of the files that a text is sent with, in their order, at most ten."""
    return models.JSONField(default=list, db_default=[], blank=True)
