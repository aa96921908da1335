"""Answers with the content of a file or with its thumbnail, in the API and in the panel.

What strangers have sent is never run: a browser takes the type that is said and no other, shows no more than pictures,
sounds and videos of a short list, and those on a page without any rights, which no other site can embed.
"""

from collections.abc import Iterator
from typing import IO
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from crmsolid.api.endpoint import ApiResponse
from crmsolid.api.preconditions import Preconditions
from crmsolid.core.errors import DomainError, not_found
from crmsolid.core.http.ranges import NotSatisfiable, parse_range
from crmsolid.workspaces.actor import Actor
from messaging.files import content, services, storage
from messaging.files.models import FileState
from messaging.files.representations import FileStateOut

RETRY_SECONDS = 2
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Asked for again each time, so that whoever has signed out, or lost access, sees it no more.
    "Cache-Control": "private, no-cache",
}


def content_answer(actor: Actor, request: HttpRequest, file_id: str, *, saved: bool = False) -> HttpResponseBase:
    """The content, or the part of it that a Range header asks for; 202 while it is on its way from Telegram. A browser
    saves it if that is asked for, or if the type is none that it may show.

    Errors: ``scope_missing``, ``not_found``, ``file_too_large``, ``file_gone``, ``range_not_satisfiable``,
    ``precondition_failed``, ``service_unavailable`` if the storage cannot be reached.
    """
    file = services.get_file(actor, file_id)
    if file.state == FileState.ON_DEMAND:
        if request.method == "GET":
            services.want(actor, file)
        headers = {"Retry-After": str(RETRY_SECONDS), "Location": request.path}
        return ApiResponse(FileStateOut.render(file), status=202, headers=headers).render()
    if file.state == FileState.TOO_LARGE:
        raise DomainError("file_too_large", size=file.size)
    if file.state == FileState.GONE:
        raise DomainError("file_gone")
    disposition = _disposition("" if saved else file.type, file.name or file.pk)
    return _answer(request, file.storage_name, file.type, disposition, f'"{file.sha256}"')


def thumbnail_answer(actor: Actor, request: HttpRequest, file_id: str) -> HttpResponseBase:
    """The thumbnail. Errors: ``scope_missing``, ``not_found``, also for a file without one."""
    file = services.get_file(actor, file_id)
    if not file.thumbnail_name:
        raise not_found("thumbnail")
    _size_of(file.thumbnail_name)
    with storage.open_name(file.thumbnail_name) as opened:
        media_type, _ = content.sniff(opened.read(content.HEAD_BYTES), "")
    return _answer(request, file.thumbnail_name, media_type, "inline", f'"{file.thumbnail_name.rpartition("/")[2]}"')


def _answer(request: HttpRequest, name: str, media_type: str, disposition: str, tag: str) -> HttpResponseBase:
    headers = {
        **SAFE_HEADERS,
        "Content-Type": media_type,
        "Content-Disposition": disposition,
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Vary": "Authorization, Cookie",
    }
    unchanged = Preconditions.of(request).answer(HttpResponse(headers={"ETag": tag}))
    if unchanged.status_code == 304:
        for header, value in headers.items():
            if not header.startswith("Content-"):
                unchanged.headers[header] = value
        return unchanged
    size = _size_of(name)
    part = _range_of(request, size, tag)
    asked = part if part is not None else range(size)
    answer = _ContentResponse(_Pieces(name, asked), status=206 if part is not None else 200)
    answer.pulled = _Pieces(name, asked)
    for header, value in headers.items():
        answer.headers[header] = value
    answer.headers["Content-Length"] = str(len(asked))
    if part is not None:
        answer.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    return answer


def _size_of(name: str) -> int:
    try:
        return storage.size_of(name)
    except FileNotFoundError:
        raise DomainError("file_gone", "the content of this file is missing from the storage") from None
    except OSError as error:
        raise storage.refusal(error) from error


def _range_of(request: HttpRequest, size: int, tag: str) -> range | None:
    """The part that is asked for; all of it if it has changed since the client has got the first part (If-Range)."""
    header = request.headers.get("Range", "")
    if not header or request.headers.get("If-Range", tag) != tag:
        return None
    try:
        return parse_range(header, size)
    except NotSatisfiable:
        raise DomainError("range_not_satisfiable", headers={"Content-Range": f"bytes */{size}"}) from None


class _ContentResponse(StreamingHttpResponse):
    """``pulled`` is the content once more, for the server (:mod:`crmsolid.serving.pulled`)."""

    pulled: "_Pieces"


class _Pieces:
    """A part of a content, piece by piece. It is opened when the first piece is asked for, and closed at the end, or by
    whoever sends the answer."""

    def __init__(self, name: str, part: range) -> None:
        self._name = name
        self._part = part
        self._opened: IO[bytes] | None = None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._opened is None and self._part:
            self._opened = storage.open_name(self._name)
            self._opened.seek(self._part.start)
        piece = self._opened.read(min(storage.PIECE_BYTES, len(self._part))) if self._opened and self._part else b""
        if not piece:
            self.close()
            raise StopIteration
        self._part = self._part[len(piece) :]
        return piece

    def close(self) -> None:
        self._part = range(0)
        if self._opened is not None:
            self._opened.close()
            self._opened = None


def _disposition(media_type: str, name: str) -> str:
    """Content-Disposition (RFC 6266) with the name as RFC 8187 encodes it, and in ASCII for old clients."""
    way = "inline" if media_type in content.INLINE else "attachment"
    plain = "".join(char if " " <= char <= "~" and char not in '"\\%' else "_" for char in name)
    encoded = quote(name.encode(), safe="!#$&+-.^_`|~")
    return f"{way}; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
