"""The three TCP transports."""

import asyncio
import struct
from zlib import crc32

import pytest
from telethon.network.connection import ConnectionTcpAbridged, ConnectionTcpFull, ConnectionTcpIntermediate

from tests.telegram_server import TelegramServer

from .conftest import SHOP, Clients

pytestmark = pytest.mark.asyncio

TRANSPORTS = [ConnectionTcpFull, ConnectionTcpAbridged, ConnectionTcpIntermediate]


async def exchange(server: TelegramServer, sent: bytes) -> bytes:
    """Everything that the server answers before it closes the connection."""
    reader, writer = await asyncio.open_connection(*server.address())
    writer.write(sent)
    answer = b""
    try:
        async with asyncio.timeout(5):
            answer = await reader.read()
    except ConnectionError:
        pass  # the connection was aborted
    writer.close()
    return answer


def full_packet(packet: bytes, number: int = 0) -> bytes:
    body = struct.pack("<ii", len(packet) + 12, number) + packet
    return body + struct.pack("<I", crc32(body))


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_transport_carries_handshake_and_requests(clients: Clients, transport: type) -> None:
    client = clients.make(connection=transport)
    await client.connect()
    sent = await client.send_code_request(SHOP)
    await client.sign_in(SHOP, clients.server.login_code(SHOP))
    assert sent.type.length == 5
    assert (await client.get_me()).username == "shop"


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_long_packets_pass_both_ways(clients: Clients, transport: type) -> None:
    client = await clients.login(SHOP, connection=transport)
    text = "".join(chr(0x4E00 + number) for number in range(4000))
    await client.send_message("anna", text)
    assert [message.text for message in await client.get_messages("anna")] == [text]
    assert [message.text for message in clients.server.received("@anna")] == [text]


@pytest.mark.parametrize(
    ("prefix", "answer"),
    [
        (b"\xef\x06", b"\x01" + struct.pack("<i", -404)),
        (b"\xee\xee\xee\xee\x18\0\0\0", struct.pack("<ii", 4, -404)),
        (b"", full_packet(struct.pack("<i", -404))),
    ],
    ids=["abridged", "intermediate", "full"],
)
async def test_unknown_key_is_answered_by_minus_404(server: TelegramServer, prefix: bytes, answer: bytes) -> None:
    packet = struct.pack("<q", 77) + bytes(16)
    assert await exchange(server, prefix + packet if prefix else full_packet(packet)) == answer


@pytest.mark.parametrize(
    "sent",
    [
        full_packet(bytes(40))[:-1] + b"?",
        full_packet(bytes(40), number=1),
        b"\xee\xee\xee\xee" + struct.pack("<i", -4),
        b"\xee\xee\xee\xee" + struct.pack("<i", 2**30),
        b"\xef\x00",
    ],
    ids=["wrong checksum", "wrong number", "negative length", "huge", "empty"],
)
async def test_broken_packet_closes_the_connection(server: TelegramServer, sent: bytes) -> None:
    assert await exchange(server, sent) == b""
