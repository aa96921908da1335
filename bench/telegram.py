"""``python -m bench.telegram [--accounts 200]``: one worker that holds this many accounts, against the test server.

Needs DATABASE_URL (PostgreSQL; a test database is created and dropped) and REDIS_URL. Prints one line per measurement.
The test server is a process of its own: times include its work, memory does not.
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

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


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
    from tests.messaging.telegram.helpers import connect_account
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
        wait_until(lambda: "ready." in (folder / "worker.log").read_text())
        report("worker without connected accounts", worker, 0.0, count)
        seconds = seconds_until(
            time.perf_counter(), lambda: control.call("count", request="messages.getDialogs") >= count
        )
        report("connect", worker, seconds, count)
        started = time.perf_counter()
        for account in accounts:
            send_message(actor, account_id=account.pk, to="@customer", text="Hello from {name|us}")
        seconds = seconds_until(started, lambda: Message.unscoped.filter(status="sent").count() == count)
        report("send one each", worker, seconds, count)
        started = time.perf_counter()
        for number in range(count):
            control.call("deliver", sender="+15559999", recipient=f"@shop_{number:04}", text="Hello back")
        seconds = seconds_until(started, lambda: Message.unscoped.filter(direction="in").count() == count)
        report("receive one each", worker, seconds, count)
        assert len(control.call("received", who="@customer")) == count
        before = cpu_seconds(worker)
        time.sleep(30)
        print(f"idle: {(cpu_seconds(worker) - before) / 30 * 100:.1f} % of one core")
    finally:
        worker.terminate()
        worker.wait(90)


def start_worker(folder: Path, ready: Any) -> "subprocess.Popen[bytes]":
    from django.db import connection

    database = connection.settings_dict
    location = f"{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"
    environment = os.environ | {
        "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@{location}",
        "TELEGRAM_TEST_DC": ready["data_centers"]["2"],
        "TELEGRAM_TEST_RSA_KEY": ready["public_key"],
        "LOG_LEVEL": "INFO",  # Celery logs at this level that it is ready
    }
    command = [sys.executable, "-m", "celery", "-A", "crmsolid", "worker", "-Q", "crmsolid.messaging.dispatch,telegram"]
    command += ["-n", "bench@bench", "--without-gossip", "--without-mingle", "-l", "INFO"]
    with (folder / "worker.log").open("wb") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)


def seconds_until(started: float, condition: Callable[[], bool]) -> float:
    """Seconds from ``started`` until the condition is true."""
    wait_until(condition)
    return time.perf_counter() - started


def wait_until(condition: Callable[[], bool], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


def report(step: str, worker: "subprocess.Popen[bytes]", seconds: float, count: int) -> None:
    lines = Path(f"/proc/{worker.pid}/status").read_text().splitlines()
    memory = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
    print(
        f"{step}: {count} accounts, {seconds:.1f} s, {memory / 1024:.0f} MiB, {cpu_seconds(worker):.1f} s of CPU so far"
    )


def cpu_seconds(worker: "subprocess.Popen[bytes]") -> float:
    fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


if __name__ == "__main__":
    main()
