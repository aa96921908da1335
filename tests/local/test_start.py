"""The product as its owner starts it: real processes, a real port, real signals, PostgreSQL and Valkey from wheels."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from psycopg import conninfo

from tests.local.conftest import groups, postmaster
from tests.servers import is_listening, read_startup_message, short_folder
from tests.system.small_disk import small_disk
from tests.waiting import wait_until

TIMEOUT = 120.0
ROOT = Path(__file__).resolve().parents[2]
FIRST_TEXT = {"account_id": 7421, "to": "@sarah_miller", "text": "hello"}


def environment(data: Path, **more: str) -> dict[str, str]:
    hidden = ("DATABASE", "REDIS", "PYTEST", "CRMSOLID", "TEST_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    return inherited | {"CRMSOLID_DATA": str(data), "PYTHONUNBUFFERED": "1"} | more


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "crmsolid.local", *arguments]


def local(data: Path, *arguments: str, text: str | None = None, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run ``python -m crmsolid.local`` to its end."""
    own = environment(data, **more)
    return subprocess.run(
        command(*arguments), env=own, cwd=ROOT, input=text, capture_output=True, text=True, timeout=TIMEOUT
    )


class Product:
    """A running product; ``message`` is what it printed once it was ready."""

    def __init__(self, process: "subprocess.Popen[bytes]", data: Path, log: Path) -> None:
        self.process = process
        self.data = data
        self.message = read_startup_message(process, log)
        panel = re.search(r"http://127\.0\.0\.1:(\d+)/panel/", self.message)
        assert panel, self.message
        self.port = int(panel[1])

    def request(self, method: str, path: str, token: str = "", body: Any = None) -> tuple[int, Any]:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        client.request(method, path, None if body is None else json.dumps(body), headers)
        answer = client.getresponse()
        status, content = answer.status, json.loads(answer.read())
        client.close()
        return status, content

    def send(self, token: str) -> str:
        """Send a message; returns its path once it has been sent."""
        status, answer = self.request("POST", "/v1/messages/send", token, FIRST_TEXT)
        assert (status, answer["status"]) == (200, "queued")
        path = f"/v1/messages/{answer['id']}"
        wait_until(lambda: self.status(path, token) == "sent", "the message is sent", seconds=TIMEOUT)
        return path

    def status(self, path: str, token: str) -> str:
        return str(self.request("GET", path, token)[1]["status"])

    def noted(self) -> list[int]:
        """Valkey, PostgreSQL, the web and the worker."""
        return groups(self.data)

    def end(self, number: int = signal.SIGINT) -> float:
        """The seconds until it ended; asserts that its exit status is 0."""
        began = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(TIMEOUT) == 0
        return time.monotonic() - began


@contextmanager
def started(data: Path, log: Path, *before: str) -> Iterator[Product]:
    with (
        log.open("a") as errors,
        subprocess.Popen(
            [*before, *command("run", "--port", "0")],
            env=environment(data),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process,
    ):
        try:
            yield Product(process, data, log)
        finally:
            process.kill()


@contextmanager
def data_folder() -> Iterator[Path]:
    """One with a short path, for sockets. At the end, nothing that was started there runs."""
    with short_folder() as folder:
        try:
            yield folder / "data"
        finally:
            local(folder / "data", "stop")
            if (folder / "data" / "postgresql").is_symlink():  # as root
                shutil.rmtree((folder / "data" / "postgresql").resolve())


@pytest.fixture
def data() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, str]]:
    """A data folder with which the product was started and ended, its live key, and the path of a message."""
    with data_folder() as folder, started(folder, tmp_path_factory.mktemp("first") / "log") as product:
        token = re.findall(r"cs_live_[0-9a-f]{4}_\w+", product.message)[0]
        assert re.search(r"cs_test_[0-9a-f]{4}_\w+", product.message)
        assert product.request("GET", "/readyz")[1]["missing"] == []
        path = product.send(token)
        assert product.end() < 20
        assert not any(map(lives, groups(folder)))
        yield folder, token, path


def lives(process: int) -> bool:
    """Not if it has ended and waits for its parent to notice."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True).stdout
    return shown.strip()[:1] not in ("", "Z")


def guard_of(process: int) -> int:
    """The shell that ends what a killed start leaves."""
    shown = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    (line,) = [line for line in shown.splitlines() if line.split()[1:3] == [str(process), "sh"] and "read" in line]
    return int(line.split()[0])


def test_later_start_has_the_data_and_a_second_one_is_told(used: tuple[Path, str, str], tmp_path: Path) -> None:
    data, token, path = used
    log = tmp_path / "log"
    with started(data, log, "nohup") as product:
        product.process.send_signal(signal.SIGHUP)
        assert token not in product.message
        assert product.status(path, token) == "sent"
        second = local(data, "run", "--port", "0")
        assert (second.returncode, second.stdout) == (1, "")
        assert second.stderr == (
            f"cannot start: CRM Solid at http://127.0.0.1:{product.port} (process {product.process.pid}) uses {data} "
            "already; `make stop` ends it\n"
        )
        own = {"PATH": str(tmp_path), "PGSERVICE": "nowhere", "PGHOSTADDR": "127.0.0.1"}
        asked = local(data, "psql", text="SELECT text FROM messaging_message LIMIT 1;\n", **own)
        assert "hello" in asked.stdout, asked
        manage = [sys.executable, "manage.py", "list_api_keys", "--workspace", "demo"]
        listed = subprocess.run(manage, env=environment(data), cwd=ROOT, capture_output=True, text=True, check=True)
        assert token.rsplit("_", 1)[0] in listed.stdout
        refused = local(data, "restore", "any")
        assert (refused.returncode, refused.stderr[:35]) == (1, "make restore: CRM Solid at http://1")
        assert product.status(path, token) == "sent"
        stopped = local(data, "stop")
        assert (stopped.returncode, product.process.wait(TIMEOUT)) == (0, 0)
        assert not is_listening(product.port)
        assert not any(map(lives, groups(data)))
    assert [line for line in log.read_text().splitlines() if "Traceback" in line or '"error"' in line] == []


def test_nothing_outlives_a_start_that_was_killed(used: tuple[Path, str, str], tmp_path: Path) -> None:
    data, _, _ = used
    with started(data, tmp_path / "log") as product:
        running = product.noted()
        assert len(list(filter(lives, running))) == 4
        product.process.kill()
        wait_until(lambda: not any(map(lives, running)), "everything has ended", seconds=TIMEOUT)


def test_start_ends_what_is_left_of_a_killed_one_and_ends_with_its_worker(
    used: tuple[Path, str, str], tmp_path: Path
) -> None:
    data, token, path = used
    log = tmp_path / "log"
    with started(data, log) as product:
        left = product.noted()[2:]
        os.kill(guard_of(product.process.pid), signal.SIGKILL)
        product.process.kill()
        product.process.wait()
        os.kill(postmaster(data), signal.SIGKILL)
        assert all(map(lives, left))
    with started(data, log) as product:
        assert not any(map(lives, left))
        assert product.status(path, token) == "sent"
        product.send(token)
        worker = product.noted()[3]
        os.kill(worker, signal.SIGKILL)
        assert product.process.wait(TIMEOUT) == 1
    assert "worker has ended with status -9; ending the rest" in log.read_text()
    assert not any(map(lives, groups(data)))


def test_backup_is_restored_in_place_of_data_and_holds_sending(used: tuple[Path, str, str], tmp_path: Path) -> None:
    data, _, _ = used
    backup = str(tmp_path / "crm.dump")
    written = local(data, "backup", backup)
    assert (written.returncode, written.stderr) == (0, "")
    assert written.stdout.startswith(f"wrote {backup}, ")
    assert Path(backup).stat().st_mode & 0o777 == 0o600
    assert not any(map(lives, groups(data)))
    texts = "SELECT text FROM messaging_message;\n"
    before = local(data, "psql", text=texts).stdout
    local(data, "psql", text="UPDATE messaging_message SET text = 'later';\n")

    refused = local(data, "restore", backup)
    assert refused.returncode == 1
    assert "make restore: the database has data; with REPLACE=1 it is kept as crmsolid_before_" in refused.stderr
    assert local(data, "psql", text=texts).stdout != before

    no_backup = tmp_path / "no.dump"
    no_backup.write_text("nothing")
    assert local(data, "restore", str(no_backup), "1").returncode != 0
    assert local(data, "psql", text=texts).stdout != before

    restored = local(data, "restore", backup, "1")
    assert restored.returncode == 0, restored
    assert "Nothing is sent until you release it." in restored.stdout
    assert local(data, "psql", text=texts).stdout == before
    names = local(data, "psql", text="SELECT datname FROM pg_database;\n").stdout
    assert re.search(r"crmsolid_before_\d{14}", names) and "crmsolid_new" not in names
    held = local(data, "psql", text="SELECT held_since IS NOT NULL AS held FROM workspaces_installation;\n").stdout
    assert "t" in held.split()


def test_killed_postgresql_ends_the_product(used: tuple[Path, str, str], tmp_path: Path) -> None:
    data, _, _ = used
    with started(data, tmp_path / "log") as product:
        os.kill(postmaster(data), signal.SIGKILL)
        assert product.process.wait(TIMEOUT) == 1
    text = f"postgresql has ended with status -9 ({data}/postgresql.log may say why); ending the rest\n"
    assert text in (tmp_path / "log").read_text()
    assert not any(map(lives, groups(data)))


def test_restore_ends_with_its_command(used: tuple[Path, str, str], tmp_path: Path) -> None:
    data, _, _ = used
    (data / "erasures.jsonl").touch()
    os.mkfifo(tmp_path / "pipe")  # which pg_restore waits for
    reader, lock = ["restore", str(tmp_path / "pipe"), "1"], data / "running.lock"
    for number, status in ((signal.SIGTERM, 130), (signal.SIGKILL, -9)):
        with subprocess.Popen(command(*reader), env=environment(data), cwd=ROOT) as process:
            wait_until(lambda: f"{process.pid} " in lock.read_text() and len(groups(data)) == 2, "it runs")
            script = groups(data)[1]
            other = local(data, "backup", str(tmp_path / "crm.dump"))
            assert (other.returncode, other.stderr[:31]) == (1, "make backup: make restore (proc")
            process.send_signal(number)
            assert process.wait(TIMEOUT) == status
        wait_until(lambda: not any(map(lives, groups(data))), "everything has ended")
        assert not lives(script)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a disk")
def test_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1) as disk:
        disk.fill()
        ended = local(disk.folder / "data", "run", "--port", "0")
        text = (
            f"cannot start: {disk.folder}/data: No space left on device; CRMSOLID_DATA names the folder for the data\n"
        )
        assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", text)


def test_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = local(tmp_path / "file" / "data", "run", "--port", "0")
    text = f"cannot start: {tmp_path}/file/data: Not a directory; CRMSOLID_DATA names the folder for the data\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", text)


def test_busy_port_ends_the_start_before_anything_is_created(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = local(data, "run", "--port", str(port))
    text = f"cannot start: port {port} is in use; try {port + 1}\n"
    assert (ended.returncode, ended.stderr) == (1, text)
    assert not (data / "postgresql").exists()


def test_data_of_sqlite_is_named_and_left_alone(data: Path) -> None:
    data.mkdir()
    (data / "crmsolid.sqlite3").write_text("data")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        local(data, "run", "--port", str(taken.getsockname()[1]))
    ended = local(data, "run", "--port", "0", CRMSOLID_ENV="production")
    assert (data / "crmsolid.sqlite3").read_text() == "data"
    assert (
        f"{data}/crmsolid.sqlite3: an earlier version kept its data here, in SQLite, which this one leaves alone"
        in ended.stderr
    )


def test_production_is_refused_without_its_servers(data: Path) -> None:
    ended = local(data, "run", "--port", "0", CRMSOLID_ENV="production")
    assert ended.returncode == 3
    for error in ("crmsolid.E007: DATABASE_URL is not set", "crmsolid.E008: REDIS_URL is not set"):
        assert error in ended.stderr
    assert not (data / "postgresql").exists() and not (data / "valkey").exists()


@pytest.mark.parametrize("client", ["psql", "backup"])
def test_client_without_a_database_makes_none(data: Path, client: str) -> None:
    ended = local(data, client)
    text = f"make {client}: there is no database in {data} yet; `make run` makes one\n"
    assert (ended.returncode, ended.stderr, data.exists()) == (1, text, False)


def test_backup_of_another_server_starts_none(data: Path, tmp_path: Path) -> None:
    url = f"{settings.DATABASE_URL.rpartition('/')[0]}/postgres?connect_timeout=9"
    ended = local(data, "backup", str(tmp_path / "crm.dump"), DATABASE_URL=url)
    assert (ended.returncode, ended.stderr, data.exists()) == (0, "", False)
    host = conninfo.conninfo_to_dict(url)["host"]
    several = url.replace(f"@{host}:", f"@{host}:1,{host}:")
    assert local(data, "psql", text="SELECT 41 + 1\n", DATABASE_URL=several).stdout.split()[2] == "42"
    wrong = local(data, "psql", DATABASE_URL="postgres://u:50%off@h/d")
    assert (wrong.returncode, wrong.stderr) == (1, "make psql: DATABASE_URL is no address we know\n")
    refused = local(data, "restore", str(tmp_path / "crm.dump"), DATABASE_URL=url)
    text = "make restore: DATABASE_URL is set; docs/deployment.md says how to restore on that server\n"
    assert (refused.returncode, refused.stderr) == (1, text)


def test_stop_without_a_product_does_nothing(data: Path) -> None:
    assert (local(data, "stop").returncode, data.exists()) == (0, False)
