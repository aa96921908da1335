"""``python -m crmsolid.local run | stop | psql | backup FILE | restore FILE``: the product on one machine."""

import argparse
import http.client
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

from psycopg import OperationalError, pq

from crmsolid.data_folder import data_folder, postgresql_url, use_addresses_alone
from crmsolid.local import services
from crmsolid.local.services import SIGNALS, AlreadyRuns, CannotStart, Processes, processes_in
from crmsolid.serving.listening import CannotListen, listen

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = "CRM Solid"  # how what `make run` notes of itself begins


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m crmsolid.local", description=__doc__)
    parser.add_argument("command", choices=["run", "stop", "psql", "backup", "restore"])
    parser.add_argument("arguments", nargs="*")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="0 picks a free one (8000)")
    options = parser.parse_args()
    for number in SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, interrupt)
    use_addresses_alone()
    # Commands find the programs of the virtual environment first.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    data = data_folder()
    try:
        if options.command == "run":
            return run(data, options.host, options.port)
        if options.command != "stop":
            return use_database(data, options.command, options.arguments)
        if data.exists():
            with processes_in(data, "make stop", stops=True):
                pass
        return 0
    except (CannotStart, CannotListen) as error:
        reason = str(error)
    except OSError as error:  # the folder cannot be written, or the disk is full
        reason = f"{error.filename or data}: {error.strerror}; CRMSOLID_DATA names the folder for the data"
    except KeyboardInterrupt:
        return 0 if options.command == "run" else 130
    print(f"{'cannot start' if options.command == 'run' else f'make {options.command}'}: {reason}", file=sys.stderr)
    return 1


def interrupt(*_: object) -> None:
    """The first signal ends everything."""
    ignore_signals()
    raise KeyboardInterrupt


def ignore_signals() -> None:
    """None interrupts the end."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def run(data: Path, host: str, port: int) -> int:
    """The whole product, until a signal or until one of its processes ends, which only production starts again."""
    with processes_in(data, PRODUCT) as processes, ExitStack() as stack:
        stack.callback(ignore_signals)
        with listen(host, port) as sock:
            port = sock.getsockname()[1]
        name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        address = f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
        processes.note(f"{PRODUCT} at {address}")
        for path in data.glob("*.sqlite3"):
            text = "an earlier version kept its data here, in SQLite, which this one leaves alone"
            print(f"{path}: {text}", file=sys.stderr)
        if os.environ.get("CRMSOLID_ENV") != "production":  # which refuses to start without an address of each
            if not os.environ.get("REDIS_URL"):
                services.start_valkey(processes, data)
            if not os.environ.get("DATABASE_URL"):
                services.start_postgresql(processes, data)
        if status := processes.ended():
            return status
        command = [sys.executable, "-m", "crmsolid.local.setup", address]
        setup = processes.start("setup", command, stdout=subprocess.PIPE, text=True)
        message = setup.communicate()[0]
        del processes.running["setup"]
        if setup.returncode:
            return int(setup.returncode)
        os.environ |= {"HOST": host, "PORT": str(port)}
        for line in (ROOT / "Procfile").read_text().splitlines():
            name, _, words = line.partition(": ")
            processes.start(name, ["sh", "-c", f"exec {words}"])
        return watch(processes, address, message)


def watch(processes: Processes, address: str, message: str) -> int:
    """Print the message once the product is ready. Returns an exit status when a process has ended."""
    deadline = time.monotonic() + 30
    while True:
        if status := processes.ended():
            return status
        if message and ((ready := is_ready(address)) or time.monotonic() > deadline):
            print(message if ready else f"{message}\nNot ready yet: see {address}/readyz\n", flush=True)
            message = ""
        time.sleep(0.1 if message else 1)


def is_ready(address: str) -> bool:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=5)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/readyz")
        return connection.getresponse().status != 503  # it is 400 where ALLOWED_HOSTS has other names alone
    return False


def use_database(data: Path, client: str, arguments: list[str]) -> int:
    """Run a client on the database, whose server is started for it unless that runs."""
    url, processes = os.environ.get("DATABASE_URL", ""), None
    if url and client == "restore":
        raise CannotStart("DATABASE_URL is set; docs/deployment.md says how to restore on that server")
    if not url and client != "restore" and not (data / "postgresql" / "data").exists():
        raise CannotStart(f"there is no database in {data} yet; `make run` makes one")
    with ExitStack() as stack:
        if not url:
            try:
                processes = stack.enter_context(processes_in(data, f"make {client}"))
                stack.callback(ignore_signals)
                services.start_postgresql(processes, data)
            except AlreadyRuns as running:
                # Beside the product alone: another client would stop the server in the middle of this one.
                if client == "restore" or not running.what.startswith(PRODUCT):
                    raise
            url = postgresql_url(data)
        os.environ |= variables_of(url)
        os.environ |= {"DATABASE_URL": url, "CRMSOLID_DATA": str(data), "PROGRAMS": str(services.programs())}
        if client == "psql":
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends a statement of psql, not psql
            return subprocess.run([services.programs() / "psql"]).returncode
        script = ["bash", str(ROOT / "scripts" / f"{client}.sh"), *arguments]
        if processes:
            return processes.start(client, script).wait()
        os.execvp("bash", script)


def variables_of(url: str) -> dict[str, str]:
    """What PostgreSQL's programs read from their environment for this address: every user of the machine sees the
    arguments of a process."""
    try:
        parts = pq.Conninfo.parse(url.encode())
    except OperationalError:  # whose text may have the password
        raise CannotStart("DATABASE_URL is no address we know") from None
    return {each.envvar.decode(): each.val.decode() for each in parts if each.envvar and each.val}


if __name__ == "__main__":
    sys.exit(main())
