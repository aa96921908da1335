"""A process that receives webhooks and answers each at once.

It prints its port. When its standard input ends, it prints a JSON list of ``[message id, created_at of the event, time
of the 200]`` for every post, in their order; times are seconds since 1970.
"""

import asyncio
import json
import sys
import time
from datetime import datetime

from bench.webhook_receiver import Receiver

posts: list[tuple[float, bytes]] = []


class RecordingReceiver(Receiver):
    def received(self, body: bytes) -> None:
        posts.append((time.time(), body))


def arrival(at: float, body: bytes) -> tuple[str, float, float]:
    event = json.loads(body)
    return event["data"]["message"]["id"], datetime.fromisoformat(event["created_at"]).timestamp(), at


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(RecordingReceiver, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(json.dumps([arrival(at, body) for at, body in posts]), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
