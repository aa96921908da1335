"""Clients that describe themselves at the address which is their id: who has it fetched, and what comes of it."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from crmsolid.core import clock
from crmsolid.core.http.outbound import OutboundClient, OutboundError, OutboundResponse
from crmsolid.oauth import client_documents
from crmsolid.oauth.client_documents import PATIENCE
from crmsolid.oauth.models import Application, DocumentRequest, Grant
from crmsolid.oauth.tasks import fetch_documents, purge
from crmsolid.workspaces.models import Role
from tests.core.http.receivers import Request, authority, dripping, receiver
from tests.oauth.flow import CALLBACK, Assistant
from tests.panel import browser, words
from tests.tenants import Tenants

DOCUMENT, OTHER = "https://client.example/mcp.json", "https://other.example/mcp.json"
JSON = {"Content-Type": "application/json"}


def description(client_id: str, **changes: Any) -> str:
    return json.dumps({"client_id": client_id, "client_name": "Described", "redirect_uris": [CALLBACK], **changes})


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> "Answers":
    """What servers answer, without a network."""
    made = Answers()
    monkeypatch.setattr(OutboundClient, "get", made.get)
    return made


class Answers:
    """A good description of every address, unless ``response`` is set. ``fetched`` is what was asked for."""

    def __init__(self) -> None:
        self.fetched: list[str] = []
        self.response: OutboundResponse | None = None

    async def get(self, url: str, **options: Any) -> OutboundResponse:
        self.fetched.append(url)
        return self.response or OutboundResponse(200, None, 1, description(url), False, JSON)


@pytest.fixture
def described() -> Assistant:
    return Assistant(client_id=DOCUMENT)


def text(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


def test_the_page_waits_for_a_worker_and_goes_on(
    tenants: Tenants, owner: Client, answers: Answers, described: Assistant
) -> None:
    page = owner.get(described.address())
    assert (page.status_code, page["Refresh"]) == (200, "1")
    assert "asking <strong" in text(page) and "client.example" in text(page)
    assert answers.fetched == []  # not in the request
    assert fetch_documents() == 1 and answers.fetched == [DOCUMENT]
    page = owner.get(described.address())
    assert "Described asks for access" in words(page) and "Refresh" not in page
    assert described.connect(owner, tenants.workspace)["token_type"] == "Bearer"
    assert Grant.unscoped.get().client_name == "Described"
    assert fetch_documents() == 0 and answers.fetched == [DOCUMENT]


def test_nothing_is_fetched_for_strangers_and_programs(
    tenants: Tenants, owner: Client, answers: Answers, described: Assistant
) -> None:
    assert Client().get(described.address()).status_code == 302
    assert described.exchange("any").json()["error"] == "invalid_client"
    assert described.refresh("any").json()["error"] == "invalid_client"
    assert described.revoke("any").json()["error"] == "invalid_client"
    assert described.consent(owner, tenants.workspace).status_code == 400  # a form that no page has shown
    assert fetch_documents() == 0 and answers.fetched == []
    assert not Application.objects.exists() and not DocumentRequest.objects.exists()


def test_no_request_fetches_a_description_that_is_too_old(
    tenants: Tenants, owner: Client, answers: Answers, described: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """django-oauth-toolkit would, in whatever request it looks for the client."""
    fetched: list[str] = []
    monkeypatch.setattr("oauth2_provider.cimd.SafeMetadataFetcher.fetch", lambda self, url: fetched.append(url))
    owner.get(described.address())
    fetch_documents()
    tokens = described.connect(owner, tenants.workspace)
    Application.objects.update(cimd_expires_at=clock.now() - timedelta(days=1))
    assert described.refresh(tokens["refresh_token"]).status_code == 200
    assert described.revoke(tokens["refresh_token"]).status_code == 200
    assert described.consent(owner, tenants.workspace).status_code == 302
    assert fetched == [] and answers.fetched == [DOCUMENT]


def test_a_member_has_one_fetch_under_way(
    tenants: Tenants, owner: Client, answers: Answers, described: Assistant
) -> None:
    another = Assistant(client_id=OTHER)
    owner.get(described.address())
    page = owner.get(another.address())
    assert page.status_code == 429 and "one assistant at a time" in text(page)
    assert browser(tenants.member(Role.AGENT)).get(another.address())["Refresh"] == "1"
    assert fetch_documents() == 2 and answers.fetched == [DOCUMENT, OTHER]
    assert "Described asks for access" in words(owner.get(another.address()))


def test_a_second_fetch_of_a_member_follows_the_first(
    tenants: Tenants, owner: Client, answers: Answers, described: Assistant
) -> None:
    answers.response = OutboundResponse(None, OutboundError.TIMEOUT, 10_000)
    owner.get(described.address())
    fetch_documents()
    owner.get(Assistant(client_id=OTHER).address())
    assert fetch_documents() == 1 and answers.fetched == [DOCUMENT, OTHER]


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (OutboundResponse(200, OutboundError.TIMEOUT, 10_000), "did not arrive completely within 10 s"),
        (OutboundResponse(None, OutboundError.ADDRESS_REFUSED, 1), "its address is not public"),
        (OutboundResponse(404, None, 1), "answered with the status 404"),
        (OutboundResponse(302, None, 1, "", False, {"Location": OTHER}), "answered with the status 302"),
        (OutboundResponse(200, None, 1, description(DOCUMENT), False, {"Content-Type": "text/html"}), "is not JSON"),
        (OutboundResponse(200, None, 1, description(DOCUMENT), True, JSON), "is longer than"),
        (OutboundResponse(200, None, 1, "{", False, JSON), "is not valid JSON"),
        (OutboundResponse(200, None, 1, "[]", False, JSON), "describes another client"),
        (OutboundResponse(200, None, 1, description(OTHER), False, JSON), "describes another client"),
        *(
            (OutboundResponse(200, None, 1, description(DOCUMENT, **changes), False, JSON), words)
            for changes, words in (
                ({"client_secret": "x"}, "has a client secret"),
                ({"token_endpoint_auth_method": "client_secret_post"}, "token_endpoint_auth_method"),
                ({"redirect_uris": ["http://example.com/callback"]}, "http is for addresses of the own computer"),
                ({"redirect_uris": []}, "redirect_uris"),
                ({"client_name": " "}, "at least one to see"),
                ({"grant_types": ["client_credentials"]}, "authorization_code is needed"),
            )
        ),
    ],
)
def test_a_description_that_cannot_be_used_is_said_and_not_stored(
    tenants: Tenants, owner: Client, answers: Answers, described: Assistant, response: OutboundResponse, said: str
) -> None:
    answers.response = response
    owner.get(described.address())
    fetch_documents()
    for _ in range(2):  # it is not fetched for each view of the page
        page = owner.get(described.address())
        assert page.status_code == 400 and said in text(page)
    assert fetch_documents() == 0 and not Application.objects.exists()
    answers.response = None
    assert owner.post(described.address(), {"again": "yes"})["Location"] == described.address()
    assert owner.get(described.address())["Refresh"] == "1"
    assert fetch_documents() == 1
    assert "Described asks for access" in words(owner.get(described.address()))


def test_a_dead_worker_is_said_and_holds_no_slot(
    tenants: Tenants, owner: Client, answers: Answers, described: Assistant
) -> None:
    owner.get(described.address())
    DocumentRequest.objects.update(asked_at=clock.now() - PATIENCE)
    page = owner.get(described.address())
    assert page.status_code == 400 and "worker of this server may be down" in text(page)
    assert fetch_documents() == 0  # nobody waits for it any more
    assert owner.get(Assistant(client_id=OTHER).address())["Refresh"] == "1"


def test_a_description_is_renewed_or_stays(
    tenants: Tenants, owner: Client, answers: Answers, described: Assistant
) -> None:
    owner.get(described.address())
    fetch_documents()
    for name, shown in ((None, "Described"), ("Renamed", "Renamed")):
        Application.objects.update(cimd_expires_at=clock.now() - timedelta(seconds=1))
        body = description(DOCUMENT, client_name=name or "Lost", **({} if name else {"redirect_uris": []}))
        answers.response = OutboundResponse(200, None, 1, body, False, JSON)
        DocumentRequest.objects.update(asked_at=clock.now() - timedelta(hours=1))
        assert owner.get(described.address())["Refresh"] == "1"
        fetch_documents()
        assert f"{shown} asks for access" in words(owner.get(described.address()))
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    ("cache_control", "seconds"),
    [("", 86_400), ("max-age=3600", 3600), ("max-age=1", 300), ("max-age=9999999", 86_400), ("no-store", 300)],
)
def test_a_description_counts_for_a_bounded_time(
    db: None, monkeypatch: pytest.MonkeyPatch, cache_control: str, seconds: int
) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    headers = {**JSON, "Cache-Control": cache_control}
    client_documents.store_document(DOCUMENT, OutboundResponse(200, None, 1, description(DOCUMENT), False, headers))
    assert Application.objects.get().cimd_expires_at == now + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/mcp.json",
        "https://localhost/mcp.json",
        "https://10.0.0.1:8443/mcp.json",
        "https://[::1]/mcp.json",
        "https://user@client.example/mcp.json",
        "https://client.example:25/mcp.json",
        "https://client.example",
        "https://client.example/a/../mcp.json",
        "https://client.example/mcp.json#a",
        "https://client.example/\0",
        f"https://client.example/{'x' * 255}",
    ],
)
def test_an_address_that_cannot_be_used_is_not_fetched(owner: Client, answers: Answers, address: str) -> None:
    assert owner.get(Assistant(client_id=address).address()).status_code == 400
    assert not DocumentRequest.objects.exists() and fetch_documents() == 0 and answers.fetched == []


def test_requests_are_not_kept(owner: Client, answers: Answers, described: Assistant) -> None:
    owner.get(described.address())
    DocumentRequest.objects.update(asked_at=clock.now() - timedelta(hours=2))
    purge()
    assert not DocumentRequest.objects.exists()


@contextlib.contextmanager
def servers(folder: Path) -> Iterator[tuple[int, Any]]:
    """The port of a server for ``localhost`` that drips below /drip and answers elsewhere, and the context for it."""
    made, ready, loop = authority(folder, "localhost"), threading.Event(), asyncio.new_event_loop()
    port, ended = 0, asyncio.Event()

    async def behave(request: Request) -> None:
        path = request.head.split(b" ")[1].decode()
        if path.startswith("/drip"):
            await dripping(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", every=0.1)(request)
        body = description(f"https://localhost:{port}{path}").encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        await request.reply(head.encode() + body)

    async def serve() -> None:
        nonlocal port
        async with receiver(behave, tls=made.server) as server:
            port = server.port
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(30)
    try:
        yield port, made.client
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(30)
        loop.close()


def test_a_server_that_drips_holds_up_no_other_fetch(
    tenants: Tenants, owner: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "WEBHOOK_ALLOW_PRIVATE", True)
    with servers(tmp_path) as (port, context):
        own = OutboundClient(allow_private=True, deadline=2, kept=client_documents.KEPT, ssl_context=context)
        monkeypatch.setattr(client_documents, "new_client", lambda: own)
        clients = [browser(tenants.member(Role.AGENT)) for _ in range(8)]
        for number, client in enumerate(clients):
            client.get(Assistant(client_id=f"https://localhost:{port}/drip/{number}").address())
        good = Assistant(client_id=f"https://localhost:{port}/good")
        owner.get(good.address())
        assert fetch_documents() == 9
        assert "Described asks for access" in words(owner.get(good.address()))
        rows = {row.user_id: row.ended_at for row in DocumentRequest.objects.all()}
        good_ended = rows.pop(tenants.owner.pk)
        assert good_ended and all(ended and ended > good_ended for ended in rows.values())
        assert "did not arrive completely" in DocumentRequest.objects.exclude(user=tenants.owner)[0].problem
