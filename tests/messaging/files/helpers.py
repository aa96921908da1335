"""Files of all kinds, made here."""

import io
import struct
from typing import Any
from uuid import uuid4

from PIL import Image

from messaging.files import services
from messaging.files.models import File
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
