"""Files of all kinds, made here."""

import io
import struct
from typing import Any
from uuid import uuid4

from PIL import Image

from contacts.models import Contact
from messaging.files import services
from messaging.files.models import Attachment, File
from messaging.models import Account, Message, Thread
from tests.tenants import Api, Tenants


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (640, 400), colour: Any = (200, 30, 30), **options: Any
) -> bytes:
    """A picture of one colour, as a file."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind, **options)
    return file.getvalue()


def upload(tenants: Tenants, content: bytes, name: str = "a.bin", workspace: Any = None) -> File:
    return services.upload(tenants.actor(workspace), io.BytesIO(content), name)


def form(content: bytes, name: str = "a.bin", field: str = "file") -> tuple[bytes, str]:
    """A form with this one file, and its Content-Type."""
    disposition = f'Content-Disposition: form-data; name="{field}"; filename="{name}"'.encode()
    body = b"--limit\r\n%s\r\nContent-Type: text/html\r\n\r\n%s\r\n--limit--\r\n" % (disposition, content)
    return body, "multipart/form-data; boundary=limit"


def post(api: Api, content: bytes, name: str = "a.bin", key: str = "") -> Any:
    """Upload as a client of the API does."""
    body, content_type = form(content, name)
    headers = {"Authorization": f"Bearer {api.token}", "Idempotency-Key": key or str(uuid4())}
    return api.client.post("/v1/files", body, content_type=content_type, headers=headers)


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of ISO 14496-12."""
    content = b"".join(parts)
    return struct.pack(">I", len(content) + 8) + kind + content


def message_with(tenants: Tenants, contact: Contact, *files: File, account: Account | None = None) -> Message:
    """A message that was sent to the contact with these files."""
    account = account or tenants.sandbox()
    thread, _ = Thread.unscoped.get_or_create(workspace=tenants.workspace, account=account, contact=contact)
    message: Message = Message.unscoped.create(
        workspace=tenants.workspace,
        account=account,
        contact=contact,
        thread=thread,
        direction="out",
        status="sent",
        kind="photo",
    )
    for position, file in enumerate(files):
        Attachment.unscoped.create(
            workspace=tenants.workspace,
            message=message,
            account=account,
            file=file,
            position=position,
            kind=file.kind,
            random_id=Attachment.unscoped.count() + 1,
        )
    return message


def person(tenants: Tenants, username: str) -> Contact:
    """A new contact."""
    return Contact.unscoped.create(workspace=tenants.workspace, username=username, username_key=username)
