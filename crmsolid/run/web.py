"""The web server of one process."""

import errno
import os
import resource
import socket
import sys

import uvicorn

APPLICATION = "crmsolid.asgi:application"
GRACE_SECONDS = 5  # limited, because open streams never end by themselves
# Kept for what is no connection of a client: up to 800 webhook posts (webhooks/delivery/in_flight.py), 250 Telegram
# accounts, and the database, Redis and files of the embedded worker.
RESERVED_DESCRIPTORS = 1200
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
            raise CannotListen(f"port {port} is in use; try `make run PORT={port + 1}`") from None
        raise CannotListen(f"cannot listen on {host} port {port}: {error.strerror or error}") from None
    sock.set_inheritable(True)
    return sock


def allowed_connections(wanted: int) -> int:
    """How many connections the limit on file descriptors allows: ``wanted`` if ``RESERVED_DESCRIPTORS`` remain, else
    fewer, but half of the descriptors at least. Raises the soft limit as far as that needs and the hard limit allows.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + RESERVED_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return wanted
    return min(wanted, max(soft - RESERVED_DESCRIPTORS, soft // 2))


def build_server() -> uvicorn.Server:
    """``proxy_headers`` is off because uvicorn would believe any local client; ``TRUSTED_PROXIES`` decides instead."""
    from django.conf import settings

    from crmsolid.serving.connections import ConnectionLimits
    from crmsolid.serving.http_protocol import build_protocol  # it needs Django's settings

    limits = ConnectionLimits(max_connections=allowed_connections(settings.MAX_CONNECTIONS))
    config = uvicorn.Config(
        APPLICATION,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_config=None,
        http=build_protocol(limits),
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return uvicorn.Server(config)


def serve(sock: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM. Requests in progress get ``GRACE_SECONDS`` to end."""
    server = build_server()
    try:
        server.run(sockets=[sock])
    except KeyboardInterrupt:  # uvicorn raises the signal again once it has shut down
        return
    if not server.started:
        sys.exit(os.EX_SOFTWARE)
