"""The whole product in separate processes, with its own database and its own Redis."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.forks import Fork, LoadedProcess
from tests.migrated import create_migrated_database
from tests.processes import children
from tests.servers import drop_database, free_port, is_listening, valkey_server
from tests.system.database import Database
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
WITHOUT = ("--without-gossip", "--without-mingle", "--without-heartbeat")
# What an operator starts; tests/docs/test_deployment.py compares the documented commands with these.
COMMANDS = {
    "web": ("-m", "crmsolid.serving"),
    "worker": ("-m", "celery", "-A", "crmsolid", "worker", *WITHOUT),
    "scheduler": ("-m", "celery", "-A", "crmsolid", "beat"),
}
# In `make chaos` each process starts anew, which takes as long as it does for an operator, and there are more clients.
BY_HAND = "CHAOS_FAULTS" in os.environ
SEED = """
import json, django
django.setup()
from apikeys.services import create_key
from crmsolid.workspaces.actor import ALL_SCOPES, Actor
from crmsolid.workspaces.models import User
from crmsolid.workspaces.services import create_workspace
from messaging.accounts import create_sandbox_account
owner = User.objects.create_user("owner@example.com", None)
workspace = create_workspace(slug="demo", name="Demo", owner=owner, plan="business")
actor = Actor.command(workspace, "tests")
accounts = [create_sandbox_account(actor, name=f"Account {n}").pk for n in range(8)]
limited = create_sandbox_account(actor, name="Limited").pk
tokens = [create_key(actor, name=f"Key {n}", scopes=ALL_SCOPES).token for n in range(4)]
fast = [create_key(actor, name=f"Fast {n}", scopes=ALL_SCOPES, rate_limit=100000).token for n in range(2)]
slow = create_key(actor, name="Slow", scopes=ALL_SCOPES, rate_limit=6).token
print(json.dumps({"accounts": accounts, "limited": limited, "tokens": tokens, "fast": fast, "slow": slow}))
"""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Stack:
    """Two web processes behind one port, Celery workers, a scheduler and Redis. ``server`` is the URL of a PostgreSQL
    without a path; ``name`` is the name of the database to create there; ``more`` are further settings."""

    def __init__(self, server: str, name: str, more: Mapping[str, str] | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="crmsolid-system-"))
        self._server, self._name, self._more = server, name, dict(more or {})
        self.dsn = create_migrated_database(server, name)
        self.database = Database(self.dsn)
        self.port, self.redis_port = free_port(), free_port()
        self._processes: dict[str, subprocess.Popen[bytes] | Fork] = {}
        self._loaded: dict[Path, LoadedProcess] = {}
        try:
            loaded = self._loaded_from(ROOT)
            self.start_redis()
            self.seeded: dict[str, Any] = json.loads(loaded.run("-c", SEED))
        except BaseException:
            self.stop()
            raise

    def environment(self, tree: Path = ROOT) -> dict[str, str]:
        """``tree`` is the folder with the product, for parts that run another version of it."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
            "DJANGO_SETTINGS_MODULE": "crmsolid.settings",
            "PYTHONPATH": str(tree),
            "PYTHONWARNINGS": "ignore",
            "DATABASE_URL": self.dsn,
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "CRMSOLID_DATA": str(self.folder / "data"),
            "CRMSOLID_WEB_PROCESSES": "2",
            "CRMSOLID_WEBHOOK_ALLOW_PRIVATE": "true",
            **self._more,
        }

    def _loaded_from(self, tree: Path) -> LoadedProcess:
        if tree not in self._loaded:
            self._loaded[tree] = LoadedProcess(self.environment(tree), self.folder / "loaded.log", tree)
        return self._loaded[tree]

    def manage(self, *arguments: str, tree: Path = ROOT) -> str:
        """Run a management command and return its standard output."""
        return self._loaded_from(tree).run("manage.py", *arguments)

    def _start(self, name: str, *command: str, tree: Path = ROOT) -> None:
        log = self.folder / f"{name}.log"
        if not BY_HAND and command[0] == sys.executable:
            self._processes[name] = self._loaded_from(tree).start(command[1:], log)
            return
        with log.open("ab") as output:
            self._processes[name] = subprocess.Popen(
                command, env=self.environment(tree), cwd=tree, stdout=output, stderr=output, start_new_session=True
            )

    def start_role(self, role: str, name: str, *options: str, tree: Path = ROOT) -> None:
        """Start ``web``, ``worker`` or ``scheduler`` with the command of an operator, under a name of its own."""
        self._start(name, sys.executable, *COMMANDS[role], *options, tree=tree)

    def start_redis(self) -> None:
        port = str(self.redis_port)
        self._start("redis", valkey_server(), "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", "/tmp")
        wait_until(lambda: is_listening(self.redis_port), "Redis listens")

    def start_web(self) -> None:
        """Two processes under a supervisor, which starts one again that has died."""
        self.start_role("web", "web", "--port", str(self.port))
        wait_until(self._web_answers, "the web answers", seconds=120)

    def _web_answers(self) -> bool:
        """The supervisor holds the port open before there is anybody to answer."""
        try:
            return self.call("GET", "/healthz", "", seconds=5).status == 200
        except (OSError, http.client.HTTPException):
            return False

    def start_worker(self, name: str = "worker") -> None:
        self.start_role("worker", name)

    def start_scheduler(self) -> None:
        self.start_role("scheduler", "scheduler")

    def end(self, name: str, seconds: float) -> int:
        """Send SIGTERM to a part, as its supervisor does, and wait until it has ended. Returns its exit status."""
        process = self._processes[name]
        process.terminate()
        status = process.wait(seconds)
        del self._processes[name]
        return status

    def kill(self, name: str, how: int = signal.SIGKILL) -> None:
        """End a part and all its processes, by default with SIGKILL."""
        children, process = self.children(name), self._processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
        process.wait(30)
        if name == "web":  # its children may live a moment longer, and only their parent could wait for them
            wait_until(lambda: not is_listening(self.port), "the web's port is free")

    def kill_web_supervisor(self) -> None:
        """Kill the supervisor of the web alone. Its processes notice that, finish their requests and end."""
        process = self._processes.pop("web")
        process.kill()
        process.wait(30)
        wait_until(lambda: not is_listening(self.port), "the web's port is free", seconds=60)

    def signal(self, name: str, how: int) -> None:
        os.killpg(self._processes[name].pid, how)

    def children(self, name: str) -> list[int]:
        """The ids of a part's child processes. Those of the web are the ones that answer requests."""
        if self._processes[name].poll() is not None:
            return []
        return children(self._processes[name].pid)

    def ended(self) -> list[str]:
        """The parts that have ended by themselves."""
        return [name for name, process in self._processes.items() if process.poll() is not None]

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def stop(self) -> None:
        for name in list(self._processes):
            self.kill(name)
        for loaded in self._loaded.values():
            loaded.close()
        self.database.close()
        drop_database(self._server, self._name)

    def query(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        return self.database.query(sql, params)

    def readiness(self) -> int:
        """The status of /readyz; 0 if it does not answer within two seconds."""
        try:
            return self.call("GET", "/readyz", "", seconds=2).status
        except (OSError, http.client.HTTPException):
            return 0

    def call(
        self, method: str, path: str, token: str, body: Any = None, key: str | None = None, *, seconds: float = 30
    ) -> Reply:
        """Make one request on a new connection. Raises OSError or HTTPException if the server dies meanwhile, or takes
        longer than ``seconds``."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        try:
            connection.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
            answer = connection.getresponse()
            return Reply(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()
