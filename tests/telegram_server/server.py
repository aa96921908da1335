"""The server: a listener for each data center, in the running event loop or in a thread with its own."""

from __future__ import annotations

import asyncio
import logging
import threading
import traceback
from collections.abc import Mapping
from concurrent.futures import Future
from types import TracebackType

from . import handlers as _handlers  # noqa: F401  registers the handlers
from .connection import Connection
from .keys import ServerKey, process_key
from .rpc import Rpc
from .server_control import ServerControl
from .settings import Settings
from .state import ServerState

HOST = "127.0.0.1"
MAIN_DC = 2

logger = logging.getLogger(__name__)


class TelegramServer(ServerControl):
    """`with TelegramServer() as server:` runs it in a thread; `async with` in the running loop.

    `ports` maps data centers to ports; 0 means any free one. Users, messages and faults are common to all data
    centers, a key belongs to one. A server that is stopped and started again keeps its state and its ports.
    """

    def __init__(
        self,
        ports: Mapping[int, int] | None = None,
        key: ServerKey | None = None,
        settings: Settings | None = None,
        host: str = HOST,
    ) -> None:
        self.host = host
        self.key = key or process_key()
        self.settings = settings or Settings()
        self.state = ServerState(self.settings)
        self.rpc = Rpc(self.state, self.settings)
        self.limits = self.rpc.limits
        self.connections: set[Connection] = set()
        self._ports = dict(ports or {MAIN_DC: 0})
        self._listeners: list[asyncio.Server] = []
        self._serving: set[asyncio.Task[None]] = set()
        self._thread: threading.Thread | None = None
        self._stopping: asyncio.Event

    def address(self, dc_id: int = MAIN_DC) -> tuple[str, int]:
        return self.rpc.addresses[dc_id]

    def endpoint(self, dc_id: int = MAIN_DC) -> str:
        """The address in the form of the setting: "<id>@<host>:<port>"."""
        host, port = self.address(dc_id)
        return f"{dc_id}@{host}:{port}"

    async def start(self) -> None:
        self.bind_to_running_loop()
        for dc_id, port in self._ports.items():
            await self._listen(dc_id, port)

    async def stop(self) -> None:
        """Close all ports and connections, and cancel requests that a fault makes hang."""
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()
        for connection in tuple(self.connections):
            connection.abort()
        await self.rpc.stop()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def go_down(self) -> None:
        """Begin an outage: nobody can connect until `come_back`. May be awaited in any loop."""
        await self.await_in_loop(self.stop())

    async def come_back(self) -> None:
        await self.await_in_loop(self.start())

    async def _listen(self, dc_id: int, port: int) -> None:
        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(dc_id, reader, writer)

        listener = await asyncio.start_server(accept, self.host, port)
        self._listeners.append(listener)
        self._ports[dc_id] = listener.sockets[0].getsockname()[1]
        self.rpc.addresses[dc_id] = (self.host, self._ports[dc_id])

    async def _serve(self, dc_id: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(dc_id, self.state, self.rpc, self.key, writer)
        self.connections.add(connection)
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            await connection.serve(reader)
        except Exception:
            logger.exception("a connection failed")
            self.state.crashes.append(traceback.format_exc())
        finally:
            self.connections.discard(connection)
            self._serving.discard(task)

    async def __aenter__(self) -> TelegramServer:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def __enter__(self) -> TelegramServer:
        started: Future[None] = Future()
        self._thread = threading.Thread(target=self._run_thread, args=(started,), name="telegram-server", daemon=True)
        self._thread.start()
        started.result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._thread is not None
        self.run_in_loop(self._stopping.set)
        self._thread.join()

    def _run_thread(self, started: Future[None]) -> None:
        try:
            asyncio.run(self._run_until_stopped(started))
        except Exception as error:
            if started.done():
                raise
            started.set_exception(error)

    async def _run_until_stopped(self, started: Future[None]) -> None:
        self._stopping = asyncio.Event()
        await self.start()
        started.set_result(None)
        await self._stopping.wait()
        await self.stop()
