"""A SOCKS5 or HTTP proxy in a thread, as networks that hamper Telegram need one."""

import asyncio
import base64
import struct
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from types import TracebackType

USER, PASSWORD = "shop", "s3cr:t/p@ss"


class Proxy:
    """``targets`` says where a destination (host:port) really is; the others are reached as they are named.

    ``destinations`` are those that were asked for, ``refused`` how many clients had the wrong user or password.
    """

    def __init__(self, scheme: str, targets: Mapping[str, str] | None = None, *, password: str = PASSWORD) -> None:
        self.destinations: list[str] = []
        self.refused = 0
        self._scheme, self._targets, self._password = scheme, dict(targets or {}), password
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread: threading.Thread
        self._loop: asyncio.AbstractEventLoop
        self._stopping: asyncio.Event
        self._port = 0

    @property
    def url(self) -> str:
        return f"{self._scheme}://{USER}:s3cr%3At%2Fp%40ss@127.0.0.1:{self._port}"

    def __enter__(self) -> "Proxy":
        started: Future[None] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(started)), name="proxy", daemon=True)
        self._thread.start()
        started.result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    async def _run(self, started: "Future[None]") -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        listener = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = listener.sockets[0].getsockname()[1]
        started.set_result(None)
        await self._stopping.wait()
        listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            accept = self._socks if self._scheme == "socks5" else self._http
            destination = await accept(reader, writer)
            if destination is None:
                self.refused += 1
                return
            self.destinations.append(destination)
            host, _, port = self._targets.get(destination, destination).rpartition(":")
            await _pump(reader, writer, *await asyncio.open_connection(host, int(port)))
        except (OSError, EOFError):
            pass  # one side has gone
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str | None:
        """RFC 1928 and 1929."""
        (_, methods) = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x02")
        user = await reader.readexactly((await reader.readexactly(2))[1])
        password = await reader.readexactly((await reader.readexactly(1))[0])
        if (user.decode(), password.decode()) != (USER, self._password):
            writer.write(b"\x01\x01")
            await writer.drain()
            return None
        writer.write(b"\x01\x00")
        kind = (await reader.readexactly(4))[3]
        size = (await reader.readexactly(1))[0] if kind == 3 else 4
        raw = await reader.readexactly(size)
        host = raw.decode() if kind == 3 else ".".join(map(str, raw))
        (port,) = struct.unpack(">H", await reader.readexactly(2))
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        return f"{host}:{port}"

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str | None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        expected = base64.b64encode(f"{USER}:{self._password}".encode()).decode()
        if f"Basic {expected}" not in request:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            await writer.drain()
            return None
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return request.split()[1]


async def _pump(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    far_reader: asyncio.StreamReader,
    far_writer: asyncio.StreamWriter,
) -> None:
    """Copy both ways until one side ends."""

    async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()

    ways = [asyncio.create_task(copy(reader, far_writer)), asyncio.create_task(copy(far_reader, writer))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        far_writer.transport.abort()
