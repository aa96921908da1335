"""``python -m bench.telegram [--accounts 200]``: one worker that holds so many accounts, against the test server.

Needs DATABASE_URL (PostgreSQL; a test database is made and dropped) and REDIS_URL. Prints one line per measure. The
test server is a process of its own, so time includes its work and memory does not.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.telegram")
    parser.add_argument("--accounts", type=int, default=200)
    options = parser.parse_args()
    if not os.environ.get("DATABASE_URL", "").startswith("postgres") or not os.environ.get("REDIS_URL"):
        parser.error("set DATABASE_URL (PostgreSQL) and REDIS_URL: the worker is a process of its own")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
    django.setup()
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), options.accounts)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def measure(folder: Path, count: int) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.telegram_server", "--key", str(folder / "key")], stdout=subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        ready = json.loads(server.stdout.readline())
        from tests.telegram_server import ControlClient

        with ControlClient(ready["control_port"]) as control:
            actor, accounts = prepare(control, count)
            run(folder, ready, control, actor, accounts)
    finally:
        server.terminate()
        server.wait()


def prepare(control: Any, count: int) -> tuple[Any, list[Any]]:
    from crmsolid.workspaces.actor import Actor
    from crmsolid.workspaces.models import User
    from crmsolid.workspaces.services import create_workspace
    from tests.messaging.telegram.accounts import connect_account
    from tests.telegram_server import PreparedSession

    owner = User.objects.create_user("owner@bench.example", "correct horse battery")
    actor = Actor.command(create_workspace(slug="bench", name="Bench", owner=owner, plan="business"), "bench")
    control.call("create_user", phone="+15559999", username="customer")
    accounts = []
    for number in range(count):
        user = control.call("create_user", phone=f"+1556{number:04}", username=f"shop_{number:04}")
        session = PreparedSession(**control.call("authorize", who=user["phone"]))
        accounts.append(connect_account(actor, session, user["id"], name=user["username"]))
    return actor, accounts


def run(folder: Path, ready: Any, control: Any, actor: Any, accounts: list[Any]) -> None:
    from messaging.models import Message
    from messaging.services import send_message

    count = len(accounts)
    worker = start_worker(folder, ready)
    try:
        wait(lambda: "ready." in (folder / "worker.log").read_text())
        show("worker without accounts connected yet", worker, 0.0, count)
        took = since(time.perf_counter(), lambda: control.call("count", request="messages.getDialogs") >= count)
        show("connect", worker, took, count)
        began = time.perf_counter()
        for account in accounts:
            send_message(actor, account_id=account.pk, to="@customer", text="Hello from {name|us}")
        took = since(began, lambda: Message.unscoped.filter(status="sent").count() == count)
        show("send one each", worker, took, count)
        began = time.perf_counter()
        for number in range(count):
            control.call("deliver", sender="+15559999", recipient=f"@shop_{number:04}", text="Hello back")
        took = since(began, lambda: Message.unscoped.filter(direction="in").count() == count)
        show("receive one each", worker, took, count)
        assert len(control.call("received", who="@customer")) == count
        before = cpu(worker)
        time.sleep(30)
        print(f"idle: {(cpu(worker) - before) / 30 * 100:.1f} % of one core")
    finally:
        worker.terminate()
        worker.wait(90)


def start_worker(folder: Path, ready: Any) -> "subprocess.Popen[bytes]":
    from django.db import connection

    found = connection.settings_dict
    place = f"{found['HOST']}:{found['PORT'] or 5432}/{found['NAME']}"
    environment = os.environ | {
        "DATABASE_URL": f"postgres://{found['USER']}:{found['PASSWORD']}@{place}",
        "TELEGRAM_TEST_DC": ready["data_centres"]["2"],
        "TELEGRAM_TEST_RSA_KEY": ready["public_key"],
        "LOG_LEVEL": "INFO",  # Celery says that it is ready at this level
    }
    command = [sys.executable, "-m", "celery", "-A", "crmsolid", "worker", "-Q", "crmsolid,telegram", "-P", "threads"]
    command += ["-c", "2", "-n", "bench@bench", "--without-gossip", "--without-mingle", "-l", "INFO"]
    with (folder / "worker.log").open("wb") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)


def since(began: float, look: Callable[[], bool]) -> float:
    """Seconds from ``began`` until it looks so."""
    wait(look)
    return time.perf_counter() - began


def wait(look: Callable[[], bool], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


def show(what: str, worker: "subprocess.Popen[bytes]", took: float, count: int) -> None:
    lines = Path(f"/proc/{worker.pid}/status").read_text().splitlines()
    memory = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
    print(f"{what}: {count} accounts, {took:.1f} s, {memory / 1024:.0f} MiB, {cpu(worker):.1f} s of CPU so far")


def cpu(worker: "subprocess.Popen[bytes]") -> float:
    fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
