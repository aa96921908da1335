"""The nodes in n8n itself: ``make test-n8n``. Its installation takes minutes, and is kept beside those of tests.npm."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from crmsolid_client import CrmSolid
from tests.npm import CACHE
from tests.sdk.live import Live
from tests.sdk.sends import texts_to
from tests.sdk.typescript.toolchain import TypeScript
from tests.servers import free_port, is_listening
from tests.waiting import wait_until

VERSION = "2.8.4"  # the last for Node.js 20
PACKAGE = {"private": True, "dependencies": {"n8n": VERSION}, "overrides": {"xlsx": "0.18.5"}}
INSTALL_SECONDS = 1800
COMMAND_SECONDS = 300
SEND = "POST /v1/messages/send"
CREDENTIALS = {"crmSolidApi": {"id": "crm", "name": "CRM"}}


def installed_n8n() -> Path:
    """The program of n8n, which is installed unless an earlier run has done so."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = CACHE / f"n8n-{VERSION}"
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text(json.dumps(PACKAGE))
        subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=folder, check=True, timeout=INSTALL_SECONDS)
        (folder / "installed").touch()
    return folder / "node_modules" / ".bin" / "n8n"


@dataclass(frozen=True, slots=True)
class N8n:
    program: Path
    folder: Path
    nodes: Path
    port: int

    def run(self, *arguments: str) -> str:
        """Run a command of n8n to its end. Returns what it prints."""
        command = [str(self.program), *arguments]
        ended = subprocess.run(
            command, env=self._environment(), capture_output=True, text=True, timeout=COMMAND_SECONDS
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    @contextmanager
    def started(self) -> Iterator[None]:
        """n8n with its active workflows."""
        with (self.folder / "n8n.log").open("w") as log:
            command = [str(self.program), "start"]
            process = subprocess.Popen(command, env=self._environment(), stdout=log, stderr=subprocess.STDOUT)
            try:
                wait_until(lambda: is_listening(self.port), "n8n listens", seconds=COMMAND_SECONDS)
                yield
            finally:
                process.terminate()
                process.wait(60)

    def load(self, kind: str, content: object) -> None:
        file = self.folder / f"{kind}.json"
        file.write_text(json.dumps(content))
        self.run(f"import:{kind}", f"--input={file}")

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "N8N_USER_FOLDER": str(self.folder),
            "N8N_CUSTOM_EXTENSIONS": str(self.nodes),
            "N8N_PORT": str(self.port),
            "N8N_LISTEN_ADDRESS": "127.0.0.1",
            "WEBHOOK_URL": f"http://127.0.0.1:{self.port}/",
            "N8N_RUNNERS_BROKER_PORT": str(free_port()),
            "N8N_ENCRYPTION_KEY": "of the tests",
            "N8N_DIAGNOSTICS_ENABLED": "false",
            "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
            "N8N_TEMPLATES_ENABLED": "false",
        }


@pytest.fixture(scope="module")
def n8n(nodes: TypeScript, tmp_path_factory: pytest.TempPathFactory) -> N8n:
    return N8n(installed_n8n(), tmp_path_factory.mktemp("n8n-home"), nodes.folder / "dist", free_port())


def workflow(id: str, *nodes: dict[str, Any]) -> dict[str, Any]:
    """One in which each node follows on the one before it."""
    names = [node["name"] for node in nodes]
    follows = {name: {"main": [[link(after)]]} for name, after in zip(names, names[1:], strict=False)}
    return {"id": id, "name": id, "active": False, "nodes": list(nodes), "connections": follows, "settings": {}}


def link(name: str) -> dict[str, Any]:
    return {"node": name, "type": "main", "index": 0}


def node(name: str, type: str, version: float = 1, **parameters: Any) -> dict[str, Any]:
    made = {"id": name, "name": name, "type": type, "typeVersion": version, "position": [0, 0]}
    credentials = {"credentials": CREDENTIALS} if type.startswith("CUSTOM.") else {}
    return {**made, "parameters": parameters, **credentials}


def send(live: Live, to: str) -> dict[str, Any]:
    """A node that sends, and that n8n tries again."""
    fields: dict[str, Any] = {"account": live.account_id, "to": to, "text": "From n8n", "format": "plain"}
    made = node("Send", "CUSTOM.crmSolid", resource="message", operation="send", **fields)
    return {**made, "retryOnFail": True, "maxTries": 2, "waitBetweenTries": 100}


def test_workflows_run_in_n8n(n8n: N8n, live: Live) -> None:
    key = {"apiKey": live.key, "baseUrl": live.url, "allowHttp": False}
    n8n.load("credentials", [{"id": "crm", "name": "CRM", "type": "crmSolidApi", "data": key}])
    sends_once_however_often_the_node_is_tried(n8n, live)
    starts_on_a_signed_event(n8n, live)


def sends_once_however_often_the_node_is_tried(n8n: N8n, live: Live) -> None:
    """In a loop over two contacts. The first attempt of the first is refused after the client has ended its own."""
    names = '{"names": ["loop_one", "loop_two"]}'
    made = workflow(
        "loop",
        node("Start", "n8n-nodes-base.manualTrigger"),
        node("Names", "n8n-nodes-base.set", 3.4, mode="raw", jsonOutput=names),
        node("Split", "n8n-nodes-base.splitOut", fieldToSplitOut="names"),
        node("Loop", "n8n-nodes-base.splitInBatches", 3),
        send(live, "=@{{ $json.names }}"),
    )
    made["connections"]["Loop"] = {"main": [[], [link("Send")]]}
    made["connections"]["Send"] = {"main": [[link("Loop")]]}
    n8n.load("workflow", made)
    live.proxy.reset()
    live.proxy.answer(SEND, 400, {"Content-Type": "application/problem+json"}, '{"code": "of_the_test"}')
    n8n.run("execute", "--id", "loop")
    keys = [request.headers["idempotency-key"] for request in live.proxy.requests if request.line == SEND]
    assert len(keys) == 3
    assert keys[0] == keys[1] != keys[2]
    with CrmSolid(live.key, live.url) as crm:
        assert [texts_to(crm, name) for name in ("loop_one", "loop_two")] == [["From n8n"], ["From n8n"]]


def starts_on_a_signed_event(n8n: N8n, live: Live) -> None:
    n8n.load(
        "workflow",
        workflow(
            "welcome",
            node("Trigger", "CUSTOM.crmSolidTrigger", events=["contact.*"]) | {"webhookId": "welcome"},
            send(live, "={{ $json.data.contact.id }}"),
        ),
    )
    n8n.run("publish:workflow", "--id=welcome")
    with n8n.started(), CrmSolid(live.key, live.url) as crm:

        def endpoints() -> list[str]:
            return [each.url for each in crm.webhooks.list() if str(n8n.port) in each.url]

        (url,) = wait_until(endpoints, "the trigger makes its endpoint", seconds=COMMAND_SECONDS)
        assert httpx.post(url, json={"event": "contact.created", "id": "evt_1", "data": {}}).status_code == 401
        crm.contacts.create(username="welcome_n8n")
        wait_until(lambda: texts_to(crm, "welcome_n8n"), "n8n sends", seconds=60)
        assert texts_to(crm, "welcome_n8n") == ["From n8n"]
    with CrmSolid(live.key, live.url) as crm, n8n.started():  # it finds its endpoint again
        assert endpoints() == [url]
