"""``python -m tests.sdk.killed_server PORT POINT`` serves the product's web.

At the point ``before-answer`` it kills itself when the answer to a send of a message would begin: the message is
committed then, and the client sees nothing of the answer.
"""

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import uvicorn

from crmsolid.asgi import application

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


async def killed_before_answer(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    async def send_or_die(message: Mapping[str, Any]) -> None:
        if scope["type"] == "http" and scope["path"] == "/v1/messages/send":
            os.kill(os.getpid(), signal.SIGKILL)
        await send(message)

    await application(scope, receive, send_or_die)


if __name__ == "__main__":
    port, point = sys.argv[1:]
    served = killed_before_answer if point == "before-answer" else application
    uvicorn.run(served, host="127.0.0.1", port=int(port), log_level="warning")
