"""Bodies that are files: they go to a temporary file, never as a whole into memory.

Such a body is the file itself, or a form (multipart/form-data) with the file and some fields beside it. The temporary
file has no name: it is gone when it is closed, and when the process is killed.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from errno import ENOSPC
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from crmsolid.core.errors import DomainError, invalid
from crmsolid.serving.interface import MEBIBYTE
from crmsolid.serving.request import BODY_TOO_LARGE, UPLOAD_TOO_SLOW, UPLOADS_BUSY
from crmsolid.serving.uploads import LEAST_RATE

PIECE_BYTES = 64 * 1024
# What a form has besides its file.
MAX_FORM_BYTES = 64 * 1024
FORM = "multipart/form-data"


@dataclass(frozen=True)
class FileBody:
    """Declares the body of an endpoint. ``media_type`` is that of the file, which has at most ``max_bytes``, or a
    form's, if it comes in one alone; ``form_schema`` the JSON Schema of a form with it, whose part ``file`` is the
    file."""

    media_type: str
    max_bytes: int
    form_schema: Mapping[str, Any]


@dataclass
class Upload:
    """A file that has arrived, the name it was sent under, and the fields of its form. A context that closes it."""

    file: IO[bytes]
    name: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> "Upload":
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()

    def fingerprint_pieces(self) -> Iterator[bytes]:
        """What a repeated request has in common with the first. The boundary of a form is another one each time."""
        yield json.dumps([self.name, self.fields], sort_keys=True).encode()
        self.file.seek(0)
        while piece := self.file.read(PIECE_BYTES):
            yield piece
        self.file.seek(0)


class TemporaryFileHandler(FileUploadHandler):
    """Takes the file ``file`` of a form, of at most ``max_bytes``; a larger one is ``payload_too_large``."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__()
        self.max_bytes = max_bytes
        self.received: IO[bytes] | None = None

    def close(self) -> None:
        if self.received is not None:
            self.received.close()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.field_name != "file" or self.received is not None:
            raise invalid(str(self.field_name)[:100], "unknown_field", "a form has one file, `file`")
        self.received = SpooledTemporaryFile(MEBIBYTE)  # noqa: SIM115 - closed by its owner

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self.received is not None
        if start + len(raw_data) > self.max_bytes:
            raise DomainError("payload_too_large", _too_large(self.max_bytes))
        try:
            self.received.write(raw_data)
        except OSError as error:
            raise DomainError("storage_full" if error.errno == ENOSPC else "internal_error") from error

    def file_complete(self, file_size: int) -> "UploadedFile[Any]":
        assert self.received is not None
        self.received.seek(0)
        return UploadedFile(self.received, self.file_name, self.content_type, file_size)


def receive(request: HttpRequest, declared: FileBody) -> Upload:
    """Read the body to its end.

    Errors: those of :func:`check_size`; ``unsupported_media_type``; ``bad_request`` for a form that cannot be read, or
    a body that ends early.
    """
    media_type = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    form_bytes = MAX_FORM_BYTES if media_type == FORM else 0
    length = check_size(request, declared.max_bytes, form_bytes)
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if media_type not in (declared.media_type, FORM) or encoding not in ("", "identity"):
        either = " or ".join(dict.fromkeys((f"`Content-Type: {declared.media_type}`", f"`Content-Type: {FORM}`")))
        detail = f"send {either}, uncompressed"
        raise DomainError("unsupported_media_type", detail)
    if media_type == FORM:
        return _read_form(request, declared.max_bytes)
    upload, read = Upload(SpooledTemporaryFile(MEBIBYTE)), 0  # noqa: SIM115 - closed by its owner
    try:
        while piece := request.read(PIECE_BYTES):
            read += len(piece)
            upload.file.write(piece)
        if read < length:
            raise DomainError("bad_request", "the body ended early")
    except BaseException:
        upload.file.close()
        raise
    upload.file.seek(0)
    return upload


def check_size(request: HttpRequest, max_bytes: int, form_bytes: int = MAX_FORM_BYTES) -> int:
    """The declared length of a body with a file of at most ``max_bytes``. Errors: ``bad_request``,
    ``payload_too_large``; ``service_unavailable`` while too many other uploads arrive; ``request_timeout``."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    if not (text.isascii() and text.isdigit()):
        raise DomainError("bad_request", "Content-Length is not a number")
    if request.META.get(UPLOADS_BUSY):
        raise DomainError("service_unavailable", "other large uploads are arriving; retry in a moment")
    if request.META.get(UPLOAD_TOO_SLOW):
        least = LEAST_RATE // 1024
        raise DomainError("request_timeout", f"less than {least} KiB of the file arrived a second; nothing was kept")
    if request.META.get(BODY_TOO_LARGE) or len(text) > 18 or int(text) > max_bytes + form_bytes:
        raise DomainError("payload_too_large", _too_large(max_bytes))
    return int(text)


def _read_form(request: HttpRequest, max_bytes: int) -> Upload:
    handler = TemporaryFileHandler(max_bytes)
    try:
        fields, files = MultiPartParser(request.META, request, [handler]).parse()
        if handler.received is None or "file" not in files:
            raise invalid("file", "required", "the form has no file; name the part `file` and give it a filename")
        repeated = next((name for name in fields if len(fields.getlist(name)) > 1), None)
        if repeated is not None:
            raise invalid(repeated[:100], "repeated", "give this field once")
    except BaseException as error:
        handler.close()
        if isinstance(error, RequestDataTooBig):
            raise DomainError("payload_too_large", _too_large(max_bytes)) from None
        if isinstance(error, MultiPartParserError | SuspiciousOperation):
            raise DomainError("bad_request", f"the form cannot be read: {error}") from None
        raise
    return Upload(handler.received, handler.file_name or "", {name: str(fields[name]) for name in fields})


def _too_large(max_bytes: int) -> str:
    return f"a file has at most {max_bytes // MEBIBYTE} MiB ({max_bytes:,} bytes)"
