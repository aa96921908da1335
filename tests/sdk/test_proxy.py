"""The faults that the proxy causes for the tests of the clients."""

import contextlib
from collections.abc import Iterator

import httpx
import pytest

from tests.sdk.live import Live
from tests.waiting import wait_until


@pytest.fixture
def client(live: Live) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live.url, headers={"Authorization": f"Bearer {live.key}"}, timeout=30) as client:
        yield client


def test_requests_go_through(live: Live, client: httpx.Client) -> None:
    answer = client.get("/v1/me")
    assert (answer.status_code, answer.json()["mode"]) == (200, "live")
    assert live.proxy.lines() == ["GET /v1/me"]
    assert "authorization" not in live.proxy.requests[0].headers


def test_dropped_answer_was_given_by_the_product(live: Live, client: httpx.Client) -> None:
    live.proxy.drop("POST /v1/contacts")
    client.headers["Idempotency-Key"] = "dropped-1"
    with pytest.raises(httpx.TransportError):
        client.post("/v1/contacts", json={"username": "@dropped"})
    again = client.post("/v1/contacts", json={"username": "@dropped"})
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")


def test_stream_is_cut(live: Live, client: httpx.Client) -> None:
    with client.stream("GET", "/v1/messages/stream") as answer:
        lines = answer.iter_lines()
        assert next(lines) == ": connected"
        assert live.proxy.cut_streams() == 1
        with pytest.raises(httpx.TransportError):
            list(lines)


def test_connections_are_refused_for_a_time(live: Live, client: httpx.Client) -> None:
    live.proxy.refuse(0.3)
    with pytest.raises(httpx.ConnectError):
        client.get("/v1/me")

    def answered() -> bool:
        with contextlib.suppress(httpx.ConnectError):
            return client.get("/v1/me").is_success
        return False

    wait_until(answered, "an answer")


def test_control_port_takes_the_same_commands(live: Live, client: httpx.Client) -> None:
    def command(name: str, **arguments: object) -> object:
        return httpx.post(f"{live.proxy.control_url}/{name}", json=arguments, trust_env=False).json()

    command("answer", match="GET /v1/me", status=503, headers={"Retry-After": "1"}, body="busy")
    refused = client.get("/v1/me")
    assert (refused.status_code, refused.headers["Retry-After"], refused.text) == (503, "1", "busy")
    assert client.get("/v1/me").is_success
    seen = httpx.get(f"{live.proxy.control_url}/requests", trust_env=False).json()
    assert [request["line"] for request in seen] == ["GET /v1/me", "GET /v1/me"]
    assert command("cut_streams") == {"result": 0}
    command("reset")
    assert live.proxy.requests == []
