"""Sends of a client and what the product made of them, also when its server is killed before it answers."""

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from crmsolid_client import CrmSolid
from tests.sdk.live import Live
from tests.servers import free_port, is_listening
from tests.waiting import wait_until

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 240  # a server needs a few, but a busy machine takes its time


def texts_to(crm: CrmSolid, username: str) -> list[str]:
    """The messages to a person as the product has them."""
    contacts = [contact for contact in crm.contacts.list(search=username) if contact.username == username]
    return [
        message.text for contact in contacts for message in crm.messages.list(contact_id=contact.id, direction="out")
    ]


def send_through_a_kill(live: Live, crm: CrmSolid, username: str, send: Callable[[str], T]) -> T:
    """Let ``send``, which is given the address of a server, send "Once" to ``username``. The server is killed between
    commit and answer and then started again. Returns what ``send`` returns, which has to try for START_SECONDS."""
    port = free_port()
    with ThreadPoolExecutor(1) as thread:
        with running_server(live, port, "before-answer") as killed:
            wait_until(lambda: is_listening(port), "the server listens", seconds=START_SECONDS)
            sending = thread.submit(send, f"http://127.0.0.1:{port}")
            assert killed.wait(START_SECONDS) == -9
        assert texts_to(crm, username) == ["Once"]
        assert not sending.done()
        with running_server(live, port):
            sent = sending.result(START_SECONDS)
    assert texts_to(crm, username) == ["Once"]
    return sent


@contextlib.contextmanager
def running_server(live: Live, port: int, point: str = "never") -> Iterator["subprocess.Popen[bytes]"]:
    """A second server of the product on this port, which kills itself at this point, or is killed at the end."""
    command = [sys.executable, "-m", "tests.sdk.killed_server", str(port), point]
    with subprocess.Popen(command, cwd=ROOT, env=live.product.environment) as process:
        try:
            yield process
        finally:
            process.kill()
