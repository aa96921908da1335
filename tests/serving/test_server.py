import http.client
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from crmsolid.serving.listening import SEND_BUFFER_BYTES, CannotListen, listen
from crmsolid.serving.server import METRICS_FOLDER, METRICS_PREFIX, RESERVED_DESCRIPTORS, ServerConfig, metrics_folder
from tests.processes import children, has_ended
from tests.servers import free_port
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
TINY = "tests.serving.tiny_site"  # for tests of the supervisor, whatever it is that its processes load


def test_busy_port_is_refused_with_a_suggestion() -> None:
    with listen("127.0.0.1", 0) as sock:
        sock.listen()
        port = sock.getsockname()[1]
        with pytest.raises(CannotListen) as refused:
            listen("127.0.0.1", port)
    assert str(refused.value) == f"port {port} is in use; try {port + 1}"


def test_address_of_another_machine_is_refused() -> None:
    with pytest.raises(CannotListen, match=r"cannot listen on 192\.0\.2\.1 port 0"):
        listen("192.0.2.1", 0)


@pytest.mark.parametrize("port", [-1, 65536])
def test_port_out_of_range_is_refused(port: int) -> None:
    with pytest.raises(CannotListen, match=f"there is no port {port}: ports are 0 to 65535"):
        listen("127.0.0.1", port)


def test_the_kernel_holds_little_of_a_response() -> None:
    """A client that reads slowly is told from one that reads nothing by what it takes out of this buffer."""
    with listen("127.0.0.1", 0) as sock:
        sock.listen()
        with socket.create_connection(sock.getsockname()), sock.accept()[0] as connection:
            size = connection.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    assert size in (SEND_BUFFER_BYTES, 2 * SEND_BUFFER_BYTES)  # Linux doubles it for its own use


def test_server_ignores_forwarded_headers_and_names_no_software() -> None:
    config = ServerConfig()
    assert (config.proxy_headers, config.server_header, config.access_log) == (False, False, False)
    assert config.timeout_graceful_shutdown == 5


@pytest.mark.parametrize(
    ("soft", "hard", "expected"),
    [
        (256, 4096, f"1000 {1000 + RESERVED_DESCRIPTORS}"),  # the soft limit is raised
        (4096, 4096, "1000 4096"),
        (1024, 1900, f"{1900 // 2} 1900"),  # half, although fewer than the reserve remain
        (256, 256, "128 256"),
    ],
)
def test_connections_leave_descriptors_for_everything_else(soft: int, hard: int, expected: str) -> None:
    code = "from resource import *; from crmsolid.serving.server import *; "
    code += "print(allowed_connections(1000), getrlimit(RLIMIT_NOFILE)[0])"
    command = f'ulimit -Sn {soft} && ulimit -Hn {hard} && exec {sys.executable} -c "{code}"'
    answer = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout == f"{expected}\n"


# --- processes ------------------------------------------------------------------------------------------------------


class Web:
    """A running ``python -m crmsolid.serving``."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
        self.process, self.port, self.log = process, port, log

    def pids(self) -> list[int]:
        """Of the processes that the supervisor started."""
        return children(self.process.pid)

    def get(self, path: str, token: str = "") -> tuple[int, str]:
        """The status and the body of the answer."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            client.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            answer = client.getresponse()
            return answer.status, answer.read().decode()
        finally:
            client.close()

    def answers(self) -> bool:
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False

    def started(self, count: int) -> list[int]:
        wait_until(lambda: len(self.pids()) == count and self.answers(), "the web answers", seconds=120)
        return self.pids()

    def connect(self) -> None:
        """Raises if nobody listens."""
        socket.create_connection(("127.0.0.1", self.port), timeout=30).close()


@contextmanager
def web(tmp_path: Path, *program: str, **more: str) -> Iterator[Web]:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name != METRICS_FOLDER}
    environment |= {"CRMSOLID_DATA": str(tmp_path / "data"), "TMPDIR": str(tmp_path), **more}
    command = [sys.executable, "-m", *(program or ("crmsolid.serving",)), "--port", str(port)]
    log = tmp_path / "log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        try:
            yield Web(process, port, log)
        finally:
            process.kill()


def metrics_folders(tmp_path: Path) -> list[Path]:
    return list(tmp_path.glob(f"{METRICS_PREFIX}*"))


@pytest.mark.django_db
def test_process_that_dies_is_replaced_while_the_port_stays_open_and_a_signal_ends_all(tmp_path: Path) -> None:
    """With the whole product: all its processes count into the same metrics."""
    database = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    more = {"CRMSOLID_WEB_PROCESSES": "2", "DATABASE_URL": database, "CRMSOLID_METRICS_TOKEN": "of the test"}
    with web(tmp_path, **more) as running:
        first, second = running.started(2)
        assert len(metrics_folders(tmp_path)) == 1
        for pid in (first, second):
            os.kill(pid, signal.SIGKILL)
        running.connect()  # by nobody but the supervisor's socket
        replaced = running.started(2)
        assert {first, second}.isdisjoint(replaced)
        assert running.get("/v1/me")[0] == 401
        counted = 'crmsolid_requests_total{method="GET",route="v1/me",status="401"} 1.0'
        assert counted in running.get("/metrics", "of the test")[1]
        running.process.terminate()
        assert running.process.wait(60) == 0
        assert all(map(has_ended, replaced))
        assert metrics_folders(tmp_path) == []
        assert running.process.stdout is not None and running.process.stdout.read() == b""


def test_processes_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    with web(tmp_path, TINY, CRMSOLID_WEB_PROCESSES="2") as running:
        pids = running.started(2)
        running.process.kill()
        running.process.wait()
        wait_until(lambda: all(map(has_ended, pids)), "the web processes have ended", seconds=20)


def test_process_that_hangs_keeps_neither_the_others_nor_the_supervisor_from_ending(tmp_path: Path) -> None:
    with web(tmp_path, TINY, CRMSOLID_WEB_PROCESSES="2") as running:
        hung, other = running.started(2)
        os.kill(hung, signal.SIGSTOP)
        time.sleep(1)  # so that the supervisor waits for its answer
        running.process.terminate()
        deadline = time.monotonic() + 20
        wait_until(lambda: has_ended(other), "the other process has ended", seconds=8)
        assert not has_ended(hung)
        assert running.process.wait(deadline - time.monotonic()) == 0
        assert has_ended(hung)


def test_process_that_hangs_is_replaced(tmp_path: Path) -> None:
    with web(tmp_path, TINY, "HEALTH_SECONDS=5", CRMSOLID_WEB_PROCESSES="2") as running:
        hung, other = running.started(2)
        os.kill(hung, signal.SIGSTOP)
        wait_until(lambda: has_ended(hung), "the process that hangs is killed", seconds=20)
        assert other in running.started(2)


def test_process_that_hangs_is_replaced_at_a_reload_like_the_others(tmp_path: Path) -> None:
    with web(tmp_path, TINY, "END_SECONDS=1", CRMSOLID_WEB_PROCESSES="2") as running:
        before = running.started(2)
        os.kill(before[0], signal.SIGSTOP)
        running.process.send_signal(signal.SIGHUP)
        wait_until(lambda: all(map(has_ended, before)), "both processes are replaced", seconds=60)
        assert set(before).isdisjoint(running.started(2))
        running.process.terminate()
        assert running.process.wait(60) == 0


def test_supervisor_outlives_a_lack_of_descriptors_and_ends_its_processes_when_it_fails(tmp_path: Path) -> None:
    with web(tmp_path, TINY, CRMSOLID_WEB_PROCESSES="2") as running:
        first, second = running.started(2)
        limits = resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, (3, limits[1]))
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: b"cannot be started" in running.log.read_bytes(), "the failure is logged")
        running.process.send_signal(signal.SIGHUP)
        wait_until(lambda: b"the restart is given up" in running.log.read_bytes(), "so is that of a reload")
        assert running.pids() == [second]
        resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, limits)
        assert second in (processes := running.started(2))
        resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, (3, limits[1]))
        running.process.send_signal(signal.SIGTTIN)  # to uvicorn: one process more
        assert running.process.wait(20) == 1
        assert all(map(has_ended, processes))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_process_has_no_supervisor_and_no_folder_for_metrics(tmp_path: Path, number: int) -> None:
    with web(tmp_path, TINY, CRMSOLID_WEB_PROCESSES="1") as running:
        assert running.started(0) == []
        assert metrics_folders(tmp_path) == []
        running.process.send_signal(number)
        assert running.process.wait(60) == 0


def test_refusal_to_start_ends_several_processes_too(tmp_path: Path) -> None:
    with web(tmp_path, CRMSOLID_WEB_PROCESSES="2", CRMSOLID_ENV="production", SECRET_KEY="short") as refused:
        assert refused.process.wait(120) == 3


def test_busy_port_is_told_in_one_line() -> None:
    with listen("127.0.0.1", 0) as taken:
        taken.listen()
        command = [sys.executable, "-m", "crmsolid.serving", "--port", str(port := taken.getsockname()[1])]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (1, f"cannot start: port {port} is in use; try {port + 1}\n")


def test_metrics_folder_of_a_killed_supervisor_is_removed_by_the_next_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = (
        "import time; from crmsolid.serving.server import metrics_folder\n"
        "with metrics_folder() as folder: print(folder, flush=True); time.sleep(600)"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        of_the_other = Path(supervisor.stdout.readline().strip())
        with metrics_folder() as own:
            assert sorted(tmp_path.iterdir()) == sorted([of_the_other, Path(own)])
        assert list(tmp_path.iterdir()) == [of_the_other]
        supervisor.kill()
        supervisor.wait()
    (of_the_other / "counter_1.db").write_text("")
    with metrics_folder() as own:
        assert list(tmp_path.iterdir()) == [Path(own)]
    assert list(tmp_path.iterdir()) == []
