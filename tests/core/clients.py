"""What the tests of the outbound client share: a body, a client, a resolver that says what it is told."""

import contextlib
import socket
from collections.abc import AsyncIterator

from aiohttp.abc import AbstractResolver, ResolveResult

from crmsolid.core.http.outbound import Answer, OutboundClient

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BODY = '{"name":"Мария 😀"}'.encode()
PUBLIC = "93.184.215.14"
SLACK_MS = 4000  # before this a short deadline has ended it; the machine may be busy, what is ended goes on for ever


class Names(AbstractResolver):
    """Answers each look-up with the next of the given lists of addresses, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.asked.append(host)
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)
            for address in addresses
        ]

    async def close(self) -> None:
        self.answers = [[]]


@contextlib.asynccontextmanager
async def development(*, deadline: float = 5.0, per_host: int = 50) -> AsyncIterator[OutboundClient]:
    async with OutboundClient(allow_private=True, deadline=deadline, per_host=per_host) as client:
        yield client


async def send(client: OutboundClient, url: str, body: bytes = BODY) -> Answer:
    return await client.post(url, headers={"Content-Type": "application/json"}, body=body)
