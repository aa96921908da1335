"""Uploads over a real connection: large ones, too large ones, broken off, and the same twice at once."""

import json
import socket
import tracemalloc
from collections.abc import Iterator
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections

from crmsolid.api.large_uploads import uploads_of
from crmsolid.core import clock
from crmsolid.serving.interface import MEBIBYTE, BridgeLimits
from crmsolid.serving.pool import django_thread
from crmsolid.serving.root import RootApplication
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import Role
from messaging.files import services, storage
from messaging.files.models import File, StoredObject
from messaging.files.views import UPLOADS
from tests.messaging.files.helpers import form
from tests.panel import browser
from tests.serving.live_server import LiveServer, serve
from tests.tenants import Tenants
from tests.threads import run_together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    path = tmp_path / "files"
    files = {"BACKEND": "messaging.files.folder.PrivateFolder", "OPTIONS": {"location": path}}
    settings.STORAGES = {**settings.STORAGES, "default": files}
    return path


@pytest.fixture
def live(tenants: Tenants, folder: Path) -> Iterator[LiveServer]:
    uploads = uploads_of(UPLOADS)
    with serve(RootApplication({}, get_wsgi_application(), around_thread=django_thread, uploads=uploads)) as server:
        yield server
    connections.close_all()


def contents(folder: Path) -> list[Path]:
    """What lies in the storage once what is due has been deleted."""
    StoredObject.unscoped.update(not_before=clock.now())
    storage.delete_due()
    return [path for path in folder.rglob("*") if path.is_file()]


def headers_of(token: str, content_type: str, key: str = "k") -> dict[str, str]:
    return {"Content-Type": content_type, "Idempotency-Key": key, "Authorization": f"Bearer {token}"}


def send(live: LiveServer, content: bytes, token: str, key: str = "k") -> tuple[int, Any]:
    body, content_type = form(content)
    status, _, answer = live.request("POST", "/v1/files", body, headers_of(token, content_type, key))
    return status, json.loads(answer)


def test_a_large_file_arrives_and_memory_does_not_grow_with_it(
    live: LiveServer, tenants: Tenants, folder: Path
) -> None:
    token, size = tenants.key(), 60 * MEBIBYTE
    before, after = form(b"|")[0].split(b"|")

    def body() -> Iterator[bytes]:
        yield before
        for _ in range(60):
            yield b"a" * MEBIBYTE
        yield after

    client = HTTPConnection("127.0.0.1", live.port, timeout=60)
    tracemalloc.start()
    try:
        client.request("POST", "/v1/files", body(), headers_of(token, form(b"")[1]), encode_chunked=True)
        response = client.getresponse()
        shown = json.loads(response.read())
        client.request("GET", f"/v1/files/{shown['id']}", headers={"Authorization": f"Bearer {token}"})
        answer, read = client.getresponse(), 0
        while piece := answer.read(MEBIBYTE):
            read += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        client.close()
    assert (response.status, shown["size"], read) == (201, size, size)
    assert [path.stat().st_size for path in contents(folder)] == [size]
    assert peak < 20 * MEBIBYTE


def test_a_download_needs_no_room_beside_its_file(tenants: Tenants, folder: Path) -> None:
    """However slowly it is read, and however large it is."""
    content = bytes(20 * MEBIBYTE)
    file = services.upload(tenants.actor(), BytesIO(content), "a.bin")
    limits = BridgeLimits(memory_bytes=64 * 1024, max_stream_bytes=0)
    headers = {"Authorization": f"Bearer {tenants.key()}"}
    with serve(RootApplication({}, get_wsgi_application(), around_thread=django_thread, limits=limits)) as live:
        status, _, whole = live.request("GET", f"/v1/files/{file.pk}", headers=headers)
        _, _, part = live.request("GET", f"/v1/files/{file.pk}", headers={**headers, "Range": "bytes=5-2000004"})
    connections.close_all()
    assert (status, whole == content, len(part)) == (200, True, 2_000_000)


def test_who_may_not_send_files_sends_no_more_than_an_ordinary_body(
    live: LiveServer, tenants: Tenants, folder: Path
) -> None:
    content = b"a" * 5 * MEBIBYTE
    for token, code in (
        ("cs_live_nonsense", "token_invalid"),
        (tenants.key([Scope.READ_MESSAGES, Scope.WRITE_CONTACTS], name="r"), "scope_missing"),
    ):
        assert send(live, content, token)[1]["code"] == code
    assert (File.unscoped.count(), StoredObject.unscoped.count(), contents(folder)) == (0, 0, [])


@pytest.mark.parametrize("says_its_length", [True, False])
def test_101_mib_are_refused(live: LiveServer, tenants: Tenants, folder: Path, says_its_length: bool) -> None:
    """By the length alone, if it is said: nothing of the body is sent then."""
    token, (before, _) = tenants.key(), form(b"|")[0].split(b"|")
    headers = headers_of(token, form(b"")[1])
    if says_its_length:
        headers |= {"Content-Length": str(101 * MEBIBYTE), "Expect": "100-continue"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        with live.connect() as client:
            client.sendall(f"POST /v1/files HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode())
            answer = client.recv(4096)
        assert answer.startswith(b"HTTP/1.1 413")
    else:

        def body() -> Iterator[bytes]:
            yield before
            for _ in range(101):
                yield b"a" * MEBIBYTE

        status, _, problem = live.request("POST", "/v1/files", body(), headers)
        assert (status, json.loads(problem)["code"]) == (413, "payload_too_large")
        assert "100 MiB" in json.loads(problem)["detail"]
    assert (File.unscoped.count(), StoredObject.unscoped.count(), contents(folder)) == (0, 0, [])


def test_an_upload_that_is_broken_off_leaves_nothing(live: LiveServer, tenants: Tenants, folder: Path) -> None:
    body, content_type = form(b"a" * 3 * MEBIBYTE)
    headers = headers_of(tenants.key(), content_type) | {"Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with live.connect() as client:
        client.sendall(f"POST /v1/files HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode() + body[:-1000])
        live.counter.wait_begun(1)
        client.shutdown(socket.SHUT_RDWR)
    live.counter.wait_ended(1)
    assert (File.unscoped.count(), StoredObject.unscoped.count(), contents(folder)) == (0, 0, [])


def test_two_uploads_with_one_key_at_once_are_one(live: LiveServer, tenants: Tenants, folder: Path) -> None:
    token, content = tenants.key(), b"a" * 3 * MEBIBYTE
    answers = run_together([lambda: send(live, content, token)] * 2)
    done = [shown for status, shown in answers if status == 201]
    assert {status for status, _ in answers} <= {201, 409}
    assert len({shown["id"] for shown in done}) == 1
    assert File.unscoped.count() == 1
    assert [path.stat().st_size for path in contents(folder)] == [len(content)]


@pytest.mark.parametrize("side", ["live", "test"])
def test_the_panel_takes_files_of_members_who_may_write(
    live: LiveServer, tenants: Tenants, folder: Path, side: str
) -> None:
    content = b"a" * 3 * MEBIBYTE
    for role, status in ((Role.AGENT, 201), (Role.VIEWER, 403)):
        client = browser(tenants.member(role))
        client.get(f"/panel/{side}/contacts/")
        cookies = {name: morsel.value for name, morsel in client.cookies.items()} | {"csrftoken": "a" * 32}
        headers = {
            "Content-Type": "application/octet-stream",
            "X-File-Name": "R%C3%A4der.bin",
            "X-CSRFToken": "a" * 32,
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        }
        answer = live.request("POST", f"/panel/{side}/files/", content, headers)
        assert answer[0] == status, answer[2][:500]
        del headers["X-CSRFToken"]
        assert live.request("POST", f"/panel/{side}/files/", b"small", headers)[0] == 403
    file = File.unscoped.get()
    workspace = tenants.workspace if side == "live" else tenants.twin
    assert (file.name, file.size, file.workspace_id) == ("Räder.bin", len(content), workspace.pk)
    assert services.MAX_FILE_BYTES == 100 * MEBIBYTE
