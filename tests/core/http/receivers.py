"""Real servers on the loopback interface that misbehave in every way that a receiver can."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crmsolid.core.http.limits import tls_context

Behaviour = Callable[["Request"], Awaitable[None]]


@dataclass
class Request:
    """One request as the receiver saw it."""

    head: bytes
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def reply(self, text: bytes) -> None:
        self.writer.write(text)
        await self.writer.drain()


@dataclass
class Receiver:
    port: int = 0
    connections: int = 0
    local_addresses: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    client_left: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@contextlib.asynccontextmanager
async def receiver(
    behaviour: Behaviour, *, host: str | list[str] = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Receiver]:
    """Run `behaviour` for each request; `client_left` is set when a connection ends."""
    state = Receiver()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        state.connections += 1
        state.local_addresses.append(writer.get_extra_info("sockname")[0])
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                while True:
                    request = Request(await reader.readuntil(b"\r\n\r\n"), b"", reader, writer)
                    request.body = await reader.readexactly(_content_length(request.head))
                    state.requests.append(request)
                    await behaviour(request)
        except asyncio.CancelledError:
            return  # the test is over; a cancelled handler would be logged as an error
        finally:
            state.client_left.set()
            writer.transport.abort()

    server = await asyncio.start_server(serve, host, 0 if isinstance(host, str) else await _free_port(), ssl=tls)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def _free_port() -> int:
    server = await asyncio.start_server(lambda reader, writer: None, "0.0.0.0", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def answering(text: bytes) -> Behaviour:
    async def behaviour(request: Request) -> None:
        await request.reply(text)

    return behaviour


def dripping(start: bytes, *, every: float) -> Behaviour:
    """Send `start`, then one more byte every `every` seconds without end."""

    async def behaviour(request: Request) -> None:
        await request.reply(start)
        while True:
            await asyncio.sleep(every)
            await request.reply(b"x")

    return behaviour


def endless(start: bytes, repeated: bytes) -> Behaviour:
    """Send `start`, then `repeated` as fast as the client takes it, until it leaves."""

    async def behaviour(request: Request) -> None:
        await request.reply(start)
        while True:
            await request.reply(repeated * (65536 // len(repeated)))

    return behaviour


async def hanging(request: Request) -> None:
    """Send nothing until the client leaves."""
    await request.reader.read()
    raise ConnectionResetError


@dataclass
class Authority:
    """TLS contexts for a server certificate for one name, signed by an authority that only the test knows."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def authority(folder: Path, name: str, *, chain: int = 1) -> Authority:
    """`chain`: how many certificates the server sends, all of them its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM) * chain)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return Authority(server, tls_context(path))
