"""Listens on an address, or says why that is not possible. It needs the standard library alone."""

import errno
import socket

# How much of a response the kernel may hold for a client. By itself it takes 4 MB, so that what a slow client reads
# would not be noticed for a minute, and it would be cut off as one that reads nothing.
SEND_BUFFER_BYTES = 128 * 1024


class CannotListen(Exception):
    """The address cannot be listened on. The message says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 picks a free one. Bound before anything else is set up, so that a busy port is reported
    at once. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)  # connections inherit it
    try:
        sock.bind((host, port))
    except OverflowError:
        sock.close()
        raise CannotListen(f"there is no port {port}: ports are 0 to 65535") from None
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(f"port {port} is in use; try {port + 1}") from None
        raise CannotListen(f"cannot listen on {host} port {port}: {error.strerror or error}") from None
    return sock
