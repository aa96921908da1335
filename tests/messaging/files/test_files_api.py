"""POST /v1/files and GET /v1/files/{id}: what is taken and refused, and how contents are served."""

import hashlib
import resource
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.serving.interface import MEBIBYTE
from crmsolid.workspaces.actor import Scope
from messaging.files import processing, services, storage
from messaging.files.models import File, FileKind, FileState, StoredObject, TelegramDownload
from messaging.models import Message
from tests.messaging.files.helpers import form, message_with, person, picture, post, upload
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db

HTML = b"<!doctype html><script>alert(1)</script>"


def content_of(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def code_of(response: Any, status: int) -> str:
    assert response.status_code == status, response.content
    return str(response.json()["code"])


def nothing_is_kept() -> bool:
    """Whether there is no file, and nothing in the storage once what is due has been deleted."""
    StoredObject.unscoped.update(not_before=clock.now())
    storage.delete_due()
    folders = default_storage.listdir("")[0] if default_storage.exists("") else []
    contents = [name for folder in folders for name in default_storage.listdir(folder)[1]]
    return not File.unscoped.exists() and not StoredObject.unscoped.exists() and contents == []


@pytest.fixture
def own_storage(settings: Any, tmp_path: Any) -> None:
    files = {"BACKEND": "messaging.files.folder.PrivateFolder", "OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = {**settings.STORAGES, "default": files}


def test_a_file_is_uploaded_and_read_again(each_storage: str, api: Api, tenants: Tenants) -> None:
    api, content = api(tenants.key()), picture()
    response = post(api, content, "Räder ab.jpg")
    assert response.status_code == 201, response.content
    shown = response.json()
    assert shown == {
        "id": shown["id"],
        "name": "Räder ab.jpg",
        "type": "image/jpeg",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "expires_at": shown["expires_at"],
    }
    assert response.headers["Location"] == f"/v1/files/{shown['id']}"
    file = File.unscoped.get()
    assert (file.kind, file.state, file.storage_name.split("/")[0]) == ("photo", "stored", str(tenants.workspace.pk))
    assert file.expires_at == pytest.approx(clock.now() + timedelta(hours=24), abs=timedelta(seconds=30))
    served = api.get(f"/v1/files/{file.pk}")
    assert (served.status_code, content_of(served)) == (200, content)
    expected = {
        "Content-Type": "image/jpeg",
        "Content-Length": str(len(content)),
        "Content-Disposition": "inline; filename=\"R_der ab.jpg\"; filename*=UTF-8''R%C3%A4der%20ab.jpg",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-cache",
        "Accept-Ranges": "bytes",
        "ETag": f'"{shown["sha256"]}"',
    }
    assert {name: served.headers[name] for name in expected} == expected


def test_the_same_key_gets_the_first_answer_and_keeps_one_content(
    own_storage: None, api: Api, tenants: Tenants
) -> None:
    api = api(tenants.key())
    first, again = post(api, b"text", "a.txt", key="k"), post(api, b"text", "a.txt", key="k")
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    for content, name in ((b"other", "a.txt"), (b"text", "b.txt")):
        assert code_of(post(api, content, name, key="k"), 422) == "idempotency_key_reused"
    assert (File.unscoped.count(), StoredObject.unscoped.count()) == (1, 0)


def test_what_is_refused_after_its_content_was_written_is_deleted_soon(
    own_storage: None, api: Api, tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(actor: Any, staged: Any) -> None:
        raise DomainError("file_quota_exceeded")

    monkeypatch.setattr(services, "keep", refuse)
    assert code_of(post(api(tenants.key()), b"text"), 409) == "file_quota_exceeded"
    with pytest.raises(DomainError):
        upload(tenants, b"text")
    assert StoredObject.unscoped.count() == 2
    assert storage.delete_due() == 2


def test_parts_of_a_content_are_served(each_storage: str, api: Api, tenants: Tenants) -> None:
    api, content = api(tenants.key()), bytes(range(256)) * 1000
    address = f"/v1/files/{upload(tenants, content).pk}"
    size = len(content)
    for asked, start, stop in (
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=255990-", 255_990, size),
        ("bytes=-10", size - 10, size),
        ("bytes=5-99999999", 5, size),
        ("bytes=-99999999", 0, size),
    ):
        response = api.get(address, Range=asked)
        assert (response.status_code, content_of(response)) == (206, content[start:stop]), asked
        assert response.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{size}"
        assert response.headers["Content-Length"] == str(stop - start)
    for whole in ("bytes=5-2", "bytes=0-1,3-4", "items=0-1", "bytes=a-b", "bytes=" + "9" * 30 + "-"):
        response = api.get(address, Range=whole)
        assert (response.status_code, content_of(response)) == (200, content), whole
    for beyond in (f"bytes={size}-", f"bytes={size}-{size + 5}", "bytes=-0"):
        response = api.get(address, Range=beyond)
        assert code_of(response, 416) == "range_not_satisfiable"
        assert response.headers["Content-Range"] == f"bytes */{size}"


def test_conditions_of_a_request(own_storage: None, api: Api, tenants: Tenants) -> None:
    api, file = api(tenants.key()), upload(tenants, b"content")
    address, tag = f"/v1/files/{file.pk}", f'"{file.sha256}"'

    def read(path: str, headers: dict[str, str]) -> Any:
        return api.client.get(path, headers={"Authorization": f"Bearer {api.token}", **headers})

    unchanged = read(address, {"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.content, unchanged.headers["ETag"]) == (304, b"", tag)
    assert unchanged.headers["Cache-Control"] == "private, no-cache"
    assert content_of(read(address, {"If-None-Match": '"other"'})) == b"content"
    assert code_of(read(address, {"If-Match": '"other"'}), 412) == "precondition_failed"
    assert content_of(read(address, {"Range": "bytes=0-2", "If-Range": tag})) == b"con"
    assert content_of(read(address, {"Range": "bytes=0-2", "If-Range": '"other"'})) == b"content"
    head = api.client.head(address, headers={"Authorization": f"Bearer {api.token}"})
    assert (head.status_code, head.headers["Content-Length"], content_of(head)) == (200, "7", b"")


@pytest.mark.parametrize(
    ("content", "name", "media_type", "way"),
    [
        (HTML, "page.html", "text/plain", "attachment"),
        (HTML, "photo.jpg", "text/plain", "attachment"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "a.svg", "text/plain", "attachment"),
        (picture()[:-2] + HTML, "both.html", "image/jpeg", "inline"),
        (b"GIF89a/*" + HTML + b"*/=1;", "a.js", "image/gif", "inline"),
        (b"%PDF-1.7\n", "a.pdf", "application/pdf", "attachment"),
        (b"MZ\x00\x01", "a.png", "application/octet-stream", "attachment"),
        (b"a,b\n1,2\n", "a.csv", "text/csv", "attachment"),
    ],
)
def test_no_browser_runs_what_is_served(
    own_storage: None, api: Api, tenants: Tenants, content: bytes, name: str, media_type: str, way: str
) -> None:
    """Also what is a picture and a page at once is a picture alone: the type is said, and no browser may guess it."""
    api = api(tenants.key())
    shown = post(api, content, name).json()
    assert shown["type"] == media_type
    response = api.get(f"/v1/files/{shown['id']}")
    assert response.headers["Content-Disposition"].split(";")[0] == way
    assert (content_of(response), response.headers["Content-Type"]) == (content, media_type)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_another_workspace_has_no_such_file(own_storage: None, api: Api, tenants: Tenants) -> None:
    file = upload(tenants, picture())
    File.unscoped.update(thumbnail_name="x")
    for workspace in (tenants.other, tenants.twin):
        stranger = api(tenants.key(workspace=workspace, name=str(workspace)))
        for path in ("", "/thumbnail"):
            assert code_of(stranger.get(f"/v1/files/{file.pk}{path}"), 404) == "not_found"


def test_scopes(own_storage: None, api: Api, tenants: Tenants) -> None:
    file = upload(tenants, b"content")
    writer, reader = tenants.key([Scope.WRITE_MESSAGES], name="w"), tenants.key([Scope.READ_MESSAGES], name="r")
    assert code_of(post(api(reader), b"content"), 403) == "scope_missing"
    assert post(api(writer), b"content").status_code == 201
    assert code_of(api(writer).get(f"/v1/files/{file.pk}"), 403) == "scope_missing"
    assert content_of(api(reader).get(f"/v1/files/{file.pk}")) == b"content"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\\\..\\\\boot.ini", "boot.ini"),
        ("..", "file.txt"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("tab\there\x07.txt", "tab here.txt"),
        ("e\u0301.txt", "é.txt"),
    ],
)
def test_a_name_has_neither_a_path_nor_hidden_characters(
    own_storage: None, api: Api, tenants: Tenants, name: str, shown: str
) -> None:
    assert upload(tenants, b"text", name.replace("\\\\", "\\")).name == shown
    assert File.unscoped.get().storage_name.count("/") == 1


def test_a_long_name_is_cut_before_its_ending(own_storage: None, tenants: Tenants) -> None:
    name = upload(tenants, b"text", "ü" * 300 + ".txt").name
    assert (len(name.encode()), name[-6:]) == (254, "üü.txt")


def test_what_is_no_form_with_a_file_is_refused(own_storage: None, api: Api, tenants: Tenants) -> None:
    api = api(tenants.key())
    headers = {"Authorization": f"Bearer {api.token}", "Idempotency-Key": "k"}

    def send(body: bytes, content_type: str, **more: str) -> Any:
        return api.client.post("/v1/files", body, content_type=content_type, headers={**headers, **more})

    body, content_type = form(b"content")
    assert code_of(send(b"content", "application/octet-stream"), 415) == "unsupported_media_type"
    assert code_of(send(b"", ""), 415) == "unsupported_media_type"
    assert code_of(send(body, content_type, **{"Content-Encoding": "gzip"}), 415) == "unsupported_media_type"
    assert code_of(send(body[:-30], content_type), 422) in ("validation_failed",)
    assert send(form(b"content", field="other")[0], content_type).json()["errors"][0]["code"] == "unknown_field"
    assert send(form(b"")[0], content_type).json()["errors"][0] == {
        "field": "file",
        "code": "empty",
        "detail": "the file has no content",
    }
    field = b'--limit\r\nContent-Disposition: form-data; name="as"\r\n\r\nvoice\r\n'
    assert send(field + body, content_type).json()["errors"][0]["code"] == "unknown_field"
    del headers["Idempotency-Key"]
    assert code_of(send(body, content_type), 400) == "idempotency_key_missing"
    assert nothing_is_kept()


def test_more_than_100_mib_are_refused(own_storage: None, tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_FILE_BYTES", 1000)
    assert upload(tenants, b"a" * 1000).size == 1000
    File.unscoped.all().delete()
    with pytest.raises(DomainError) as refused:
        upload(tenants, b"a" * 1001)
    assert refused.value.code == "payload_too_large"


def test_a_disk_that_fills_up_is_said_and_nothing_is_left(own_storage: None, api: Api, tenants: Tenants) -> None:
    """A process that may write no larger files gets the same kind of error as one on a full disk."""
    api, (soft, hard) = api(tenants.key()), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        refused = post(api, b"a" * 300_000, key="k")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert code_of(refused, 507) == "storage_full"
    assert nothing_is_kept()
    assert post(api, b"a" * 300_000, key="k").status_code == 201  # once there is space again


def test_the_quota_of_a_workspace_holds(own_storage: None, api: Api, tenants: Tenants, settings: Any) -> None:
    settings.FILES_QUOTA = MEBIBYTE
    api = api(tenants.key())
    assert post(api, b"a" * (MEBIBYTE - 5)).status_code == 201
    refused = post(api, b"a" * 6)
    assert code_of(refused, 409) == "file_quota_exceeded"
    problem = refused.json()
    assert (problem["quota"], problem["used"], problem["size"]) == (MEBIBYTE, MEBIBYTE - 5, 6)
    assert post(api, b"a" * 5).status_code == 201
    assert upload(tenants, b"a" * 6, workspace=tenants.twin).size == 6  # has its own
    assert (File.unscoped.count(), StoredObject.unscoped.count()) == (3, 0)


def test_states_without_a_content(own_storage: None, api: Api, tenants: Tenants) -> None:
    api, account = api(tenants.key()), tenants.sandbox()
    file = File.unscoped.create(
        workspace=tenants.workspace, type="image/jpeg", kind=FileKind.PHOTO, state=FileState.ON_DEMAND, size=5
    )
    download = TelegramDownload.unscoped.create(
        workspace=tenants.workspace,
        account=account,
        file=file,
        telegram_message_id=1,
        dc_id=2,
        media_id=3,
        access_hash=4,
        file_reference=b"r",
    )
    address = f"/v1/files/{file.pk}"
    api.client.head(address, headers={"Authorization": f"Bearer {api.token}"})
    download.refresh_from_db()
    assert download.wanted_at is None
    waiting = api.get(address)
    assert (waiting.status_code, waiting.json()) == (202, {"id": file.pk, "state": "on_demand"})
    assert waiting.headers["Retry-After"] == "2"
    download.refresh_from_db()
    wanted_at = download.wanted_at
    assert wanted_at is not None
    api.get(address)
    download.refresh_from_db()
    assert download.wanted_at == wanted_at
    File.unscoped.update(state=FileState.TOO_LARGE)
    assert code_of(api.get(address), 409) == "file_too_large"
    File.unscoped.update(state=FileState.GONE)
    assert code_of(api.get(address), 410) == "file_gone"


def test_a_content_that_is_missing_is_gone(own_storage: None, api: Api, tenants: Tenants) -> None:
    file = upload(tenants, b"content")
    storage.delete(file.storage_name)
    assert code_of(api(tenants.key()).get(f"/v1/files/{file.pk}"), 410) == "file_gone"


def test_a_page_of_messages_costs_one_query_for_all_attachments(own_storage: None, api: Api, tenants: Tenants) -> None:
    api, account, contact = api(tenants.key()), tenants.sandbox(), person(tenants, "p")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown = api.get("/v1/messages").json()["data"]
        assert [len(each["attachments"]) for each in shown] == [2] * len(shown)
        return len(captured)

    api.get("/v1/messages")  # the first request reads the key
    counts = []
    for number in (1, 9, 20):
        for n in range(number):
            message_with(tenants, contact, *(upload(tenants, bytes([n, m])) for m in range(2)), account=account)
        counts.append(queries())
    assert counts[0] == counts[1] == counts[2]
    Message.unscoped.update(kind="text")
    with CaptureQueriesContext(connection) as without:
        assert [each["attachments"] for each in api.get("/v1/messages").json()["data"]] == [[]] * 30
    assert len(without) == counts[0] - 1


def test_the_thumbnail_is_served(each_storage: str, api: Api, tenants: Tenants) -> None:
    api, file = api(tenants.key()), upload(tenants, picture(size=(1000, 500)), "a.jpg")
    assert code_of(api.get(f"/v1/files/{file.pk}/thumbnail"), 404) == "not_found"
    assert processing.process_due() == 1
    response = api.get(f"/v1/files/{file.pk}/thumbnail")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/jpeg")
    assert response.headers["Content-Disposition"] == "inline"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    content = content_of(response)
    assert content.startswith(b"\xff\xd8\xff")
    headers = {"Authorization": f"Bearer {api.token}", "If-None-Match": response.headers["ETag"]}
    again = api.client.get(f"/v1/files/{file.pk}/thumbnail", headers=headers)
    assert again.status_code == 304
