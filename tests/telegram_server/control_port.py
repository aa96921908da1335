"""Control of the server from other processes: one JSON object per line, over TCP on 127.0.0.1.

{"call": "deliver", "args": {"sender": "+1555…", "recipient": "@shop", "text": "hi"}} is answered by
{"result": …} or {"error": "KeyError: …"}. The calls are the methods of ServerControl that are marked as controls, and
{"call": "wait_count", "args": {"request", "at_least", "seconds"}}, "wait_received" (who, at_least, seconds),
"go_down" and "come_back".
"""

import asyncio
import base64
import json
import logging
import socket
from collections.abc import Awaitable, Callable
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any, TextIO

from .event_loop import CONTROLS
from .server import HOST, TelegramServer
from .update_control import Who

logger = logging.getLogger(__name__)


class ControlPort:
    def __init__(self, server: TelegramServer) -> None:
        self._server = server
        self._waits: dict[str, Callable[..., Awaitable[Any]]] = {
            "wait_count": self._wait_count,
            "wait_received": self._wait_received,
            "go_down": server.go_down,
            "come_back": server.come_back,
        }

    async def start(self, port: int = 0) -> int:
        """Returns the port. Must run in the server's loop."""
        self._listener = await asyncio.start_server(self._serve, HOST, port)
        return int(self._listener.sockets[0].getsockname()[1])

    def stop(self) -> None:
        self._listener.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                await writer.drain()
        except ConnectionError:
            logger.debug("a controlling process has disconnected")
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        """The result of a call. Every exception is reported to the caller, since the caller made the mistake."""
        try:
            command = json.loads(line)
            return {"result": to_json(await self._call(command["call"], command.get("args", {})))}
        except Exception as error:
            logger.warning("a control failed", exc_info=True)
            return {"error": f"{type(error).__name__}: {error}"}

    async def _call(self, name: str, args: dict[str, Any]) -> Any:
        if name in self._waits:
            return await self._waits[name](**args)
        if name not in CONTROLS:
            raise LookupError(f"no control is called {name}")
        return getattr(self._server, name)(**args)

    async def _wait_count(self, request: str, at_least: int = 1, seconds: float = 10) -> int:
        await self._server.until(lambda: self._server.count(request) >= at_least, seconds)
        return self._server.count(request)

    async def _wait_received(self, who: Who, at_least: int = 1, seconds: float = 10) -> Any:
        await self._server.until(lambda: len(self._server.received(who)) >= at_least, seconds)
        return self._server.received(who)


def to_json(value: Any) -> Any:
    """Plain values; bytes become base64, and dates text."""
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {name: to_json(item) for name, item in value.items()}
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.isoformat()
    return to_json(asdict(value)) if is_dataclass(value) and not isinstance(value, type) else value


class ControlFailed(Exception):
    """The server refused a call; the message is the server's."""


class ControlClient:
    """`with ControlClient(port) as control: control.call("received", who="@shop")`, from any process."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HOST, port))
        self._file: TextIO = self._socket.makefile("rw", encoding="utf-8", newline="\n")

    def call(self, name: str, **args: Any) -> Any:
        self._file.write(json.dumps({"call": name, "args": args}) + "\n")
        self._file.flush()
        answer = json.loads(self._file.readline())
        if "error" in answer:
            raise ControlFailed(answer["error"])
        return answer["result"]

    def __enter__(self) -> "ControlClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()
