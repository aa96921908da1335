"""The event log is followed without a gap and, after a clean restart, without a repetition."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from crmsolid_client import AsyncCrmSolid, CrmSolid, PositionFile, errors
from tests.sdk.answers import KEY

PAGE = 3


@dataclass
class Log:
    """A log whose pages have three events. Before each page that it answers, the next of ``before`` happens: a failure,
    an answer, or something to do. Once nothing is left, it refuses the key, so that every test ends."""

    events: list[dict[str, Any]] = field(default_factory=list)
    before: list[Any] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        cursor = request.url.params.get("cursor")
        self.asked.append(cursor)
        match self.before.pop(0) if self.before else None:
            case Exception() as failure:
                raise failure
            case httpx.Response() as answer:
                return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
            case happening if happening is not None:
                happening()
        start = int(cursor or 0)
        rows = self.events[start : start + PAGE]
        if not rows and not self.before:
            return httpx.Response(401, json={"code": "token_revoked", "status": 401, "detail": "revoked"})
        return httpx.Response(200, json={"data": rows, "next_cursor": str(start + len(rows))})

    def add(self, *ids: str, type: str = "message.received") -> None:
        times = {"created_at": "2026-06-04T09:00:00Z", "request_id": None}
        self.events += [{"event": type, "id": one, "data": {}, **times} for one in ids]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmsolid_client._sync.follow.PAGE", PAGE)
    monkeypatch.setattr("crmsolid_client._async.follow.PAGE", PAGE)
    monkeypatch.setattr("crmsolid_client._retry.random", SimpleNamespace(random=lambda: -0.999))  # 0.25 ms and more


@pytest.fixture
def log() -> Log:
    return Log()


def client(log: Log) -> CrmSolid:
    return CrmSolid(KEY, "http://127.0.0.1:9", http_transport=httpx.MockTransport(log))


def read(crm: CrmSolid, **options: Any) -> list[str]:
    """The ids of all that comes until the key is refused."""
    seen: list[str] = []
    with pytest.raises(errors.TokenRevokedError):  # noqa: SIM117 - the follower is closed within
        with crm.events.follow(poll=0.001, **options) as events:
            for event in events:
                seen.append(event.id)
    return seen


def test_events_come_once_and_in_their_order_through_all_kinds_of_outages(log: Log) -> None:
    log.add("a", "b", "c", "d")
    log.before = [
        httpx.ConnectError("refused"),
        None,
        httpx.Response(503),
        httpx.Response(500, text="<html>"),
        httpx.Response(200, text="a page of a proxy"),
        httpx.ReadError("reset"),
        httpx.Response(429, headers={"Retry-After": "0"}),
        httpx.Response(400, json={"code": "bad_request"}),
        lambda: log.add("e"),
    ]
    with client(log) as crm:
        assert read(crm) == ["a", "b", "c", "d", "e"]


def test_it_goes_on_for_ever_unless_it_is_told_to_give_up(log: Log, caplog: pytest.LogCaptureFixture) -> None:
    log.add("a")
    log.before = [*[httpx.ConnectError("refused")] * 10, None]
    with client(log) as crm:
        assert read(crm) == ["a"]
        warned = [one for one in caplog.records if one.levelno == logging.WARNING]
        assert len(warned) == 10 and "refused" in warned[0].getMessage() and KEY not in caplog.text
        log.before = [httpx.ConnectError("refused")]
        with pytest.raises(errors.APIConnectionError):
            next(crm.events.follow(give_up_after=0))


def test_mistake_of_the_caller_is_raised_by_the_first_request(log: Log) -> None:
    log.before = [httpx.Response(400, json={"code": "invalid_parameter"}), None]
    with client(log) as crm, pytest.raises(errors.BadRequestError):
        next(crm.events.follow())
    wrongs: list[dict[str, Any]] = [{"poll": 0}, {"give_up_after": -1}, {"position": "[]"}, {"position": "evt_1"}]
    for wrong in wrongs:
        with client(log) as crm, pytest.raises(ValueError, match=r"poll|give_up_after|position"):
            crm.events.follow(**wrong)
    assert len(log.asked) == 1


def test_only_the_types_that_are_asked_for_come(log: Log) -> None:
    log.add("a", type="contact.created")
    log.add("b", type="contact.tagged")
    log.add("c", "d", type="job.completed")
    with client(log) as crm:
        assert read(crm, types=["contact.*"]) == ["a", "b"]
        assert read(crm, types=["job.completed", "contact.tagged"]) == ["b", "c", "d"]
        assert read(crm, types=["*"]) == ["a", "b", "c", "d"]
        with pytest.raises(TypeError):
            crm.events.follow(types="job.completed")  # type: ignore[arg-type]


def test_clean_restart_at_any_event_repeats_none_and_leaves_none_out(log: Log, tmp_path: Path) -> None:
    file = tmp_path / "position"
    log.add(*"abcdefgh")
    seen: list[str] = []
    for _ in range(8):
        with client(log) as crm, crm.events.follow(store=PositionFile(file)) as events:
            seen.append(next(events).id)
    assert seen == list("abcdefgh")
    log.add("i")
    with client(log) as crm:
        assert read(crm, store=PositionFile(file)) == ["i"]
        assert read(crm, store=PositionFile(file)) == []
    assert [one.name for one in tmp_path.iterdir()] == ["position"]


def test_event_that_was_being_worked_on_comes_again(log: Log, tmp_path: Path) -> None:
    log.add("a", "b")
    store = PositionFile(tmp_path / "position")
    with client(log) as crm:
        with pytest.raises(ZeroDivisionError):  # noqa: SIM117
            with crm.events.follow(store=store) as events:
                for event in events:
                    if event.id == "b":
                        raise ZeroDivisionError
        assert read(crm, store=store) == ["b"]


def test_page_that_has_got_an_earlier_event_meanwhile_gives_that_too(log: Log, tmp_path: Path) -> None:
    log.add("a", "c")
    store = PositionFile(tmp_path / "position")
    with client(log) as crm:
        with crm.events.follow(store=store) as events:
            assert [next(events).id, next(events).id] == ["a", "c"]
        log.add("b1", "b2")
        log.events.insert(1, log.events.pop())
        log.events.insert(1, log.events.pop())  # a, b1, b2, c: the page is full before c, which is taken
        assert read(crm, store=store) == ["b1", "b2"]


@dataclass
class Memory:
    """Any object with load and save is a store."""

    position: str | None = None
    saved: list[str] = field(default_factory=list)

    def load(self) -> str | None:
        return self.position

    def save(self, position: str) -> None:
        self.position = position
        self.saved.append(position)


def test_position_is_kept_once_the_next_event_is_asked_for(log: Log) -> None:
    log.add("a", "b")
    memory = Memory()
    with client(log) as crm:
        events = crm.events.follow(store=memory)
        assert (next(events).id, memory.saved) == ("a", [])
        assert next(events).id == "b"
        assert len(memory.saved) == 1 and memory.position == events.position
        assert read(crm, position=events.position) == ["b"]


def test_event_that_cannot_be_read_is_passed_by(log: Log) -> None:
    log.add("a", "b", "c", "d")
    log.events[1]["data"] = "no object"
    memory = Memory()
    seen: list[str] = []
    with client(log) as crm:
        events = crm.events.follow(store=memory, poll=0.001)
        with pytest.raises(errors.TokenRevokedError):
            while True:
                try:
                    for event in events:
                        seen.append(event.id)
                except errors.UnreadableEvent as error:
                    assert (error.id, error.type, json.loads(error.raw)["data"]) == (
                        "b",
                        "message.received",
                        "no object",
                    )
                    assert memory.position is not None and "b" in json.loads(memory.position)
                    seen.append("?")
    assert seen == ["a", "?", "c", "d"]


def test_list_can_be_read_further_after_an_event_that_cannot_be_read(log: Log) -> None:
    log.add("a", "b", "c", "d")
    del log.events[1]["id"]
    with client(log) as crm:
        rows = iter(crm.events.list())
        assert next(rows).id == "a"
        with pytest.raises(errors.UnreadableEvent):
            next(rows)
        assert [next(rows).id, next(rows).id] == ["c", "d"]
        page = next(crm.events.list().by_page())
        assert ([one.id for one in page.data], len(page.unreadable), page.response.status) == (["a", "c"], 1, 200)


def test_closing_ends_it(log: Log) -> None:
    log.add("a")
    log.before = [None] * 3
    with client(log) as crm, crm.events.follow() as events:
        assert next(events).id == "a"
        events.close()
        assert list(events) == []


async def test_asynchronous_client_follows_and_keeps_its_position(log: Log, tmp_path: Path) -> None:
    log.add("a", "b")
    store = PositionFile(tmp_path / "position")
    async with AsyncCrmSolid(KEY, "http://127.0.0.1:9", http_transport=httpx.MockTransport(log)) as crm:
        for expected in ("a", "b"):
            async with crm.events.follow(store=store) as events:
                assert (await anext(events)).id == expected


@pytest.fixture
def _broken_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("crmsolid_client._positions.os.fsync", full)
    yield


@pytest.mark.usefixtures("_broken_disk")
def test_position_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "position"
    file.write_text("before\n")
    with pytest.raises(OSError, match="No space"):
        PositionFile(file).save("after")
    assert (file.read_text(), [one.name for one in tmp_path.iterdir()]) == ("before\n", ["position"])
