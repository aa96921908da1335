"""What is shown of files: an upload, and the attachments of a message."""

from typing import Any, ClassVar

from rest_framework import serializers

from crmsolid.api.examples import id_of
from crmsolid.api.representations import TEAM, Representation
from messaging.files.models import Attachment, File, FileKind, FileState

SHA256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


def url_of(file_id: str) -> str:
    """Where the content of a file is, below the address of the installation."""
    return f"/v1/files/{file_id}"


class FileOut(Representation):
    """A file that was uploaded, until something uses it."""

    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = TEAM
    example = {"id": id_of("file"), "name": "offer.pdf", "type": "application/pdf", "size": 48_213, "sha256": SHA256}

    id = serializers.CharField(help_text="The file's id.")
    name = serializers.CharField(help_text="What the file is called.")
    type = serializers.CharField(help_text="The media type that the content shows.")
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField(help_text="The SHA-256 of the content in hex.")
    expires_at = serializers.DateTimeField(
        allow_null=True,
        help_text="When the file is deleted unless something uses it by then; null once something does.",
    )


class FileStateOut(Representation):
    """A file whose content is on its way."""

    headers: ClassVar[tuple[str, ...]] = ("Retry-After",)
    example = {"id": id_of("file"), "state": "on_demand"}

    id = serializers.CharField(help_text="The file's id.")
    state = serializers.ChoiceField(choices=FileState.values, help_text="Where its content is.")


class AttachmentOut(Representation):
    """A file of a message, sent or received as ``kind``."""

    untrusted: ClassVar[tuple[str, ...]] = ("name", "type")
    is_resource = True
    example = {
        "id": id_of("file"),
        "kind": "photo",
        "name": "offer.jpg",
        "type": "image/jpeg",
        "size": 48_213,
        "width": 1280,
        "height": 960,
        "duration": None,
        "thumbnail": f"{url_of(id_of('file'))}/thumbnail",
        "url": url_of(id_of("file")),
        "state": "stored",
        "deleted_at": None,
    }

    id = serializers.CharField(source="file_id", help_text="The file's.")
    kind = serializers.ChoiceField(choices=FileKind.values, help_text="How it is sent or was received.")
    name = serializers.CharField(
        source="file.name", allow_blank=True, help_text="What the file is called; empty if nobody named it."
    )
    type = serializers.CharField(source="file.type", help_text="The media type.")
    size = serializers.IntegerField(source="file.size", help_text="Bytes.")
    width = serializers.IntegerField(source="file.width", allow_null=True, help_text="Pixels.")
    height = serializers.IntegerField(source="file.height", allow_null=True, help_text="Pixels.")
    duration = serializers.IntegerField(source="file.duration", allow_null=True, help_text="Seconds.")
    thumbnail = serializers.CharField(
        allow_null=True, help_text="Where a picture of at most 320 pixels is; null if there is none, or none yet."
    )
    url = serializers.CharField(help_text="Where the content is.")
    state = serializers.ChoiceField(
        source="file.state",
        choices=FileState.values,
        help_text="`on_demand`: the first request for the content has it fetched from Telegram.",
    )
    deleted_at = serializers.DateTimeField(
        allow_null=True,
        help_text="When either side has deleted it, alone or with the rest of its message; the content stays.",
    )

    @staticmethod
    def read_thumbnail(attachment: Attachment) -> str | None:
        return thumbnail_of(attachment.file)

    @staticmethod
    def read_url(attachment: Attachment) -> str:
        return url_of(attachment.file_id)


def thumbnail_of(file: File) -> str | None:
    """Where the thumbnail of a file is; None if it has none."""
    return f"{url_of(file.pk)}/thumbnail" if file.thumbnail_name else None


def attachments_of(message: Any) -> list[dict[str, Any]]:
    """The attachments of a message, in their order. A message that was sent or received as text costs no query; for
    lists, call :func:`messaging.querysets.with_attachments` first."""
    if message.kind not in FileKind.values:
        return []
    attachments = sorted(message.attachments.all(), key=lambda attachment: attachment.position)
    return [AttachmentOut.render(each) for each in attachments]
