"""The MCP tool that shows a file to an assistant: a picture itself, of everything else where it is."""

import base64
from typing import Any, ClassVar

from rest_framework import serializers

from crmsolid.api.endpoint import ApiResponse, endpoint
from crmsolid.api.representations import RECORDED, Representation
from crmsolid.api.views import WorkspaceView
from crmsolid.core.errors import DomainError
from crmsolid.mcp.tool import Tool
from crmsolid.workspaces.actor import Scope
from messaging.files import content, services, storage
from messaging.files.models import File, FileKind, FileState
from messaging.files.representations import url_of
from messaging.files.views import FileView

# What models read as a picture, and the most bytes of one: a third more in base64, and so about 1 MB of an answer.
PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif")
MAX_PICTURE_BYTES = 750_000


class ShownFileOut(Representation):
    """A file, and how it is shown beside this: as a picture (``image``), as a small one (``thumbnail``), or not at all
    but as a link to where its content is."""

    untrusted: ClassVar[tuple[str, ...]] = ("name", "type")
    text_of = RECORDED

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=FileKind.values)
    name = serializers.CharField(allow_blank=True)
    type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    width = serializers.IntegerField(allow_null=True, help_text="Pixels.")
    height = serializers.IntegerField(allow_null=True, help_text="Pixels.")
    duration = serializers.IntegerField(allow_null=True, help_text="Seconds.")
    state = serializers.ChoiceField(choices=FileState.values)
    shown = serializers.ChoiceField(choices=["image", "thumbnail", "link"])


class ShowFileView(WorkspaceView):
    """A file for an assistant. REST has the content at /v1/files/{id}."""

    @endpoint(scopes=(Scope.READ_MESSAGES,), responses={200: ShownFileOut})
    def get(self, file_id: str) -> ApiResponse:
        file = services.get_file(self.actor, file_id)
        if file.state == FileState.ON_DEMAND:
            services.want(self.actor, file)
        shown, block = _show(file)
        return ApiResponse(ShownFileOut.render(file, shown=shown), blocks=[block])


def _show(file: File) -> tuple[str, dict[str, Any]]:
    """How the file is shown, and the block of MCP."""
    if file.state == FileState.STORED and file.type in PICTURES and file.size <= MAX_PICTURE_BYTES:
        return "image", _picture(file.storage_name)
    if file.thumbnail_name:
        return "thumbnail", _picture(file.thumbnail_name)
    # Not by the name that somebody has given it: that is only where the answer says that it is other people's.
    link = {"type": "resource_link", "uri": url_of(file.pk), "name": file.pk, "mimeType": file.type, "size": file.size}
    return "link", link


def _picture(name: str) -> dict[str, Any]:
    try:
        with storage.open_name(name) as opened:
            data = opened.read()
    except FileNotFoundError:
        raise DomainError("file_gone", "the content of this file is missing from the storage") from None
    except OSError as error:
        raise storage.refusal(error) from error
    media_type, _ = content.sniff(data, "")  # a thumbnail is a JPEG, or a WebP if something can be seen through it
    return {"type": "image", "data": base64.b64encode(data).decode(), "mimeType": media_type}


TOOLS = (
    Tool(
        "get_file",
        "See a file",
        "A file of a message (`id` in its `attachments`): pictures are shown, others are a link that needs the key. "
        "`on_demand`: ask again later.",
        ShowFileView,
        stands_for=(FileView,),
    ),
)
