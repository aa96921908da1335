"""A server that fails as a scenario says and counts what arrives, over plain sockets: most faults are below what a
framework lets one do.

The time is the client's. A driver sends it as ``Fault-Time``, in seconds since its client was made. Two headers of an
answer are for the driver too, whose clock does not wait: ``Fault-Delay``, in seconds, before the answer is handed to
the client, and ``Fault-Silence``, with which its body never ends. Without ``Fault-Time`` the clock is the real one.
"""

import asyncio
import contextlib
import datetime
import hashlib
import json
import math
import socket
import ssl
import struct
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

QUEUED = {"id": "msg_1", "status": "queued", "eta": "2026-06-04T09:00:00Z"}
READ = frozenset({"GET", "HEAD"})
RECEIVE_BUFFER = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """What comes of one request. ``body`` is JSON, or text as it is. A write is done where the status is a success, or
    the connection is cut after the work."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: Literal["", "before the work", "after the work", "half", "at the end"] = ""
    instead: bytes = b""  # of an answer of HTTP
    after: float = 0.0
    is_silent: bool = False  # its body never ends
    bytes_a_second: int = 0  # that are read of the request

    @property
    def works(self) -> bool:
        return self.cut != "before the work" and 200 <= self.status < 300

    def text(self) -> bytes:
        if self.body is None or isinstance(self.body, str):
            return (self.body or "").encode()
        return json.dumps(self.body).encode()


@dataclass(frozen=True)
class Limit:
    """So many requests in each window of so many seconds. The first one has begun before the client is made."""

    requests: int
    seconds: int
    begun: int = 20


@dataclass(frozen=True)
class Script:
    """The answers in their order, the last one again and again. In ``outage`` every connection is reset."""

    answers: tuple[Answer, ...] = (Answer(body=QUEUED),)
    outage: tuple[float, float] | None = None
    limit: Limit | None = None


@dataclass(frozen=True)
class Request:
    at: float
    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    digest: str
    size: int

    @property
    def key(self) -> str | None:
        return self.headers.get("idempotency-key")


@dataclass
class Seen:
    """What has arrived in a scenario."""

    requests: list[Request] = field(default_factory=list)
    done: set[str] = field(default_factory=set)  # the keys of the writes that were done
    elsewhere: list[Request] = field(default_factory=list)  # at the target of a redirect
    used: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # requests of each window
    answered: int = 0

    @property
    def keys(self) -> set[str]:
        return {one.key for one in self.requests if one.key is not None}


class FaultServer:
    """Serves the scripts by the first part of the path. ``ports`` are those of its listeners."""

    def __init__(self, scripts: Mapping[str, Script], folder: Path) -> None:
        self.seen: dict[str, Seen] = {name: Seen() for name in scripts}
        self.handshakes = 0
        self.ports: dict[str, int] = {}
        self._scripts = scripts
        self._certificate = _self_signed(folder)
        self._loop = asyncio.new_event_loop()
        self._refusing = socket.socket()  # bound, but not listening

    @contextlib.contextmanager
    def running(self) -> Iterator["FaultServer"]:
        self._loop.run_until_complete(self._listen())
        thread = threading.Thread(target=self._loop.run_forever, name="fault server")
        thread.start()
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.run_until_complete(self._end())
            self._loop.close()

    def url(self, scenario: str, kind: str) -> str:
        """The address that the client of a scenario is given."""
        match kind:
            case "unknown host":
                return "https://nowhere.invalid"
            case "self-signed":
                return f"https://localhost:{self.ports[kind]}/{scenario}"
            case _:
                return f"http://127.0.0.1:{self.ports[kind]}/{scenario}"

    async def _listen(self) -> None:
        self._servers = []
        for kind, handler in (
            ("server", self._serve),
            ("elsewhere", self._elsewhere),
            ("self-signed", self._shake_hands),
        ):
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            listener.bind(("127.0.0.1", 0))
            server = await asyncio.start_server(handler, sock=listener, limit=RECEIVE_BUFFER, backlog=1000)
            self._servers.append(server)
            self.ports[kind] = listener.getsockname()[1]
        self._refusing.bind(("127.0.0.1", 0))
        self.ports["refused"] = self._refusing.getsockname()[1]

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        open_connections = asyncio.all_tasks() - {asyncio.current_task()}
        for task in open_connections:
            task.cancel()
        await asyncio.gather(*open_connections, return_exceptions=True)
        self._refusing.close()

    async def _shake_hands(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.handshakes += 1
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificate)
        with contextlib.suppress(OSError):
            await writer.start_tls(context)
            await self._serve(reader, writer)
        writer.close()

    async def _elsewhere(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            name, request = await self._request(reader, lambda name: 0)
            self.seen[name].elsewhere.append(request)
            writer.write(_bytes_of(Answer(body=QUEUED)))
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            try:
                name, request = await self._request(
                    reader, lambda name: self._next(self.seen[name], name).bytes_a_second
                )
                await self._answer(name, request, writer)
                await writer.drain()
            finally:
                writer.close()

    def _next(self, seen: Seen, name: str) -> Answer:
        answers = self._scripts[name].answers
        return answers[min(seen.answered, len(answers) - 1)]

    async def _answer(self, name: str, request: Request, writer: asyncio.StreamWriter) -> None:
        script, seen = self._scripts[name], self.seen[name]
        seen.requests.append(request)
        if script.outage is not None and script.outage[0] <= request.at < script.outage[1]:
            _reset(writer)
            return
        headers: dict[str, str] = {}
        if script.limit is not None:
            headers, is_refused = _counted(script.limit, seen, request.at)
            if is_refused:
                writer.write(
                    _bytes_of(problem(429, "rate_limited", {"Retry-After": headers["X-RateLimit-Reset"]}), headers)
                )
                return
        answer = self._next(seen, name)
        seen.answered += 1
        if answer.works and request.key is not None:
            seen.done.add(request.key)
        if answer.is_silent and "fault-time" not in request.headers:
            await asyncio.sleep(3600)
        elif answer.instead:
            writer.write(answer.instead)
        elif answer.cut in ("before the work", "after the work"):
            _reset(writer)
        elif answer.cut == "half":
            content = _bytes_of(answer, self._filled(answer, name))
            writer.write(content[: -len(answer.text()) // 2])
            await _sent(writer)
        else:
            writer.write(_bytes_of(answer, headers | self._filled(answer, name)))
            if answer.cut == "at the end":
                await _sent(writer)
                _reset(writer)

    def _filled(self, answer: Answer, name: str) -> dict[str, str]:
        """The target of a redirect is the other listener, and the time in a date is the server's."""
        filled: dict[str, str] = {}
        if answer.headers.get("Location") == "elsewhere":
            filled["Location"] = f"http://127.0.0.1:{self.ports['elsewhere']}/{name}/v1/messages/send"
        if answer.headers.get("Retry-After", "").startswith("in "):
            now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
            later = now + datetime.timedelta(seconds=int(answer.headers["Retry-After"].removeprefix("in ")))
            filled["Date"], filled["Retry-After"] = (f"{one:%a, %d %b %Y %H:%M:%S} GMT" for one in (now, later))
        return filled

    async def _request(self, reader: asyncio.StreamReader, speed: Any) -> tuple[str, Request]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {}
        for line in head[1:-2]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        parts = urlsplit(target)
        _, scenario, path = parts.path.split("/", 2)
        digest, size = hashlib.sha256(), 0
        async for part in _body(reader, headers, speed(scenario)):
            digest.update(part)
            size += len(part)
        at = float(headers.get("fault-time", "0"))
        return scenario, Request(at, method, f"/{path}", parse_qs(parts.query), headers, digest.hexdigest(), size)


def problem(status: int, code: str, headers: Mapping[str, str] | None = None, *, says: int | None = None) -> Answer:
    """``says`` is the status in its body, if it is another one."""
    body = {"type": f"/docs/errors/{code}", "title": "T", "status": says or status, "detail": "D", "code": code}
    return Answer(
        status, body, {"Content-Type": "application/problem+json", "X-Request-Id": "req_1", **(headers or {})}
    )


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str], speed: int) -> AsyncIterator[bytes]:
    if headers.get("expect") == "100-continue":
        return
    if headers.get("transfer-encoding") == "chunked":
        while size := int((await reader.readline()).split(b";")[0], 16):
            async for part in _exactly(reader, size, speed):
                yield part
            await reader.readline()
        await reader.readline()
        return
    async for part in _exactly(reader, int(headers.get("content-length", "0")), speed):
        yield part


async def _exactly(reader: asyncio.StreamReader, size: int, speed: int) -> AsyncIterator[bytes]:
    while size:
        part = await reader.read(min(size, RECEIVE_BUFFER))
        if not part:
            raise asyncio.IncompleteReadError(b"", size)
        size -= len(part)
        yield part
        if speed:
            await asyncio.sleep(len(part) / speed)


def _bytes_of(answer: Answer, headers: Mapping[str, str] | None = None) -> bytes:
    """One answer a connection: which connection a client takes would else depend on how quick it is."""
    content = answer.text()
    is_text = isinstance(answer.body, str)
    sent = {
        "Content-Type": "text/html" if is_text else "application/json",
        "X-Request-Id": "req_1",
        "Connection": "close",
    }
    if answer.after:
        sent["Fault-Delay"] = str(answer.after)
    if answer.is_silent:
        sent["Fault-Silence"] = "1"
    if answer.cut != "at the end" and not answer.is_silent and answer.status != 204:
        sent["Content-Length"] = str(len(content))
    lines = [f"{name}: {value}\r\n" for name, value in {**sent, **answer.headers, **(headers or {})}.items()]
    return f"HTTP/1.1 {answer.status} Status\r\n{''.join(lines)}\r\n".encode() + content


def _counted(limit: Limit, seen: Seen, at: float) -> tuple[dict[str, str], bool]:
    """What the rate limit says to a request of this time, and whether it refuses it."""
    window = math.floor((at + limit.begun) / limit.seconds)
    seen.used[window] += 1
    left = limit.requests - seen.used[window]
    headers = {
        "X-RateLimit-Limit": str(limit.requests),
        "X-RateLimit-Remaining": str(max(0, left)),
        "X-RateLimit-Reset": str(math.ceil((window + 1) * limit.seconds - limit.begun - at)),
    }
    return headers, left < 0


async def _sent(writer: asyncio.StreamWriter) -> None:
    """Until the client's machine has it: a reset would take back what is still on its way."""
    await writer.drain()
    await asyncio.sleep(0.05)


def _reset(writer: asyncio.StreamWriter) -> None:
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


def _self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "self-signed.pem"
    plain = serialization.NoEncryption()
    encoding = serialization.Encoding.PEM
    file.write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain) + certificate.public_bytes(encoding)
    )
    return file
