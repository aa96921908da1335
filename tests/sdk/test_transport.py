"""When a call is tried again and when it is not, without a network and on a clock that does not wait."""

import datetime
import json
import pickle
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from crmsolid_client import CrmSolid, errors
from crmsolid_client._config import Config
from crmsolid_client._pacing import RateLimit
from crmsolid_client._retry import Attempts
from tests.sdk.answers import KEY, QUEUED, Answer, Server, send


@dataclass
class Clock:
    """Stands still until somebody sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Replaces the clock of the client alone: other threads of this process go on with the real one."""
    clock = Clock()
    replaced = SimpleNamespace(monotonic=clock, sleep=clock.sleep, time=time.time)
    for module in ("_retry", "_pacing", "_sync.transport"):
        monkeypatch.setattr(f"crmsolid_client.{module}.time", replaced)
    monkeypatch.setattr("crmsolid_client._retry.random", SimpleNamespace(random=lambda: 1.0))
    return clock


Connect = Callable[..., tuple[CrmSolid, Server]]


@pytest.fixture
def connect(clock: Clock) -> Iterator[Connect]:
    """A client of a server that gives these answers."""
    clients: list[CrmSolid] = []

    def make(*answers: Answer, retry_for: float = 30.0) -> tuple[CrmSolid, Server]:
        server = Server(list(answers))
        transport = httpx.MockTransport(server)
        crm = CrmSolid(KEY, "http://127.0.0.1:9", retry_for=retry_for, http_transport=transport)
        clients.append(crm)
        return crm, server

    yield make
    for crm in clients:
        crm.close()


def problem(status: int, code: str, headers: dict[str, str] | None = None, **more: object) -> httpx.Response:
    body = {"type": f"/docs/errors/{code}", "title": "T", "status": status, "detail": "D", "code": code, **more}
    return httpx.Response(status, headers=headers or {}, json=body)


@pytest.mark.parametrize("code", ["contact_conflict", "audience_changed", "invalid_state"])
def test_refusals_are_not_repeated(connect: Connect, code: str) -> None:
    crm, server = connect(problem(409, code, previewed=2))
    with pytest.raises(errors.BY_CODE[code]) as refused:
        send(crm)
    assert (len(server.requests), refused.value.code, refused.value.extra) == (1, code, {"previewed": 2})


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": float("inf")},
        {"timeout": True},
        {"retry_for": -0.1},
        {"retry_for": float("nan")},
        {"max_retries": -1},
        {"max_retries": 1.5},
        {"max_retries": True},
    ],
)
def test_options_are_checked_when_they_are_given(connect: Connect, options: dict[str, Any]) -> None:
    crm, server = connect(httpx.Response(200, json=QUEUED))
    (name,) = options
    with pytest.raises(ValueError, match=name):
        CrmSolid(KEY, "http://127.0.0.1:9", **options)
    with pytest.raises(ValueError, match=name):
        crm.with_options(**options)
    assert server.requests == []


def test_delays_grow_and_end_with_the_time_of_the_call(connect: Connect, clock: Clock) -> None:
    crm, server = connect(httpx.ReadError("reset"), retry_for=30)
    with pytest.raises(errors.APIConnectionError) as failed:
        send(crm)
    assert clock.slept == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
    assert failed.value.may_have_happened
    assert failed.value.idempotency_key == server.requests[0].headers["Idempotency-Key"]
    assert failed.value.idempotency_key in str(failed.value)


def test_refused_connection_says_that_nothing_happened(connect: Connect) -> None:
    crm, _ = connect(httpx.ConnectError("refused"), retry_for=0)
    with pytest.raises(errors.APIConnectionError) as failed:
        send(crm)
    assert not failed.value.may_have_happened
    assert "It was not done" in str(failed.value)


@pytest.mark.parametrize(("status", "expected"), [(504, True), (429, False)])
def test_write_that_was_refused_before_a_refused_connection_may_have_happened(
    connect: Connect, status: int, expected: bool
) -> None:
    code = "rate_limited" if status == 429 else ""
    crm, _ = connect(httpx.Response(status, json={"code": code}), httpx.ConnectError("refused"))
    with pytest.raises(errors.APIConnectionError) as failed:
        send(crm.with_options(max_retries=1))
    assert failed.value.may_have_happened is expected


@pytest.mark.parametrize("status", [200, 500])
def test_answer_that_comes_byte_by_byte_is_given_up(clock: Clock, status: int) -> None:
    class Slow(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            for _ in range(100):
                clock.now += 0.5
                yield b" "

    transport = httpx.MockTransport(lambda request: httpx.Response(status, stream=Slow()))
    with (
        CrmSolid(KEY, "http://127.0.0.1:9", timeout=10, retry_for=0, http_transport=transport) as crm,
        pytest.raises(errors.APITimeoutError, match="not complete after 10 s"),
    ):
        crm.me()
    assert clock.now == 1010.5


def test_export_may_take_longer_than_the_timeout(clock: Clock) -> None:
    class Slow(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            for _ in range(100):
                clock.now += 0.5
                yield b"x"

    transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=Slow()))
    with CrmSolid(KEY, "http://127.0.0.1:9", timeout=10, http_transport=transport) as crm:
        assert crm.contacts.export().read() == b"x" * 100


def test_unknown_code_raises_the_class_of_its_status(connect: Connect) -> None:
    crm, _ = connect(problem(409, "invented_later"))
    with pytest.raises(errors.ConflictError) as refused:
        send(crm)
    assert (type(refused.value), refused.value.code) == (errors.ConflictError, "invented_later")


def test_error_has_what_the_problem_says(connect: Connect) -> None:
    fields = [{"field": "text", "code": "too_long", "detail": "at most 4096"}]
    answer = problem(422, "validation_failed", {"X-Request-Id": "req-1"}, errors=fields, request_id="req-1")
    crm, _ = connect(answer)
    with pytest.raises(errors.ValidationFailedError) as refused:
        send(crm)
    error = refused.value
    assert error.errors == (errors.FieldError("text", "too_long", "at most 4096"),)
    assert (error.status, error.title, error.request_id) == (422, "T", "req-1")
    assert str(error) == "422 validation_failed: D; text: at most 4096 (request req-1)"
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.problem) == (type(error), error.problem)


def test_answer_of_another_shape_names_the_field_and_no_value(connect: Connect) -> None:
    crm, _ = connect(httpx.Response(200, json={**QUEUED, "eta": "a secret"}, headers={"X-Request-Id": "req-2"}))
    with pytest.raises(errors.UnexpectedAnswerError) as wrong:
        send(crm)
    assert "eta" in str(wrong.value)
    assert "req-2" in str(wrong.value)
    assert "a secret" not in str(wrong.value)


def limits(remaining: int, reset: int = 60) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": "5",
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(reset),
    }


def test_threads_of_a_client_share_what_is_left(clock: Clock) -> None:
    rate_limit = RateLimit()
    rate_limit.update(httpx.Headers(limits(4)))
    with ThreadPoolExecutor(8) as threads:
        waits = list(threads.map(lambda _: rate_limit.reserve(), range(8)))
    assert sorted(waits) == [0.0] * 4 + [60.0] * 4


def test_late_answer_of_the_same_window_does_not_raise_what_is_left(clock: Clock) -> None:
    rate_limit = RateLimit()
    rate_limit.update(httpx.Headers(limits(1)))
    rate_limit.update(httpx.Headers(limits(3)))
    assert [rate_limit.reserve(), rate_limit.reserve()] == [0.0, 60.0]


def test_next_window_that_begins_before_the_known_end_is_taken_over(clock: Clock) -> None:
    """The window ends in 0.2 s, which is reported as 1."""
    rate_limit = RateLimit()
    rate_limit.update(httpx.Headers(limits(2, reset=1)))
    clock.now += 0.5
    rate_limit.update(httpx.Headers(limits(4, reset=60)))
    assert [rate_limit.reserve() for _ in range(5)] == [0.0] * 4 + [60.0]


@pytest.mark.parametrize(("early", "late"), [(60, 52), (10, 7), (2, 2), (1, 1)])
def test_answer_that_took_long_does_not_raise_what_is_left_or_move_the_end(clock: Clock, early: int, late: int) -> None:
    rate_limit = RateLimit()
    rate_limit.update(httpx.Headers(limits(1, reset=early)))
    clock.now += 0.75
    rate_limit.update(httpx.Headers(limits(3, reset=late)))
    assert [rate_limit.reserve(), rate_limit.reserve()] == [0.0, min(early - 0.75, late)]


@pytest.mark.parametrize(("remaining", "wait"), [(0, 15.25), (3, 0.0)])
def test_refusal_by_the_rate_limit_makes_other_calls_wait_but_another_limit_does_not(
    clock: Clock, remaining: int, wait: float
) -> None:
    """The limit of open streams has the same code, while the key has requests left."""
    rate_limit = RateLimit()
    refused = problem(429, "rate_limited", {**limits(remaining, reset=1), "Retry-After": "15"})
    rate_limit.update(refused.headers)
    assert Attempts(rate_limit, Config(KEY, ""), None, "").after_answer(429, refused.headers, refused.content) == 15.25
    assert rate_limit.reserve() == wait


def test_unreadable_answer_is_asked_for_again(connect: Connect) -> None:
    crm, server = connect(httpx.DecodingError("not gzip"), httpx.Response(200, json=QUEUED))
    send(crm)
    assert len(server.requests) == 2


def test_key_is_shown_by_nothing(connect: Connect) -> None:
    crm, _ = connect(httpx.ConnectError("refused"), problem(500, "internal_error"), retry_for=1)
    with pytest.raises(errors.CrmSolidError) as failed:
        crm.me()
    shown = [repr(crm), str(crm), repr(crm._transport.config), repr(failed.value), str(failed.value)]
    shown += [repr(crm.contacts), repr(crm.contacts.list()), repr(crm.messages.stream()), repr(crm.contacts.export())]
    assert "thesecretpart" not in "".join(shown)
    assert repr(crm) == "CrmSolid(key='cs_live_a4f9_…', base_url='http://127.0.0.1:9')"


def test_time_without_a_zone_is_refused_before_anything_is_sent(connect: Connect) -> None:
    crm, server = connect(httpx.Response(200, json=QUEUED))
    with pytest.raises(ValueError, match="time zone"):
        crm.messages.send(account_id=7421, to="@anna", text="Hi", send_at=datetime.datetime(2026, 6, 4))
    assert server.requests == []


def test_id_cannot_lead_to_another_address(connect: Connect) -> None:
    crm, server = connect(httpx.Response(404))
    with pytest.raises(errors.NotFoundError):
        crm.contacts.get("../webhooks?x=1")
    assert server.requests[0].url.raw_path == b"/v1/contacts/..%2Fwebhooks%3Fx%3D1"
    for wrong in ("", ".", ".."):
        with pytest.raises(ValueError, match="no id"):
            crm.contacts.get(wrong)
    assert len(server.requests) == 1


@pytest.mark.parametrize("key", ["", " a", "a\r\nX-Other: 1", "ключ", "a" * 256])
def test_key_that_the_api_would_refuse_is_not_sent(connect: Connect, key: str) -> None:
    crm, server = connect(httpx.Response(200, json=QUEUED))
    with pytest.raises(ValueError, match="idempotency key"):
        crm.messages.send(account_id=7421, to="@anna", text="Hi", idempotency_key=key)
    assert server.requests == []


def test_what_is_left_out_is_not_sent_and_none_is(connect: Connect) -> None:
    crm, server = connect(httpx.Response(200, json={"id": "con_1"}))
    crm.contacts.update("con_1", last_name=None)
    assert json.loads(server.requests[0].content) == {"last_name": None}


def test_closed_client_makes_no_call(connect: Connect) -> None:
    crm, server = connect(httpx.Response(200, json=QUEUED))
    with crm:
        send(crm)
    with pytest.raises(RuntimeError, match="closed"):
        send(crm)
    assert len(server.requests) == 1
