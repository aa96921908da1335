"""``python -m bench.telegram [--accounts 10,100,1000]``: one worker with so many accounts, against the test server.

Uses the PostgreSQL of DATABASE_URL, where a test database is created and dropped, and the Redis of REDIS_URL. Prints a
line for each number of accounts. The test server is a process of its own: times include its work, memory does not.

The worker connects the accounts, sends and receives a message on each, is idle, sends at a fixed rate, and is killed;
another one is started at that moment, as a supervisor does, and takes the accounts over when their leases have ended.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import django

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
IDLE_SECONDS = 15
RATE, RATE_SECONDS = 5, 20  # messages a second over all accounts; one account may send one a second
COLUMNS = (
    "accounts",
    "worker without accounts, MiB",
    "all connected, MiB",
    "until all are connected, s",
    "send one from each: s, CPU ms each",
    "receive one on each: s, CPU ms each",
    "idle: % of a core",
    f"{RATE} messages/s: % of a core",
    "at the end, MiB",
    "all connected again after a kill, s",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.telegram")
    parser.add_argument("--accounts", default="200")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
    django.setup()
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}", flush=True)
    for count in options.accounts.split(","):
        print(f"| {' | '.join(measure_once(int(count)))} |", flush=True)


def measure_once(count: int) -> Sequence[str]:
    """The figures of COLUMNS, measured with a new database, server and worker. Django must be set up."""
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return measure(Path(folder), count)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def measure(folder: Path, count: int) -> Sequence[str]:
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.telegram_server", "--key", str(folder / "key")], stdout=subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        ready = json.loads(server.stdout.readline())
        from tests.telegram_server import ControlClient

        with ControlClient(ready["control_port"]) as control:
            actor, accounts = prepare(control, count)
            return run(folder, ready, control, actor, accounts)
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


def run(folder: Path, ready: Any, control: Any, actor: Any, accounts: list[Any]) -> Sequence[str]:
    count = len(accounts)
    worker = start_worker(folder, ready)
    try:
        wait_until(lambda: "ready." in (folder / "worker.log").read_text())
        empty = memory(worker)
        connecting = seconds_until(lambda: all_connected(control, count))
        full = memory(worker)
        sending = per_account(worker, count, lambda: send_one_each(actor, accounts))
        receiving = per_account(worker, count, lambda: receive_one_each(control, count))
        assert len(control.call("received", who="@customer")) == count
        idle = share_of_a_core(worker, lambda: time.sleep(IDLE_SECONDS))
        steady = share_of_a_core(worker, lambda: send_at_rate(actor, accounts))
        end = memory(worker)
        worker.kill()
        worker.wait()
        worker = start_worker(folder, ready)
        time.sleep(1)  # the server has noticed that the connections ended; no lease has yet
        assert not control.call("connected", who=f"@shop_{count - 1:04}")
        again = 1 + seconds_until(lambda: all_connected(control, count))
    finally:
        worker.terminate()
        worker.wait(90)
    return (
        *(str(count), f"{empty:.0f}", f"{full:.0f}", f"{connecting:.1f}", sending, receiving),
        *(f"{idle:.1f}", f"{steady:.1f}", f"{end:.0f}", f"{again:.1f}"),
    )


def all_connected(control: Any, count: int) -> bool:
    return all(control.call("connected", who=f"@shop_{number:04}") for number in range(count))


def per_account(worker: "subprocess.Popen[bytes]", count: int, work: Callable[[], None]) -> str:
    """The seconds that the work took, and the worker's CPU for one account."""
    began, cpu = time.perf_counter(), cpu_seconds(worker)
    work()
    return f"{time.perf_counter() - began:.1f}, {(cpu_seconds(worker) - cpu) / count * 1000:.1f}"


def share_of_a_core(worker: "subprocess.Popen[bytes]", work: Callable[[], None]) -> float:
    began, cpu = time.perf_counter(), cpu_seconds(worker)
    work()
    return (cpu_seconds(worker) - cpu) / (time.perf_counter() - began) * 100


def send_one_each(actor: Any, accounts: list[Any]) -> None:
    from messaging.models import Message
    from messaging.services import send_message

    for account in accounts:
        send_message(actor, account_id=account.pk, to="@customer", text="Hello from {name|us}")
    wait_until(lambda: Message.unscoped.filter(status="sent").count() == len(accounts))


def receive_one_each(control: Any, count: int) -> None:
    from messaging.models import Message

    for number in range(count):
        control.call("deliver", sender="+15559999", recipient=f"@shop_{number:04}", text="Hello back")
    wait_until(lambda: Message.unscoped.filter(direction="in").count() == count)


def send_at_rate(actor: Any, accounts: list[Any]) -> None:
    """RATE messages a second for RATE_SECONDS, of the accounts in turn. Returns when all have been sent."""
    from messaging.models import Message
    from messaging.services import send_message

    began, before = time.monotonic(), Message.unscoped.filter(status="sent").count()
    for number in range(RATE * RATE_SECONDS):
        time.sleep(max(0.0, began + number / RATE - time.monotonic()))
        send_message(actor, account_id=accounts[number % len(accounts)].pk, to="@customer", text="Hello again")
    wait_until(lambda: Message.unscoped.filter(status="sent").count() == before + RATE * RATE_SECONDS)


def start_worker(folder: Path, ready: Any) -> "subprocess.Popen[bytes]":
    from django.conf import settings
    from django.db import connection

    server = settings.DATABASE_URL.rpartition("/")[0]
    environment = os.environ | {
        "DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}",
        "TELEGRAM_TEST_DC": ready["data_centers"]["2"],
        "TELEGRAM_TEST_RSA_KEY": ready["public_key"],
        "CRMSOLID_TELEGRAM_ACCOUNTS_PER_WORKER": "100000",
        "LOG_LEVEL": "INFO",  # Celery logs at this level that it is ready
    }
    command = [sys.executable, "-m", "celery", "-A", "crmsolid", "worker", "-Q", "crmsolid.messaging.dispatch,telegram"]
    command += ["-n", "bench@bench", "--without-gossip", "--without-mingle", "-l", "INFO"]
    with (folder / "worker.log").open("wb") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)


def seconds_until(condition: Callable[[], bool]) -> float:
    """Seconds from now until the condition is true."""
    started = time.perf_counter()
    wait_until(condition)
    return time.perf_counter() - started


def wait_until(condition: Callable[[], bool], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


def memory(worker: "subprocess.Popen[bytes]") -> float:
    """The resident memory of the worker in MiB."""
    lines = Path(f"/proc/{worker.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def cpu_seconds(worker: "subprocess.Popen[bytes]") -> float:
    fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


if __name__ == "__main__":
    main()
