"""Customers send large files as slowly as they can, over live and test keys; others import theirs as usual."""

import contextlib
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.attacks.product import Product
from tests.waiting import wait_until

MEBIBYTE = 1_048_576
ATTACKERS = 4
# Its chunks are sent at 192 KiB/s: ten times the least rate, and longer than the seconds over which that is measured.
HONEST_PIECE = 48 * 1024
FILE = b"username,name\n" + b"".join(b"person_%05d,%s\n" % (n, b"x" * 100) for n in range(30_000))
_KEYS = """
import json
from apikeys.services import create_key
from crmsolid.workspaces.actor import ALL_SCOPES, Actor
from crmsolid.workspaces.models import User
from crmsolid.workspaces.services import create_workspace
tokens = []
for number in range(%d):
    owner = User.objects.create_user(f"owner{number}@attack.example", "correct horse battery")
    live = create_workspace(slug=f"attacker-{number}", name="Attacker", owner=owner, plan="business")
    tokens += [
        create_key(Actor.command(each, "tests"), name="tests", scopes=ALL_SCOPES, rate_limit=10000).token
        for each in (live, live.twin)
    ]
print(json.dumps(tokens))
"""


@pytest.fixture(scope="module")
def tokens(product: Product) -> list[str]:
    """A live and a test key of each attacker, and of one customer more."""
    found: list[str] = json.loads(product.manage("shell", "--no-imports", "-c", _KEYS % (ATTACKERS + 1)))
    return found


def begin(product: Product, token: str, length: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", product.port), timeout=60)
    head = f"POST /v1/contacts/import?dry_run=true HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
    head += f"Content-Type: text/csv\r\nIdempotency-Key: {uuid4()}\r\nContent-Length: {length}\r\n\r\n"
    client.sendall(head.encode())
    return client


def status(client: socket.socket) -> int:
    """That of the answer, and 0 if the connection ended without one."""
    with contextlib.suppress(OSError):
        parts = client.recv(4096).split()
        return int(parts[1]) if parts else 0
    return 0


@contextlib.contextmanager
def slow_uploads(product: Product, tokens: list[str]) -> Iterator[Counter[int]]:
    """Each key sends a little more than an ordinary body, and then a byte a second; and again if that is ended. Counts
    what is answered."""
    ended, statuses, begun = threading.Event(), Counter[int](), Counter[str]()

    def attack(token: str) -> None:
        while not ended.is_set():
            with contextlib.suppress(OSError), begin(product, token, 50 * MEBIBYTE) as client:
                client.sendall(FILE[: 2 * MEBIBYTE + 1024])
                begun[token] += 1
                client.settimeout(1)
                while not ended.is_set():
                    with contextlib.suppress(TimeoutError):
                        statuses[int(client.recv(4096).split()[1])] += 1
                        break
                    client.sendall(b"x")
            ended.wait(0.2)

    threads = [threading.Thread(target=attack, args=(token,), daemon=True) for token in tokens]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: len(begun) == len(tokens), seconds=60)
        yield statuses
    finally:
        ended.set()
        for thread in threads:
            thread.join(60)


def test_eight_slow_uploads_of_four_customers_keep_no_import_out(product: Product, tokens: list[str]) -> None:
    *attackers, live, test = tokens
    with slow_uploads(product, attackers) as statuses:
        answers = []
        for token in [live, test] * 4:
            with begin(product, token, len(FILE)) as client:
                with contextlib.suppress(OSError):
                    client.sendall(FILE)
                answers.append(status(client))
    print(answers, dict(statuses))
    assert answers == [202] * 8
    assert set(statuses) <= {408, 429, 503}


def test_slow_but_honest_line_gets_its_file_through(product: Product, tokens: list[str]) -> None:
    *attackers, live, _ = tokens
    with slow_uploads(product, attackers) as statuses:
        with begin(product, live, len(FILE)) as client:
            for start in range(0, len(FILE), HONEST_PIECE):
                client.sendall(FILE[start : start + HONEST_PIECE])
                time.sleep(0.25)
            answer = status(client)
        assert answer == 202
        wait_until(lambda: 408 in statuses, seconds=60)
