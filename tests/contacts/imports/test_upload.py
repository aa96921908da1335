"""Files that arrive over a connection: who may send large ones, and in which memory."""

import json
import tracemalloc
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections

from contacts.imports.views import UPLOADS
from contacts.models import ContactImport
from crmsolid.api.large_uploads import uploads_of
from crmsolid.jobs.models import Job
from crmsolid.serving.interface import MEBIBYTE
from crmsolid.serving.pool import django_thread
from crmsolid.serving.root import RootApplication
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import Role
from tests.panel import browser
from tests.serving.live_server import LiveServer, serve
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def live(tenants: Tenants) -> Iterator[LiveServer]:
    uploads = uploads_of(UPLOADS)
    with serve(RootApplication({}, get_wsgi_application(), around_thread=django_thread, uploads=uploads)) as server:
        yield server
    connections.close_all()


def large_file(rows: int = 30_000) -> bytes:
    """About 3 MiB."""
    return b"username,name\n" + b"".join(b"person_%d,%s\n" % (n, b"x" * 90) for n in range(rows))


def send(live: LiveServer, body: bytes, token: str, **headers: str) -> tuple[int, Any]:
    sent = {"Content-Type": "text/csv", "Idempotency-Key": "k", "Authorization": f"Bearer {token}", **headers}
    status, _, answer = live.request("POST", "/v1/contacts/import", body, sent)
    return status, json.loads(answer)


def test_a_large_file_arrives_and_its_retry_gets_the_same_job(live: LiveServer, tenants: Tenants) -> None:
    token, body = tenants.key(), large_file()
    first, again = (send(live, body, token) for _ in range(2))
    assert (first[0], first[1]["total"]) == (202, 30_000)
    assert again == first
    assert send(live, body + b"another,\n", token)[1]["code"] == "idempotency_key_reused"
    assert Job.unscoped.count() == 1


def test_who_may_not_import_sends_no_more_than_an_ordinary_body(live: LiveServer, tenants: Tenants) -> None:
    body = large_file()
    reader, empty = tenants.key([Scope.READ_CONTACTS], name="r"), tenants.key(name="e", rate_limit=1)
    assert send(live, body[:100], empty)[0] == 202  # uses up its limit
    for token, headers, code in (
        ("cs_live_nonsense", {}, "token_invalid"),
        (reader, {}, "scope_missing"),
        (empty, {}, "rate_limited"),
        (tenants.key(), {"Idempotency-Key": "é"}, "idempotency_key_invalid"),
        (tenants.key(), {"Content-Type": "application/json"}, "unsupported_media_type"),
    ):
        assert send(live, body, token, **headers)[1]["code"] == code
    assert Job.unscoped.count() == 1


def test_more_than_50_mib_are_refused(live: LiveServer, tenants: Tenants) -> None:
    status, problem = send(live, b"a" * (50 * MEBIBYTE + 1), tenants.key())
    assert (status, problem["code"]) == (413, "payload_too_large")
    assert "50 MiB" in problem["detail"]


@pytest.mark.parametrize("side", ["live", "test"])
def test_the_panel_takes_a_large_file_of_a_member_who_may_import(live: LiveServer, tenants: Tenants, side: str) -> None:
    for role, status, number in ((Role.AGENT, 302, 1), (Role.VIEWER, 403, 1)):
        client = browser(tenants.member(role))
        client.get(f"/panel/{side}/contacts/")
        cookies = {name: morsel.value for name, morsel in client.cookies.items()} | {"csrftoken": "a" * 32}
        parts = [
            b'--b\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n' + b"a" * 32 + b"\r\n",
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n' + large_file(),
            b"\r\n--b--\r\n",
        ]
        headers = {
            "Content-Type": "multipart/form-data; boundary=b",
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        }
        answer = live.request("POST", f"/panel/{side}/contacts/contactimport/add/", b"".join(parts), headers)
        assert (answer[0], ContactImport.unscoped.count()) == (status, number), answer[2][:500]


def test_memory_does_not_grow_with_the_file(live: LiveServer, tenants: Tenants) -> None:
    token = tenants.key()
    client = HTTPConnection("127.0.0.1", live.port, timeout=60)
    tracemalloc.start()
    try:
        headers = {"Content-Type": "text/csv", "Idempotency-Key": "k", "Authorization": f"Bearer {token}"}
        client.request("POST", "/v1/contacts/import", _many_rows(), headers, encode_chunked=True)
        response = client.getresponse()
        total = json.loads(response.read())["total"]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        client.close()
    assert (response.status, total) == (202, 8000)
    assert peak < 14 * MEBIBYTE  # of a file of 24 MiB


def _many_rows() -> Iterator[bytes]:
    yield b"username,name\n"
    for number in range(8):
        yield b"".join(b"person_%d,%s\n" % (number * 1000 + n, b"x" * 3000) for n in range(1000))
