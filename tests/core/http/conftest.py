import asyncio
from collections.abc import Callable, Mapping

import uvloop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The promises of the outbound client hold on both loops: webhooks are posted on the second."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
