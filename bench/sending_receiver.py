"""A process that receives webhooks and answers each at once.

It prints its port. When its standard input ends, it prints a JSON list of ``[message id, created_at of the event,
arrival]`` for every post, in the order of arrival; times are seconds since 1970.
"""

import asyncio
import json
import sys
import time
from datetime import datetime

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

posts: list[tuple[float, bytes]] = []


class Receiver(asyncio.Protocol):
    """Enough of HTTP/1.1 for requests with a Content-Length."""

    def __init__(self) -> None:
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            at = head.find(b"content-length:")
            body_end = end + 4 + int(head[at + 15 :].split(b"\r\n", 1)[0])
            if len(self.buffer) < body_end:
                return
            posts.append((time.time(), self.buffer[end + 4 : body_end]))
            self.buffer = self.buffer[body_end:]
            self.transport.write(ANSWER)


def arrival(at: float, body: bytes) -> tuple[str, float, float]:
    event = json.loads(body)
    return event["data"]["message"]["id"], datetime.fromisoformat(event["created_at"]).timestamp(), at


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Receiver, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(json.dumps([arrival(at, body) for at, body in posts]), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
