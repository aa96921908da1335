"""A client that speaks JSON-RPC with a process over its standard input and output, as a desktop assistant does."""

import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TIMEOUT = 120.0
HANDSHAKE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "tests", "version": "1"},
}


class StdioClient:
    """``log`` is the file with what the process writes to its standard error."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self.process = process
        self._log = log
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._last_id = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._messages.put(json.loads(line))
        self._messages.put(None)

    def request(self, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The response. Fails if the process ends before it answers."""
        return self.response(self.send_request(method, params))

    def next_message(self) -> dict[str, Any]:
        """The next message of the process, to whichever request."""
        received = self._messages.get(timeout=TIMEOUT)
        assert received is not None, self.log()
        return received

    def response(self, request_id: int) -> dict[str, Any]:
        """Wait for the response to an earlier request."""
        try:
            while (message := self._messages.get(timeout=TIMEOUT)) is not None:
                if message.get("id") == request_id:
                    return message
        except queue.Empty:
            pass
        raise AssertionError(f"no answer to request {request_id}: {self.log()}")

    def send_request(self, method: str, params: Mapping[str, Any] | None = None) -> int:
        """The id of the request, for whose response this does not wait."""
        self._last_id += 1
        self._send({"id": self._last_id, "method": method, "params": params or {}})
        return self._last_id

    def initialize(self) -> dict[str, Any]:
        """The result of the handshake."""
        result: dict[str, Any] = self.request("initialize", HANDSHAKE)["result"]
        self._send({"method": "notifications/initialized"})
        return result

    def call_tool(self, name: str, **arguments: Any) -> dict[str, Any]:
        """The result of the tool, also that of an error."""
        result: dict[str, Any] = self.request("tools/call", {"name": name, "arguments": arguments})["result"]
        return result

    def log(self) -> str:
        return self._log.read_text()

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()


@contextmanager
def started(command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path) -> Iterator[StdioClient]:
    """Run the command in ``folder`` with this environment, and kill it and its children at the end."""
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield StdioClient(process, log)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
