"""The application that the server loads: ASGI for requests that are held open, WSGI bridges for all others."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from wsgiref.types import WSGIApplication

from crmsolid.serving.bridge import Admission, WsgiBridge, admit_all
from crmsolid.serving.interface import AsgiApplication, Background, BridgeLimits, Receive, Scope, Send
from crmsolid.serving.pool import AroundThread
from crmsolid.serving.request import BodyReader, with_readable_content_type
from crmsolid.serving.uploads import Uploads

logger = logging.getLogger(__name__)


class RootApplication:
    """Sends each path of ``asgi_apps`` and the paths below it to its application: "/mcp" means /mcp and /mcp/x, not
    /mcpx. All others go to ``wsgi_app``, those of ``own_threads`` over a bridge with so many threads of its own.

    Paths are compared decoded, as Django's URL resolver sees them. The threads of the bridges start and stop with the
    server (the lifespan protocol); ``background`` starts with them and stops after them. WebSockets are refused.
    """

    def __init__(
        self,
        asgi_apps: Mapping[str, AsgiApplication],
        wsgi_app: WSGIApplication,
        *,
        own_threads: Mapping[str, int] | None = None,
        limits: BridgeLimits | None = None,
        around_thread: AroundThread = nullcontext,
        admission: Admission = admit_all,
        uploads: Uploads | None = None,
        background: Sequence[Background] = (),
    ) -> None:
        self._background = background
        limits = limits or BridgeLimits()
        self._bridge = WsgiBridge(
            wsgi_app, limits=limits, around_thread=around_thread, admission=admission, uploads=uploads
        )
        own_bridges = {
            path: WsgiBridge(wsgi_app, limits=replace(limits, threads=threads), around_thread=around_thread)
            for path, threads in (own_threads or {}).items()
        }
        self._bridges = [self._bridge, *own_bridges.values()]
        self._apps: dict[str, AsgiApplication] = {
            **own_bridges,
            **{path: BodyReader(app, limits) for path, app in asgi_apps.items()},
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope_type = scope["type"]
        if scope_type == "http":
            await self._application_for(scope["path"])(with_readable_content_type(scope), receive, send)
        elif scope_type == "lifespan":
            await self._run_lifespan(receive, send)
        elif scope_type == "websocket":
            await send({"type": "websocket.close"})
        else:
            raise ValueError(f"no application for ASGI scopes of type {scope_type}")

    def _application_for(self, path: str) -> AsgiApplication:
        for prefix, app in self._apps.items():
            if path == prefix or path.startswith(f"{prefix}/"):
                return app
        return self._bridge

    async def _run_lifespan(self, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "lifespan.shutdown":
            try:
                for each in (*self._bridges, *self._background):
                    each.start()
            except Exception as error:
                logger.exception("the threads for requests did not start")
                await send({"type": "lifespan.startup.failed", "message": str(error)})
            else:
                await send({"type": "lifespan.startup.complete"})
        stopped = await asyncio.gather(*(asyncio.to_thread(bridge.stop) for bridge in self._bridges))
        if not all(stopped):
            logger.warning("stopped while a request was still running")
        await asyncio.gather(*(asyncio.to_thread(each.stop) for each in self._background))
        await send({"type": "lifespan.shutdown.complete"})
