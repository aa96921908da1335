"""The commands of docs/broadcasts.md work as they stand there."""

import json
import re
import shlex
from pathlib import Path

import pytest
from django.conf import settings

from messaging.broadcasts.models import Broadcast
from tests.messaging.broadcasts.helpers import counts, work
from tests.tenants import Api, Tenants

ADDRESS = "http://127.0.0.1:8000"


@pytest.mark.django_db
def test_commands_of_the_page_work(tenants: Tenants) -> None:
    tenants.sandbox(id=7421)
    api = Api(tenants.key())
    [block] = re.findall(r"^```sh\n(.+?)^```", Path(settings.BASE_DIR, "docs/broadcasts.md").read_text(), re.M | re.S)
    statuses = []
    for line in block.splitlines():
        command = shlex.split(line)
        headers = [command[at + 1].partition(": ") for at, word in enumerate(command) if word == "-H"]
        key = next((value for name, _, value in headers if name == "Idempotency-Key"), None)
        path = command[2].removeprefix(ADDRESS)
        assert path.startswith("/v1/")
        if "-d" in command:
            body = json.loads(command[command.index("-d") + 1])
            statuses.append(api.post(path, body, idempotency_key=key).status_code)
        else:
            statuses.append(api.get(path).status_code)
    assert statuses == [201, 200, 201, 200]
    broadcast = Broadcast.unscoped.get()
    work(broadcast)
    assert counts(broadcast) == {"sent": 1}
