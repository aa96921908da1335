"""The application that the server loads: ASGI for requests that are held open, the WSGI bridge for all others."""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import nullcontext
from wsgiref.types import WSGIApplication

from crmsolid.serving.bridge import WsgiBridge
from crmsolid.serving.interface import AsgiApplication, BridgeLimits, Receive, Scope, Send
from crmsolid.serving.pool import AroundThread

logger = logging.getLogger(__name__)


class RootApplication:
    """Sends each of ``asgi_paths`` and the paths below it to ``asgi_app``: "/mcp" means /mcp and /mcp/x, not /mcpx.

    Paths are compared decoded and without the mount point (``root_path``), as Django's URL resolver sees them.
    The threads of the bridge start and stop with the server (the lifespan protocol). WebSockets are refused.
    """

    def __init__(
        self,
        asgi_app: AsgiApplication,
        wsgi_app: WSGIApplication,
        *,
        asgi_paths: Iterable[str],
        limits: BridgeLimits | None = None,
        around_thread: AroundThread = nullcontext,
    ) -> None:
        self._asgi_app = asgi_app
        self._bridge = WsgiBridge(wsgi_app, limits=limits, around_thread=around_thread)
        self._exact = frozenset(path.rstrip("/") for path in asgi_paths)
        self._prefixes = tuple(path + "/" for path in self._exact)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope_type = scope["type"]
        if scope_type == "http":
            app = self._asgi_app if self._is_asgi(scope) else self._bridge
            await app(scope, receive, send)
        elif scope_type == "lifespan":
            await self._run_lifespan(receive, send)
        elif scope_type == "websocket":
            await send({"type": "websocket.close"})
        else:
            raise ValueError(f"no application for ASGI scopes of type {scope_type}")

    def _is_asgi(self, scope: Scope) -> bool:
        path: str = scope["path"]
        root_path = scope.get("root_path")
        if root_path:
            path = path.removeprefix(root_path.rstrip("/"))
        return path in self._exact or path.startswith(self._prefixes)

    async def _run_lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self._start_up(send)
            elif message["type"] == "lifespan.shutdown":
                await self._shut_down(send)
                return

    async def _start_up(self, send: Send) -> None:
        try:
            self._bridge.start()
        except Exception as error:
            logger.exception("the threads for requests did not start")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
        else:
            await send({"type": "lifespan.startup.complete"})

    async def _shut_down(self, send: Send) -> None:
        if not await asyncio.to_thread(self._bridge.stop):
            logger.warning("stopped while a request was still running")
        await send({"type": "lifespan.shutdown.complete"})
