"""The disk with the data folder runs full, and is emptied again."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

from tests.system.sends import assert_exactly_once, send_all
from tests.system.small_disk import SmallDisk, small_disk
from tests.system.stack import Reply, Stack
from tests.waiting import wait_until

MEGABYTES = 8
SECONDS = 120


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "small", MEGABYTES) as disk:
        yield disk


@pytest.fixture
def stack(disk: SmallDisk) -> Iterator[Stack]:
    """Its data folder is on the small disk, its database and its logs are not."""
    server = settings.DATABASE_URL.rsplit("/", 1)[0]
    stack = Stack(server, f"crmsolid_full_{os.getpid()}", {"CRMSOLID_DATA": str(disk.folder / "data")})
    try:
        stack.start_web()
        stack.start_worker()
        stack.start_scheduler()
        wait_until(lambda: stack.readiness() == 200, "ready", seconds=SECONDS)
        yield stack
    finally:
        stack.stop()


def test_erasures_are_refused_while_the_disk_is_full_and_nothing_else_is(stack: Stack, disk: SmallDisk) -> None:
    token = stack.seeded["fast"][0]
    made = stack.call("POST", "/v1/contacts", token, {"username": "erased"}, uuid4().hex).json()

    def erase() -> Reply:
        return stack.call("DELETE", f"/v1/contacts/{made['id']}", token, key=uuid4().hex)

    disk.fill()
    ready = stack.call("GET", "/readyz", "").json()
    assert (ready["missing"], ready["disk"][:6]) == (["disk"], "full: ")
    refused = erase()
    assert (refused.status, refused.json()["code"]) == (503, "service_unavailable")
    assert refused.json()["detail"] == "the ledger of erasures cannot be written; nothing was erased"
    account = stack.seeded["accounts"][0]
    assert [reply.status for reply in send_all(stack, account, "full", 5) if reply] == [200] * 5
    assert_exactly_once(stack, account, 5)
    assert stack.query("SELECT 1 FROM contacts_contact WHERE id = %s", made["id"]) == [(1,)]

    disk.free()
    assert erase().status == 204
    ledger = (disk.folder / "data" / "erasures.jsonl").read_text().splitlines()
    assert [json.loads(line)["contact_id"] for line in ledger if not line.endswith(" torn")] == [made["id"]]
    assert stack.readiness() == 200
