"""The TypeScript client against a running product."""

import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from crmsolid_client import CrmSolid
from tests.sdk.live import Live
from tests.sdk.operations import not_called
from tests.sdk.sends import START_SECONDS, running_server, send_through_a_kill, texts_to
from tests.sdk.typescript.toolchain import TypeScript
from tests.servers import free_port, is_listening
from tests.waiting import wait_until

SEND = "POST /v1/messages/send"


def test_every_operation_works(typescript: TypeScript, live: Live) -> None:
    result = typescript.run(["node", "--test", "build/tests/live/scenario.js"], live.environment())
    assert result.returncode == 0, result.stdout
    assert "# fail 0\n# cancelled 0\n# skipped 0\n" in result.stdout
    lines = live.proxy.lines()
    assert not_called(lines) == []


@pytest.mark.parametrize("runtime", ["node", "deno", "bun"])
def test_write_whose_answer_was_lost_is_done_once(typescript: TypeScript, live: Live, runtime: str) -> None:
    command = typescript.command(runtime, "build/tests/live/send.js", f"@lost_{runtime}")
    live.proxy.drop(SEND, times=2)
    result = typescript.run(command, live.environment())
    assert (result.returncode, result.stdout.split()[1:]) == (0, ["true"]), result.stderr
    keys = [request.headers["idempotency-key"] for request in live.proxy.requests if request.line == SEND]
    assert (len(keys), len(set(keys))) == (3, 1)
    with CrmSolid(live.key, live.url) as crm:
        assert texts_to(crm, f"lost_{runtime}") == ["Once"]


def test_server_that_is_killed_between_commit_and_answer_sends_once(typescript: TypeScript, live: Live) -> None:
    def send(url: str) -> "subprocess.CompletedProcess[str]":
        command = typescript.command("node", "build/tests/live/send.js", "@killed_ts", str(START_SECONDS))
        return typescript.run(command, {**live.environment(), "CRMSOLID_URL": url})

    with CrmSolid(live.key, live.url) as crm:
        sent = send_through_a_kill(live, crm, "killed_ts", send)
    assert (sent.returncode, sent.stderr) == (0, "")
    assert sent.stdout.split()[1] == "true"


@contextmanager
def following(typescript: TypeScript, environment: dict[str, str], store: Path) -> Iterator[list[str]]:
    """What a program that follows the events prints. It is killed at the end."""
    command = typescript.command("node", "build/tests/live/follow.js", str(store))
    lines: list[str] = []
    with typescript.started(command, environment) as process, ThreadPoolExecutor(1) as thread:
        assert process.stdout is not None
        reading = thread.submit(lines.extend, map(str.strip, process.stdout))
        try:
            wait_until(store.exists, "the position is saved", seconds=60)
            yield lines
        finally:
            process.kill()
            reading.result(30)


def test_events_are_followed_across_restarts_of_both_sides(typescript: TypeScript, live: Live, tmp_path: Path) -> None:
    store, port = tmp_path / "position", free_port()
    environment = {**live.environment(), "CRMSOLID_URL": f"http://127.0.0.1:{port}"}
    run = str(time.time_ns())
    with CrmSolid(live.key, live.url) as crm:

        def create(number: int) -> str:
            return crm.contacts.create(email=f"followed_{run}_{number}@example.com").id

        with running_server(live, port):
            wait_until(lambda: is_listening(port), "the server listens", seconds=START_SECONDS)
            with following(typescript, environment, store) as first:
                created = [create(number) for number in range(3)]
                wait_until(lambda: created[-1] in first, "the contacts", seconds=60)
                wait_until(lambda: first[-1] == "saved", "the position", seconds=60)
        created.append(create(3))
        with following(typescript, environment, store) as second:  # while there is no server
            created.append(create(4))
            with running_server(live, port):
                wait_until(lambda: created[-1] in second, "the later contacts", seconds=START_SECONDS)
    assert [each for each in (*first, *second) if each in created] == created
