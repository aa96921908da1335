import contextlib
import time
from typing import Any

import pytest
import redis

from crmsolid.core.redis import BUDGET, REDIS_ERRORS, build_client
from tests.servers import REDIS_URL, free_port, fresh_prefix, own_redis, silent_server


def closing(url: str) -> contextlib.closing[redis.Redis]:
    return contextlib.closing(build_client(url))


@pytest.mark.parametrize(
    "option",
    [
        "",
        "socket_timeout=9",
        "socket_connect_timeout=9",
        "retry_on_timeout=yes",
        "health_check_interval=1",
        "protocol=3",
    ],
)
def test_every_connection_has_the_budget_whatever_the_url_says(option: str) -> None:
    with closing(f"redis://127.0.0.1:6379/3?{option}") as client:
        connection: Any = client.connection_pool.make_connection()
        assert (connection.socket_timeout, connection.socket_connect_timeout) == (0.1, 0.1)
        assert connection.retry.get_retries() == 0
        assert connection.retry_on_error == []
        assert connection.db == 3
        assert connection.health_check_interval == 0
        assert connection.protocol == 2


@pytest.mark.parametrize(
    ("url", "connection_class"),
    [
        ("redis://h:1", redis.Connection),
        ("rediss://u:p@h:1/2", redis.SSLConnection),
        ("unix:///run/redis.sock", redis.UnixDomainSocketConnection),
    ],
)
def test_each_url_scheme_has_its_connection_class(url: str, connection_class: type) -> None:
    with closing(url) as client:
        connection: Any = client.connection_pool.make_connection()
        assert connection.socket_timeout == 0.1
        assert type(connection) is connection_class


def test_unknown_scheme_is_refused() -> None:
    with pytest.raises(ValueError):
        build_client("http://127.0.0.1:6379")


def test_values_are_stored_and_read_as_bytes() -> None:
    key = fresh_prefix() + "x"
    with closing(REDIS_URL) as client:
        client.set(key, "я", px=5000)
        assert client.get(key) == "я".encode()
        assert client.delete(key) == 1


def test_hanging_redis_costs_one_budget_and_no_retry() -> None:
    with silent_server() as (url, taken), closing(url) as client:
        started = time.monotonic()
        with pytest.raises(redis.TimeoutError) as caught:
            client.get("x")
        assert BUDGET <= time.monotonic() - started < 10 * BUDGET
        assert isinstance(caught.value, REDIS_ERRORS)
        assert len(taken) == 1


def test_stopped_redis_fails_at_once() -> None:
    with closing(f"redis://127.0.0.1:{free_port()}") as client:
        started = time.monotonic()
        with pytest.raises(redis.ConnectionError) as caught:
            client.get("x")
        assert time.monotonic() - started < 10 * BUDGET
        assert isinstance(caught.value, REDIS_ERRORS)


def test_connection_that_redis_closed_is_replaced_without_an_error() -> None:
    url = REDIS_URL
    with closing(url) as client, closing(url) as other:
        number = client.client_id()
        other.client_kill_filter(_id=str(number))
        assert client.ping() is True
        assert client.client_id() != number


def test_pool_allows_more_connections_than_the_default() -> None:
    with closing("redis://127.0.0.1:6379") as client:
        assert [client.connection_pool.make_connection() for _ in range(500)]


def test_idle_connection_that_redis_closed_is_replaced_after_a_restart_too() -> None:
    port = free_port()
    with closing(f"redis://127.0.0.1:{port}") as client:
        with own_redis(port):
            assert client.ping() is True
        with pytest.raises(redis.ConnectionError):
            client.ping()
        with own_redis(port):
            assert client.ping() is True


def test_connection_is_kept_after_an_error_that_redis_returned() -> None:
    with closing(REDIS_URL) as client:
        connection_id = client.client_id()
        with pytest.raises(redis.ResponseError):
            client.evalsha("0" * 40, 0)
        assert client.client_id() == connection_id


def test_call_after_a_timeout_uses_a_new_connection_and_never_reads_the_late_answer() -> None:
    with silent_server() as (url, taken), closing(url) as client:
        for call in (1, 2):
            started = time.monotonic()
            with pytest.raises(redis.TimeoutError):
                client.ping()
            assert BUDGET <= time.monotonic() - started < 2 * BUDGET
            assert len(taken) == call
