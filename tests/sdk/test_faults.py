"""What the Python client does when the network or the server fails while it talks to a running product."""

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from crmsolid_client import AsyncCrmSolid, CrmSolid, errors
from crmsolid_client.models import Queued
from tests.sdk.live import Live
from tests.sdk.sends import START_SECONDS, send_through_a_kill, texts_to

ROOT = Path(__file__).resolve().parents[2]
SEND = "POST /v1/messages/send"


@pytest.fixture
def crm(live: Live) -> Iterator[CrmSolid]:
    with CrmSolid(live.key, live.url) as client:
        yield client


def test_write_whose_answer_was_lost_is_done_once(live: Live, crm: CrmSolid) -> None:
    live.proxy.drop(SEND, times=2)
    sent = crm.messages.send(account_id=live.account_id, to="@lost_answer", text="Once 🚀")
    attempts = [request for request in live.proxy.requests if request.line == SEND]
    assert len(attempts) == 3
    assert len({attempt.headers["idempotency-key"] for attempt in attempts}) == 1
    assert sent.response.replayed
    assert texts_to(crm, "lost_answer") == ["Once 🚀"]


async def test_asynchronous_write_whose_answer_was_lost_is_done_once(live: Live, crm: CrmSolid) -> None:
    live.proxy.drop(SEND)
    async with AsyncCrmSolid(live.key, live.url) as client:
        sent = await client.messages.send(account_id=live.account_id, to="@lost_later", text="Once")
    assert sent.response.replayed
    assert texts_to(crm, "lost_later") == ["Once"]


def test_upload_whose_answer_was_lost_is_done_once(live: Live, crm: CrmSolid, tmp_path: Path) -> None:
    live.proxy.drop("POST /v1/contacts/import")
    file = tmp_path / "people.csv"
    file.write_text("username,name\n@uploaded_once,Анна\n")
    job = crm.contacts.import_file(file)
    assert job.response.replayed
    assert crm.jobs.wait(job.id).result["created"] == 1


def test_given_up_write_can_be_repeated_with_its_key(live: Live, crm: CrmSolid) -> None:
    live.proxy.drop(SEND)
    with (
        CrmSolid(live.key, live.url, retry_for=0) as hasty,
        pytest.raises(errors.APIConnectionError) as failed,
    ):
        hasty.messages.send(account_id=live.account_id, to="@given_up", text="Once")
    assert failed.value.may_have_happened
    key = failed.value.idempotency_key
    again = crm.messages.send(account_id=live.account_id, to="@given_up", text="Once", idempotency_key=key)
    assert again.response.replayed
    assert texts_to(crm, "given_up") == ["Once"]


def test_server_that_is_killed_between_commit_and_answer_sends_once(live: Live, crm: CrmSolid) -> None:
    def send(url: str) -> Queued:
        with CrmSolid(live.key, url, retry_for=START_SECONDS) as client:
            return client.messages.send(account_id=live.account_id, to="@killed_server", text="Once")

    assert send_through_a_kill(live, crm, "killed_server", send).response.replayed


def test_call_waits_while_connections_are_refused(live: Live, crm: CrmSolid) -> None:
    live.proxy.refuse(0.5)
    assert crm.me().mode == "live"


def test_refusal_of_the_rate_limit_says_when_to_come_back(live: Live) -> None:
    with pytest.raises(errors.RateLimitedError) as refused:
        for _ in range(11):  # 5 requests a minute, of which other tests use some, and a new minute may begin
            with CrmSolid(live.slow_key, live.url, retry_for=0) as client:  # a new one does not know the limit
                client.me()
    assert refused.value.retry_after is not None and 0 < refused.value.retry_after <= 60
    assert len(live.proxy.requests) <= 11
    assert (refused.value.status, refused.value.code) == (429, "rate_limited")


def test_daily_limit_of_an_account_is_raised_at_once(live: Live, crm: CrmSolid) -> None:
    with contextlib.suppress(errors.AccountDailyLimitError):  # the tests of another client may have used it up
        crm.messages.send(account_id=live.limited_account_id, to="@used_up", text="First")
    live.proxy.reset()
    with pytest.raises(errors.AccountDailyLimitError) as refused:
        crm.messages.send(account_id=live.limited_account_id, to="@used_up", text="Second")
    assert refused.value.retry_after is not None and refused.value.retry_after > 23 * 3600
    assert live.proxy.lines() == [SEND]
    assert "Second" not in texts_to(crm, "used_up")


def test_missing_scope_is_named(live: Live) -> None:
    with CrmSolid(live.reader_key, live.url) as reader, pytest.raises(errors.ScopeMissingError) as refused:
        reader.messages.send(account_id=live.account_id, to="@anna", text="Hi")
    assert refused.value.required_scope == "write:messages"


def test_forked_process_has_connections_of_its_own(live: Live) -> None:
    script = """
import os, sys
from crmsolid_client import CrmSolid
crm = CrmSolid()
crm.me()
child = os.fork()
for _ in range(5):
    assert crm.me().mode == "live"
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    environment = {**os.environ, **live.environment(), "PYTHONPATH": str(ROOT / "sdk" / "python" / "src")}
    assert subprocess.run([sys.executable, "-c", script], env=environment, timeout=60).returncode == 0


def send_and_cut(live: Live, crm: CrmSolid) -> list[str]:
    """Messages that are sent while the stream is cut before each of them, and connections are refused for the last."""
    ids = []
    for number in range(4):
        if number == 3:
            live.proxy.refuse(0.5)
        else:
            live.proxy.cut_streams()
        ids.append(crm.messages.send(account_id=live.account_id, to="@streamed", text=f"Потік {number} 🚀").id)
    return ids


def test_stream_that_is_cut_misses_and_repeats_nothing(live: Live, crm: CrmSolid) -> None:
    with ThreadPoolExecutor(1) as thread, crm.messages.stream() as stream:
        sending = thread.submit(send_and_cut, live, crm)
        seen: list[str] = []
        while len(seen) < 4:
            event = next(stream)
            if event.event == "message.sent" and event.message is not None:
                seen.append(event.message.id)
        assert sorted(seen) == sorted(sending.result(60))
        last = crm.messages.send(account_id=live.account_id, to="@streamed", text="Last").id
        event = next(stream)
        assert event.message is not None and event.message.id == last  # nothing came twice in between
    with pytest.raises(StopIteration):
        next(stream)


async def test_asynchronous_stream_that_is_cut_misses_and_repeats_nothing(live: Live, crm: CrmSolid) -> None:
    async with AsyncCrmSolid(live.key, live.url) as client, client.messages.stream() as stream:
        sending = asyncio.create_task(asyncio.to_thread(send_and_cut, live, crm))
        seen: list[str] = []
        while len(seen) < 4:
            event = await anext(stream)
            if event.event == "message.sent" and event.message is not None:
                seen.append(event.message.id)
        assert sorted(seen) == sorted(await sending)
        position = stream.last_event_id
    async with AsyncCrmSolid(live.key, live.url) as client:
        last = crm.messages.send(account_id=live.account_id, to="@streamed", text="Last").id
        async with client.messages.stream(last_event_id=position) as stream:
            event = await anext(stream)
            assert event.message is not None and event.message.id == last


def test_stream_that_another_thread_closes_ends(live: Live, crm: CrmSolid) -> None:
    with crm.messages.stream() as stream, ThreadPoolExecutor(1) as thread:
        reading = thread.submit(list, stream)
        closing = threading.Timer(0.2, stream.close)
        closing.start()
        assert reading.result(10) == []
        closing.join()


async def test_asynchronous_stream_that_another_task_closes_ends(live: Live) -> None:
    async with AsyncCrmSolid(live.key, live.url) as client, client.messages.stream() as stream:
        waiting = asyncio.create_task(anext(stream, None))
        await asyncio.sleep(0.2)
        await stream.aclose()
        assert await asyncio.wait_for(waiting, 10) is None


def test_stream_of_a_refused_key_raises(live: Live) -> None:
    with CrmSolid("cs_live_a4f9_wrong", live.url) as client, pytest.raises(errors.TokenInvalidError):
        next(client.messages.stream())


def broken(parts: list[bytes]) -> httpx.MockTransport:
    class Broken(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield from parts
            raise httpx.ReadError("reset")

    return httpx.MockTransport(lambda request: httpx.Response(200, stream=Broken()))


def test_export_that_breaks_off_raises_and_leaves_no_file(tmp_path: Path) -> None:
    with CrmSolid("cs_live_a4f9_key", "http://127.0.0.1:9", http_transport=broken([b"id\n", b"con_1\n"])) as client:
        export = client.contacts.export()
        with pytest.raises(errors.APIConnectionError, match="broke off"):
            export.save(tmp_path / "people.csv")
        assert list(tmp_path.iterdir()) == []
        lines = export.lines()
        assert [next(lines), next(lines)] == ["id", "con_1"]
        with pytest.raises(errors.APIConnectionError):
            next(lines)
