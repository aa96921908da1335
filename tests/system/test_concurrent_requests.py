"""Concurrent requests and streams of two web processes."""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.system.stack import Stack
from tests.waiting import wait_until

STREAMS_PER_KEY = 5


def run_concurrently(threads: int, calls: list[Any]) -> list[Any]:
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda call: call(), calls))


def test_of_660_requests_at_once_exactly_600_pass(stack: Stack) -> None:
    token = stack.seeded["tokens"][0]
    replies = run_concurrently(32, [lambda: stack.call("GET", "/v1/me", token)] * 660)
    passed = [reply for reply in replies if reply.status == 200]
    refused = [reply for reply in replies if reply.status == 429]
    assert (len(passed), len(refused)) == (600, 60)
    assert sorted(int(reply.headers["x-ratelimit-remaining"]) for reply in passed) == list(range(600))
    assert all(reply.json()["code"] == "rate_limited" for reply in refused)
    assert all(1 <= int(reply.headers["retry-after"]) <= 60 for reply in refused)


def test_20_equal_sends_at_once_are_one_message(stack: Stack) -> None:
    token, account = stack.seeded["fast"][0], stack.seeded["accounts"][0]
    body = {"account_id": account, "to": "@twenty", "text": "once"}
    replies = run_concurrently(20, [lambda: stack.call("POST", "/v1/messages/send", token, body, "twenty")] * 20)
    assert {reply.status for reply in replies} == {200}
    assert len({reply.body for reply in replies}) == 1
    assert sum("idempotency-replayed" in reply.headers for reply in replies) == 19
    assert stack.query("SELECT count(*) FROM messaging_message WHERE account_id = %s", account) == [(1,)]


def test_of_60_sends_at_once_on_one_account_exactly_50_pass(stack: Stack) -> None:
    token, account = stack.seeded["fast"][0], stack.seeded["accounts"][1]

    def send(number: int) -> Any:
        body = {"account_id": account, "to": f"@sixty_{number}", "text": "hello"}
        return stack.call("POST", "/v1/messages/send", token, body, f"sixty-{number}")

    replies = run_concurrently(30, [lambda n=n: send(n) for n in range(60)])
    assert sorted(reply.status for reply in replies) == [200] * 50 + [429] * 10
    refused = [reply for reply in replies if reply.status == 429]
    assert {reply.json()["code"] for reply in refused} == {"account_daily_limit"}
    assert all(86_300 < int(reply.headers["retry-after"]) <= 86_400 for reply in refused)
    assert stack.query("SELECT count(*) FROM messaging_message WHERE account_id = %s", account) == [(50,)]


def test_retry_with_the_replacement_key_gets_the_first_answer(stack: Stack) -> None:
    first, second = stack.seeded["fast"]
    account = stack.seeded["accounts"][2]
    body = {"account_id": account, "to": "@rotated", "text": "once"}
    one = stack.call("POST", "/v1/messages/send", first, body, "rotation")
    two = stack.call("POST", "/v1/messages/send", second, body, "rotation")
    assert (one.status, two.status) == (200, 200)
    assert two.body == one.body
    assert two.headers["idempotency-replayed"] == "true"


def test_revoked_key_is_refused_at_once_by_both_processes(stack: Stack) -> None:
    created = json.loads(
        stack.manage("create_api_key", "--workspace", "demo", "--name", "short", "--scopes", "all", "--json")
    )
    token = created["token"]
    assert {reply.status for reply in run_concurrently(8, [lambda: stack.call("GET", "/v1/me", token)] * 16)} == {200}
    stack.manage("revoke_api_key", created["id"], "--json")
    replies = run_concurrently(8, [lambda: stack.call("GET", "/v1/me", token)] * 16)
    assert {reply.json()["code"] for reply in replies} == {"token_revoked"}


def _open(stack: Stack, token: str) -> tuple[http.client.HTTPResponse, http.client.HTTPConnection]:
    """A stream that is left open, and its connection."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=30)
    connection.request("GET", "/v1/messages/stream", headers={"Authorization": f"Bearer {token}"})
    return connection.getresponse(), connection


def test_a_key_has_five_streams_over_both_processes(stack: Stack) -> None:
    token = stack.seeded["fast"][0]
    with ThreadPoolExecutor(20) as pool:
        opened = list(pool.map(lambda _: _open(stack, token), range(20)))
    assert sorted(stream.status for stream, _ in opened) == [200] * STREAMS_PER_KEY + [429] * (20 - STREAMS_PER_KEY)
    for _, connection in opened:
        connection.close()

    def opens() -> bool:
        stream, connection = _open(stack, token)
        connection.close()
        return stream.status == 200

    wait_until(opens, "a closed stream is free again")


def test_streams_end_with_the_web(stack: Stack) -> None:
    before = len(stack.log("web"))
    opened = [_open(stack, token) for token in stack.seeded["tokens"][1:] for _ in range(STREAMS_PER_KEY)]
    for stream, _ in opened:
        assert stream.readline() == b": connected\n"
    status = stack.end("web", 60)
    try:
        assert status == 0
        for stream, connection in opened:
            assert stream.read().endswith(b"\n\n")  # it would raise if the last chunk were missing
            connection.close()
        lines = [json.loads(line) for line in stack.log("web")[before:].splitlines()]
        assert [line for line in lines if line["level"] not in ("info", "warning")] == []
    finally:
        stack.start_web()
