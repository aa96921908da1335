"""What can go wrong between a client and the API, and what a client has to make of it: the same in every language.

An outcome is "ok" or a name of an error that each driver maps its classes to: ``too_many_requests`` and the like for
a refusal of that status, ``connection``, ``timeout``, ``unexpected_answer``, ``unreadable_event``, ``verification``,
``canceled``. Times are in seconds on the client's clock. Pauses have a random part: some numbers are ranges.
"""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.sdk.faults.server import QUEUED, Answer, Limit, Script, Seen, problem

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = "cs_live_a4f9_thesecretpartofthekey"
SINCE = "2026-06-04T09:00:00Z"
FOR_EVER = 1e9
OF_NO_ANSWER = ("ok", "connection", "timeout", "canceled", "unreadable_event", "verification")


@dataclass(frozen=True)
class Call:
    """``send``, ``me``, ``contacts`` (all pages), ``events`` (all pages), ``upload``, ``import``, ``raw``, ``webhook``,
    ``stream`` and ``follow`` (until ``take`` events have come). ``callers`` share ``count`` calls. Unreadable events
    are passed by. After ``cancel_after`` seconds the caller cancels."""

    kind: str = "send"
    count: int = 1
    callers: int = 1
    take: int = 0
    size: int = 0
    cancel_after: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)  # of the call
    body: str = ""
    secrets: Sequence[str] = ()

    @property
    def is_write(self) -> bool:
        return self.kind in ("send", "upload", "import", "raw")


@dataclass(frozen=True)
class Scenario:
    """``name`` is its row in the documentation, too. ``keys`` counts Idempotency-Keys, ``works`` what was done.
    ``items`` are the ids of the events, those that could not be read with a "?" before them. ``asked`` has the values
    that a header, or a query parameter with a "?" before it, had in the requests, in their order."""

    name: str
    script: Script
    requests: int | tuple[int, int]
    call: Call = Call()
    options: Mapping[str, Any] = field(default_factory=dict)  # of the client
    outcome: str = "ok"
    works: int | None = None
    status: int | None = None
    elapsed: tuple[float, float] | None = None
    items: Sequence[str] | None = None
    asked: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    server: Literal["server", "refused", "unknown host", "self-signed"] = "server"
    clock: Literal["fake", "real"] = "fake"
    is_answer_known: bool = True
    """Whether an error has status and request id of the answer."""

    @property
    def most(self) -> tuple[int, int]:
        return self.requests if isinstance(self.requests, tuple) else (self.requests, self.requests)

    @property
    def keys(self) -> int:
        if not self.call.is_write:
            return 0
        return self.call.count if self.server == "server" else 1


@dataclass(frozen=True)
class Told:
    """What a driver tells. ``key``, ``request_id`` and ``status`` are those of the error; ``text`` is everything that
    was shown or logged; ``attempts`` are the requests that its client has made."""

    name: str
    outcome: str
    elapsed: float
    attempts: int
    status: int | None = None
    key: str | None = None
    request_id: str | None = None
    may_have_happened: bool | None = None
    text: str = ""
    items: Sequence[str] = ()


def event(number: int, **changes: Any) -> dict[str, Any]:
    message = {"id": f"msg_{number}", "text": "Привіт 🚀", "direction": "in"}
    one = {"event": "message.received", "id": f"evt_{number}", "created_at": SINCE, "data": {"message": message}}
    return {**one, **changes}


def frame(number: int, **changes: Any) -> str:
    return f"id: p{number}\nevent: message\ndata: {json.dumps(event(number, **changes), ensure_ascii=False)}\n\n"


def frames(*numbers: int, more: str = "", **options: Any) -> Answer:
    text = "".join(map(frame, numbers)) + more
    return Answer(body=text, headers={"Content-Type": "text/event-stream"}, **options)


def page(*rows: dict[str, Any], cursor: str | None = None) -> Answer:
    return Answer(body={"data": rows, "next_cursor": cursor})


def answers(*several: Answer, **options: Any) -> Script:
    return Script(several, **options)


def contact(number: int) -> dict[str, Any]:
    return {"id": f"con_{number}"}


def webhook(body: Mapping[str, Any], *secrets: str) -> Call:
    return Call("webhook", body=json.dumps(body, ensure_ascii=False), secrets=secrets)


UNREADABLE = {"data": "no object"}
DONE = Answer(body=QUEUED)
PAGE = "<html><title>Please sign in</title></html>"
FAILING = problem(500, "internal_error")
BUSY = problem(503, "service_unavailable")
SENT_ONCE: dict[str, Any] = {"works": 1}
NO_RETRIES = {"retry_for": 0}
STREAM = Call("stream")
FOLLOW = Call("follow")

# Each fault happens twice before the server is well again.
PASSING = {
    "a connection is cut before the work": Answer(cut="before the work"),
    "a connection is cut after the work": Answer(cut="after the work"),
    "half an answer comes": Answer(body=QUEUED, cut="half"),
    "no HTTP is answered": Answer(instead=b"\x15\x03\x01\x00\x02\x02\x16 garbage\r\n\r\n"),
    "408": problem(408, "request_timeout"),
    "500": FAILING,
    "502 with a page of HTML": Answer(502, PAGE),
    "503 with half a problem": Answer(503, '{"type": "/docs/err'),
    "503 whose problem says 200": problem(503, "service_unavailable", says=200),
    "504 with nothing": Answer(504),
    "409 `idempotency_in_progress`": problem(409, "idempotency_in_progress"),
}
# The write was done, and is not tried again: what stands between would answer the same.
UNREADABLE_ANSWERS = {
    "200 with a proxy's page of HTML": Answer(body=PAGE),
    "200 with half of its JSON": Answer(body='{"id": "msg_1", "sta', headers={"Content-Type": "application/json"}),
    "200 without an id": Answer(body={}),
    "200 with a list": Answer(body=[]),
    "200 with nothing": Answer(),
    "204": Answer(204),
}
REFUSALS = {
    "400 with a page of HTML": (Answer(400, PAGE), "bad_request"),
    "401": (problem(401, "token_revoked"), "unauthorized"),
    "403": (problem(403, "scope_missing"), "forbidden"),
    "404 whose problem says 500": (problem(404, "not_found", says=500), "not_found"),
    "409 `contact_opted_out`": (problem(409, "contact_opted_out"), "conflict"),
    "410": (problem(410, "gone"), "gone"),
    "422 with half a problem": (Answer(422, '{"type": "/docs/err'), "unprocessable"),
    "429 `account_daily_limit`": (problem(429, "account_daily_limit", {"Retry-After": "5"}), "too_many_requests"),
}

# The write waits for an approval: it was not done, and is not sent once more.
HELD = {"id": "prp_1", "status": "pending", "reason": "every_write", "call": {"operation": "send_message"}}
HELD_CALLS = {"202 with a proposal": Call(), "a raw call gets 202 with a proposal": Call("raw")}

SCENARIOS = [
    # Faults that pass
    *(
        Scenario(f"{fault}, twice", answers(one, one, DONE), 3, **SENT_ONCE, elapsed=(0.7, 1.6))
        for fault, one in PASSING.items()
    ),
    Scenario(
        "nothing is answered for 30 s", answers(Answer(after=FOR_EVER), DONE), 2, works=1, options={"retry_for": 60}
    ),
    Scenario("a restart of 15 s", Script(outage=(0, 15)), (5, 8), works=1, elapsed=(15, 25)),
    Scenario(
        "a restart of 15 s, while it reads", Script((page(contact(1)),), outage=(0, 15)), (5, 8), Call("contacts")
    ),
    Scenario(
        "an upload is cut after the work",
        answers(Answer(cut="after the work"), Answer(body={"id": "fil_1"})),
        2,
        Call("upload", size=100_000),
        works=1,
    ),
    Scenario(
        "an import is cut after the work",
        answers(Answer(cut="after the work"), Answer(202, {"id": "job_1"})),
        2,
        Call("import"),
        works=1,
    ),
    Scenario(
        "a raw call is cut after the work",
        answers(Answer(cut="after the work"), Answer(body={"any": 1})),
        2,
        Call("raw"),
        works=1,
    ),
    Scenario(
        "the second page of a list fails once",
        answers(page(contact(1), cursor="c1"), BUSY, page(contact(2))),
        3,
        Call("contacts"),
        items=["con_1", "con_2"],
        asked={"?limit": ["100"] * 3, "?cursor": [None, "c1", "c1"]},
    ),
    # The end of retries
    Scenario("500, for ever", answers(FAILING), (7, 9), outcome="server_error", status=500, works=0, elapsed=(15, 30)),
    Scenario(
        "500, for ever; `max_retries` 2",
        answers(FAILING),
        3,
        options={"max_retries": 2},
        outcome="server_error",
        status=500,
    ),
    Scenario(
        "500; `max_retries` 0", answers(FAILING), 1, options={"max_retries": 0}, outcome="server_error", status=500
    ),
    Scenario("500; `retry_for` 0", answers(FAILING), 1, options=NO_RETRIES, outcome="server_error", status=500),
    Scenario(
        "500; `retry_for` 0 of the call",
        answers(FAILING),
        1,
        Call(options=NO_RETRIES),
        outcome="server_error",
        status=500,
    ),
    Scenario(
        "500; `max_retries` 1 of the call",
        answers(FAILING),
        2,
        Call(options={"max_retries": 1}),
        outcome="server_error",
        status=500,
    ),
    Scenario(
        "500, for ever; `retry_for` 3",
        answers(FAILING),
        (3, 4),
        options={"retry_for": 3},
        outcome="server_error",
        status=500,
        elapsed=(0.7, 3),
    ),
    Scenario(
        "nothing is ever answered; `timeout` 4, `retry_for` 10",
        answers(Answer(after=FOR_EVER)),
        3,
        options={"timeout": 4, "retry_for": 10},
        outcome="timeout",
        elapsed=(9.9, 10.1),
    ),
    Scenario(
        "nothing is ever answered; `timeout` 7, `retry_for` 0",
        answers(Answer(after=FOR_EVER)),
        1,
        options={"timeout": 7, **NO_RETRIES},
        outcome="timeout",
        elapsed=(6.9, 7.1),
    ),
    Scenario(
        "nothing is ever answered; `timeout` 0.4 s by the clock",
        answers(Answer(is_silent=True)),
        1,
        options={"timeout": 0.4, **NO_RETRIES},
        outcome="timeout",
        clock="real",
        elapsed=(0.3, 20),
    ),
    Scenario("the port is refused", Script(), (7, 9), server="refused", outcome="connection", elapsed=(15, 30)),
    Scenario(
        "the port is refused; `retry_for` 3",
        Script(),
        (3, 4),
        server="refused",
        options={"retry_for": 3},
        outcome="connection",
        elapsed=(0.7, 3),
    ),
    Scenario("the host is unknown", Script(), 3, server="unknown host", outcome="connection", elapsed=(0.7, 3)),
    Scenario(
        "the certificate is self-signed", Script(), 3, server="self-signed", outcome="connection", elapsed=(0.7, 3)
    ),
    Scenario(
        "an answer takes 40 s; `timeout` 60",
        answers(Answer(body=QUEUED, after=40)),
        1,
        options={"timeout": 60},
        works=1,
        elapsed=(39.9, 40.1),
    ),
    # Retry-After
    Scenario(
        "503, `Retry-After` 0, for ever",
        answers(problem(503, "service_unavailable", {"Retry-After": "0"})),
        (7, 9),
        outcome="server_error",
        status=503,
        elapsed=(15, 30),
    ),
    Scenario(
        "429, `Retry-After` 0, for ever",
        answers(problem(429, "rate_limited", {"Retry-After": "0"})),
        9,
        outcome="too_many_requests",
        status=429,
        elapsed=(15, 36),
    ),
    Scenario(
        "503, `Retry-After` 5",
        answers(problem(503, "service_unavailable", {"Retry-After": "5"}), DONE),
        2,
        works=1,
        elapsed=(5, 5.6),
    ),
    Scenario(
        "503, `Retry-After` a date in 7 s",
        answers(problem(503, "service_unavailable", {"Retry-After": "in 7"}), DONE),
        2,
        works=1,
        elapsed=(5.5, 7.6),
    ),
    Scenario(
        "503, `Retry-After` soon",
        answers(problem(503, "service_unavailable", {"Retry-After": "soon"}), DONE),
        2,
        works=1,
        elapsed=(0.2, 0.6),
    ),
    Scenario(
        "503, `Retry-After` 40",
        answers(problem(503, "service_unavailable", {"Retry-After": "40"})),
        1,
        outcome="server_error",
        status=503,
        elapsed=(0, 0.1),
    ),
    Scenario(
        "429, `Retry-After` 55, twice",
        answers(*[problem(429, "rate_limited", {"Retry-After": "55"})] * 2, DONE),
        3,
        works=1,
        elapsed=(110, 111.5),
    ),
    Scenario(
        "429, `Retry-After` 3600",
        answers(problem(429, "rate_limited", {"Retry-After": "3600"})),
        1,
        outcome="too_many_requests",
        status=429,
        elapsed=(0, 0.1),
    ),
    Scenario(
        "429 of a proxy, `Retry-After` 40",
        answers(Answer(429, PAGE, {"Retry-After": "40"})),
        1,
        outcome="too_many_requests",
        status=429,
        elapsed=(0, 0.1),
    ),
    # Refusals, and what cannot be read
    *(
        Scenario(name, answers(one), 1, outcome=outcome, status=one.status, works=0)
        for name, (one, outcome) in REFUSALS.items()
    ),
    *(
        Scenario(name, answers(one), 1, outcome="unexpected_answer", status=one.status, works=1)
        for name, one in UNREADABLE_ANSWERS.items()
    ),
    *(
        Scenario(name, answers(Answer(202, HELD)), 1, call, outcome="approval_pending", status=202)
        for name, call in HELD_CALLS.items()
    ),
    Scenario("202 with a job", answers(Answer(202, {"id": "job_1"})), 1, Call("import"), works=1),
    Scenario(
        "a list gets 200 with a page of HTML",
        answers(Answer(body=PAGE)),
        1,
        Call("contacts"),
        outcome="unexpected_answer",
        status=200,
    ),
    Scenario(
        "an upload gets 200 with a page of HTML",
        answers(Answer(body=PAGE)),
        1,
        Call("upload", size=1000),
        outcome="unexpected_answer",
        status=200,
        works=1,
    ),
    *(
        Scenario(
            f"{status} to another address",
            answers(Answer(status, headers={"Location": "elsewhere"})),
            1,
            outcome="unexpected_answer",
            status=status,
            works=0,
        )
        for status in (301, 302, 303, 307, 308)
    ),
    Scenario(
        "an upload gets 307 to another address",
        answers(Answer(307, headers={"Location": "elsewhere"})),
        1,
        Call("upload", size=1000),
        outcome="unexpected_answer",
        works=0,
        is_answer_known=False,
    ),
    Scenario(
        "the caller cancels while nothing is answered",
        answers(Answer(after=FOR_EVER)),
        1,
        Call(cancel_after=3),
        outcome="canceled",
        elapsed=(2.9, 3.1),
    ),
    Scenario(
        "the caller cancels before the second attempt",
        answers(BUSY),
        1,
        Call(cancel_after=0.1),
        outcome="canceled",
        elapsed=(0.05, 0.15),
    ),
    Scenario(
        "the caller gives key, request id, header",
        answers(DONE),
        1,
        Call(options={"idempotency_key": "invoice-17", "request_id": "my-1", "headers": {"X-Shop": "7"}}),
        works=1,
        asked={"idempotency-key": ["invoice-17"], "x-request-id": ["my-1"], "x-shop": ["7"]},
    ),
    # Change
    Scenario("200 with its id alone", answers(Answer(body={"id": "msg_1"})), 1, works=1),
    Scenario(
        "200 with nulls, unknown members and values",
        answers(Answer(body={"id": "msg_1", "status": "later", "eta": None, "x": {"y": 1}})),
        1,
        works=1,
    ),
    Scenario(
        "a webhook of years ago",
        Script(),
        0,
        webhook({"event": "message.received", "id": "evt_1"}, SECRET),
        items=["evt_1"],
    ),
    Scenario(
        "a webhook of a type of later years",
        Script(),
        0,
        webhook(event(1, event="galaxy.found"), SECRET),
        items=["evt_1"],
    ),
    Scenario(
        "a webhook, signed with the older of two secrets",
        Script(),
        0,
        webhook(event(1), "whsec_bmV3ZXIgc2VjcmV0", SECRET),
        items=["evt_1"],
    ),
    Scenario(
        "a webhook that is signed and cannot be read",
        Script(),
        0,
        webhook(event(1, **UNREADABLE), SECRET),
        outcome="unreadable_event",
        items=["?evt_1"],
    ),
    Scenario(
        "a webhook, signed with another secret",
        Script(),
        0,
        webhook(event(1), "whsec_bmV3ZXIgc2VjcmV0"),
        outcome="verification",
    ),
    Scenario(
        "a list has an unreadable event",
        answers(page(event(1), event(2, **UNREADABLE), event(3), cursor="c1"), page(cursor="c1")),
        2,
        Call("events"),
        items=["evt_1", "?evt_2", "evt_3"],
        asked={"?limit": ["100"] * 2},
    ),
    # Streams and followers
    Scenario(
        "a stream is cut in a frame, refused, cut",
        answers(frames(1, more=frame(2)[:30], cut="at the end"), BUSY, frames(2), frames(3)),
        4,
        dataclasses.replace(STREAM, take=3),
        items=["evt_1", "evt_2", "evt_3"],
        asked={"last-event-id": [None, "p1", "p1", "p2"]},
    ),
    Scenario(
        "a stream has an unreadable frame and is cut",
        answers(frames(1, more=frame(2, **UNREADABLE), cut="at the end"), frames(3)),
        2,
        dataclasses.replace(STREAM, take=3),
        items=["evt_1", "?evt_2", "evt_3"],
        asked={"last-event-id": [None, "p2"]},
    ),
    Scenario(
        "a stream is silent",
        answers(frames(1, is_silent=True), frames(2)),
        2,
        dataclasses.replace(STREAM, take=2),
        items=["evt_1", "evt_2"],
        elapsed=(45, 47),
        asked={"last-event-id": [None, "p1"]},
    ),
    Scenario(
        "a stream gets 200 with a page of HTML",
        answers(frames(1), Answer(body=PAGE), frames(2)),
        3,
        dataclasses.replace(STREAM, take=2),
        items=["evt_1", "evt_2"],
    ),
    Scenario(
        "a stream is away for ten minutes",
        answers(frames(1, cut="at the end"), frames(2), outage=(0.1, 600)),
        (20, 60),
        dataclasses.replace(STREAM, take=2),
        items=["evt_1", "evt_2"],
        elapsed=(600, 635),
    ),
    Scenario(
        "a follower is away for ten minutes",
        answers(page(event(1), cursor="c1"), page(event(2), cursor="c2"), outage=(0.1, 600)),
        (20, 60),
        dataclasses.replace(FOLLOW, take=2),
        items=["evt_1", "evt_2"],
        elapsed=(600, 635),
    ),
    Scenario(
        "a follower gets an unreadable event, 429, HTML",
        answers(
            page(event(1), event(2, **UNREADABLE), cursor="c1"),
            problem(429, "rate_limited", {"Retry-After": "0"}),
            Answer(body=PAGE),
            page(event(3), cursor="c2"),
        ),
        4,
        dataclasses.replace(FOLLOW, take=3),
        items=["evt_1", "?evt_2", "evt_3"],
        asked={"?cursor": [None, "c1", "c1", "c1"], "?limit": ["100"] * 4},
    ),
    *(
        Scenario(
            f"a {name} gets {status}",
            answers(problem(status, "a_code")),
            1,
            Call(kind, take=1),
            outcome=outcome,
            status=status,
        )
        for kind, name in (("stream", "stream"), ("follow", "follower"))
        for status, outcome in ((401, "unauthorized"), (403, "forbidden"), (404, "not_found"), (410, "gone"))
    ),
    Scenario(
        "a stream gets 400 with a page of HTML first",
        answers(Answer(400, PAGE), frames(1)),
        2,
        Call("stream", take=1),
        items=["evt_1"],
    ),
    Scenario(
        "a stream gets 503, `Retry-After` 3600",
        answers(problem(503, "service_unavailable", {"Retry-After": "3600"}), frames(1)),
        2,
        Call("stream", take=1),
        items=["evt_1"],
        elapsed=(60, 61),
    ),
    Scenario(
        "a follower gets 400 `invalid_parameter`",
        answers(problem(400, "invalid_parameter")),
        1,
        Call("follow", take=1),
        outcome="bad_request",
        status=400,
    ),
    Scenario(
        "a stream is away; `give_up_after` 60",
        Script(outage=(0, FOR_EVER)),
        (5, 9),
        Call("stream", take=1, options={"give_up_after": 60}),
        outcome="connection",
        elapsed=(30, 60),
    ),
    # The rate limit, of 50 requests in each minute
    *(
        Scenario(
            f"200 sends {how}, 50 a minute allowed",
            Script((Answer(body=QUEUED, after=0.2),), limit=Limit(50, 60)),
            (200, 204),
            Call(count=200, callers=callers),
            works=200,
            elapsed=(160, 200),
        )
        for callers, how in ((1, "one after the other"), (200, "by 200 callers"))
    ),
    Scenario(
        "200 sends by 20 callers, 50 a minute allowed; `retry_for` 0",
        Script((Answer(body=QUEUED, after=0.2),), limit=Limit(50, 60)),
        200,
        Call(count=200, callers=20),
        options=NO_RETRIES,
        works=200,
        elapsed=(160, 200),
    ),
    # Uploads
    Scenario(
        "an upload is read more slowly than `timeout`",
        answers(Answer(body={"id": "fil_1"}, bytes_a_second=8_000_000)),
        1,
        Call("upload", size=24_000_000),
        options={"timeout": 1.5},
        works=1,
        clock="real",
        elapsed=(1.8, 60),
    ),
]


def complaints(scenario: Scenario, seen: Seen, told: Told) -> list[str]:
    """What is not as it has to be."""
    wrong: list[str] = []

    def check(what: str, got: Any, is_right: bool) -> None:
        if not is_right:
            wrong.append(f"{scenario.name}: {what} {got}")

    least, most = scenario.most
    check("outcome", f"{told.outcome}: {told.text[-800:]}", told.outcome == scenario.outcome)
    check("attempts", told.attempts, least <= told.attempts <= most)
    if scenario.server == "server":
        check("requests", len(seen.requests), len(seen.requests) == told.attempts)
        check("keys", seen.keys, len(seen.keys) == scenario.keys)
    else:
        check("requests", seen.requests, not seen.requests)
    bodies = {(one.key, one.path, one.digest) for one in seen.requests if one.key}
    check("bodies", bodies, len(bodies) == len(seen.keys))
    check("requests elsewhere", seen.elsewhere, not seen.elsewhere)
    check(
        "requests without the API key",
        seen.requests,
        {one.headers["authorization"] for one in seen.requests} <= {f"Bearer {KEY}"},
    )
    check("the API key in", told.text, KEY.rpartition("_")[2] not in told.text)
    if scenario.works is not None:
        check("works", len(seen.done), len(seen.done) == scenario.works)
    if scenario.elapsed is not None:
        check("elapsed", told.elapsed, scenario.elapsed[0] <= told.elapsed <= scenario.elapsed[1] + 0.001)
    if scenario.items is not None:
        items = list(told.items)
        if scenario.call.kind == "events":  # some tell of the unreadable ones of a page first
            items.sort(key=lambda item: item.removeprefix("?"))
        check("items", items, items == list(scenario.items))
    if scenario.status is not None:
        check("status", told.status, told.status == scenario.status)
    if scenario.call.is_write and scenario.outcome != "ok":
        check(
            "key of the error",
            told.key,
            told.key is not None and (scenario.server != "server" or {told.key} == seen.keys),
        )
    if scenario.outcome in ("connection", "timeout") and scenario.call.is_write:
        check("may have happened", told.may_have_happened, told.may_have_happened is (scenario.server == "server"))
    if scenario.outcome not in OF_NO_ANSWER and scenario.is_answer_known:
        check("request id of the error", told.request_id, told.request_id == "req_1")
    for name, values in scenario.asked.items():
        got = [one.query.get(name[1:], [None])[0] if name[0] == "?" else one.headers.get(name) for one in seen.requests]
        check(name, got, got == list(values))
    return wrong
