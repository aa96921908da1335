"""A process with hostile receivers, each at its path, on one port, and a self-signed TLS receiver on a second port.
It prints the two ports."""

import asyncio
import datetime
import gzip
import ssl
import sys
import tempfile

GIGABYTE = 2**30
CHUNK = b"x" * 65536
# 100 MiB of zeros in 100 KiB, a hundred times: 10 GiB when decompressed.
BOMB = gzip.compress(bytes(100 * 2**20)) * 100


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(length)
            await answer(head.split(b" ")[1].decode(), reader, writer)
            await writer.drain()
    except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
        return
    finally:
        writer.transport.abort()


async def answer(path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    match path:
        case "/hang":
            await reader.read()
            raise ConnectionResetError
        case "/500":
            writer.write(b"HTTP/1.1 500 Broken\r\nContent-Length: 6\r\n\r\nbroken")
        case "/drip":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while True:
                await asyncio.sleep(1)
                writer.write(b"x")
                await writer.drain()
        case "/gigabyte":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % GIGABYTE)
            for _ in range(GIGABYTE // len(CHUNK)):
                writer.write(CHUNK)
                await writer.drain()
        case "/bomb":
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB),
            )
            for start in range(0, len(BOMB), len(CHUNK)):
                writer.write(BOMB[start : start + len(CHUNK)])
                await writer.drain()
        case _:  # healthy
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def self_signed() -> ssl.SSLContext:
    """A server context with a self-signed certificate."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(private + certificate.public_bytes(serialization.Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)
    return context


async def main() -> None:
    plain = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    tls = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=self_signed())
    print(*(server.sockets[0].getsockname()[1] for server in (plain, tls)), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
