"""What the tests of the outbound client share: a body, a client for local servers, a resolver with fixed results."""

import contextlib
import socket
from collections.abc import AsyncIterator

from aiohttp.abc import AbstractResolver, ResolveResult

from crmsolid.core.http.outbound import OutboundClient, OutboundResponse

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BODY = '{"name":"Мария 😀"}'.encode()
PUBLIC = "93.184.215.14"
SLACK_MS = 4000  # within this a request with a short deadline has ended, even on a busy machine


class FixedResolver(AbstractResolver):
    """Resolves each look-up to the next of the given lists of addresses, and every later one to the last list."""

    def __init__(self, *results: list[str]) -> None:
        self.results = list(results)
        self.names: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.names.append(host)
        addresses = self.results.pop(0) if len(self.results) > 1 else self.results[0]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)
            for address in addresses
        ]

    async def close(self) -> None:
        self.results = [[]]


@contextlib.asynccontextmanager
async def local_client(*, deadline: float = 5.0, per_host: int = 50) -> AsyncIterator[OutboundClient]:
    async with OutboundClient(allow_private=True, deadline=deadline, per_host=per_host) as client:
        yield client


async def send(client: OutboundClient, url: str, body: bytes = BODY) -> OutboundResponse:
    return await client.post(url, headers={"Content-Type": "application/json"}, body=body)
