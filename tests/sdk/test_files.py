"""Files of the Python client: uploads that are read in parts, and downloads that go on after a lost connection."""

import http.server
import io
import threading
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from crmsolid_client import CrmSolid, errors
from tests.sdk.answers import KEY, Server

MIB = 1024 * 1024
CONTENT = bytes(range(256)) * 4096
UPLOADED = {
    "id": "fil_1",
    "name": "photo.png",
    "type": "image/png",
    "size": 3,
    "sha256": "ab" * 32,
    "expires_at": "2026-06-05T09:00:00Z",
}
PART = b"\x89PNG"


class Uploads(http.server.BaseHTTPRequestHandler):
    """Reads a body in parts, with a pause after each, and keeps nothing of it."""

    protocol_version = "HTTP/1.1"
    pause = 0.0
    received = 0

    def do_POST(self) -> None:
        left = int(self.headers["Content-Length"])
        type(self).received = left
        while left:
            left -= len(self.rfile.read1(min(left, 65536)))
            if self.pause:
                time.sleep(self.pause)
        body = httpx.Response(201, json=UPLOADED).content
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[type[Uploads], str]]:
    handler = type("Handler", (Uploads,), {})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield handler, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(5)


def sparse_file(folder: Path, size: int) -> Path:
    path = folder / "video.mp4"
    with path.open("wb") as file:
        file.truncate(size)
    return path


def test_upload_of_50_mib_takes_less_than_5_mb_of_memory(uploads: tuple[type[Uploads], str], tmp_path: Path) -> None:
    handler, url = uploads
    path = sparse_file(tmp_path, 50 * MIB)
    with path.open("rb") as opened, CrmSolid(KEY, url) as crm:
        crm.files.upload(b"warm", name="a")
        for source in (path, opened, iter([bytes(MIB)] * 50)):
            tracemalloc.start()
            try:
                crm.files.upload(source, name="video.mp4")
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            assert handler.received > 50 * MIB
            assert peak < 5_000_000


def test_timeout_of_an_upload_is_for_silence(uploads: tuple[type[Uploads], str], tmp_path: Path) -> None:
    handler, url = uploads
    handler.pause = 0.02
    path = sparse_file(tmp_path, 12 * MIB)
    with CrmSolid(KEY, url, timeout=1.5, retry_for=0) as crm:
        start = time.monotonic()
        assert crm.files.upload(path).id == "fil_1"
        assert time.monotonic() - start > 2


def test_retry_of_an_upload_has_the_same_bytes_and_the_same_key(monkeypatch: pytest.MonkeyPatch) -> None:
    without_waiting(monkeypatch)
    for source in (PART, io.BytesIO(PART), iter([PART[:2], PART[2:]])):
        server = Server([httpx.ReadError("reset"), httpx.Response(503), httpx.Response(201, json=UPLOADED)])
        with CrmSolid(KEY, "http://127.0.0.1:9", http_transport=httpx.MockTransport(server)) as crm:
            file = crm.files.upload(source, name="фото.png")
        assert (file.id, file.name, str(file.expires_at)) == ("fil_1", "photo.png", "2026-06-05 09:00:00+00:00")
        bodies = {request.content for request in server.requests}
        assert (len(server.requests), len(bodies)) == (3, 1)
        assert len({request.headers["idempotency-key"] for request in server.requests}) == 1
        assert server.requests[0].url.path == "/v1/files"
        (body,) = bodies
        assert 'name="file"; filename="фото.png"'.encode() in body
        assert body.count(PART) == 1


def test_file_is_called_as_its_path_unless_a_name_is_given(tmp_path: Path) -> None:
    path = tmp_path / "offer.pdf"
    path.write_bytes(b"%PDF-")
    server = Server([httpx.Response(201, json=UPLOADED)])
    with CrmSolid(KEY, "http://127.0.0.1:9", http_transport=httpx.MockTransport(server)) as crm:
        crm.files.upload(path)
        crm.files.upload(str(path), name="Offer 7.pdf")
    assert b'filename="offer.pdf"' in server.requests[0].content
    assert b'filename="Offer 7.pdf"' in server.requests[1].content


class Breaking(httpx.SyncByteStream):
    """A body that ends with an error."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = parts

    def __iter__(self) -> Iterator[bytes]:
        yield from self.parts
        raise httpx.ReadError("reset")


class Storage:
    """Serves CONTENT, with ranges. A connection breaks off after ``most`` bytes as often as ``breaks`` says."""

    def __init__(self, breaks: int, most: int = 300_000, etag: str = '"a"') -> None:
        self.breaks, self.most, self.etag = breaks, most, etag
        self.ranges: list[str | None] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = request.headers.get("range")
        self.ranges.append(asked)
        assert request.headers["accept-encoding"] == "identity"
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        headers = {"ETag": self.etag} if self.etag else {}
        if asked and request.headers.get("if-range") != self.etag:
            start = 0
        status = 206 if start else 200
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
        content = CONTENT[start:]
        if self.breaks:
            self.breaks -= 1
            return httpx.Response(status, headers=headers, stream=Breaking(content[: self.most]))
        return httpx.Response(status, headers=headers, content=content)


def without_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    fake = SimpleNamespace(monotonic=time.monotonic, time=time.time, sleep=slept.append)
    for module in ("_sync.transport", "_sync.download"):
        monkeypatch.setattr(f"crmsolid_client.{module}.time", fake)
    return slept


def client_of(storage: Storage, retry_for: float = 90.0) -> CrmSolid:
    return CrmSolid(KEY, "http://127.0.0.1:9", retry_for=retry_for, http_transport=httpx.MockTransport(storage))


def test_download_goes_on_where_it_broke_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slept = without_waiting(monkeypatch)
    storage = Storage(breaks=3)
    target = tmp_path / "video.mp4"
    with client_of(storage) as crm:
        assert crm.files.download("fil_1", target) == len(CONTENT)
    assert target.read_bytes() == CONTENT
    assert storage.ranges == [None, "bytes=300000-", "bytes=600000-", "bytes=900000-"]
    assert len(slept) == 3 and all(0.25 <= one <= 0.5 for one in slept)  # more came each time, so no longer waits
    assert [one.name for one in tmp_path.iterdir()] == ["video.mp4"]


@pytest.mark.parametrize("etag", ["", '"b"'])
def test_download_that_cannot_go_on_leaves_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, etag: str) -> None:
    without_waiting(monkeypatch)
    storage = Storage(breaks=1, etag=etag)
    target = tmp_path / "video.mp4"
    with client_of(storage) as crm, pytest.raises(errors.APIConnectionError, match="start it again"):
        for part in crm.files.content("fil_1"):
            storage.etag = '"c"'  # another file now
            assert part
    with client_of(Storage(breaks=1, etag="")) as crm, pytest.raises(errors.APIConnectionError):
        crm.files.download("fil_1", target)
    assert list(tmp_path.iterdir()) == []


def test_file_that_only_telegram_has_is_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slept = without_waiting(monkeypatch)
    on_its_way = httpx.Response(202, headers={"Retry-After": "3"}, json={"id": "fil_1", "state": "on_demand"})
    server = Server([on_its_way, on_its_way, httpx.Response(200, content=b"here")])
    with CrmSolid(KEY, "http://127.0.0.1:9", http_transport=httpx.MockTransport(server)) as crm:
        assert crm.files.content("fil_1").read() == b"here"
    assert slept == [3, 3]
    server = Server([on_its_way])
    crm = CrmSolid(KEY, "http://127.0.0.1:9", retry_for=2, http_transport=httpx.MockTransport(server))
    with crm, pytest.raises(errors.WaitTimeoutError, match="still being fetched"):
        crm.files.download("fil_1", tmp_path / "a")
    assert (len(server.requests), list(tmp_path.iterdir())) == (1, [])


def test_download_ends_once_nothing_more_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    without_waiting(monkeypatch)
    storage = Storage(breaks=10**6, most=0)
    with client_of(storage, retry_for=0.2) as crm, pytest.raises(errors.APIConnectionError, match="broke off"):
        crm.files.content("fil_1").read()
    assert len(storage.ranges) == 1
