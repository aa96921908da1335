"""PostgreSQL accepts no writes for a while, as a replica does before it is promoted or after it was demoted."""

import json
import time
from collections import Counter
from functools import partial
from typing import Any

import psycopg

from crmsolid.core.errors import NOT_WRITABLE
from tests.system.sends import assert_exactly_once
from tests.system.stack import Reply, Stack
from tests.waiting import wait_until


def set_read_only(stack: Stack, command: str) -> None:
    """``command`` is of ALTER DATABASE."""
    server, name = stack.dsn.rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" {command}')


def end_sessions(stack: Stack) -> None:
    """As a server does that restarts as a replica."""
    server, name = stack.dsn.rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


def tracebacks(stack: Stack, part: str) -> Counter[str]:
    """How many errors each logger of a part has logged with a traceback."""
    lines = [json.loads(line) for line in stack.log(part).splitlines() if line.startswith("{")]
    return Counter(line["logger"] for line in lines if "traceback" in line)


def test_writes_are_refused_while_the_database_is_read_only_and_go_on_afterwards(stack: Stack) -> None:
    began = time.monotonic()
    stack.start_scheduler()
    account, token = stack.seeded["accounts"][0], stack.seeded["fast"][0]
    wait_until(lambda: stack.readiness() == 200, "ready", seconds=60)
    erased = stack.call("POST", "/v1/contacts", token, {"username": "erased_1"}, "erased").json()["id"]
    stack.kill("worker")
    message = {"account_id": account, "to": "@queued_1", "text": "before"}
    assert stack.call("POST", "/v1/messages/send", token, message, "queued").status == 200

    set_read_only(stack, "SET default_transaction_read_only = on")
    end_sessions(stack)
    stack.start_worker()
    writes: list[tuple[str, str, Any, str]] = [
        ("POST", "/v1/contacts", {"username": "refused_1"}, "contact"),
        ("POST", "/v1/messages/send", {**message, "to": "@refused_2"}, "send"),
        ("PATCH", f"/v1/contacts/{erased}", {"name": "Refused"}, "patch"),
        ("DELETE", f"/v1/contacts/{erased}", None, "erase"),
    ]

    def write(number: int) -> Reply:
        method, path, body, key = writes[number]
        return stack.call(method, path, token, body, key)

    def is_refused(number: int) -> bool:
        problem = write(number).json()
        assert (problem["status"], problem["code"]) == (503, "service_unavailable")
        return bool(problem["detail"] == NOT_WRITABLE)  # before that, a session may end during the request

    def accepted(number: int) -> Reply | None:
        reply = write(number)
        return reply if reply.status < 500 else None

    for number in range(len(writes)):
        wait_until(partial(is_refused, number), "the answer says why")
    for path in ("/v1/me", "/v1/contacts", "/v1/messages", f"/v1/contacts/{erased}", "/healthz"):
        assert stack.call("GET", path, token).status == 200
    ready = stack.call("GET", "/readyz", "")
    assert (ready.status, ready.json()["database"]) == (503, "accepts no writes")
    wait_until(lambda: tracebacks(stack, "worker"), "the worker has tried to work")
    assert stack.query("SELECT count(*), min(status) FROM messaging_message") == [(1, "queued")]
    assert stack.query("SELECT name FROM contacts_contact WHERE id = %s", erased) == [("",)]

    set_read_only(stack, "RESET default_transaction_read_only")  # the sessions that there are stay read-only
    replies = [wait_until(partial(accepted, number), "accepted") for number in range(len(writes))]
    assert [reply.status for reply in replies] == [201, 200, 200, 204]
    assert_exactly_once(stack, account, 2)
    wait_until(lambda: stack.readiness() == 200, "ready again", seconds=60)
    assert stack.ended() == []
    for part, processes in (("worker", 1), ("web", 2)):
        assert max(tracebacks(stack, part).values()) <= processes * (1 + (time.monotonic() - began) // 60)
