"""Options of one call, calls by their path, and what an error of a write says about its key."""

import asyncio
import json
import logging
from typing import Any

import httpx
import pytest

from crmsolid_client import AsyncCrmSolid, CrmSolid, errors, idempotency_key_of
from tests.sdk.answers import KEY, QUEUED, Answer, Server, send

LIST = {"data": [{"id": "con_1"}], "next_cursor": None}


def connect(*answers: Answer, **options: Any) -> tuple[CrmSolid, Server]:
    server = Server(list(answers))
    return CrmSolid(KEY, "http://127.0.0.1:9/crm", http_transport=httpx.MockTransport(server), **options), server


def test_options_are_those_of_the_calls_made_with_them() -> None:
    crm, server = connect(httpx.Response(200, json={"key": None}))
    other = crm.with_options(timeout=5, headers={"X-Team": "blue"}, request_id="order-17")
    crm.me()
    other.me()
    other.with_options(timeout=6, headers={"X-Shift": "2"}).me()
    timeouts = [request.extensions["timeout"]["read"] for request in server.requests]
    assert timeouts == [pytest.approx(30, abs=0.1), 5, 6]
    sent = [
        [request.headers.get(name) for name in ("X-Team", "X-Shift", "X-Request-Id")] for request in server.requests
    ]
    assert sent == [[None, None, None], ["blue", None, "order-17"], ["blue", "2", "order-17"]]
    with other:
        pass
    crm.me()  # closing the copy has not closed it
    crm.close()
    with pytest.raises(RuntimeError, match="closed"):
        other.me()


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer x"},
        {"authorization": "x"},
        {"Host": "elsewhere.example"},
        {"Idempotency-Key": "1"},
        {"Content-Length": "1"},
        {"X-A": "a\r\nX-B: b"},
        {"X-A": "ключ"},
        {"X-A": " a"},
        {"X A": "a"},
        {"": "a"},
    ],
)
def test_header_that_would_change_the_request_is_refused(headers: dict[str, str]) -> None:
    crm, server = connect(httpx.Response(200, json=LIST))
    with pytest.raises(ValueError, match="header"):
        crm.with_options(headers=headers)
    with pytest.raises(ValueError, match="header"):
        crm.request("GET", "/v1/contacts", headers=headers)
    with pytest.raises(ValueError, match="X-Request-Id"):
        crm.with_options(request_id="a\nb")
    assert server.requests == []


def test_any_path_is_called_with_key_retries_and_errors_of_the_client() -> None:
    answer = httpx.Response(201, json={"id": "x_1"}, headers={"X-Request-Id": "req-1", "ETag": '"1"'})
    crm, server = connect(httpx.Response(503), answer, httpx.Response(404, json={"code": "not_found"}), max_retries=1)
    raw = crm.request("post", "/v1/new/thing", params={"a": [1, 2], "b": None, "c": True}, json={"name": "Ada"})
    assert (raw.status, raw.request_id, raw.etag, raw.headers["etag"]) == (201, "req-1", '"1"', '"1"')
    assert (raw.json(), raw.text) == ({"id": "x_1"}, '{"id":"x_1"}')
    first, second = server.requests
    assert str(first.url) == "http://127.0.0.1:9/crm/v1/new/thing?a=1&a=2&c=true"
    assert (first.method, json.loads(first.content)) == ("POST", {"name": "Ada"})
    assert first.headers["authorization"] == f"Bearer {KEY}"
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    with pytest.raises(errors.NotFoundError) as refused:
        crm.request("DELETE", "/v1/new/thing", idempotency_key="mine")
    assert refused.value.idempotency_key == "mine"
    assert "Content-Type" not in server.requests[-1].headers


def test_content_of_any_type_is_sent_as_it_is() -> None:
    crm, server = connect(httpx.Response(200))
    crm.request("PUT", "/v1/x", content=b"a,b\n", headers={"content-type": "text/csv", "Accept": "text/csv"})
    request = server.requests[0]
    assert (request.content, request.headers["content-type"], request.headers["accept"]) == (
        b"a,b\n",
        "text/csv",
        "text/csv",
    )
    crm.request("GET", "/v1/x?y=1")
    assert server.requests[1].url.raw_path == b"/crm/v1/x?y=1" and "idempotency-key" not in server.requests[1].headers


@pytest.mark.parametrize("path", ["v1/contacts", "//elsewhere.example/v1", "https://elsewhere.example/v1", ""])
def test_path_that_would_lead_elsewhere_is_refused(path: str) -> None:
    crm, server = connect(httpx.Response(200))
    with pytest.raises(ValueError, match="slash"):
        crm.request("GET", path)
    assert server.requests == []


def test_answer_is_beside_its_model_its_page_and_its_error() -> None:
    headers = {"X-Request-Id": "req-1", "X-Extra": "1"}
    crm, _ = connect(
        httpx.Response(200, json=QUEUED, headers=headers),
        httpx.Response(200, json=LIST, headers=headers),
        httpx.Response(409, json={}, headers=headers),
    )
    sent: Any = send(crm)
    page = next(crm.contacts.list().by_page())
    with pytest.raises(errors.ConflictError) as refused:
        send(crm)
    for one in (sent.response, page.response, refused.value):
        assert (one.status in (200, 409), one.request_id, one.headers["x-extra"]) == (True, "req-1", "1")


def test_pages_have_100_objects_unless_the_caller_says_otherwise() -> None:
    crm, server = connect(httpx.Response(200, json=LIST))
    list(crm.contacts.list())
    list(crm.contacts.list(limit=7))
    assert [request.url.params["limit"] for request in server.requests] == ["100", "7"]


def test_each_retry_is_a_line_in_the_log_without_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "crmsolid_client")
    crm, _ = connect(
        httpx.ReadError("reset"), httpx.Response(503, json={"code": "x"}), httpx.Response(200, json=QUEUED)
    )
    send(crm)
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith("POST /v1/messages/send: ReadError; attempt 2 follows in 0.")
    assert second.startswith("POST /v1/messages/send: 503 x; attempt 3 follows in ")
    assert "thesecretpart" not in caplog.text


def test_interrupted_write_has_its_key() -> None:
    keys: list[str] = []

    def interrupted(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        raise KeyboardInterrupt

    with (
        CrmSolid(KEY, "http://127.0.0.1:9", http_transport=httpx.MockTransport(interrupted)) as crm,
        pytest.raises(KeyboardInterrupt) as failed,
    ):
        send(crm)
    assert [idempotency_key_of(failed.value)] == keys


def test_error_of_a_read_has_no_key() -> None:
    crm, _ = connect(httpx.ReadError("cut"), max_retries=0)
    with pytest.raises(errors.APIConnectionError) as failed:
        crm.me()
    assert idempotency_key_of(failed.value) is None


async def test_cancelled_write_says_its_key_and_stays_a_cancellation() -> None:
    keys: list[str] = []

    async def hang(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        await asyncio.sleep(60)
        raise AssertionError

    async with AsyncCrmSolid(KEY, "http://127.0.0.1:9", http_transport=httpx.MockTransport(hang)) as crm:
        with pytest.raises(TimeoutError) as late:
            await asyncio.wait_for(crm.messages.send(account_id=1, to="@anna", text="Hi"), 0.01)
        task = asyncio.create_task(crm.messages.send(account_id=1, to="@anna", text="Hi"))
        while len(keys) < 2:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as cancelled:
            await task
    assert [idempotency_key_of(late.value), idempotency_key_of(cancelled.value)] == keys


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, {"code": "not_found", "status": 500}, errors.NotFoundError),
        (502, {"code": "not_found"}, errors.ServerError),
        (401, {"code": "scope_missing", "required_scope": 7}, errors.UnauthorizedError),
        (409, [], errors.ConflictError),
        (422, {"errors": {"a": 1}, "detail": None}, errors.UnprocessableError),
        (418, {"code": ["x"]}, errors.APIError),
    ],
)
def test_status_of_http_decides_whatever_the_body_says(status: int, body: Any, kind: type[errors.APIError]) -> None:
    crm, _ = connect(httpx.Response(status, json=body), max_retries=0)
    with pytest.raises(errors.APIError) as refused:
        send(crm)
    assert (type(refused.value), refused.value.status) == (kind, status)
