"""Following the event log: nothing is skipped, and what is forwarded is what the product would deliver."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crmsolid_client import verify_webhook
from crmsolid_client.cli import tail
from tests.sdk.cli.conftest import Crmsolid, start
from tests.sdk.live import Live
from tests.servers import free_port
from tests.waiting import wait_until
from tests.webhooks.receiver import Answer, Post, Receiver

SECRET = "your-chosen-signing-secret"


@pytest.fixture(autouse=True)
def settled(request: pytest.FixtureRequest) -> None:
    """What earlier tests have caused is in the log, so that it does not come during this one."""
    if "live" not in request.fixturenames:
        return
    live: Live = request.getfixturevalue("live")
    create_logged(live, f"settled_{os.urandom(4).hex()}")


@contextmanager
def tailing(live: Live, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """``webhooks tail --forward-to`` that has begun to follow the log."""
    with start(live, "webhooks", "tail", "--forward-to", *arguments) as process:
        assert process.stderr is not None
        assert any(line.startswith("Events are posted to ") for line in process.stderr)
        yield process


def create(live: Live, name: str) -> None:
    """A contact, past the proxy, so that it exists whatever the proxy does."""
    body = json.dumps({"username": name, "name": "Zoë 🎈", "custom_fields": {"city": "Köln / \u2028"}}).encode()
    assert live.product.call("POST", "/v1/contacts", body=body).status == 201


def create_logged(live: Live, name: str) -> None:
    """As :func:`create`, and its event is in the log, with all that was there before."""
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    create(live, name)
    path = f"/v1/events?type=contact.created&since={since}"
    wait_until(lambda: name.encode() in live.product.call("GET", path).body, "the log")


def usernames(posts: list[Post]) -> list[str]:
    return [json.loads(post.body)["data"]["contact"]["username"] for post in posts]


def test_forwarded_events_are_those_that_the_product_delivers(live: Live, crmsolid: Crmsolid, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    subscribe = ("--event", "contact.created", "--secret-file", str(file), "--json")
    endpoint = crmsolid("webhooks", "create", live.receiver.url("/delivered"), *subscribe).document
    arguments = (live.receiver.url("/tailed"), "--secret-file", str(file), "--event", "contact.created")
    with tailing(live, *arguments) as process:
        for number in range(3):
            create(live, f"tailed_{number}")
        wait_until(lambda: len(live.receiver.to("/tailed")) == 3, "the forwarded events")
        wait_until(lambda: len(live.receiver.to("/delivered")) == 3, "the delivered events")
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    crmsolid("webhooks", "delete", endpoint["id"], "--yes")
    forwarded = live.receiver.to("/tailed")
    delivered = {post.headers["webhook-id"]: post for post in live.receiver.to("/delivered")}
    assert usernames(forwarded) == ["tailed_0", "tailed_1", "tailed_2"]
    assert line.split()[1:5] == ["contact.created", forwarded[0].headers["webhook-id"], "@tailed_0", "200"]
    for post in forwarded:
        theirs = delivered[post.headers["webhook-id"]]
        assert post.body == theirs.body
        assert verify_webhook(post.body, post.headers, SECRET).id == post.headers["webhook-id"]
        for name in ("x-signature", "x-request-id", "content-type", "user-agent", "accept-encoding"):
            assert post.headers[name] == theirs.headers[name]


def test_no_event_is_skipped_while_the_connection_is_lost(live: Live) -> None:
    arguments = (live.receiver.url("/resumed"), "--event", "contact.created", "--json")
    with tailing(live, *arguments) as process:
        create(live, "resumed_0")
        wait_until(lambda: len(live.receiver.to("/resumed")) == 1, "the first event")
        live.proxy.refuse(1.5)
        create(live, "resumed_1")
        wait_until(lambda: len(live.receiver.to("/resumed")) == 2, "the event of the outage")
        live.proxy.drop("GET /v1/events", times=2)
        create(live, "resumed_2")
        assert process.stdout is not None
        # An event is printed after it was posted, so only what has been printed can be interrupted.
        events = [json.loads(process.stdout.readline()) for _ in range(3)]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    posts = live.receiver.to("/resumed")
    assert usernames(posts) == ["resumed_0", "resumed_1", "resumed_2"]
    assert [event["id"] for event in events] == [post.headers["webhook-id"] for post in posts]
    assert process.returncode == 130
    assert "200 in" in errors and "Traceback" not in errors


def test_without_a_secret_one_is_made_and_printed(live: Live) -> None:
    with start(live, "webhooks", "tail", "--forward-to", live.receiver.url("/secret")) as process:
        assert process.stderr is not None and process.stdout is not None
        secret = process.stderr.readline().removeprefix("The signing secret is ").strip()
        assert process.stderr.readline().startswith("Events are posted to ")
        create(live, "secret_person")
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    [post, *_] = live.receiver.to("/secret")
    assert verify_webhook(post.body, post.headers, secret).id == post.headers["webhook-id"]


def test_events_are_followed_from_a_time_on(live: Live, crmsolid: Crmsolid) -> None:
    create_logged(live, "followed_before")
    known = crmsolid("events", "list", "--since", "1h", "--all", "--json").lines
    with start(live, "events", "follow", "--since", known[-1]["created_at"], "--json") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == known[-1]
        create(live, "followed_after")
        assert json.loads(process.stdout.readline())["data"]["contact"]["username"] == "followed_after"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode == 130


@pytest.fixture
def row() -> dict[str, object]:
    event_id, created = "evt_01K4ZC2V5E8QW3R7T9Y1N6M0XA", "2026-06-04T09:00:00Z"
    return {"event": "ping", "id": event_id, "created_at": created, "data": {"text": "Ё"}, "request_id": None}


def test_a_refused_event_is_posted_again_and_then_given_up(
    row: dict[str, object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tail, "RETRY_DELAYS", (0.0, 0.0, 0.0))
    answers: list[Answer] = [(500, {}, b""), (302, {"Location": "/elsewhere"}, b""), (204, {}, b"")]
    with Receiver({"/flaky": lambda post: answers.pop(0), "/broken": lambda post: (503, {}, b"")}) as receiver:
        forwarder = tail.Forwarder(receiver.url("/flaky"), SECRET)
        assert forwarder.forward(row).status == 204
        assert receiver.to("/elsewhere") == []
        broken = tail.Forwarder(receiver.url("/broken"), SECRET)
        assert not broken.forward(row).is_success
        assert len(receiver.to("/broken")) == 4
        for post in receiver.posts:
            assert verify_webhook(post.body, post.headers, SECRET).id == row["id"]
        forwarder.close()
        broken.close()
    told = capsys.readouterr().err
    assert "503" in told and "was not accepted after 4 attempts" in told and "--since 2026-06-04T09:00:00Z" in told


def test_nobody_listening_is_told(
    row: dict[str, object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tail, "RETRY_DELAYS", (0.0,))
    forwarder = tail.Forwarder(f"http://127.0.0.1:{free_port()}/hook", SECRET)
    result = forwarder.forward(row)
    forwarder.close()
    assert result.status is None and "no answer" in str(result)
    assert "after 2 attempts" in capsys.readouterr().err


@pytest.mark.parametrize(
    "given, address",
    [
        ("3000", "http://localhost:3000"),
        ("localhost:3000/hook", "http://localhost:3000/hook"),
        ("https://127.0.0.1:8443/hook?x=1", "https://127.0.0.1:8443/hook?x=1"),
    ],
)
def test_the_address_may_be_short(given: str, address: str) -> None:
    assert tail.local_url(given) == address


def test_messages_are_streamed(live: Live, crmsolid: Crmsolid) -> None:
    with start(live, "messages", "stream", "--json") as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stderr.readline().startswith("Connected.")
        crmsolid("send", "--account", str(live.account_id), "--to", "@cli_stream", "Привет 👋")
        event = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert event["data"]["message"]["text"] == "Привет 👋"
