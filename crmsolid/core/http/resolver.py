"""Looking up names for requests to addresses that customers choose."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

from aiohttp.abc import AbstractResolver, ResolveResult

# A name whose servers do not answer holds its thread for 10 to 20 seconds. There are more threads than a pump has
# requests at endpoints that do not answer, so customers with such names leave threads for everybody else's.
_THREADS = 512


class ThreadedResolver(AbstractResolver):
    """getaddrinfo on threads of its own, so that slow name servers hold up nobody else's use of the loop's threads.

    One host name holds at most one thread: aiohttp joins look-ups of the same name and port.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="outbound-dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, self._look_up, host, port, family)
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        return found

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    @staticmethod
    def _look_up(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
        try:
            infos = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        except UnicodeError as error:
            raise socket.gaierror(socket.EAI_NONAME, "not a host name") from error
        return [
            ResolveResult(
                hostname=host, host=str(address[0]), port=port, family=found, proto=proto, flags=socket.AI_NUMERICHOST
            )
            for found, _, proto, _, address in infos
        ]
