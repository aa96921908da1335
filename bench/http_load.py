"""A process that makes HTTP requests, on each connection as soon as the request before has been answered.

``python -m bench.http_load`` reads a JSON object with the fields of :class:`Load` and prints one with those of
:class:`Result`. :func:`run` starts such a process. It takes about 0.05 ms of CPU for a request.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httptools
import uvloop

ROOT = Path(__file__).resolve().parent.parent
ANSWER_SECONDS = 30.0  # the requests under way at the end get this long
CONTACTS = 500  # different recipients of sends
SENT_TEXT = "Hey {first_name|there}, your invite is ready"


@dataclass(frozen=True)
class Load:
    """``kind`` is a key of KINDS. With ``protocol``, a revision of MCP, ``send`` and ``list`` are calls of a tool.
    ``run`` makes the keys and names of this run unique."""

    port: int
    kind: str
    connections: int
    seconds: float
    token: str = ""
    scheme: str = "Bearer"
    protocol: str = ""
    run: str = ""
    first_account: int = 1
    accounts: int = 1
    path: str = "/"


@dataclass
class Result:
    """``errors`` counts the answers that are no success by their status, and connections that were closed."""

    requests: int = 0
    rate: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    errors: dict[str, int] = field(default_factory=dict)


def run(load: Load) -> Result:
    """Measure in a process of its own."""
    command = [sys.executable, "-m", "bench.http_load"]
    done = subprocess.run(
        command, input=json.dumps(asdict(load)), cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return Result(**json.loads(done.stdout))


# --- The requests -----------------------------------------------------------------------------------------------------
def contact(load: Load, number: int) -> bytes:
    mark = f"{load.run}_{number}"
    body = {"username": f"@b{mark}", "name": "Sarah Miller", "email": f"b{mark}@example.com"}
    return post(load, "/v1/contacts", {**body, "tags": ["trial", "webinar-2026-06"]}, f"Idempotency-Key: {mark}\r\n")


def send(load: Load, number: int) -> bytes:
    mark = f"{load.run}_{number}"
    body = {"account_id": load.first_account + number % load.accounts, "to": f"@bench_{number % CONTACTS}"}
    body["text"] = SENT_TEXT
    if load.protocol:
        return tool(load, "send_message", {**body, "idempotency_key": mark})
    return post(load, "/v1/messages/send", body, f"Idempotency-Key: {mark}\r\n")


def list_contacts(load: Load, number: int) -> bytes:
    if load.protocol:
        return tool(load, "list_contacts", {"limit": 50})
    return get(load, "/v1/contacts?limit=50")


def page(load: Load, number: int) -> bytes:
    return get(load, load.path)


KINDS: dict[str, Callable[[Load, int], bytes]] = {"contacts": contact, "send": send, "list": list_contacts, "get": page}


def tool(load: Load, name: str, arguments: dict[str, Any]) -> bytes:
    """The revision of 2026 repeats method and tool in headers, and what the handshake said in ``_meta``."""
    headers = f"Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: {load.protocol}\r\n"
    params: dict[str, Any] = {"name": name, "arguments": arguments}
    if load.protocol >= "2026":
        headers += f"Mcp-Method: tools/call\r\nMcp-Name: {name}\r\n"
        params["_meta"] = {
            "io.modelcontextprotocol/protocolVersion": load.protocol,
            "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }
    return post(load, "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}, headers)


def get(load: Load, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\n{common_headers(load)}\r\n".encode()


def post(load: Load, path: str, body: dict[str, Any], headers: str) -> bytes:
    content = json.dumps(body).encode()
    length = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    return f"POST {path} HTTP/1.1\r\n{common_headers(load)}{headers}{length}\r\n".encode() + content


def common_headers(load: Load) -> str:
    authorization = f"Authorization: {load.scheme} {load.token}\r\n" if load.token else ""
    return f"Host: 127.0.0.1:{load.port}\r\n{authorization}"


# --- The connections --------------------------------------------------------------------------------------------------
class Client:
    """All connections of one load."""

    def __init__(self, load: Load) -> None:
        self.load, self.build = load, KINDS[load.kind]
        self.number = self.in_time = 0
        self.seconds: list[float] = []
        self.errors: Counter[str] = Counter()
        self.ends = time.perf_counter() + load.seconds

    async def run(self) -> Result:
        loop = asyncio.get_running_loop()
        connections = []
        for _ in range(self.load.connections):
            _, connection = await loop.create_connection(lambda: Connection(self), "127.0.0.1", self.load.port)
            connections.append(connection)
        await asyncio.wait_for(
            asyncio.gather(*(each.ended for each in connections)), self.load.seconds + ANSWER_SECONDS
        )
        ordered = sorted(self.seconds)
        p50, p99 = (ordered[int(len(ordered) * share)] * 1000 if ordered else 0.0 for share in (0.5, 0.99))
        return Result(len(ordered), self.in_time / self.load.seconds, p50, p99, dict(self.errors))

    def answered(self, seconds: float, status: int) -> None:
        self.seconds.append(seconds)
        self.in_time += time.perf_counter() <= self.ends
        if not 200 <= status < 300:
            self.errors[str(status)] += 1


class Connection(asyncio.Protocol):
    def __init__(self, client: Client) -> None:
        self.client = client
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport, self.parser = transport, httptools.HttpResponseParser(self)
        self.request()

    def request(self) -> None:
        if time.perf_counter() > self.client.ends:
            self.ended.set_result(None)
            self.transport.close()
            return
        self.client.number += 1
        content = self.client.build(self.client.load, self.client.number)
        self.began = time.perf_counter()
        self.transport.write(content)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        self.client.answered(time.perf_counter() - self.began, self.parser.get_status_code())
        self.request()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.client.errors["connection closed"] += 1
            self.ended.set_result(None)


async def measure(load: Load) -> Result:
    return await Client(load).run()


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(measure(Load(**json.load(sys.stdin)))))))
