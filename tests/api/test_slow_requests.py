"""What may be slow has two threads of a process for a customer, whatever it comes over, and costs others nothing."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections

from contacts import services as contacts
from contacts.models import Segment
from contacts.segments import services as segments
from crmsolid.api.idempotency import IdempotencyRecord
from crmsolid.serving import bridge
from crmsolid.serving.pool import django_thread
from crmsolid.serving.root import RootApplication
from crmsolid.serving.slow_requests import slow_requests
from crmsolid.workspaces.models import Role
from tests.mcp.helpers import ACCEPT, MODERN, message
from tests.panel import browser
from tests.serving.live_server import LiveServer, serve
from tests.tenants import Tenants
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

EVERYBODY: dict[str, Any] = {"all": []}
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def live() -> Iterator[LiveServer]:
    application = RootApplication({}, get_wsgi_application(), own_threads={"/mcp": 8}, around_thread=django_thread)
    with serve(application) as server:
        yield server
    connections.close_all()


class Gate:
    """Previews of filters stop here until they are let go, as those of a large workspace do in the database."""

    def __init__(self) -> None:
        self.workspaces: list[int] = []
        self.open = threading.Event()
        self._preview = segments.preview_segment

    def preview(self, actor: Any, **arguments: Any) -> Any:
        self.workspaces.append(actor.workspace.pk)
        assert self.open.wait(30)
        return self._preview(actor, **arguments)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    monkeypatch.setattr(segments, "preview_segment", gate.preview)
    yield gate
    gate.open.set()


@pytest.fixture
def at_once() -> Iterator[Callable[..., "Future[Answer]"]]:
    with ThreadPoolExecutor(20) as executor:
        yield executor.submit


def preview(live: LiveServer, token: str, key: str = "") -> Answer:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    headers |= {"Idempotency-Key": key} if key else {}
    return live.request("POST", "/v1/segments/preview", json.dumps({"filter": EVERYBODY}).encode(), headers)


def preview_by_tool(live: LiveServer, token: str) -> Answer:
    body = json.dumps(message("tools/call", name="preview_segment", arguments={"filter": EVERYBODY})).encode()
    headers = {"Accept": ACCEPT, "MCP-Protocol-Version": MODERN, "Content-Type": "application/json"}
    headers |= {"Mcp-Method": "tools/call", "Mcp-Name": "preview_segment", "Authorization": f"Bearer {token}"}
    return live.request("POST", "/mcp", body, headers)


def me(live: LiveServer, token: str) -> Answer:
    return live.request("GET", "/v1/me", headers={"Authorization": f"Bearer {token}"})


def test_rest_and_tools_of_live_and_test_share_two_slots(
    live: LiveServer, tenants: Tenants, gate: Gate, at_once: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge, "MAX_WAIT_SECONDS", 0.2)
    key, test_key = tenants.key(), tenants.key(workspace=tenants.twin)
    held = [at_once(preview, live, key), at_once(preview_by_tool, live, test_key)]
    wait_until(lambda: sorted(gate.workspaces) == sorted([tenants.workspace.pk, tenants.twin.pk]))
    refused = [
        *(at_once(preview, live, token) for token in (key, test_key)),
        *(at_once(preview_by_tool, live, token) for token in (key, test_key)),
    ]
    for answer in refused:
        status, headers, body = answer.result(30)
        problem = json.loads(body).get("error", {}).get("data") or json.loads(body)
        assert (status, problem["code"], headers["retry-after"]) == (429, "rate_limited", "1")
        assert "take long" in problem["detail"]
    assert len(gate.workspaces) == 2
    assert me(live, key)[0] == 200
    other = at_once(preview, live, tenants.key(workspace=tenants.other))
    wait_until(lambda: gate.workspaces[2:] == [tenants.other.pk])
    gate.open.set()
    assert [answer.result(30)[0] for answer in (*held, other)] == [200, 200, 200]
    assert preview(live, key)[0] == 200


def test_request_that_has_waited_is_answered_once_and_counts_once(
    live: LiveServer, tenants: Tenants, gate: Gate, at_once: Any
) -> None:
    key, waiting = tenants.key(), tenants.key(name="waiting", rate_limit=10)
    held = [at_once(preview, live, key) for _ in range(2)]
    wait_until(lambda: len(gate.workspaces) == 2)
    third = [at_once(preview, live, waiting, "k"), at_once(preview_by_tool, live, waiting)]
    wait_until(lambda: slow_requests.waiting() == 2)
    gate.open.set()
    answers = [answer.result(30) for answer in (*held, *third)]
    assert [status for status, _, _ in answers] == [200] * 4
    assert sorted(headers["x-ratelimit-remaining"] for _, headers, _ in answers[2:]) == ["8", "9"]
    assert len(gate.workspaces) == 4
    assert me(live, waiting)[1]["x-ratelimit-remaining"] == "7"


def test_refused_request_has_not_used_its_idempotency_key(
    live: LiveServer, tenants: Tenants, gate: Gate, at_once: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge, "MAX_WAIT_SECONDS", 0.1)
    key = tenants.key()
    held = [at_once(preview, live, key) for _ in range(2)]
    wait_until(lambda: len(gate.workspaces) == 2)
    body = json.dumps({"name": "Everybody", "filter": EVERYBODY}).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Idempotency-Key": "k"}
    assert live.request("POST", "/v1/segments", body, headers)[0] == 429
    assert (Segment.unscoped.count(), IdempotencyRecord.unscoped.count()) == (0, 0)
    gate.open.set()
    assert [answer.result(30)[0] for answer in held] == [200, 200]
    assert live.request("POST", "/v1/segments", body, headers)[0] == 201
    assert Segment.unscoped.count() == 1


def test_slow_page_waits_for_its_turn_and_says_so_when_there_is_none(
    live: LiveServer, tenants: Tenants, gate: Gate, at_once: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = segments.create_segment(tenants.actor(), name="Everybody", filter=EVERYBODY).segment
    client = browser(tenants.member(Role.AGENT))
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    key = tenants.key()

    def page(path: str) -> Answer:
        return live.request("GET", f"/panel/live/{path}", headers={"Cookie": cookies})

    held = [at_once(preview, live, key) for _ in range(2)]
    wait_until(lambda: len(gate.workspaces) == 2)
    monkeypatch.setattr(bridge, "MAX_WAIT_SECONDS", 0.1)
    refused = page(f"contacts/segment/{segment.pk}/")
    assert (refused[0], refused[1]["retry-after"]) == (429, "1")
    assert b"Your workspace is busy" in refused[2]
    assert page("contacts/tags/")[0] == 200  # one that is not slow
    monkeypatch.setattr(bridge, "MAX_WAIT_SECONDS", 30.0)
    waiting = at_once(page, f"contacts/segment/{segment.pk}/")
    wait_until(lambda: slow_requests.waiting() == 1)
    gate.open.set()
    assert waiting.result(30)[0] == 200
    assert [answer.result(30)[0] for answer in held] == [200, 200]


def test_export_holds_its_slot_until_its_end(
    live: LiveServer, tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, begun = threading.Event(), threading.Event()

    def rows(*arguments: Any, **options: Any) -> Iterator[bytes]:
        yield b"id\r\n"
        begun.set()
        assert go_on.wait(30)
        yield b"con_1\r\n"

    monkeypatch.setattr(contacts, "export_contacts", rows)
    headers = {"Authorization": f"Bearer {tenants.key()}"}
    client = HTTPConnection("127.0.0.1", live.port, timeout=30)
    try:
        client.request("GET", "/v1/contacts/export", headers=headers)
        assert begun.wait(30)
        assert slow_requests.under_way(tenants.workspace.pk) == 1
        go_on.set()
        assert client.getresponse().read() == b"id\r\ncon_1\r\n"
    finally:
        client.close()
    wait_until(lambda: slow_requests.under_way(tenants.workspace.pk) == 0)
    # One whose content is never asked for gives it back too.
    assert live.request("HEAD", "/v1/contacts/export", headers=headers)[0] == 200
    wait_until(lambda: slow_requests.under_way(tenants.workspace.pk) == 0)
