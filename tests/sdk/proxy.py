"""A proxy between a client and the product that causes network faults when it is told to.

Tests in Python call its methods. Tests in other languages send the same commands to its control port as
``POST /NAME`` with the arguments as a JSON object: ``drop``, ``answer``, ``cut_streams``, ``refuse``, ``reset``.
``GET /requests`` lists the requests that came through, oldest first.
"""

import asyncio
import contextlib
import http.server
import json
import threading
from collections.abc import Coroutine
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

STREAM = "GET /v1/messages/stream"


@dataclass(frozen=True)
class Request:
    """One request; header names are in lower case, without the Authorization header."""

    line: str
    headers: dict[str, str]
    body: str


@dataclass
class _Fault:
    """What happens to the next ``times`` requests whose request line starts with ``match``. With a ``status`` the proxy
    answers by itself. Without one the product answers, and the connection is reset before the client sees it."""

    match: str
    times: int
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(eq=False)
class _Connection:
    client: asyncio.StreamWriter
    line: str = ""
    drops_answer: bool = False
    upstream: asyncio.StreamWriter | None = None

    def abort(self) -> None:
        for writer in (self.client, self.upstream):
            if writer is not None:
                writer.transport.abort()


class Proxy:
    """Forwards ``http://127.0.0.1:{port}`` to the product at ``target``. Runs in a thread of its own."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.requests: list[Request] = []
        self._faults: list[_Fault] = []
        self._connections: set[_Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> "Proxy":
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._run(self._listen())
        self._control = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _control_of(self))
        self.control_port = self._control.server_port
        threading.Thread(target=self._control.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._control.shutdown()
        self._control.server_close()
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def control_url(self) -> str:
        return f"http://127.0.0.1:{self.control_port}"

    def drop(self, match: str, times: int = 1) -> None:
        """Reset the connection once the product has begun to answer, so that the client does not see the answer."""
        self._faults.append(_Fault(match, times))

    def answer(
        self, match: str, status: int, headers: dict[str, str] | None = None, body: str = "", times: int = 1
    ) -> None:
        """Answer in place of the product, which does not get the request."""
        self._faults.append(_Fault(match, times, status, headers or {}, body))

    def cut_streams(self) -> int:
        """Reset all connections with a running stream of messages. Returns how many there were."""
        return self._run(self._cut_streams())

    def refuse(self, seconds: float) -> None:
        """Reset all connections and refuse new ones for some seconds. Returns at once."""
        self._run(self._stop_listening())
        self._loop.call_soon_threadsafe(self._loop.call_later, seconds, self._start_listening)

    def reset(self) -> None:
        """Forget the faults that have not happened yet, and the requests."""
        self._faults.clear()
        self.requests.clear()

    def lines(self) -> list[str]:
        """Method and path of each request that came through."""
        return [request.line for request in self.requests]

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._client, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def _start_listening(self) -> None:
        self._keep(self._loop.create_task(self._listen()))

    async def _stop_listening(self) -> None:
        self._server.close()
        for connection in list(self._connections):
            connection.abort()

    async def _cut_streams(self) -> int:
        streams = [connection for connection in self._connections if connection.line.startswith(STREAM)]
        for connection in streams:
            connection.abort()
        return len(streams)

    async def _close(self) -> None:
        await self._stop_listening()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _keep(self, task: "asyncio.Task[None]") -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _fault_for(self, line: str) -> _Fault | None:
        for fault in self._faults:
            if fault.times > 0 and line.startswith(fault.match):
                fault.times -= 1
                return fault
        return None

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._keep(task)
        connection = _Connection(writer)
        self._connections.add(connection)
        try:
            while True:
                await self._one(connection, reader)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return  # one of the two sides has closed its connection
        finally:
            connection.abort()
            self._connections.discard(connection)

    async def _one(self, connection: _Connection, reader: asyncio.StreamReader) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        body = await _read_body(reader, headers)
        connection.line = first.rsplit(" ", 1)[0]
        shown = {name: value for name, value in headers.items() if name != "authorization"}
        self.requests.append(Request(connection.line, shown, body.decode(errors="replace")))
        fault = self._fault_for(connection.line)
        if fault is not None and fault.status:
            connection.client.write(_response(fault))
            await connection.client.drain()
            return
        connection.drops_answer = fault is not None
        if connection.upstream is None:
            answers, connection.upstream = await asyncio.open_connection("127.0.0.1", self.target)
            self._keep(self._loop.create_task(self._forward_answers(connection, answers)))
        connection.upstream.write(head + body)
        await connection.upstream.drain()

    async def _forward_answers(self, connection: _Connection, answers: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):  # one of the two sides has closed its connection
            while data := await answers.read(65536):
                if connection.drops_answer:
                    break
                connection.client.write(data)
                await connection.client.drain()
        connection.abort()


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    """The body as it is on the connection, with the sizes of its chunks if it is chunked."""
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while True:
        size = await reader.readuntil(b"\r\n")
        chunk = await reader.readexactly(int(size, 16) + 2)
        body += size + chunk
        if int(size, 16) == 0:
            return body


def _response(fault: _Fault) -> bytes:
    body = fault.body.encode()
    lines = [f"HTTP/1.1 {fault.status} X", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in fault.headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _control_of(proxy: Proxy) -> type[http.server.BaseHTTPRequestHandler]:
    commands = {
        f"/{command.__name__}": command
        for command in (proxy.drop, proxy.answer, proxy.cut_streams, proxy.refuse, proxy.reset)
    }

    class Control(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer([asdict(request) for request in proxy.requests] if self.path == "/requests" else None)

        def do_POST(self) -> None:
            arguments = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            if self.path in commands:
                self._answer({"result": commands[self.path](**arguments)})
            else:
                self._answer(None)

        def _answer(self, value: Any) -> None:
            body = json.dumps(value).encode()
            self.send_response(200 if value is not None else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Prints nothing."""

    return Control
