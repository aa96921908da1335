"""A process with hostile receivers of webhooks, each at its path.

``python -m tests.attacks.hostile_receiver FOLDER`` writes the certificate of its TLS port, for ``localhost``, to
``server.pem`` in that folder. It prints four ports: HTTP, TLS with endless session tickets, one that takes connections
and never answers, and usual TLS.
"""

import asyncio
import json
import os
import ssl
import sys
from pathlib import Path

from tests.core.http.receivers import (
    Behaviour,
    Request,
    answering,
    authority,
    dripping,
    endless,
    hanging,
    receiver,
)

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
REDIRECT = b"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
RETRY_AFTER = b"HTTP/1.1 503 Busy\r\nRetry-After: " + b"9" * 8000 + b"\r\nContent-Length: 0\r\n\r\n"
UPGRADE = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
# OpenSSL sends each client as many session tickets as the context says.
TICKETS = 1000
DOCUMENT = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "


async def describing(request: Request) -> None:
    """What an assistant says of itself at the address that is its client id."""
    lines = request.head.decode().split("\r\n")
    host = next(line.split(": ", 1)[1] for line in lines if line.lower().startswith("host: "))
    client_id = f"https://{host}{lines[0].split()[1]}"
    metadata = {"client_id": client_id, "client_name": "Described", "redirect_uris": ["https://client.example/back"]}
    body = json.dumps(metadata).encode()
    await request.reply(DOCUMENT + f"{len(body)}\r\n\r\n".encode() + body)


async def closing(request: Request) -> None:
    raise ConnectionResetError


KINDS: dict[str, Behaviour] = {
    "100": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "103": endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
    "lines": endless(b"", b"\r\n"),
    "headers": endless(b"HTTP/1.1 200 OK\r\n", b"X: a\r\n"),
    "extension": endless(CHUNKED + b"1;a=", b"x"),
    "chunks": endless(CHUNKED, b"1\r\nx\r\n"),
    "body": endless(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", b"x"),
    "upgrade": endless(UPGRADE, b"x"),
    "drip": dripping(b"HTTP/1.1 200 ", every=1.0),
    "document": describing,
    "document-drip": dripping(DOCUMENT + b"500\r\n\r\n{", every=3.0),
    "hang": hanging,
    "close": closing,
    "redirect": answering(REDIRECT),
    "retry-after": answering(RETRY_AFTER),
}


async def behave(request: Request) -> None:
    path = request.head.split(b" ")[1].decode()
    await KINDS.get(path.split("/")[1], hanging)(request)


async def main(folder: Path) -> None:
    context = authority(folder, "localhost").server
    context.num_tickets = TICKETS
    usual = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    usual.load_cert_chain(folder / "server.pem")
    kept: list[asyncio.StreamWriter] = []  # a writer that nobody has is closed since Python 3.13
    stalling = await asyncio.start_server(lambda reader, writer: kept.append(writer), "127.0.0.1", 0)
    servers = receiver(behave), receiver(behave, tls=context), receiver(behave, tls=usual)
    async with servers[0] as plain, servers[1] as tls, servers[2] as good_tls, stalling:
        print(plain.port, tls.port, stalling.sockets[0].getsockname()[1], good_tls.port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    os.nice(5)  # it is on another machine in truth, and takes no processor from the product
    asyncio.run(main(Path(sys.argv[1])))
