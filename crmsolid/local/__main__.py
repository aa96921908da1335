"""``python -m crmsolid.local run | stop | psql | backup FILE | restore FILE``: the product on one machine."""

import argparse
import errno
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

from psycopg import OperationalError, pq

from crmsolid.data_folder import data_folder, postgresql_url, use_addresses_alone
from crmsolid.local import services
from crmsolid.local.lock import AlreadyRuns, locked

ROOT = Path(__file__).resolve().parents[2]
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FINISH_SECONDS = 20  # a worker gives its tasks 15
READY_SECONDS = 30
CLIENTS = ("psql", "backup", "restore")
FORMER = "{}: an earlier version kept its data here, in SQLite. This one uses PostgreSQL and reads nothing of it."
Processes = dict[str, "subprocess.Popen[bytes]"]


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m crmsolid.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("run", help="everything, until Ctrl-C")
    start.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    start.add_argument("--port", type=int, default=8000, help="0 picks a free one (8000)")
    end = commands.add_parser("stop", help="end it from another terminal")
    end.add_argument("--remains", action="store_true", help="only what is left of a start that was killed")
    for name in CLIENTS:
        commands.add_parser(name).add_argument("arguments", nargs="*")
    options = parser.parse_args()
    for number in SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, signal.default_int_handler)
    use_addresses_alone()
    data = data_folder()
    try:
        return {"run": run, "stop": stop}.get(options.command, use_database)(data, options)
    except services.CannotStart as error:
        reason = str(error)
    except OSError as error:  # the folder cannot be written, or the disk is full
        reason = f"{error.filename or data}: {error.strerror}; CRMSOLID_DATA names the folder for the data"
    except KeyboardInterrupt:
        return 0 if options.command == "run" else 130
    print(f"{'cannot start' if options.command == 'run' else f'make {options.command}'}: {reason}", file=sys.stderr)
    return 1


def run(data: Path, options: argparse.Namespace) -> int:
    """The whole product, until a signal or until one of its processes ends, which only production starts again."""
    with locked(data, "CRM Solid") as lock, ExitStack() as stack:
        port = free_port(options.host, options.port)
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(options.host, options.host)
        address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        for path in data.glob("*.sqlite3"):
            print(FORMER.format(path), file=sys.stderr)
        try:
            sockets = start_servers(data, stack)
            setup = [sys.executable, "-m", "crmsolid.local.setup", address]
            ended = subprocess.run(setup, stdout=subprocess.PIPE, text=True, start_new_session=True)
            if ended.returncode:
                return ended.returncode
            processes: Processes = {}
            stack.callback(end_processes, processes)
            variables = environment(HOST=options.host, PORT=str(port))
            for line in (ROOT / "Procfile").read_text().splitlines():
                name, _, command = line.partition(": ")
                # A session of its own keeps the terminal's Ctrl-C away.
                processes[name] = subprocess.Popen(
                    ["sh", "-c", f"exec {command}"], env=variables, pass_fds=[lock.inherited], start_new_session=True
                )
                lock.note(f"CRM Solid at {address}", [process.pid for process in processes.values()])
            return watch(processes, sockets, address, ended.stdout)
        finally:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)


def start_servers(data: Path, stack: ExitStack) -> list[Path]:
    """PostgreSQL and Valkey, unless others are given. ``stack`` stops them, and a shell does if this is killed. Returns
    their sockets."""
    sockets = []
    remains = ["sh", "-c", 'read _; exec "$0" -m crmsolid.local stop --remains', sys.executable]
    guard = subprocess.Popen(remains, stdin=subprocess.PIPE, start_new_session=True)
    stack.callback(guard.communicate)
    stack.callback(guard.kill)
    for variable, (start, stop_server, socket_of) in services.SERVERS.items():
        # Production refuses to start without an address of each.
        if not os.environ.get(variable) and os.environ.get("CRMSOLID_ENV") != "production":
            stack.callback(stop_server, data)
            start(data)
            sockets.append(socket_of(data))
    return sockets


def watch(processes: Processes, sockets: list[Path], address: str, message: str) -> int:
    """Print the message once the product is ready. Returns the exit status of the first process that ends, and 1 when
    nobody listens on one of the sockets."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        for name, process in processes.items():
            if process.poll() is not None:
                print(f"{name} has ended with status {process.returncode}; ending the rest", file=sys.stderr)
                return max(process.returncode, 1)
        for path in sockets:
            if not services.listens(path):
                print(f"{path.parent.name} has ended; ending the rest", file=sys.stderr)
                return 1
        if message:
            missing = what_is_missing(address)
            if not missing or time.monotonic() > deadline:
                note = f"\nNot ready yet, missing: {', '.join(missing)}. See {address}/readyz\n" if missing else ""
                print(message + note, flush=True)
                message = ""
        time.sleep(0.1 if message else 1)


def what_is_missing(address: str) -> list[str]:
    """The parts that /readyz names as missing; empty when all is ready."""
    allowed = os.environ.get("ALLOWED_HOSTS", "").partition(",")[0].strip().lstrip(".").replace("*", "")
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": allowed or "127.0.0.1"})
        return list(json.loads(connection.getresponse().read())["missing"])
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return ["web"]
    finally:
        connection.close()


def end_processes(processes: Processes) -> None:
    for process in processes.values():
        process.terminate()
    deadline = time.monotonic() + FINISH_SECONDS
    for name, process in processes.items():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            print(f"{name} is still working: killing it; the next start resumes its rows", file=sys.stderr)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def stop(data: Path, options: argparse.Namespace) -> int:
    """End what uses the data folder, and what is left of it."""
    told, deadline = 0, time.monotonic() + 2 * FINISH_SECONDS
    while data.exists():
        try:
            with locked(data, "make stop"):
                for _, stop_server, _ in services.SERVERS.values():
                    stop_server(data)
            break
        except AlreadyRuns as running:
            is_late = time.monotonic() > deadline
            if options.remains:
                break
            if running.process and (running.process != told or is_late):
                told = running.process
                with suppress(ProcessLookupError):
                    os.kill(told, signal.SIGKILL if is_late else signal.SIGTERM)
        time.sleep(0.1)
    return 0


def use_database(data: Path, options: argparse.Namespace) -> int:
    """Run a client on the database, whose server is started for it unless that runs."""
    url = os.environ.get("DATABASE_URL", "")
    if url and options.command == "restore":
        raise services.CannotStart("DATABASE_URL is set; docs/deployment.md says how to restore on that server")
    if not url and options.command != "restore" and not (data / "postgresql" / "data").exists():
        raise services.CannotStart(f"there is no database in {data} yet; `make run` makes one")
    with ExitStack() as stack:
        lock = None
        if not url:
            try:
                lock = stack.enter_context(locked(data, f"make {options.command}"))
                stack.callback(services.stop_postgresql, data)
                services.start_postgresql(data)
            except AlreadyRuns as running:
                # Another client would stop the server in the middle of this one.
                if options.command == "restore" or not running.what.startswith("CRM Solid"):
                    raise
            url = postgresql_url(data)
        try:
            # In variables, because every user of the machine sees the arguments of a process.
            options_of_url = pq.Conninfo.parse(url.encode())
        except OperationalError:  # whose text may have the password
            raise services.CannotStart("DATABASE_URL is no address we know") from None
        variables = {each.envvar.decode(): each.val.decode() for each in options_of_url if each.envvar and each.val}
        programs = services.programs()
        own = environment(DATABASE_URL=url, CRMSOLID_DATA=str(data), PROGRAMS=str(programs))
        command = ["bash", str(ROOT / "scripts" / f"{options.command}.sh"), *options.arguments]
        if options.command == "psql":
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends a statement of psql, not psql
            command = [str(programs / "psql"), *options.arguments]
            return subprocess.run(command, env=own | variables).returncode
        inherited = [lock.inherited] if lock else []
        process = subprocess.Popen(command, env=own | variables, pass_fds=inherited, start_new_session=True)
        try:
            if lock:
                lock.note(f"make {options.command}", [process.pid])
            return process.wait()
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()


def environment(**variables: str) -> dict[str, str]:
    """For commands, which find the programs of the virtual environment first."""
    folders = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    return {**os.environ, "PATH": os.pathsep.join(folders), **variables}


def free_port(host: str, port: int) -> int:
    """``port`` if it can be listened on; for 0 a free one."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.create_server((host, port), family=family) as server:
            return int(server.getsockname()[1])
    except OverflowError:
        reason = f"there is no port {port}: ports are 0 to 65535"
    except OSError as error:
        reason = f"cannot listen on {host} port {port}: {error.strerror or error}"
        if error.errno == errno.EADDRINUSE:
            reason = f"port {port} is in use; try `make run PORT={port + 1}`"
    raise services.CannotStart(reason)


if __name__ == "__main__":
    sys.exit(main())
