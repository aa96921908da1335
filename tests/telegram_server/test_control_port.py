"""The server in a process of its own, controlled through its port."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from telethon import TelegramClient
from telethon.errors import FloodWaitError
from telethon.sessions import StringSession

from tests.telegram_server import ControlClient, ControlFailed, PreparedSession, forget_cached_config
from tests.telegram_server.keys import register_public_key

from .conftest import ANNA, API, SHOP

ROOT = Path(__file__).parents[2]


@dataclass
class Standalone:
    process: subprocess.Popen[str]
    ready: dict[str, Any]
    control: ControlClient


@pytest.fixture(scope="module")
def standalone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    """One server for all tests of the module: each has users of its own."""
    forget_cached_config()
    key = tmp_path_factory.mktemp("server") / "key.pem"
    command = [sys.executable, "-m", "tests.telegram_server", "--key", str(key), "--dc", "4:0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        ready = json.loads(process.stdout.readline())
        with ControlClient(ready["control_port"]) as control:
            yield Standalone(process, ready, control)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        process.stdout.close()


def prepared(control: ControlClient, who: str) -> StringSession:
    return StringSession(PreparedSession(**control.call("authorize", who=who)).to_string())


async def send(session: StringSession, text: str, *, to: str = "anna") -> int:
    client = TelegramClient(session, *API, flood_sleep_threshold=0)
    await client.connect()
    try:
        return int((await client.send_message(to, text)).id)
    finally:
        await client.disconnect()


def test_conversation_through_the_port(standalone: Standalone) -> None:
    control = standalone.control
    register_public_key(Path(standalone.ready["public_key"]).read_text())
    before = control.call("count", request="messages.sendMessage")
    shop = control.call("create_user", phone=SHOP, username="shop")
    anna = control.call("create_user", phone=ANNA, username="anna", first_name="Anna")
    assert (anna["phone"], anna["first_name"], anna["dc_id"]) == ("15550002", "Anna", 2)
    control.call("fail", request="messages.sendMessage", error="FLOOD_WAIT_9", phone=SHOP)
    session = prepared(control, SHOP)
    with pytest.raises(FloodWaitError):
        asyncio.run(send(session, "refused"))
    assert control.call("received", who=ANNA) == []
    assert asyncio.run(send(session, "hello")) == 1
    (message,) = control.call("wait_received", who="@anna")
    assert (message["peer_id"], message["text"], message["is_out"]) == (shop["id"], "hello", False)
    assert control.call("wait_count", request="messages.sendMessage", at_least=before + 2) == before + 2
    ids = control.call("deliver", sender="@anna", recipient=shop["id"], text="hi")
    assert ids == {"sender_message_id": 2, "recipient_message_id": 2}
    assert control.call("crashes") == []


def test_readiness_names_the_data_centers(standalone: Standalone) -> None:
    data_centers = standalone.ready["data_centers"]
    assert sorted(data_centers) == ["2", "4"]
    dc_id, _, address = data_centers["2"].partition("@")
    assert (dc_id, address.startswith("127.0.0.1:")) == ("2", True)
    pem = Path(standalone.ready["public_key"]).read_text()
    assert pem.startswith("-----BEGIN RSA PUBLIC KEY-----")


def test_outage_through_the_port(standalone: Standalone) -> None:
    control = standalone.control
    register_public_key(Path(standalone.ready["public_key"]).read_text())
    control.call("create_user", phone="+15550011", username="shop_2")
    control.call("create_user", phone="+15550012", username="anna_2")
    session = prepared(control, "@shop_2")
    control.call("go_down")
    try:
        with pytest.raises(ConnectionError):
            asyncio.run(refused(session))
    finally:
        control.call("come_back")
    assert asyncio.run(send(session, "back", to="anna_2")) == 1


async def refused(session: StringSession) -> None:
    await TelegramClient(session, *API, connection_retries=1, retry_delay=0).connect()


@pytest.mark.parametrize(
    ("name", "args", "error"),
    [
        ("no_such_control", {}, "LookupError: no control is called no_such_control"),
        ("until", {}, "LookupError: no control is called until"),
        ("received", {"who": "@nobody"}, "KeyError: '@nobody'"),
        ("wait_count", {"request": "ping", "seconds": 0.01}, "TimeoutError: "),
    ],
)
def test_errors_are_answered_and_the_port_stays_open(
    standalone: Standalone, name: str, args: dict[str, Any], error: str
) -> None:
    with pytest.raises(ControlFailed) as refusal:
        standalone.control.call(name, **args)
    assert str(refusal.value) == error
    assert standalone.control.call("crashes") == []
